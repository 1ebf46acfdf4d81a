import Testing
@testable import PDFSignature

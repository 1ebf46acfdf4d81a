import Foundation
import PDFSignature

/// The formats that a register can be written in. Raw values are what a user types.
public enum RegisterFormat: String, Sendable, CaseIterable {
  /// For other programs: the head and the rows, nothing else.
  case csv
  /// A workbook for Excel or LibreOffice.
  case xlsx
  /// A4 landscape with cover, ready to print.
  case pdf
  /// A page that a browser shows, and prints as A4 landscape.
  case html

  /// What writes it.
  /// - Parameter font: asked only for a PDF: a TrueType font with Vietnamese letters, such as Liberation Serif.
  public func writer(font: () throws -> SealFont) rethrows -> any RegisterWriter {
    switch self {
    case .csv: RegisterCSV()
    case .xlsx: RegisterXLSX()
    case .pdf: RegisterPDF(font: try font())
    case .html: RegisterHTML()
    }
  }
}

/// Writes a register in one format.
///
/// What comes from outside, as all words of a letter do, can't break a format: see `CleanText` for what becomes of characters
/// that no sheet can show. The same register always gives the same bytes.
public protocol RegisterWriter: Sendable {
  /// Hands the file's bytes to `output`, piece by piece in their order. Whatever `output` throws ends the writing.
  /// - Throws: `RegisterProblem`, or what `output` throws; a PDF also `SealProblem` for its font.
  func write(_ register: Register, to output: @escaping (Data) throws -> Void) throws
}

extension RegisterWriter {
  /// The whole file in memory.
  public func data(_ register: Register) throws -> Data {
    let whole = Whole()
    try write(register) { whole.data.append($0) }
    return whole.data
  }
}

private final class Whole {
  var data = Data()
}

extension Register {
  func checkSize() throws(RegisterProblem) {
    guard count <= Self.rowLimit else {
      throw RegisterProblem(
        .tooManyRows, "\(count) letters are more than one register holds (\(Self.rowLimit)): choose a shorter span")
    }
  }
}

/// Gathers bytes into pieces worth a call.
struct ChunkedOutput {
  /// 64 KiB.
  private static let piece = 64 << 10

  private var buffer: [UInt8] = []
  private let output: (Data) throws -> Void
  /// Bytes so far, those in the buffer included.
  private(set) var count = 0

  init(_ output: @escaping (Data) throws -> Void) { self.output = output }

  mutating func append(_ text: String) throws { try append(bytes: text.utf8) }

  mutating func append(bytes: some Collection<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    count += bytes.count
    if buffer.count >= Self.piece { try flush() }
  }

  mutating func flush() throws {
    guard !buffer.isEmpty else { return }
    try output(Data(buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}

import Durable
import Foundation
import PDFSignature

/// A seal for one document.
public enum SealedSigning {
  /// Only a file that passed every check of signing is shown to poppler, and only where a name is looked for. Blocks.
  public static func request(
    _ seal: Seal, _ signer: PDFSigner, path: String, at time: Date
  ) throws(PDFRefusal) -> SealRequest {
    guard seal.needsWords else { return SealRequest(seal, time: time) }
    _ = try signer.prepare(try PDFFile(path: path))
    return SealRequest(seal, time: time, words: SignerSearch.words(in: URL(fileURLWithPath: path).path))
  }
}

/// Where words stand on a letter's pages, told by poppler's `pdftotext`, a program of its own under limits: what reads page
/// contents does not share a process with the signing key.
enum SignerSearch {
  /// The last pages are searched: that is where people sign.
  private static let pages = 30

  private static var limits: LimitedProcess.Limits {
    var limits = LimitedProcess.Limits()
    limits.memory = 128 << 20
    limits.processorSeconds = 5
    limits.wallTime = .seconds(10)
    limits.output = PageWords.outputLimit
    return limits
  }

  /// nil where poppler is missing, fails, or takes longer than ten seconds: the seal then goes to its corner. Blocks.
  /// - Parameter path: of a file that passed the checks of signing; a full path.
  static func words(in path: String) -> PageWords? {
    guard let file = try? PDFFile(path: path), let count = try? PageWords.pageCount(file) else { return nil }
    let first = max(1, count - pages + 1)
    guard let poppler = LimitedProcess.installed("pdftotext") else { return nil }
    let process = LimitedProcess(
      executable: poppler, arguments: ["-q", "-bbox", "-f", "\(first)", path, "-"], limits: limits)
    guard let result = try? process.runBlocking(), result.ending == .exited(0) else { return nil }
    return PageWords(bboxOutput: result.output, firstPage: first)
  }
}

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

  /// Memory in KiB and processor time in seconds, as far as the system lets us set them; then the clock; then the program.
  private static let script =
    "ulimit -v 1048576 2>/dev/null; ulimit -t 10 2>/dev/null; exec timeout -k 1 10 pdftotext -q -bbox -f \"$1\" \"$2\" -"

  /// nil where poppler is missing, fails, or takes longer than ten seconds: the seal then goes to its corner. Blocks.
  /// - Parameter path: of a file that passed the checks of signing; a full path.
  static func words(in path: String) -> PageWords? {
    guard let file = try? PDFFile(path: path), let count = try? PageWords.pageCount(file) else { return nil }
    let first = max(1, count - pages + 1)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "sh", "\(first)", path]
    process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    var output = Data()
    while output.count < PageWords.outputLimit, let part = try? pipe.fileHandleForReading.read(upToCount: 64 << 10),
      !part.isEmpty
    {
      output += part
    }
    if output.count >= PageWords.outputLimit { process.terminate() }
    try? pipe.fileHandleForReading.close()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return PageWords(bboxOutput: output, firstPage: first)
  }
}

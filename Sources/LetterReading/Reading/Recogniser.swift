import Durable
import Foundation

/// Recognises the text of scanned pages: pdftoppm draws a page, tesseract reads it.
enum Recogniser {
  /// In dots per inch: letters are to be scanned at 200 or more (Decree 30/2020/NĐ-CP, Annex I), and tesseract is trained on
  /// about 300.
  private static let resolution = 300.0

  static func textLayer(_ path: String, pages: Int) async throws -> TextLayer {
    guard let painter = LimitedProcess.installed("pdftoppm") else { throw LetterReader.Failure.toolMissing("pdftoppm") }
    guard let tool = LimitedProcess.installed("tesseract") else { throw LetterReader.Failure.toolMissing("tesseract") }
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var layer = TextLayer(pages: [], isRecognised: true)
    for number in 1...max(1, pages) {
      // pdftoppm draws into a file of at most so many bytes: a page of A4 in grey is 9 MB.
      var limits = LimitedProcess.Limits()
      limits.fileSize = 64 << 20
      limits.wallTime = .seconds(60)
      limits.processorSeconds = 30
      let drawing = LimitedProcess(
        executable: painter,
        arguments: [
          "-q", "-gray", "-r", "\(Int(resolution))", "-f", "\(number)", "-l", "\(number)", "-singlefile", path,
          "\(folder)/page",
        ], limits: limits, folder: folder)
      let drawn = try await drawing.run()
      guard drawn.ending == .exited(0) else {
        throw LetterReader.Failure.toolFailed("pdftoppm", LetterReader.reason(drawn))
      }
      limits.memory = 1 << 30
      let reading = LimitedProcess(
        executable: tool,
        arguments: ["\(folder)/page.pgm", "stdout", "-l", "vie", "--dpi", "\(Int(resolution))", "--psm", "3", "tsv"],
        limits: limits, folder: folder)
      let read = try await reading.run()
      guard read.ending == .exited(0) else {
        throw LetterReader.Failure.toolFailed("tesseract", LetterReader.reason(read))
      }
      if let page = TesseractReader.read(read.output, resolution: resolution) { layer.pages.append(page) }
    }
    return layer
  }

  /// Readable by this process alone.
  private static func temporaryFolder() throws -> String {
    var template = Array("\(NSTemporaryDirectory())congvan-page.XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } != nil }
    guard made else { throw SystemError(call: "mkdtemp", path: NSTemporaryDirectory()) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

import Durable
import Foundation

/// poppler's pdftotext, which reads what `TextExtractor` doesn't understand.
enum PDFToText {
  /// Ten pages take it 30 ms and 11 MB; four at once must stay below the service's own bound on memory (MemoryMax in
  /// congvand.service), with what the agent needs beside them.
  private static let limits: LimitedProcess.Limits = {
    var limits = LimitedProcess.Limits()
    limits.memory = 112 << 20
    limits.processorSeconds = 5
    limits.wallTime = .seconds(15)
    limits.output = 16 << 20
    return limits
  }()

  /// The words and their places.
  static func textLayer(_ path: String) async throws -> TextLayer {
    guard let tool = LimitedProcess.installed("pdftotext") else { throw LetterReader.Failure.toolMissing("pdftotext") }
    let arguments = ["-q", "-enc", "UTF-8", "-bbox-layout", "-l", "\(TextLayerLimits.pages)", path, "-"]
    let result = try await LimitedProcess(executable: tool, arguments: arguments, limits: limits).run()
    guard result.ending == .exited(0) else {
      throw LetterReader.Failure.toolFailed("pdftotext", LetterReader.reason(result))
    }
    return BoundingBoxReader.read(result.output)
  }
}

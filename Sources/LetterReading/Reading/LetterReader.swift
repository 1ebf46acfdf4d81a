import Durable
import Foundation

/// Reads a letter's fields from its file, through poppler's pdftotext and, for scans, tesseract, each as a process of its own
/// under limits. The document itself is only ever read.
public struct LetterReader: Sendable {
  /// What came of it.
  public enum Outcome: Sendable {
    /// Read from the document's own text.
    case read(LetterFields)
    /// Read from text that was recognised from pictures; the text goes beside the document, never into it.
    case recognised(LetterFields, text: String)
    /// A scan: there is no text, and nothing was recognised.
    case noText
    case failed(Failure)
  }

  /// Why nothing could be read. A letter is none the worse for it.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case toolMissing(String)
    case toolFailed(String, String)

    public var description: String {
      switch self {
      case .toolMissing(let tool):
        "\(tool) isn't installed (Debian: \(tool == "tesseract" ? "tesseract-ocr-vie" : "poppler-utils"))"
      case .toolFailed(let tool, let reason): "\(tool) could not read the file: \(reason)"
      }
    }
  }

  /// Whether pictures are recognised where there is no text.
  public let recognises: Bool
  /// Of the pages that are recognised: fields stand on the first and the last of a letter, and a page takes seconds.
  public static let recognisedPages = 6

  public init(recognises: Bool = false) { self.recognises = recognises }

  /// - Parameter path: absolute.
  public func read(_ path: String) async -> Outcome {
    let layer: TextLayer
    do {
      layer = try await Self.textLayer(path)
    } catch let failure as Failure {
      return .failed(failure)
    } catch {
      return .failed(.toolFailed("pdftotext", "\(error)"))
    }
    if layer.hasText { return .read(FieldReader.read(layer)) }
    guard recognises else { return .noText }
    do {
      let recognised = try await Recogniser.textLayer(path, pages: min(layer.pages.count, Self.recognisedPages))
      guard recognised.hasText else { return .noText }
      return .recognised(FieldReader.read(recognised), text: Self.plainText(recognised))
    } catch let failure as Failure {
      return .failed(failure)
    } catch {
      return .failed(.toolFailed("tesseract", "\(error)"))
    }
  }

  /// Of pdftotext. Ten pages take it 30 ms and 11 MB; four at once must stay below the service's own bound on memory
  /// (MemoryMax in congvand.service), with what the agent needs beside them.
  static let limits: LimitedProcess.Limits = {
    var limits = LimitedProcess.Limits()
    limits.memory = 112 << 20
    limits.processorSeconds = 5
    limits.wallTime = .seconds(15)
    limits.output = 16 << 20
    return limits
  }()

  /// The words and their places, as pdftotext finds them.
  public static func textLayer(_ path: String) async throws -> TextLayer {
    guard let tool = LimitedProcess.installed("pdftotext") else { throw Failure.toolMissing("pdftotext") }
    let arguments = ["-q", "-enc", "UTF-8", "-bbox-layout", "-l", "\(TextLayerLimits.pages)", path, "-"]
    let result = try await LimitedProcess(executable: tool, arguments: arguments, limits: limits).run()
    guard result.ending == .exited(0) else { throw Failure.toolFailed("pdftotext", Self.reason(result)) }
    return BoundingBoxReader.read(result.output)
  }

  static func reason(_ result: LimitedProcess.Result) -> String {
    switch result.ending {
    case .exited(let code): "exit code \(code)"
    case .signalled(let signal): "ended by signal \(signal), so it went over a limit or crashed"
    case .outOfTime: "took too long"
    case .tooMuchOutput: "wrote too much"
    }
  }

  /// Line by line, pages apart by a form feed: for the file beside the document.
  private static func plainText(_ layer: TextLayer) -> String {
    layer.pages.enumerated().map { number, page in
      Rows.of(page, number: number + 1, isRecognised: layer.isRecognised).map(\.text).joined(separator: "\n") + "\n"
    }.joined(separator: "\u{0C}\n")
  }
}

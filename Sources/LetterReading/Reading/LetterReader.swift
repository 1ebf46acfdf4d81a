import Durable
import Foundation
import PDFSignature

/// Reads a letter's fields from its file: off its text layer, in this process where `TextExtractor` understands the file and
/// through poppler's pdftotext where it doesn't; for scans through tesseract. Both programs are processes of their own under
/// limits. The document itself is only ever read.
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
    /// The system gave neither the file's bytes nor a process to read it, and may another time.
    case notNow(SystemError)

    public var description: String {
      switch self {
      case .toolMissing(let tool):
        "\(tool) isn't installed (Debian: \(tool == "tesseract" ? "tesseract-ocr-vie" : "poppler-utils"))"
      case .toolFailed(let tool, let reason): "\(tool) could not read the file: \(reason)"
      case .notNow(let error): "it could not be read now: \(error)"
      }
    }
  }

  /// Whether pictures are recognised where there is no text.
  public let recognises: Bool
  /// Of the pages that are recognised: fields stand on the first and the last of a letter, and a page takes seconds.
  public static let recognisedPages = 6

  public init(recognises: Bool = false) { self.recognises = recognises }

  /// Where files are read and words put together: neither is for the few threads of Swift's tasks.
  private static let threads = IOThreads(count: 2, name: "letters")

  /// - Parameter path: absolute.
  public func read(_ path: String) async -> Outcome { await read(path, withText: false).outcome }

  /// The same, with the letter's text, line by line, pages apart by a form feed; empty where there is none.
  public func readWithText(_ path: String) async -> (outcome: Outcome, text: String) {
    await read(path, withText: true)
  }

  private func read(_ path: String, withText: Bool) async -> (outcome: Outcome, text: String) {
    let layer: TextLayer
    do {
      // Whoever stands on a thread that may block reads where it stands.
      let reading =
        IOThreads.mayBlock
        ? try Self.ownReading(path, withText: withText)
        : try await Self.threads.run { try Self.ownReading(path, withText: withText) }
      switch reading {
      case .fields(let fields, let text): return (.read(fields), text)
      case .withoutText(let empty): layer = empty
      case .notUnderstood: layer = try await PDFToText.textLayer(path)
      }
    } catch let failure as Failure {
      return (.failed(failure), "")
    } catch let error as SystemError where error.isWant {
      return (.failed(.notNow(error)), "")
    } catch {
      return (.failed(.toolFailed("pdftotext", "\(error)")), "")
    }
    if layer.hasText { return (.read(FieldReader.read(layer)), withText ? Self.plainText(layer) : "") }
    guard recognises else { return (.noText, "") }
    do {
      let recognised = try await Recogniser.textLayer(path, pages: min(layer.pages.count, Self.recognisedPages))
      guard recognised.hasText else { return (.noText, "") }
      let text = Self.plainText(recognised)
      return (.recognised(FieldReader.read(recognised), text: text), text)
    } catch let failure as Failure {
      return (.failed(failure), "")
    } catch {
      return (.failed(.toolFailed("tesseract", "\(error)")), "")
    }
  }

  /// What came of reading a file in this process.
  private enum OwnReading: Sendable {
    case fields(LetterFields, text: String)
    case withoutText(TextLayer)
    case notUnderstood
  }

  /// Larger files are read by windows around the objects that are needed: pictures and fonts' programs are not. 256 KiB.
  private static let heldSize = 256 << 10

  private static func ownReading(_ path: String, withText: Bool) throws -> OwnReading {
    let file: PDFFile
    do { file = try PDFFile(path: path, holdingUpTo: heldSize) } catch {
      if let code = error.systemCode { throw Failure.notNow(SystemError(call: "read", path: path, code: code)) }
      return .notUnderstood
    }
    let read = try? TextExtractor.textLayer(file)
    if let code = file.systemFault { throw Failure.notNow(SystemError(call: "read", path: path, code: code)) }
    guard let layer = read else { return .notUnderstood }
    if !layer.hasText { return .withoutText(layer) }
    return .fields(FieldReader.read(layer), text: withText ? plainText(layer) : "")
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

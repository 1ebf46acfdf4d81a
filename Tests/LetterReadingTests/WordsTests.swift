import Durable
import Foundation
import LetterReading
import PDFSignature
import Testing

/// Our words beside those of pdftotext, on whose words the rules were made.
@Suite("Words read in this process are those that pdftotext reads")
struct WordsTests {
  /// In points. Both compute with doubles, and pdftotext prints six decimals.
  private static let tolerance = 0.01

  private static func files(_ folders: [String]) -> [URL] {
    folders.flatMap { folder in
      let place = Letters.fixtures.appendingPathComponent(folder)
      return ((try? FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)) ?? [])
        .filter { $0.pathExtension == "pdf" }.sorted { $0.path < $1.path }
    }
  }

  private static func theirs(_ file: URL) async throws -> TextLayer {
    let tool = try #require(LimitedProcess.installed("pdftotext"))
    let arguments = ["-q", "-enc", "UTF-8", "-bbox-layout", "-l", "\(TextLayerLimits.pages)", file.path, "-"]
    let result = try await LimitedProcess(executable: tool, arguments: arguments).run()
    #expect(result.ending == .exited(0), "\(file.lastPathComponent)")
    return BoundingBoxReader.read(result.output)
  }

  /// The words that one has and the other hasn't, at the same place.
  private static func differences(_ ours: TextLayer.Page, _ theirs: TextLayer.Page) -> [String] {
    var left = ours.words
    var differences: [String] = []
    for word in theirs.words {
      if let index = left.firstIndex(where: { $0.text == word.text && isNear($0.box, word.box) }) {
        left.remove(at: index)
      } else {
        differences.append("only pdftotext: \(word.text) \(word.box)")
      }
    }
    return differences + left.map { "only ours: \($0.text) \($0.box)" }
  }

  private static func isNear(_ a: Box, _ b: Box) -> Bool {
    abs(a.left - b.left) < tolerance && abs(a.top - b.top) < tolerance && abs(a.right - b.right) < tolerance
      && abs(a.bottom - b.bottom) < tolerance
  }

  /// Words that follow one another in one of pdftotext's lines and stand in one of ours the other way round.
  private static func misplaced(_ ours: TextLayer.Page, _ theirs: TextLayer.Page) -> [String] {
    let places = theirs.words.map { word in
      ours.words.firstIndex { $0.text == word.text && isNear($0.box, word.box) }
    }
    return zip(theirs.words.indices, theirs.words.indices.dropFirst()).compactMap { first, second in
      guard theirs.words[first].line == theirs.words[second].line, let a = places[first], let b = places[second],
        ours.words[a].line == ours.words[b].line, a > b
      else { return nil }
      return "\(theirs.words[first].text) \(theirs.words[second].text)"
    }
  }

  private func compare(_ file: URL) async throws -> (isOwn: Bool, words: Int) {
    let ours: TextLayer
    do {
      ours = try TextExtractor.textLayer(try PDFFile(path: file.path))
    } catch let reason as NotUnderstood {
      print("\(file.lastPathComponent): by pdftotext, for \(reason)")
      return (false, 0)
    }
    let theirs = try await Self.theirs(file)
    #expect(ours.pages.count == theirs.pages.count && ours.isCut == theirs.isCut, "\(file.lastPathComponent)")
    var words = 0
    for (number, (own, other)) in zip(ours.pages, theirs.pages).enumerated() {
      let differences = Self.differences(own, other) + Self.misplaced(own, other)
      #expect(differences.isEmpty, "\(file.lastPathComponent), page \(number + 1): \(differences.prefix(9))")
      words += other.words.count
    }
    print("\(file.lastPathComponent): in this process, \(words) words")
    return (true, words)
  }

  @Test("every letter of WeasyPrint, LibreOffice, Chrome, Typst and reportlab, without another process")
  func letters() async throws {
    let files = Self.files(["dispatches", "letters", "letters-heldout"])
    #expect(files.count >= 69)
    var total = 0
    for file in files {
      let (isOwn, words) = try await compare(file)
      #expect(isOwn, "\(file.lastPathComponent)")
      total += words
    }
    #expect(total > 14_000)
  }

  @Test("other sound files; of what isn't understood it is said why")
  func otherFiles() async throws {
    var own = 0
    for file in Self.files(["pdf"]) where try await compare(file).isOwn { own += 1 }
    #expect(own >= 38)
  }

  @Test("fonts of each kind, turned text and pages, forms, annotations, replacement texts", arguments: Samples.all)
  func samples(_ sample: Samples.Sample) async throws {
    let file = try sample.written()
    defer { try? FileManager.default.removeItem(at: file) }
    let (isOwn, words) = try await compare(file)
    #expect(isOwn && words >= sample.words, "\(sample)")
  }

  @Test("a scan has no text, and no process is asked")
  func scan() throws {
    let path = Letters.dispatches.appendingPathComponent("101-HD-scan.pdf").path
    let layer = try TextExtractor.textLayer(try PDFFile(path: path))
    #expect(layer.pages.count == 1 && !layer.hasText)
  }

  @Test("what can't be understood exactly is not guessed", arguments: Samples.notUnderstood)
  func notUnderstood(_ sample: Samples.Sample) throws {
    let file = try sample.written()
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(throws: NotUnderstood.self, "\(sample)") { try TextExtractor.textLayer(try PDFFile(path: file.path)) }
  }
}

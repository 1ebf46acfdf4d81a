import Durable
import Exchange
import Foundation
import PDFSignature

/// A unit's visible seal as the administrator asks for it: `signing.seal`. The files that it names are read when the agent
/// starts.
public struct SealConfiguration: Sendable, Equatable {
  /// Path of a PNG; nil for text alone.
  public var image: String?
  /// Path of a TrueType font; nil: Liberation Serif, which has the widths of Times New Roman.
  public var font: String?
  public var style = Seal.Style()
  /// The file whose key this is, for errors.
  var file = ""

  public init() {}

  /// Where Debian keeps Liberation Serif: fonts-liberation2 in Debian 12, fonts-liberation later. Debian 12's fonts-liberation
  /// (1.07) has no Vietnamese, so that it comes last.
  public static let usualFonts = [
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
  ]

  /// Why a seal cannot be made: which of the things given, and what is wrong with it.
  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Raw values are the keys.
    public enum Part: String, Sendable {
      case image, font, text
    }

    public let part: Part
    /// A sentence that names the file, if any, and the remedy.
    public let detail: String

    public var description: String { detail }
  }

  /// Reads the files and makes the seal.
  /// - Parameter signerName: what `{name}` stands for, and so on.
  public func make(signerName: String, reason: String?, location: String?) throws(Fault) -> Seal {
    let picture = try image.map { (path) throws(Fault) in
      let data = try Self.read(path, atMost: 8 << 20, part: .image)
      do throws(SealProblem) { return try SealImage(png: data) } catch {
        throw Fault(part: .image, detail: "\(path): \(error.detail)")
      }
    }
    var letters: SealFont?
    if !style.lines.isEmpty {
      let usual = Self.usualFonts.first(where: FileManager.default.fileExists(atPath:))
      guard let path = font ?? usual else {
        throw Fault(
          part: .font, detail: "Liberation Serif is not installed: `apt install fonts-liberation2`, or name a font")
      }
      let data = try Self.read(path, atMost: 16 << 20, part: .font)
      do throws(SealProblem) { letters = try SealFont(data: data) } catch {
        throw Fault(part: .font, detail: "\(path): \(error.detail)")
      }
    }
    do throws(SealProblem) {
      return try Seal(
        image: picture, font: letters, style: style, signerName: signerName, reason: reason, location: location)
    } catch {
      throw Fault(part: error.code == .missingCharacter ? .font : .text, detail: error.detail)
    }
  }

  private static func read(_ path: String, atMost limit: Int, part: Fault.Part) throws(Fault) -> Data {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Fault(part: part, detail: "\(path): \(Messages(.english).why(SystemError(call: "stat", path: path)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
      throw Fault(part: part, detail: "\(path) is no plain file of at most \(limit >> 20) MiB: name another")
    }
    guard let data = FileManager.default.contents(atPath: path), data.count <= limit else {
      throw Fault(part: part, detail: "\(path) cannot be read: make it readable for the user that this program runs as")
    }
    return data
  }

  /// nil where the section is absent or empty: no seal is the default.
  static func load(_ section: YAMLSection, file: String) throws(ConfigurationError) -> SealConfiguration? {
    guard !section.isEmpty else { return nil }
    var result = SealConfiguration()
    result.file = file
    result.image = try section.absolutePath("image")
    result.font = try section.absolutePath("font")
    if let value = try section.decimal("imageWidth", in: Seal.widths) { result.style.imageWidth = value }
    if let value = try section.decimal("textWidth", in: Seal.widths) { result.style.textWidth = value }
    if let value = try section.decimal("fontSize", in: Seal.fontSizes) { result.style.fontSize = value }
    if let lines = try section.texts("text") { result.style.lines = lines }
    let sides = Seal.Side.allCases.map(\.rawValue).joined(separator: ", ")
    result.style.side = try section.value("textSide", expected: sides, Seal.Side.init(rawValue:))
    let signers = try section.texts("signers") ?? []
    if let place = try section.value("at", expected: SealPlace.grammar, { SealPlace($0, signers: signers) }) {
      result.style.place = place
    }
    try section.finish()
    return result
  }
}

/// The seals of the units that have one, ready to be drawn. A seal is made once: its picture and its letters are compressed
/// then.
public struct UnitSeals: Sendable {
  private var seals: [UnitID: Seal] = [:]

  /// No unit has a seal.
  public init() {}

  /// Reads every file that the units' configurations name.
  public static func load(_ units: [UnitConfiguration]) throws(ConfigurationError) -> UnitSeals {
    var result = UnitSeals()
    for unit in units {
      guard let seal = unit.signing.seal else { continue }
      do {
        result.seals[unit.unit] = try seal.make(
          signerName: unit.name, reason: unit.signing.reason, location: unit.signing.location)
      } catch {
        throw ConfigurationError(
          .badValue, file: seal.file, key: "signing.seal.\(error.part.rawValue)", error.detail)
      }
    }
    return result
  }

  /// nil where the unit's signatures are invisible.
  public subscript(unit: UnitID) -> Seal? { seals[unit] }
}

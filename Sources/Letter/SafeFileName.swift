import Foundation

/// A file name that every computer in an office can show and open: legal on Windows, Linux and over Samba, whatever it was
/// made from. Clerks see these names; the bytes of the document are another matter.
public struct SafeFileName: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// In bytes of UTF-8. File systems allow 255; the rest is for " (2)", a reason's suffix and Windows' limit on whole paths.
  public static let lengthLimit = 180

  /// - Parameters:
  ///   - stem: any text, such as the name that a sender gave, without its extension.
  ///   - suffix: the extension with its dot, ASCII; kept whole.
  public init(stem: String, suffix: String) {
    var cleaned = ""
    for scalar in stem.unicodeScalars {
      if Self.isInvisible(scalar) { continue }
      // Characters that Windows forbids in names, and control characters, become spaces.
      let replaced = scalar.properties.generalCategory == .control || "<>:\"/\\|?*".unicodeScalars.contains(scalar)
      cleaned.unicodeScalars.append(replaced ? " " : scalar)
    }
    cleaned = cleaned.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    // Composed form, as Windows and its keyboards write Vietnamese.
    cleaned = cleaned.precomposedStringWithCanonicalMapping
    while cleaned.utf8.count > Self.lengthLimit - suffix.utf8.count { cleaned.removeLast() }
    // Windows drops trailing dots and spaces; a leading dot hides a file, and `~$` marks an editor's lock.
    while let last = cleaned.last, last == "." || last == " " { cleaned.removeLast() }
    while let first = cleaned.first, first == "." || first == " " || cleaned.hasPrefix("~$") { cleaned.removeFirst() }
    if cleaned.isEmpty { cleaned = "van ban" }
    // CON, NUL, COM1 … name devices on Windows, also with an extension.
    let device = cleaned.prefix { $0 != "." }.uppercased().trimmingCharacters(in: .whitespaces)
    if Self.devices.contains(device) { cleaned = "_" + cleaned }
    text = cleaned + suffix
  }

  /// The n-th name to try where the first is taken: `name (2).pdf`.
  public func numbered(_ number: Int) -> SafeFileName {
    guard number > 1 else { return self }
    let dot = text.lastIndex(of: ".") ?? text.endIndex
    let suffix = String(text[dot...])
    let mark = " (\(number))"
    var stem = String(text[..<dot])
    while stem.utf8.count > Self.lengthLimit - suffix.utf8.count - mark.utf8.count { stem.removeLast() }
    return SafeFileName(stem: stem + mark, suffix: suffix)
  }

  public var description: String { text }

  /// As Microsoft's "Naming Files, Paths, and Namespaces" lists them: the digits may also be raised.
  private static let devices: Set<String> = Set(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
      + ["COM", "LPT"].flatMap { port in "0123456789¹²³".map { "\(port)\($0)" } })

  /// Marks that change how a name looks without being seen: direction overrides (a name that ends in `fdp.exe` can be made
  /// to look like `exe.pdf`), zero-width characters, the byte-order mark.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF, 0x00AD, 0xFFFD: true
    default: scalar.properties.generalCategory == .privateUse || scalar.properties.generalCategory == .unassigned
    }
  }
}

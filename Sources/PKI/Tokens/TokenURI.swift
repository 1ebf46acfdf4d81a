import Foundation

/// A key in a token, by RFC 7512: `pkcs11:token=CONGVAN;object=unit?module-path=/usr/lib/softhsm/libsofthsm2.so`. Read
/// strictly: an attribute that is unknown, doubled or out of bounds is refused, since a URI that says less than it seems to
/// would choose another key.
public struct TokenURI: Sendable, Equatable, CustomStringConvertible {
  /// The library, by path or by name.
  public enum Module: Sendable, Equatable {
    /// Absolute.
    case path(String)
    /// Without folder, `lib` and `.so`.
    case name(String)
  }

  public private(set) var token: String?
  public private(set) var manufacturer: String?
  public private(set) var serial: String?
  public private(set) var model: String?
  public private(set) var slot: UInt?
  /// CKA_LABEL of the key.
  public private(set) var object: String?
  /// CKA_ID of the key, 1 to 255 bytes.
  public private(set) var id: Data?
  public private(set) var module: Module
  public private(set) var pinSource: PINSource?
  /// As it was given; it holds no secret, because `pin-value` is refused.
  public let description: String

  public static let maximumLength = 2048

  /// - Throws: ``PKIError/Code/tokenURIInvalid``; its message never repeats a value.
  public init(_ text: String) throws {
    guard text.utf8.count <= Self.maximumLength else {
      throw Self.invalid("it is longer than \(Self.maximumLength) bytes")
    }
    guard text.hasPrefix("pkcs11:") else { throw Self.invalid("it does not begin with `pkcs11:`") }
    let parts = text.dropFirst("pkcs11:".count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path = try Self.attributes(parts[0], separator: ";", inQuery: false)
    var query = parts.count > 1 ? try Self.attributes(parts[1], separator: "&", inQuery: true) : [:]
    // RFC 7512 §2.4 knows it; our house doesn't: PINs never stand in a configuration or on a command line.
    if query["pin-value"] != nil {
      throw Self.invalid("`pin-value` is refused: put the PIN into a file of mode 0600 and name it in `pin-source`")
    }
    func taken(_ name: String, limit: Int) throws -> String? {
      guard let bytes = path.removeValue(forKey: name) else { return nil }
      return try Self.text(bytes, name, limit: limit)
    }
    // The limits are the widths of CK_TOKEN_INFO's fields (PKCS #11 2.40 §3.2).
    token = try taken("token", limit: 32)
    manufacturer = try taken("manufacturer", limit: 32)
    serial = try taken("serial", limit: 16)
    model = try taken("model", limit: 16)
    object = try taken("object", limit: 255)
    slot = try taken("slot-id", limit: 20).map { digits in
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = UInt(digits) else {
        throw Self.invalid("`slot-id` is not a number")
      }
      return number
    }
    if let kind = try taken("type", limit: 16), kind != "private" {
      throw Self.invalid("`type` must be `private`, or left out: a private key is looked for")
    }
    if let bytes = path.removeValue(forKey: "id") {
      guard (1...255).contains(bytes.count) else { throw Self.invalid("`id` must have 1 to 255 bytes") }
      id = Data(bytes)
    }
    module = try Self.module(
      path: query.removeValue(forKey: "module-path"), name: query.removeValue(forKey: "module-name"))
    pinSource = try query.removeValue(forKey: "pin-source").map(Self.pinSource)
    if let unknown = (Array(path.keys) + Array(query.keys)).sorted().first {
      throw Self.invalid("`\(unknown)` is not an attribute that is understood here")
    }
    description = text
  }

  static func invalid(_ reason: String) -> PKIError {
    PKIError(.tokenURIInvalid, "The PKCS #11 URI is not usable: \(reason).")
  }

  private static func module(path: [UInt8]?, name: [UInt8]?) throws -> Module {
    switch (path, name) {
    case (let path?, nil):
      let text = try Self.text(path, "module-path", limit: 1024)
      guard text.hasPrefix("/") else { throw invalid("`module-path` must begin with /") }
      return .path(text)
    case (nil, let name?):
      let text = try Self.text(name, "module-name", limit: 64)
      guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }), !text.hasPrefix(".")
      else { throw invalid("`module-name` is a plain name") }
      return .name(text)
    case (nil, nil): throw invalid("say which library: `?module-path=/usr/lib/…/NAME.so`")
    default: throw invalid("either `module-path` or `module-name`, not both")
    }
  }

  /// `file:/path`, `file:///path` or `/path` (RFC 7512 §2.4); `|command` is refused.
  private static func pinSource(_ bytes: [UInt8]) throws -> PINSource {
    var text = try Self.text(bytes, "pin-source", limit: 1024)
    if text.hasPrefix("file:") {
      text.removeFirst("file:".count)
      if text.hasPrefix("//") { text.removeFirst(2) }
    }
    guard let source = PINSource(text) else {
      throw invalid("`pin-source` must be file:/PATH or credential:NAME")
    }
    return source
  }

  private static func text(_ bytes: [UInt8], _ name: String, limit: Int) throws -> String {
    guard (1...limit).contains(bytes.count), let text = String(validating: bytes, as: UTF8.self), !text.contains("\0")
    else { throw invalid("`\(name)` must be 1 to \(limit) bytes of UTF-8") }
    return text
  }

  private static func attributes(_ text: Substring, separator: Character, inQuery: Bool) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    guard !text.isEmpty else { return found }
    for part in text.split(separator: separator, omittingEmptySubsequences: false) {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, !halves[0].isEmpty,
        halves[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
      else { throw invalid("an attribute is not of the form name=value") }
      let name = String(halves[0])
      guard found.updateValue(try decoded(halves[1], name, inQuery: inQuery), forKey: name) == nil else {
        throw invalid("`\(name)` stands twice")
      }
    }
    return found
  }

  /// Percent-decoding; what must be encoded and isn't is refused (RFC 7512 §2.3).
  private static func decoded(_ text: Substring, _ name: String, inQuery: Bool) throws -> [UInt8] {
    let plain = Set("-._~:[]@!$'()*+,=".utf8).union((inQuery ? "/?|" : "&").utf8)
    var result: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
          throw invalid("`\(name)`: after % come two hexadecimal digits")
        }
        result.append(high << 4 | low)
      } else {
        let isLetter = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        guard isLetter || plain.contains(byte) else {
          throw invalid("`\(name)`: a space, a letter beyond ASCII or a sign such as ; or / stands there unencoded")
        }
        result.append(byte)
      }
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

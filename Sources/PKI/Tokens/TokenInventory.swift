import CPKCS11
import Foundation

/// What a PKCS #11 library offers, seen without logging in.
public struct TokenInventory: Sendable, Codable {
  public struct Token: Sendable, Codable {
    public let slot: UInt
    public let label: String
    public let manufacturer: String
    public let model: String
    public let serial: String
    /// One more wrong PIN, or none, is left.
    public let isLastTry: Bool
    public let isLocked: Bool
    /// Empty ones (as SoftHSM always has one) hold nothing and name nothing.
    public let isInitialised: Bool
    public let certificates: [Certificate]
    /// RFC 7512, without the key's name.
    public let uri: String
  }

  /// A certificate there; its identifier is the key's.
  public struct Certificate: Sendable, Codable {
    public let label: String
    /// Percent-encoded, as `id` in a URI wants it.
    public let id: String
    public let subject: String
    public let notAfter: Date
  }

  public let tokens: [Token]

  /// Blocks.
  public static func read(_ module: TokenURI.Module) throws -> TokenInventory {
    let library = try PKCS11Module.open(module)
    return try library.perform { calls in
      TokenInventory(tokens: try calls.tokens().map { try Self.token($0, calls, module) })
    }
  }

  private static func token(_ token: Cryptoki.Token, _ calls: Cryptoki, _ module: TokenURI.Module) throws -> Token {
    let isInitialised = token.has(CKF_TOKEN_INITIALIZED)
    let certificates = isInitialised ? try Self.certificates(in: token, calls) : []
    let query =
      switch module {
      case .path(let path): "module-path=\(path)"
      case .name(let name): "module-name=\(name)"
      }
    return Token(
      slot: token.slot, label: token.label, manufacturer: token.manufacturer, model: token.model, serial: token.serial,
      isLastTry: token.has(CKF_USER_PIN_FINAL_TRY), isLocked: token.has(CKF_USER_PIN_LOCKED),
      isInitialised: isInitialised,
      certificates: certificates,
      uri: "pkcs11:token=\(encoded(token.label));serial=\(encoded(token.serial))?\(query)")
  }

  private static func certificates(in token: Cryptoki.Token, _ calls: Cryptoki) throws -> [Certificate] {
    let session = try calls.openSession(token.slot)
    defer { calls.close(session) }
    let objects = try calls.find(session, [(CK_ATTRIBUTE_TYPE(CKA_CLASS), TokenSession.bytes(CKO_CERTIFICATE))])
    return try objects.compactMap { object -> Certificate? in
      guard let der = try calls.attribute(session, object, CK_ATTRIBUTE_TYPE(CKA_VALUE), limit: 64 << 10),
        let certificate = try? PKI.Certificate(der: der)
      else { return nil }
      let label = try calls.attribute(session, object, CK_ATTRIBUTE_TYPE(CKA_LABEL), limit: 255) ?? Data()
      let id = try calls.attribute(session, object, CK_ATTRIBUTE_TYPE(CKA_ID), limit: 255) ?? Data()
      return Certificate(
        label: String(decoding: label, as: UTF8.self), id: id.map { String(format: "%%%02x", $0) }.joined(),
        subject: certificate.subject, notAfter: certificate.notAfter)
    }
  }

  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      return isPlain || "-._~".utf8.contains(byte) ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
    }.joined()
  }
}

import CPKCS11
import Foundation

/// An open, logged-in session with the one private key that a URI names. It lives on its module's thread.
struct TokenSession: Sendable {
  let token: Cryptoki.Token
  /// Of the module, when the session was opened.
  let generation: Int
  private let handle: Cryptoki.Session
  private let key: Cryptoki.Object
  let keyID: Data
  let keyType: CK_KEY_TYPE
  private let authenticatesAlways: Bool
  private let login: TokenLogin

  /// Finds the token, logs in, finds the key.
  static func open(_ uri: TokenURI, _ calls: Cryptoki, login: TokenLogin, generation: Int) throws -> TokenSession {
    let token = try token(uri, among: calls.tokens())
    let session = try calls.openSession(token.slot)
    do {
      try login.logIn(calls, session, token)
      let key = try privateKey(uri, calls, session)
      let id = try calls.attribute(session, key, CK_ATTRIBUTE_TYPE(CKA_ID), limit: 255) ?? Data()
      let type = try number(calls, session, key, CK_ATTRIBUTE_TYPE(CKA_KEY_TYPE))
      let always = try calls.attribute(session, key, CK_ATTRIBUTE_TYPE(CKA_ALWAYS_AUTHENTICATE), limit: 1)
      return TokenSession(
        token: token, generation: generation, handle: session, key: key, keyID: id, keyType: type,
        authenticatesAlways: always?.first == 1, login: login)
    } catch {
      calls.close(session)
      throw error
    }
  }

  func close(_ calls: Cryptoki) { calls.close(handle) }

  /// The token that the URI names, exactly one.
  static func token(_ uri: TokenURI, among tokens: [Cryptoki.Token]) throws -> Cryptoki.Token {
    let tokens = tokens.filter { $0.has(CKF_TOKEN_INITIALIZED) }
    let found = tokens.filter { token in
      (uri.token ?? token.label) == token.label && (uri.manufacturer ?? token.manufacturer) == token.manufacturer
        && (uri.serial ?? token.serial) == token.serial && (uri.model ?? token.model) == token.model
        && (uri.slot ?? token.slot) == token.slot
    }
    guard let token = found.first else {
      let there = tokens.isEmpty ? "none is plugged in" : "there are: \(list(tokens))"
      throw PKIError(
        .tokenUnavailable,
        "The token of \(uri.described) is not there (\(there)). Plug it in; the agent tries again by itself.")
    }
    guard found.count == 1 else {
      throw PKIError(
        .tokenAmbiguous, "Several tokens fit \(uri.described): \(list(found)). Name one by `serial` in the URI.")
    }
    return token
  }

  private static func list(_ tokens: [Cryptoki.Token]) -> String {
    tokens.prefix(8).map { "\($0.label.debugDescription) serial=\($0.serial)" }.joined(separator: ", ")
  }

  private static func privateKey(_ uri: TokenURI, _ calls: Cryptoki, _ session: Cryptoki.Session) throws
    -> Cryptoki.Object
  {
    let isPrivate = (CK_ATTRIBUTE_TYPE(CKA_CLASS), bytes(CKO_PRIVATE_KEY))
    var wanted = [isPrivate]
    if let object = uri.object { wanted.append((CK_ATTRIBUTE_TYPE(CKA_LABEL), Array(object.utf8))) }
    if let id = uri.id { wanted.append((CK_ATTRIBUTE_TYPE(CKA_ID), Array(id))) }
    let found = try calls.find(session, wanted)
    if found.count == 1 { return found[0] }
    let candidates = try (found.isEmpty ? calls.find(session, [isPrivate]) : found).prefix(8).map { key in
      let label = try calls.attribute(session, key, CK_ATTRIBUTE_TYPE(CKA_LABEL), limit: 255) ?? Data()
      let id = try calls.attribute(session, key, CK_ATTRIBUTE_TYPE(CKA_ID), limit: 255) ?? Data()
      return "object=\(String(decoding: label, as: UTF8.self).debugDescription) "
        + "id=\(id.map { String(format: "%%%02x", $0) }.joined())"
    }
    let list = candidates.isEmpty ? "the token holds none" : candidates.joined(separator: ", ")
    throw found.isEmpty
      ? PKIError(.tokenKeyMissing, "No private key in the token fits \(uri.described). Keys there: \(list).")
      : PKIError(
        .tokenKeyAmbiguous, "\(found.count) private keys fit \(uri.described): \(list). Name one by `id` in the URI.")
  }

  /// The certificates beside the key, by its CKA_ID; at most 8 of at most 64 KiB.
  func certificates(_ calls: Cryptoki) throws -> [Certificate] {
    guard !keyID.isEmpty else { return [] }
    let found = try calls.find(
      handle,
      [
        (CK_ATTRIBUTE_TYPE(CKA_CLASS), Self.bytes(CKO_CERTIFICATE)), (CK_ATTRIBUTE_TYPE(CKA_ID), Array(keyID)),
      ])
    return try found.prefix(8).compactMap { object in
      try calls.attribute(handle, object, CK_ATTRIBUTE_TYPE(CKA_VALUE), limit: 64 << 10)
        .flatMap { try? Certificate(der: $0) }
    }
  }

  /// RSA: PKCS#1 v1.5 of SHA-256. EC: r and s, one after the other.
  func sign(_ calls: Cryptoki, _ message: Data) throws -> [UInt8] {
    let digest = Array(sha256(message))
    let mechanism: CK_MECHANISM_TYPE
    let input: [UInt8]
    switch keyType {
    case CK_KEY_TYPE(CKK_EC): (mechanism, input) = (CK_MECHANISM_TYPE(CKM_ECDSA), digest)
    case CK_KEY_TYPE(CKK_RSA):
      if calls.signs(CK_MECHANISM_TYPE(CKM_SHA256_RSA_PKCS), slot: token.slot) {
        (mechanism, input) = (CK_MECHANISM_TYPE(CKM_SHA256_RSA_PKCS), Array(message))
      } else {
        // DigestInfo (RFC 8017 §9.2).
        let info = Encode.sequence(
          Encode.sequence(DigestAlgorithm.sha256.oid.encoded, Encode.null), Encode.octetString(digest))
        (mechanism, input) = (CK_MECHANISM_TYPE(CKM_RSA_PKCS), info)
      }
    default: throw PKIError(.keyUnsupported, "The token's key is neither RSA nor elliptic-curve.")
    }
    return try calls.sign(handle, key, mechanism, input) {
      if authenticatesAlways { try login.confirm(calls, handle, token) }
    }
  }

  private static func number(
    _ calls: Cryptoki, _ session: Cryptoki.Session, _ object: Cryptoki.Object, _ type: CK_ATTRIBUTE_TYPE
  )
    throws -> CK_ULONG
  {
    let data = try calls.attribute(session, object, type, limit: MemoryLayout<CK_ULONG>.size) ?? Data()
    guard data.count == MemoryLayout<CK_ULONG>.size else { return CK_ULONG.max }
    return data.withUnsafeBytes { $0.loadUnaligned(as: CK_ULONG.self) }
  }

  static func bytes(_ number: CK_ULONG) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
}

extension TokenURI {
  /// For messages: short, and holding no secret (`pin-value` was refused).
  var described: String { "`\(description.prefix(200))`" }
}

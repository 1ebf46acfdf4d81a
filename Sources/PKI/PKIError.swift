import CCrypto
import Foundation

/// What went wrong with a key, a certificate, a signature or a time-stamp.
public struct PKIError: Error, Sendable, CustomStringConvertible {
  /// Stable names: they may stand in journals and answers, and are never renamed.
  public enum Code: String, Sendable, Codable, CaseIterable {
    /// The library failed where it never should (memory, randomness).
    case libraryFailure = "library-failure"
    case keyUnreadable = "key-unreadable"
    case keyUnsupported = "key-unsupported"
    case keyMismatch = "key-mismatch"
    case passwordWrong = "password-wrong"
    case tokenURIInvalid = "token-uri-invalid"
    /// The PKCS #11 library cannot be loaded, or others could replace it.
    case tokenModuleUnusable = "token-module-unusable"
    /// The token is away. It passes: see ``passes``.
    case tokenUnavailable = "token-unavailable"
    /// A call to the token has not come back. It passes where the call does.
    case tokenNotAnswering = "token-not-answering"
    case tokenAmbiguous = "token-ambiguous"
    case tokenKeyMissing = "token-key-missing"
    case tokenKeyAmbiguous = "token-key-ambiguous"
    /// The token refuses for another reason.
    case tokenFailed = "token-failed"
    case pinMissing = "pin-missing"
    /// The token refused the PIN just now.
    case pinWrong = "pin-wrong"
    /// The PIN was refused before, or the next wrong one locks the token: nothing is tried until somebody says so.
    case pinWithheld = "pin-withheld"
    case pinLocked = "pin-locked"
    case pinFileExposed = "pin-file-exposed"
    case pinFileUnreadable = "pin-file-unreadable"
    case certificateUnreadable = "certificate-unreadable"
    case requestInvalid = "request-invalid"
    case signingFailed = "signing-failed"
    /// Not the DER structure it should be.
    case malformed
    /// Bytes after the structure that are not zero padding.
    case trailingData = "trailing-data"
    case tooLarge = "too-large"
    case notOneSigner = "not-one-signer"
    case noSignedAttributes = "no-signed-attributes"
    case attributeInvalid = "attribute-invalid"
    case contentInvalid = "content-invalid"
    case wrongDigest = "wrong-digest"
    case wrongSigningCertificate = "wrong-signing-certificate"
    case algorithmUnsupported = "algorithm-unsupported"
    /// A digest that proves nothing any more, such as SHA-1.
    case algorithmWeak = "algorithm-weak"
    case signatureInvalid = "signature-invalid"
    case chainUntrusted = "chain-untrusted"
    case certificateExpired = "certificate-expired"
    case certificateNotYetValid = "certificate-not-yet-valid"
    case certificateRevoked = "certificate-revoked"
    /// A revocation list was demanded and is missing or out of date.
    case revocationUnknown = "revocation-unknown"
    case purposeUnsuitable = "purpose-unsuitable"
    case timeStampRefused = "time-stamp-refused"
    case timeStampInvalid = "time-stamp-invalid"
    case revocationListInvalid = "revocation-list-invalid"
    /// An OCSP responder's answer that is none, or not one we take.
    case revocationResponseInvalid = "revocation-response-invalid"

    /// Trying again later may do, with nothing changed by anybody but the plug.
    public var passes: Bool { self == .tokenUnavailable || self == .tokenNotAnswering }
  }

  public let code: Code
  /// One English sentence for the log.
  public let message: String
  /// libcrypto's own error queue, oldest first; empty where the verdict is ours.
  public let underlying: [String]

  public init(_ code: Code, _ message: String, underlying: [String] = []) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  public var description: String {
    let causes = underlying.isEmpty ? "" : " (\(underlying.joined(separator: "; ")))"
    return "\(code.rawValue): \(message)\(causes)"
  }

  /// An error with what libcrypto has to say; empties this thread's error queue.
  static func library(_ code: Code, _ message: String) -> PKIError {
    var lines: [String] = []
    while lines.count < 16 {
      let number = ERR_get_error()
      if number == 0 { break }
      var buffer = [CChar](repeating: 0, count: 256)
      ERR_error_string_n(number, &buffer, buffer.count)
      lines.append(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    ERR_clear_error()
    return PKIError(code, message, underlying: lines)
  }
}

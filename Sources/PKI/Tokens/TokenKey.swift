import CPKCS11
import Foundation

/// A private key that stays in its token (smart card, USB token, HSM). Each signature asks the token, and is verified before
/// it is given out. Blocks; safe from several threads, which the token serves one after the other.
///
/// A token that is away is a fault that passes: the call throws ``PKIError/Code/tokenUnavailable``, and one made after the
/// token is back logs in again and signs.
public final class TokenKey: SigningKey, @unchecked Sendable {
  // Sendable: the session is only touched on the module's thread.
  private var session: TokenSession?

  private let uri: TokenURI
  private let login: TokenLogin
  private let callLimit: TimeInterval
  private let publicKey: PublicKey
  public let algorithm: KeyAlgorithm

  /// Asks nothing of the token yet: it may be away.
  /// - Parameters:
  ///   - certificate: of the key; it says what kind of key it is, and every signature is checked by it.
  ///   - pin: where the URI names no `pin-source`.
  ///   - tries: where refused PINs are remembered.
  public convenience init(_ uri: TokenURI, certificate: Certificate, pin: PINSource? = nil, tries: PINGuard) throws {
    try self.init(uri, certificate: certificate, pin: pin, tries: tries, callLimit: PKCS11Module.callLimit)
  }

  /// - Parameter callLimit: seconds that a signature may take, with what stands before it.
  init(_ uri: TokenURI, certificate: Certificate, pin: PINSource? = nil, tries: PINGuard, callLimit: TimeInterval)
    throws
  {
    self.uri = uri
    self.callLimit = callLimit
    login = TokenLogin(pin: uri.pinSource ?? pin, tries: tries)
    publicKey = try PublicKey(of: certificate)
    algorithm = try publicKey.signingAlgorithm()
  }

  deinit {
    if let session, let module = try? PKCS11Module.open(uri.module) { module.discard(session) }
  }

  /// The certificates in the token that belong to the key by their identifier. Logs in.
  public static func certificates(of uri: TokenURI, pin: PINSource? = nil, tries: PINGuard) throws -> [Certificate] {
    let module = try PKCS11Module.open(uri.module)
    let login = TokenLogin(pin: uri.pinSource ?? pin, tries: tries)
    return try module.perform { calls in
      let session = try TokenSession.open(uri, calls, login: login, generation: module.generation)
      defer { session.close(calls) }
      return try session.certificates(calls)
    }
  }

  public func sign(_ message: Data) throws -> Data {
    let module = try PKCS11Module.open(uri.module)
    let raw = try module.perform(limit: callLimit) { [self] calls in try attempt(calls, module, message) }
    let signature = Data(algorithm.isRSA ? raw : try Self.der(raw, algorithm))
    guard publicKey.verifies(signature, of: message, .sha256) else {
      throw PKIError(
        .keyMismatch, "The token's signature is not by the certificate's key: \(uri.described) names another key.")
    }
    return signature
  }

  private func attempt(_ calls: Cryptoki, _ module: PKCS11Module, _ message: Data) throws -> [UInt8] {
    if let known = session, known.generation == module.generation {
      do {
        return try known.sign(calls, message)
      } catch let fault as TokenFault where fault.endsSession {
        // The token was out, if only for a moment: a new session with a new login, at once.
        known.close(calls)
      }
    }
    session = nil
    let new = try opened(calls, module)
    do {
      let signature = try new.sign(calls, message)
      session = new
      return signature
    } catch {
      new.close(calls)
      throw error
    }
  }

  private func opened(_ calls: Cryptoki, _ module: PKCS11Module) throws -> TokenSession {
    do {
      return try TokenSession.open(uri, calls, login: login, generation: module.generation)
    } catch let error as PKIError where error.code == .tokenUnavailable {
      guard try module.restart() else { throw error }
    } catch let fault as TokenFault where fault.isRemoval && fault.call != "C_Login" {
      guard try module.restart() else { throw fault }
    }
    return try TokenSession.open(uri, calls, login: login, generation: module.generation)
  }

  /// r and s of equal length as Ecdsa-Sig-Value (RFC 3279 §2.2.3).
  private static func der(_ raw: [UInt8], _ algorithm: KeyAlgorithm) throws -> [UInt8] {
    let half = algorithm == .p384 ? 48 : 32
    guard raw.count == half * 2 else {
      throw PKIError(.keyMismatch, "The token's signature has \(raw.count) bytes: it is not by the certificate's key.")
    }
    return Encode.sequence(Encode.integer(bytes: raw[..<half]), Encode.integer(bytes: raw[half...]))
  }
}

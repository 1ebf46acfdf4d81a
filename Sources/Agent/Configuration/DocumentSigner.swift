import Durable
import Foundation
import PKI

/// What signs a unit's documents: the key in memory or in a token, and its certificates.
public struct DocumentSigner: Sendable {
  public let key: any SigningKey
  /// The key's own certificate first.
  public let certificates: [Certificate]

  public var certificate: Certificate { certificates[0] }

  public init(_ identity: SigningIdentity) {
    key = identity.key
    certificates = identity.certificates
  }

  private init(key: any SigningKey, certificates: [Certificate]) {
    self.key = key
    self.certificates = certificates
  }

  /// Loads a key of any kind. Blocks.
  ///
  /// A token isn't asked for anything where the certificate is in a file: it may be away, which is a fault that passes, and
  /// shows when it signs. Where it isn't, the token is logged in to for its certificate.
  /// - Parameters:
  ///   - certificateFile: PEM, leaf first. For PKCS#12 it adds what stands above the file's own certificate.
  ///   - pin: for a token, or a PKCS#12 file's password.
  ///   - tries: where PINs that a token refused are remembered.
  /// - Throws: `ConfigurationError` for what won't pass by itself; `PKIError` of a token.
  public static func load(
    _ source: KeySource, certificateFile: String? = nil, pin: PINSource? = nil, tries: PINGuard
  ) throws -> DocumentSigner {
    switch source {
    case .pem(let path):
      return DocumentSigner(try SigningIdentity.load(keyFile: path, certificateFile: certificateFile))
    case .pkcs12(let path):
      let data = try PrivateKeyFile.bytes(path)
      guard let pin else {
        throw ConfigurationError(
          .badKey, file: path, "pin-missing: name the file of its password: `signing.pin`, or --pin-file")
      }
      do {
        let opened = try PrivateKey.open(pkcs12: data, password: pin)
        let above = try certificateFile.map(certificates) ?? []
        let identity = try SigningIdentity(key: opened.key, certificates: opened.certificates)
        let missing = above.filter { !identity.certificates.contains($0) }
        return DocumentSigner(key: opened.key, certificates: identity.certificates + missing)
      } catch let error as PKIError {
        let remedy = error.code == .passwordWrong ? " Put the right one into \(pin)." : ""
        throw ConfigurationError(.badKey, file: path, "\(error)\(remedy)")
      }
    case .token(let uri):
      do { try (uri.pinSource ?? pin)?.check() } catch {
        throw ConfigurationError(.badKey, file: "\(uri)", "\(error)")
      }
      let chain =
        try certificateFile.map(certificates) ?? TokenKey.certificates(of: uri, pin: pin, tries: tries)
      guard let own = chain.first else {
        throw ConfigurationError(
          .badKey, file: "\(uri)",
          "certificate-unreadable: no certificate beside the key in the token: name its file (`signing.certificate`, --cert)"
        )
      }
      do {
        return DocumentSigner(
          key: try TokenKey(uri, certificate: own, pin: pin, tries: tries), certificates: chain)
      } catch { throw ConfigurationError(.badKey, file: "\(uri)", "\(error)") }
    }
  }

  private static func certificates(_ path: String) throws(ConfigurationError) -> [Certificate] {
    let text: Data
    do { text = try WholeFile.read(path, atMost: 1 << 20) } catch {
      throw ConfigurationError(
        .badKey, file: path, "certificate-unreadable: \(Messages(.english).why(error))")
    }
    guard let found = try? Certificate.all(pem: text), !found.isEmpty else {
      throw ConfigurationError(.badKey, file: path, "certificate-unreadable: no PEM certificate can be read here")
    }
    return found
  }
}

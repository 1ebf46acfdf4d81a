import CCrypto
import Foundation

/// A key with its certificates out of a PKCS#12 file (.p12, .pfx; RFC 7292).
public struct KeyAndCertificates: Sendable {
  public let key: PrivateKey
  /// The key's own certificate first, then the rest in the file's order.
  public let certificates: [Certificate]
}

extension PrivateKey {
  /// Opens a PKCS#12 file of at most 1 MiB, also the old kind (RC2-40, 3DES) that Windows writes.
  /// - Throws: ``PKIError/Code/passwordWrong``; ``PKIError/Code/keyMismatch`` when the file's certificate is another
  ///   key's.
  public static func open(pkcs12: Data, password: String) throws -> KeyAndCertificates {
    try password.withCString { try open(pkcs12: pkcs12, password: $0) }
  }

  /// The same, with the password from its file or credential.
  /// - Throws: also ``PKIError/Code/pinFileExposed`` and ``PKIError/Code/pinFileUnreadable``.
  public static func open(pkcs12: Data, password: PINSource) throws -> KeyAndCertificates {
    // The container's own password may be empty, as a token's PIN may not.
    try password.read(allowingEmpty: true).secret.withCString {
      try open(pkcs12: pkcs12, password: $0)
    }
  }

  private static func open(pkcs12: Data, password: UnsafePointer<CChar>) throws -> KeyAndCertificates {
    ERR_clear_error()
    guard pkcs12.count <= 1 << 20, let (container, _) = Library.decode(pkcs12, { d2i_PKCS12(nil, $0, $1) }) else {
      throw PKIError.library(.keyUnreadable, "This is no PKCS#12 file.")
    }
    defer { PKCS12_free(container) }
    guard PKCS12_verify_mac(container, password, -1) == 1 else {
      throw PKIError.library(.passwordWrong, "The password of the PKCS#12 file is wrong.")
    }

    var key: OpaquePointer?
    var leaf: OpaquePointer?
    var others: OpaquePointer?
    var isParsed = PKCS12_parse(container, password, &key, &leaf, &others) == 1
    if !isParsed, LegacyProvider.isLoaded {
      ERR_clear_error()
      isParsed = PKCS12_parse(container, password, &key, &leaf, &others) == 1
    }
    defer {
      X509_free(leaf)
      if let others { cc_certificates_free_all(others) }
    }
    guard isParsed, let key else {
      throw PKIError.library(.keyUnreadable, "The PKCS#12 file holds no readable private key.")
    }
    let privateKey = try PrivateKey(owning: key)
    guard leaf != nil else { throw PKIError(.keyMismatch, "The PKCS#12 file holds no certificate of its key.") }
    let own = try Certificate(copying: leaf)
    guard own.hasKey(privateKey) else {
      throw PKIError(.keyMismatch, "The certificate in the PKCS#12 file is another key's.")
    }
    var certificates = [own]
    if let others {
      for index in 0..<min(cc_certificates_count(others), 20) {
        certificates.append(try Certificate(copying: cc_certificates_at(others, index)))
      }
    }
    return KeyAndCertificates(key: privateKey, certificates: certificates)
  }
}

/// Old ciphers, loaded only when a file needs them. Loading any provider by hand ends the automatic loading of the
/// default one, so both.
private enum LegacyProvider {
  static let isLoaded = OSSL_PROVIDER_load(nil, "default") != nil && OSSL_PROVIDER_load(nil, "legacy") != nil
}

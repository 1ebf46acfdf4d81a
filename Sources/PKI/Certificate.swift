import CCrypto
import Foundation

/// An X.509 certificate (RFC 5280), as its exact bytes. Owns its X509. Reading one says nothing about trust: see
/// ``TrustAnchors``.
public final class Certificate: Hashable, @unchecked Sendable {
  // The X509 is never changed after init; libcrypto guards its own caches in it with locks.
  private let pointer: OpaquePointer

  /// The exact bytes.
  public let der: Data
  /// SHA-256 of ``der``, 32 bytes.
  public let fingerprint: Data
  /// The issuer's Name, DER, as it stands in the certificate.
  public let issuerDER: Data
  /// The subject's Name, DER.
  public let subjectDER: Data
  /// The serial number as a DER INTEGER.
  let serialNumberDER: Data

  /// Reads one certificate; nothing may follow it. At most 64 KiB.
  public init(der: Data) throws {
    ERR_clear_error()
    guard der.count <= 65_536, let (x509, isWhole) = Library.decode(der, { d2i_X509(nil, $0, $1) }) else {
      throw PKIError.library(.certificateUnreadable, "The certificate cannot be read.")
    }
    guard isWhole,
      let issuer = Library.encode({ i2d_X509_NAME(X509_get_issuer_name(x509), $0) }),
      let subject = Library.encode({ i2d_X509_NAME(X509_get_subject_name(x509), $0) }),
      let serial = Library.encode({ i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), $0) })
    else {
      X509_free(x509)
      throw PKIError.library(.certificateUnreadable, "The certificate is damaged, or bytes follow it.")
    }
    pointer = x509
    self.der = Data(der)
    fingerprint = sha256(der)
    issuerDER = issuer
    subjectDER = subject
    serialNumberDER = serial
  }

  /// Copies a certificate that something else owns.
  convenience init(copying x509: OpaquePointer?) throws {
    guard let x509, let der = Library.encode({ i2d_X509(x509, $0) }) else {
      throw PKIError.library(.certificateUnreadable, "The certificate cannot be written.")
    }
    try self.init(der: der)
  }

  /// Reads the first certificate of a PEM text.
  public convenience init(pem: Data) throws {
    guard let first = try Certificate.all(pem: pem).first else {
      throw PKIError(.certificateUnreadable, "The PEM text holds no certificate.")
    }
    try self.init(der: first.der)
  }

  /// Every certificate of a PEM text, in order; other blocks are passed over. At most 100.
  public static func all(pem: Data) throws -> [Certificate] {
    ERR_clear_error()
    defer { ERR_clear_error() }  // the end of the text is an error in libcrypto's queue
    return try Library.reading(pem) { bio in
      var found: [Certificate] = []
      while found.count < 100, let x509 = PEM_read_bio_X509(bio, nil, { _, _, _, _ in -1 }, nil) {
        defer { X509_free(x509) }
        found.append(try Certificate(copying: x509))
      }
      return found
    }
  }

  deinit { X509_free(pointer) }

  /// The certificate as PEM text.
  public var pem: Data {
    let text = der.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return Data("-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n".utf8)
  }

  /// SubjectPublicKeyInfo, DER.
  public var publicKeyDER: Data {
    Library.encode { i2d_X509_PUBKEY(X509_get_X509_PUBKEY(pointer), $0) } ?? Data()
  }
  /// SHA-256 of ``publicKeyDER``.
  public var publicKeyFingerprint: Data { sha256(publicKeyDER) }

  /// The serial number, big-endian, without leading zero bytes.
  public var serialNumber: Data { Data(serialNumberDER.dropFirst(2).drop { $0 == 0 }) }
  /// The serial number in lower-case hexadecimal.
  public var serialNumberHex: String { serialNumber.map { String(format: "%02x", $0) }.joined() }

  public var notBefore: Date { Library.date(X509_get0_notBefore(pointer)) ?? .distantFuture }
  public var notAfter: Date { Library.date(X509_get0_notAfter(pointer)) ?? .distantPast }

  /// The subject as RFC 2253 text, UTF-8.
  public var subject: String { Certificate.text(X509_get_subject_name(pointer)) }
  /// The issuer as RFC 2253 text, UTF-8.
  public var issuer: String { Certificate.text(X509_get_issuer_name(pointer)) }
  /// The subject's last common name; nil when there is none.
  public var subjectCommonName: String? { subjectEntry(NID_commonName) }
  /// The subject's organisation; nil when there is none.
  public var subjectOrganization: String? { subjectEntry(NID_organizationName) }

  public var isCertificateAuthority: Bool { X509_check_ca(pointer) == 1 }
  /// Issuer and subject are the same name.
  public var isSelfIssued: Bool { issuerDER == subjectDER }

  /// Is this the certificate of that key?
  public func matches(_ key: PrivateKey) -> Bool { publicKeyDER == key.publicKeyDER }

  /// The same question without encoding the key: for every signature.
  func hasKey(_ key: PrivateKey) -> Bool { key.isSameKey(as: X509_get0_pubkey(pointer)) }

  public static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
  public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

  private func subjectEntry(_ kind: Int32) -> String? {
    let name = X509_get_subject_name(pointer)
    var index: Int32 = -1
    while true {  // the last one is the most specific
      let next = X509_NAME_get_index_by_NID(name, kind, index)
      if next < 0 { break }
      index = next
    }
    guard index >= 0, let text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)) else { return nil }
    return Library.encode { ASN1_STRING_to_UTF8($0, text) }.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func text(_ name: OpaquePointer?) -> String {
    let text = Library.collect { X509_NAME_print_ex($0, name, 0, cc_name_flags()) >= 0 }
    return String(decoding: text ?? Data(), as: UTF8.self)
  }

  // What the neighbouring files need of the pointer. None keeps it.

  func withPointer<T>(_ body: (OpaquePointer) throws -> T) rethrows -> T { try body(pointer) }

  /// The public key with a reference of its own; the caller frees it.
  func newPublicKeyReference() -> OpaquePointer? { X509_get_pubkey(pointer) }
}

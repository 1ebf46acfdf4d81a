import CCrypto
import Foundation
import NIOConcurrencyHelpers

/// A certificate revocation list (RFC 5280 §5). Owns its X509_CRL.
public final class RevocationList: @unchecked Sendable {  // never changed after init
  private let pointer: OpaquePointer
  /// Verdicts by the authority's fingerprint: a long list is hashed once, not with every chain.
  private let verdicts = NIOLockedValueBox<[Data: Bool]>([:])
  public let der: Data
  /// The issuer's Name, DER.
  public let issuerDER: Data
  public let thisUpdate: Date
  public let nextUpdate: Date

  /// Reads a complete list; delta lists, lists of a part or for others (RFC 5280 §5.2.5, marked critical as it must be or
  /// not), with critical extensions, and those without a next update are refused.
  /// At most 16 MiB.
  public init(der: Data) throws {
    ERR_clear_error()
    guard der.count <= 1 << 24, let (list, isWhole) = Library.decode(der, { d2i_X509_CRL(nil, $0, $1) }) else {
      throw PKIError.library(.revocationListInvalid, "The revocation list cannot be read.")
    }
    guard isWhole, X509_CRL_get_ext_by_critical(list, 1, -1) < 0, X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) < 0,
      X509_CRL_get_ext_by_NID(list, NID_issuing_distribution_point, -1) < 0,
      let issuer = Library.encode({ i2d_X509_NAME(X509_CRL_get_issuer(list), $0) }),
      let from = Library.date(X509_CRL_get0_lastUpdate(list)), let until = Library.date(X509_CRL_get0_nextUpdate(list))
    else {
      X509_CRL_free(list)
      throw PKIError.library(.revocationListInvalid, "The revocation list is of a kind that is not accepted.")
    }
    pointer = list
    self.der = Data(der)
    issuerDER = issuer
    thisUpdate = from
    nextUpdate = until
  }

  deinit { X509_CRL_free(pointer) }

  /// Is the list signed by this authority, with an accepted algorithm?
  public func isSigned(by authority: Certificate) -> Bool {
    guard issuerDER == authority.subjectDER, authority.keyUsage.contains(.revocationListSigning) else { return false }
    return verdicts.withLockedValue { known in
      if let verdict = known[authority.fingerprint] { return verdict }
      if known.count >= 16 { known.removeAll() }
      let verdict = verifies(with: authority)
      known[authority.fingerprint] = verdict
      return verdict
    }
  }

  private func verifies(with authority: Certificate) -> Bool {
    ERR_clear_error()
    defer { ERR_clear_error() }
    var digest: Int32 = NID_undef
    _ = OBJ_find_sigid_algs(X509_CRL_get_signature_nid(pointer), &digest, nil)
    guard [NID_sha256, NID_sha384, NID_sha512].contains(digest) else { return false }
    return authority.withPointer { X509_CRL_verify(pointer, X509_get0_pubkey($0)) == 1 }
  }

  /// When the certificate was revoked; nil when it is not on the list.
  public func revocationDate(of certificate: Certificate) -> Date? {
    guard certificate.issuerDER == issuerDER else { return nil }
    var entry: OpaquePointer?
    let result = certificate.withPointer { X509_CRL_get0_by_serial(pointer, &entry, X509_get0_serialNumber($0)) }
    guard result != 0, let entry else { return nil }
    return Library.date(X509_REVOKED_get0_revocationDate(entry)) ?? .distantPast
  }
}

extension CertificateAuthority {
  /// Writes a complete revocation list, version 2, with number and authority key identifier (RFC 5280 §5.2).
  /// - Parameters:
  ///   - revoked: serial numbers, big-endian, and since when.
  ///   - number: grows with every list.
  public func revocationList(
    revoked: [(serialNumber: Data, date: Date)], number: UInt64, thisUpdate: Date, nextUpdate: Date
  ) throws -> Data {
    let entries = revoked.map {
      Encode.sequence(Encode.integer(bytes: $0.serialNumber), Encode.time($0.date))
    }
    let extensions = Encode.sequence(
      ExtensionWriter.write(
        .authorityKeyIdentifier, Encode.sequence(Encode.contextPrimitive(0, try ownKeyIdentifier()))),
      ExtensionWriter.write(.crlNumber, Encode.integer(number)))
    let content = Encode.sequence(of: [
      Encode.integer(1), Signed.algorithm(of: key.algorithm), Array(certificate.subjectDER), Encode.time(thisUpdate),
      Encode.time(nextUpdate), entries.isEmpty ? [] : Encode.sequence(of: entries), Encode.context(0, extensions),
    ])
    return Data(try Signed.wrap(content, key: key))
  }
}

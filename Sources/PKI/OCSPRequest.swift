import Foundation

/// Asks an OCSP responder about one certificate (RFC 6960 §4.1).
public enum OCSPRequest {
  /// OCSPRequest without a nonce, in the lightweight profile's form: certificate identifiers by SHA-1, which every
  /// responder knows (RFC 5019 §2.1.1). The hash names the certificate; it secures nothing.
  /// - Parameters:
  ///   - certificate: the one asked about.
  ///   - issuer: its issuer's certificate.
  public static func about(_ certificate: Certificate, issuer: Certificate) throws -> Data {
    let identifier = Encode.sequence(
      Encode.sequence(OID.sha1.encoded, Encode.null),
      Encode.octetString(OCSPCertificateID.hash(Data(issuer.subjectDER), .sha1)),
      Encode.octetString(OCSPCertificateID.hash(try issuer.keyBits, .sha1)), Array(certificate.serialNumberDER))
    return Data(Encode.sequence(Encode.sequence(Encode.sequence(Encode.sequence(identifier)))))
  }
}

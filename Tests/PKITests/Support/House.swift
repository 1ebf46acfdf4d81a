import Foundation
import PKI

/// A province with its authority and one signer of each kind.
struct House {
  let authority: CertificateAuthority
  let now: Date

  init(now: Date = Date()) throws {
    self.now = now
    authority = try CertificateAuthority.create(
      commonName: "Gốc công văn", organization: "LĐLĐ tỉnh", notBefore: now - 86_400)
  }

  var trust: TrustAnchors { TrustAnchors([authority.certificate]) }

  func certificate(_ profile: CertificateProfile, _ key: PrivateKey, name: String = "Công đoàn cơ sở 78") throws
    -> Certificate
  {
    try authority.issue(
      profile, publicKeyDER: key.publicKeyDER,
      subject: DistinguishedName(commonName: name, organization: "LĐLĐ", country: "VN"),
      uris: ["urn:congvan:unit:cd78"], dnsNames: profile == .tlsServer ? ["hub.example"] : [],
      ipAddresses: profile == .tlsServer ? ["127.0.0.1", "::1"] : [], notBefore: now - 3600, notAfter: now + 86_400)
  }

  func signer(_ algorithm: KeyAlgorithm = .p256, _ profile: CertificateProfile = .documentSigning) throws -> (
    key: PrivateKey, certificate: Certificate
  ) {
    let key = try PrivateKey.generate(algorithm)
    return (key, try certificate(profile, key))
  }

  func timeStampAuthority() throws -> TimeStampAuthority {
    let (key, certificate) = try signer(.p256, .timeStamping)
    return try TimeStampAuthority(certificate: certificate, key: key, policyOID: "1.3.6.1.4.1.99999.1.1")
  }
}

/// The code of the error that the body throws; nil when it throws none.
func refusal(_ body: () throws -> Void) -> PKIError.Code? {
  do {
    try body()
    return nil
  } catch let error as PKIError { return error.code } catch { return nil }
}

import Foundation
import PKI
import Testing

@Suite struct CertificateTests {
  @Test("every profile's certificate passes OpenSSL's strict verification", arguments: CertificateProfile.allCases)
  func strictlyValid(profile: CertificateProfile) throws {
    let judge = try OpenSSL()
    let house = try House()
    for algorithm in [KeyAlgorithm.p256, .p384, .rsa2048] {
      let (_, certificate) = try house.signer(algorithm, profile)
      try judge.put("ca.pem", house.authority.certificate.pem)
      try judge.put("leaf.pem", certificate.pem)
      try judge.accepts("verify -x509_strict -auth_level 2 -CAfile ca.pem leaf.pem")
    }
  }

  @Test("a certificate says what was put into it")
  func readsBack() throws {
    let house = try House()
    let (key, certificate) = try house.signer()
    #expect(certificate.subjectCommonName == "Công đoàn cơ sở 78")
    #expect(certificate.subjectOrganization == "LĐLĐ")
    #expect(certificate.subject == "CN=Công đoàn cơ sở 78,O=LĐLĐ,C=VN")
    #expect(certificate.issuer == house.authority.certificate.subject)
    #expect(certificate.subjectAlternativeURIs == ["urn:congvan:unit:cd78"])
    #expect(certificate.keyUsage == [.digitalSignature, .nonRepudiation])
    #expect(certificate.extendedKeyUsages == ["1.3.6.1.5.5.7.3.36"])
    #expect(!certificate.isCertificateAuthority && house.authority.certificate.isCertificateAuthority)
    #expect(certificate.serialNumber.count == 20)
    #expect(certificate.matches(key))
    #expect(certificate.publicKeyFingerprint == key.publicKeyFingerprint)
    #expect(abs(certificate.notAfter.timeIntervalSince(house.now) - 86_400) < 1)
    #expect(try Certificate(pem: certificate.pem) == certificate)
    #expect(try Certificate.all(pem: certificate.pem + house.authority.certificate.pem).count == 2)
    let (_, server) = try house.signer(.p256, .tlsServer)
    #expect(server.subjectAlternativeDNSNames == ["hub.example"])
  }

  @Test("a certificate never outlives its authority")
  func endsWithAuthority() throws {
    let authority = try CertificateAuthority.create(
      commonName: "a", organization: "b", notBefore: Date(), validity: .seconds(3600))
    let key = try PrivateKey.generate(.p256)
    let certificate = try authority.issue(
      .machine, publicKeyDER: key.publicKeyDER, subject: .init(commonName: "m"), notBefore: Date(),
      notAfter: Date() + 1_000_000)
    #expect(certificate.notAfter == authority.certificate.notAfter)
  }

  @Test("dates beyond 2049 are written as OpenSSL reads them")
  func farDates() throws {
    let judge = try OpenSSL()
    let authority = try CertificateAuthority.create(
      commonName: "a", organization: "b", notBefore: Date() - 3600, validity: .seconds(40 * 365 * 86_400))
    try judge.put("ca.pem", authority.certificate.pem)
    try judge.accepts("verify -x509_strict -CAfile ca.pem ca.pem")
    #expect(authority.certificate.notAfter.timeIntervalSinceNow > 39 * 365 * 86_400)
  }

  @Test("damaged certificates are refused, at every byte, without a crash")
  func damage() throws {
    let der = try House().authority.certificate.der
    #expect(refusal { _ = try Certificate(der: der + [0]) } == .certificateUnreadable)
    #expect(refusal { _ = try Certificate(der: Data()) } == .certificateUnreadable)
    #expect(refusal { _ = try Certificate(pem: Data("no".utf8)) } == .certificateUnreadable)
    for length in 0..<der.count { #expect(throws: PKIError.self) { try Certificate(der: der.prefix(length)) } }
    for offset in der.indices {
      var damaged = der
      damaged[offset] ^= 0x55
      guard let read = try? Certificate(der: damaged) else { continue }
      _ = (read.subject, read.issuer, read.keyUsage, read.extendedKeyUsages, read.subjectAlternativeURIs, read.notAfter)
      #expect(throws: PKIError.self) {
        try TrustAnchors([Certificate(der: der)]).chain(for: read, at: Date(), purpose: .any)
      }
    }
  }

  @Test("what is to be signed into a name must be plain")
  func hostileNames() throws {
    let house = try House()
    let key = try PrivateKey.generate(.p256)
    func issue(uris: [String] = [], addresses: [String] = []) -> PKIError.Code? {
      refusal {
        _ = try house.authority.issue(
          .machine, publicKeyDER: key.publicKeyDER, subject: .init(commonName: "x"), uris: uris, ipAddresses: addresses,
          notBefore: house.now, notAfter: house.now + 60)
      }
    }
    #expect(issue(uris: ["urn:a\0b"]) == .requestInvalid)
    #expect(issue(uris: ["urn:đ"]) == .requestInvalid)
    #expect(issue(addresses: ["localhost"]) == .requestInvalid)
  }
}

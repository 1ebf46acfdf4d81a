import Foundation
import PKI
import Testing

@Suite struct TrustTests {
  @Test("a certificate is trusted for its own purpose and no other")
  func purposes() throws {
    let house = try House()
    let fit: [(CertificateProfile, Set<CertificatePurpose>)] = [
      (.tlsServer, [.tlsServer]), (.machine, [.tlsClient]), (.documentSigning, [.documentSigning]),
      (.timeStamping, [.timeStamping]), (.evidence, [.evidence, .documentSigning]),
    ]
    for (profile, purposes) in fit {
      let (_, certificate) = try house.signer(.p256, profile)
      for purpose in CertificatePurpose.allCases {
        let code = refusal { _ = try house.trust.chain(for: certificate, at: house.now, purpose: purpose) }
        #expect(
          code == (purpose == .any || purposes.contains(purpose) ? nil : .purposeUnsuitable), "\(profile) \(purpose)")
      }
    }
  }

  @Test("outside its time, or by another root of the same name, a certificate is not trusted")
  func timeAndRoot() throws {
    let house = try House()
    let (_, certificate) = try house.signer()
    func code(_ trust: TrustAnchors, _ date: Date) -> PKIError.Code? {
      refusal { _ = try trust.chain(for: certificate, at: date, purpose: .documentSigning) }
    }
    #expect(code(house.trust, house.now) == nil)
    #expect(code(house.trust, house.now + 2 * 86_400) == .certificateExpired)
    #expect(code(house.trust, house.now - 7200) == .certificateNotYetValid)
    #expect(code(try House().trust, house.now) == .chainUntrusted)
    #expect(code(TrustAnchors([]), house.now) == .chainUntrusted)
    let chain = try house.trust.chain(for: certificate, at: house.now, purpose: .any)
    #expect(chain == [certificate, house.authority.certificate])
  }

  @Test("a unit's key cannot issue certificates")
  func leafAsAuthority() throws {
    let judge = try OpenSSL()
    let house = try House()
    let (key, certificate) = try house.signer()
    try judge.put("leaf.pem", certificate.pem)
    try judge.put("key.pem", key.pem)
    try judge.accepts("req -new -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=evil -out r.pem")
    try judge.accepts("x509 -req -in r.pem -CA leaf.pem -CAkey key.pem -CAcreateserial -days 1 -out evil.pem")
    let evil = try Certificate(pem: judge.get("evil.pem"))
    #expect(
      refusal { _ = try house.trust.chain(for: evil, intermediates: [certificate], at: Date(), purpose: .any) }
        == .chainUntrusted)
  }

  @Test("weak roots' certificates are refused")
  func weak() throws {
    let judge = try OpenSSL()
    try judge.accepts("req -x509 -newkey rsa:1024 -nodes -keyout k.pem -subj /CN=weak -days 1 -out weak.pem")
    let root = try Certificate(pem: judge.get("weak.pem"))
    #expect(refusal { _ = try TrustAnchors([root]).chain(for: root, at: Date(), purpose: .any) } == .chainUntrusted)
  }

  @Test("our revocation list is one to OpenSSL, empty or not")
  func listsForOpenSSL() throws {
    let judge = try OpenSSL()
    let house = try House()
    let (_, good) = try house.signer()
    let (_, bad) = try house.signer()
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.put("good.pem", good.pem)
    try judge.put("bad.pem", bad.pem)
    for revoked in [[], [(serialNumber: bad.serialNumber, date: house.now - 60)]] {
      let list = try house.authority.revocationList(
        revoked: revoked, number: 7, thisUpdate: house.now - 30, nextUpdate: house.now + 3600)
      try judge.put("list", list)
      let (status, text) = try judge.run("crl -inform DER -in list -CAfile ca.pem -text -out list.pem")
      #expect(status == 0 && text.contains("verify OK"), "\(text)")
      try judge.accepts("verify -x509_strict -crl_check -CAfile ca.pem -CRLfile list.pem good.pem")
      let (verdict, _) = try judge.run("verify -x509_strict -crl_check -CAfile ca.pem -CRLfile list.pem bad.pem")
      #expect((verdict == 0) == revoked.isEmpty)
    }
  }

  @Test("a revoked certificate is refused from its date on, and stays good for what was signed before")
  func revocation() throws {
    let house = try House()
    let (_, certificate) = try house.signer()
    let (_, other) = try house.signer()
    let list = try house.authority.revocationList(
      revoked: [(certificate.serialNumber, house.now)], number: 1, thisUpdate: house.now, nextUpdate: house.now + 3600)
    let trust = try TrustAnchors([house.authority.certificate], revocationLists: [list])
    func code(_ certificate: Certificate, _ date: Date, _ trust: TrustAnchors) -> PKIError.Code? {
      refusal { _ = try trust.chain(for: certificate, at: date, purpose: .documentSigning) }
    }
    #expect(code(certificate, house.now + 1, trust) == .certificateRevoked)
    #expect(code(certificate, house.now - 60, trust) == nil)
    #expect(code(other, house.now + 1, trust) == nil)

    let strict = try TrustAnchors(
      [house.authority.certificate], revocationLists: [list], demandsRevocationList: true)
    #expect(code(other, house.now + 1, strict) == nil)
    #expect(code(other, house.now + 7200, strict) == .revocationUnknown)
    let without = try TrustAnchors([house.authority.certificate], revocationLists: [], demandsRevocationList: true)
    #expect(code(other, house.now, without) == .revocationUnknown)
  }

  @Test("a list that another signed in the authority's name is not believed; a damaged one is refused")
  func forgedLists() throws {
    let house = try House()
    let impostor = try House()
    let (_, certificate) = try house.signer()
    let list = try impostor.authority.revocationList(
      revoked: [(certificate.serialNumber, house.now - 60)], number: 1, thisUpdate: house.now,
      nextUpdate: house.now + 3600)
    let trust = try TrustAnchors([house.authority.certificate], revocationLists: [list])
    #expect(
      refusal { _ = try trust.chain(for: certificate, at: house.now + 1, purpose: .documentSigning) } == nil)
    #expect(try !RevocationList(der: list).isSigned(by: house.authority.certificate))
    #expect(try RevocationList(der: list).isSigned(by: impostor.authority.certificate))
    #expect(
      refusal { _ = try TrustAnchors([house.authority.certificate], revocationLists: [list.prefix(40)]) }
        == .revocationListInvalid)
    #expect(refusal { _ = try RevocationList(der: list + [0]) } == .revocationListInvalid)
  }
}

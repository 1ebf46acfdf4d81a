import Foundation
import Testing

@testable import PKI

/// Evidence that is authentic and means something else than it seems: OpenSSL makes it, and is asked where it has a word.
@Suite struct DeceptiveEvidenceTests {
  private let openssl: OpenSSL
  private let now = Date()

  init() throws {
    openssl = try OpenSSL()
    try openssl.put(
      "house.cnf",
      Data(
        """
        [req]
        distinguished_name=dn
        [dn]
        [ca]
        basicConstraints=critical,CA:TRUE
        keyUsage=critical,keyCertSign,cRLSign
        [narrow]
        basicConstraints=critical,CA:TRUE,pathlen:0
        keyUsage=critical,keyCertSign,cRLSign
        nameConstraints=critical,permitted;dirName:ours
        [ours]
        O=LDLD
        [leaf]
        basicConstraints=critical,CA:FALSE
        keyUsage=critical,digitalSignature,nonRepudiation
        [strange]
        keyUsage=critical,digitalSignature,nonRepudiation
        1.2.3.4=critical,DER:0500
        [responder]
        keyUsage=critical,digitalSignature
        extendedKeyUsage=OCSPSigning
        [house]
        default_ca=house
        database=index.txt
        crlnumber=crlnumber
        default_md=sha256
        default_crl_days=7
        [plain]
        [partial]
        issuingDistributionPoint=critical,@part
        [partial_quiet]
        issuingDistributionPoint=@part
        [part]
        fullname=URI:http://crl.example/part.crl
        onlysomereasons=keyCompromise
        [indirect]
        issuingDistributionPoint=critical,@others
        [others]
        fullname=URI:http://crl.example/others.crl
        indirectCRL=TRUE
        [delta]
        2.5.29.27=critical,DER:020101
        [delta_quiet]
        2.5.29.27=DER:020101
        [unknown]
        1.2.3.4=critical,DER:0500

        """.utf8))
    try openssl.put("index.txt", Data())
    try openssl.put("crlnumber", Data("01\n".utf8))
    try openssl.accepts(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 30 "
        + "-config house.cnf -extensions ca")
  }

  private func issue(
    _ name: String, _ section: String, by issuer: String = "ca", serial: String, subject: String? = nil,
    options: String = "-sha256 -days 20"
  ) throws -> Certificate {
    try openssl.accepts(
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr "
        + "-subj \(subject ?? "/CN=\(name)") -config house.cnf")
    try openssl.accepts(
      "x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -set_serial 0x\(serial) \(options) "
        + "-extfile house.cnf -extensions \(section) -out \(name).pem")
    return try certificate(name)
  }

  private func certificate(_ name: String) throws -> Certificate { try Certificate(pem: openssl.get("\(name).pem")) }

  private func verdict(_ certificate: Certificate, _ intermediates: [Certificate] = []) throws -> PKIError.Code? {
    let trust = TrustAnchors([try self.certificate("ca")])
    return refusal { _ = try trust.chain(for: certificate, intermediates: intermediates, at: Date(), purpose: .any) }
  }

  // MARK: Chains

  @Test("an authority stays within the names and the depth that it was given, as OpenSSL has it")
  func constraints() throws {
    let narrow = try issue("narrow", "narrow", serial: "10", subject: "/O=LDLD/CN=narrow")
    let inside = try issue("inside", "leaf", by: "narrow", serial: "11", subject: "/O=LDLD/CN=inside")
    let outside = try issue("outside", "leaf", by: "narrow", serial: "12", subject: "/O=Other/CN=outside")
    let below = try issue("below", "ca", by: "narrow", serial: "13", subject: "/O=LDLD/CN=below")
    let deep = try issue("deep", "leaf", by: "below", serial: "14", subject: "/O=LDLD/CN=deep")
    #expect(try verdict(inside, [narrow]) == nil)
    #expect(try verdict(outside, [narrow]) == .chainUntrusted)
    #expect(try verdict(deep, [below, narrow]) == .chainUntrusted)
    try openssl.accepts("verify -CAfile ca.pem -untrusted narrow.pem inside.pem")
    #expect(try openssl.run("verify -CAfile ca.pem -untrusted narrow.pem outside.pem").status != 0)
    try openssl.put("both.pem", openssl.get("below.pem") + openssl.get("narrow.pem"))
    #expect(try openssl.run("verify -CAfile ca.pem -untrusted both.pem deep.pem").status != 0)
  }

  @Test("an authority of the same name and another key vouches for nobody, and stands in nobody's way")
  func namesakes() throws {
    let middle = try issue("middle", "ca", serial: "20", subject: "/CN=middle")
    let namesake = try issue("namesake", "ca", serial: "21", subject: "/CN=middle")
    let leaf = try issue("signer", "leaf", by: "middle", serial: "22")
    #expect(try verdict(leaf, [namesake]) == .chainUntrusted)
    #expect(try verdict(leaf, [middle]) == nil)
    #expect(try verdict(leaf, [middle, namesake]) == nil)
  }

  @Test("an extension that must be understood and isn't, and a certificate signed over SHA-1, are not trusted")
  func unfit() throws {
    #expect(try verdict(issue("plain", "leaf", serial: "30")) == nil)
    #expect(try verdict(issue("strange", "strange", serial: "31")) == .chainUntrusted)
    #expect(try verdict(issue("old", "leaf", serial: "32", options: "-sha1 -days 20")) == .chainUntrusted)
  }

  // MARK: Lists

  private func list(_ section: String) throws -> Data {
    try openssl.accepts(
      "ca -gencrl -config house.cnf -name house -keyfile ca.key -cert ca.pem -crlexts \(section) -out \(section).crl")
    try openssl.accepts("crl -in \(section).crl -outform DER -out \(section).der")
    return try openssl.get("\(section).der")
  }

  @Test("a list that speaks for a part, for others, of changes alone, or in words that we don't know, is none")
  func lists() throws {
    #expect(refusal { _ = try RevocationList(der: try list("plain")) } == nil)
    for section in ["partial", "partial_quiet", "indirect", "delta", "delta_quiet", "unknown"] {
      #expect(refusal { _ = try RevocationList(der: try list(section)) } == .revocationListInvalid, "\(section)")
    }
  }

  // MARK: Responders

  private func response(about: Certificate, by responder: String, index: String, days: String = "-ndays 3") throws
    -> OCSPResponse
  {
    try openssl.put("ocsp.txt", Data(index.utf8))
    try openssl.put("request.der", try OCSPRequest.about(about, issuer: certificate("ca")))
    try openssl.accepts(
      "ocsp -index ocsp.txt -CA ca.pem -rsigner \(responder).pem -rkey \(responder).key -reqin request.der "
        + "-respout response.der \(days)")
    return try OCSPResponse(der: openssl.get("response.der"))
  }

  @Test("an answer without a next update speaks for the minutes in which it was made, and for what was before")
  func lightweight() throws {
    let leaf = try issue("unit", "leaf", serial: "40")
    let authority = try certificate("ca")
    let answer = RevocationEvidence.response(
      try response(about: leaf, by: "ca", index: "V\t491231235959Z\t\t40\tunknown\t/CN=unit\n", days: ""))
    #expect(answer.verdict(on: leaf, issuer: authority, at: now - 3600) == .good)
    #expect(answer.verdict(on: leaf, issuer: authority, at: now) == .good)
    #expect(answer.verdict(on: leaf, issuer: authority, at: now + 3600) == nil)
  }

  @Test("a responder that its authority revoked is not heard, whatever an older list says of it")
  func revokedResponder() throws {
    let leaf = try issue("unit", "leaf", serial: "50")
    _ = try issue("responder", "responder", serial: "51")
    let authority = try certificate("ca")
    let answer = RevocationEvidence.response(
      try response(about: leaf, by: "responder", index: "V\t491231235959Z\t\t50\tunknown\t/CN=unit\n"))
    func isGood(_ lists: [Data]) throws -> Bool {
      let evidence = try [answer] + lists.map { .list(try RevocationList(der: $0)) }
      let pool = RevocationPool(evidence.map { .init($0, existedAt: now + 60) })
      if case .good(let item, _) = pool.status(of: leaf, issuer: authority, at: now), case .response = item.evidence {
        return true
      }
      return false
    }
    let clean = try list("plain")
    #expect(try !isGood([]))
    #expect(try isGood([clean]))
    try openssl.put("index.txt", Data("R\t491231235959Z\t250101000000Z\t51\tunknown\t/CN=responder\n".utf8))
    let revoking = try list("plain")
    #expect(try !isGood([revoking]))
    #expect(try !isGood([clean, revoking]))
  }

  // MARK: Signatures

  private func signed(_ options: String, key: String = "rsa:2048") throws -> Data {
    try openssl.put("content", Data("Quyết định".utf8))
    try openssl.accepts(
      "req -x509 -newkey \(key) -nodes -keyout own.key -out own.pem -subj /CN=own -days 9 -config house.cnf")
    try openssl.accepts(
      "cms -sign -binary -cades -in content -signer own.pem -inkey own.key -outform DER -out own.cms \(options)")
    return try openssl.get("own.cms")
  }

  private func judged(_ cms: Data, _ algorithm: DigestAlgorithm = .sha256) -> PKIError.Code? {
    refusal {
      _ = try SignedDataReader.verify(cms: cms, detachedDigest: digest(Data("Quyết định".utf8), algorithm))
    }
  }

  @Test("weak digests, short keys, and RSA-PSS whose parts disagree are refused, though OpenSSL signs and accepts them")
  func algorithms() throws {
    let pss = "-md sha256 -keyopt rsa_padding_mode:pss"
    #expect(judged(try signed("-md sha256")) == nil)
    #expect(judged(try signed("\(pss) -keyopt rsa_pss_saltlen:32")) == nil)
    let disagreeing = [
      "\(pss) -keyopt rsa_pss_saltlen:20", "\(pss) -keyopt rsa_pss_saltlen:0",
      "\(pss) -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha1",
      "\(pss) -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha512",
    ]
    for options in disagreeing {
      let cms = try signed(options)
      try openssl.accepts(
        "cms -verify -binary -inform DER -in own.cms -content content -noverify -out verified")
      #expect(judged(cms) == .algorithmUnsupported, "\(options)")
    }
    for weak in ["md5", "sha1"] { #expect(judged(try signed("-md \(weak)")) == .algorithmWeak, "\(weak)") }
    #expect(judged(try signed("-md sha256", key: "rsa:1024")) == .keyUnsupported)
    #expect(judged(try signed("-md sha256", key: "ec -pkeyopt ec_paramgen_curve:secp256k1")) == .keyUnsupported)
  }

  // MARK: Time-stamps

  @Test(
    "a token that says something critical which we don't know, or of a time when its authority was none, proves nothing"
  )
  func strangeTokens() throws {
    let house = try House()
    let (key, certificate) = try house.signer(.p256, .timeStamping)
    let imprint = sha256(Data("chữ ký".utf8))
    func token(at date: Date, critical: Bool?, over digest: Data) throws -> Data {
      let mark = critical.map {
        Encode.context(
          1, Encode.sequence(OID.data.encoded, $0 ? Encode.yes : [], Encode.octetString(Encode.null)))
      }
      let info = Encode.sequence(
        of: [
          Encode.integer(1), OID.tstInfo.encoded, TimeStamp.messageImprint(Array(digest)), Encode.integer(7),
          Encode.generalizedTime(date), mark ?? [],
        ])
      let built = try SignedDataBuilder.build(
        version: 3, contentType: .tstInfo, content: info, digest: Array(sha256(Data(info))), algorithm: .sha256,
        certificates: [certificate], includingCertificates: true, key: key)
      return Data(built.cms)
    }
    func verdict(_ token: Data) -> PKIError.Code? {
      refusal { _ = try TimeStamp.verify(token: token, imprint: imprint) }
    }
    #expect(verdict(try token(at: house.now, critical: nil, over: imprint)) == nil)
    #expect(verdict(try token(at: house.now, critical: false, over: imprint)) == nil)
    #expect(verdict(try token(at: house.now, critical: true, over: imprint)) == .timeStampInvalid)
    #expect(verdict(try token(at: house.now, critical: nil, over: sha256(Data("khác".utf8)))) == .timeStampInvalid)
    #expect(verdict(try token(at: house.now + 2 * 86_400, critical: nil, over: imprint)) == .timeStampInvalid)
    #expect(verdict(try token(at: house.now - 2 * 86_400, critical: nil, over: imprint)) == .timeStampInvalid)
  }
}

import Foundation
import PKI
import Testing

@Suite struct SignatureTests {
  let content = Data("Kính gửi Liên đoàn Lao động tỉnh\r\n".utf8)

  @Test("a detached signature is CAdES to OpenSSL", arguments: [KeyAlgorithm.p256, .p384, .rsa2048])
  func detached(algorithm: KeyAlgorithm) throws {
    let judge = try OpenSSL()
    let house = try House()
    let (key, certificate) = try house.signer(algorithm)
    let cms = try SignedDataBuilder.detached(
      contentDigest: sha256(content), certificates: [certificate, house.authority.certificate], key: key)
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.put("cms", cms)
    try judge.put("content", content)
    try judge.accepts(
      "cms -verify -cades -binary -inform DER -in cms -content content -CAfile ca.pem -purpose any -out /dev/null")
    let read = try SignedDataReader.verify(cms: cms, detachedDigest: sha256(content))
    #expect(read.signer == certificate && read.certificates.count == 2 && read.content == nil)
    #expect(read.findings == [] && !read.hasSigningTime && read.timeStampToken == nil)
    #expect(
      cms.count
        <= SignedDataBuilder.estimatedSize(
          certificates: [certificate, house.authority.certificate], key: algorithm, withTimeStamp: false))
  }

  @Test("the signed attributes are exactly content-type, message-digest and signing-certificate-v2; no signing-time")
  func attributesExact() throws {
    let judge = try OpenSSL()
    let (key, certificate) = try House().signer()
    try judge.put(
      "cms", try SignedDataBuilder.detached(contentDigest: sha256(content), certificates: [certificate], key: key))
    let (_, text) = try judge.run("cms -cmsout -print -inform DER -in cms")
    let attributes =
      text.components(separatedBy: " signedAttrs:").last?.components(separatedBy: "unsignedAttrs:").first ?? ""
    #expect(attributes.components(separatedBy: "object:").count - 1 == 3, "\(attributes)")
    #expect(attributes.contains("contentType") && attributes.contains("messageDigest"))
    #expect(attributes.contains("signingCertificateV2") && !attributes.contains("signingTime"))
  }

  @Test("what is written is DER: OpenSSL's re-encoding gives the same bytes")
  func reencodes() throws {
    let judge = try OpenSSL()
    let house = try House()
    let (key, certificate) = try house.signer()
    let cms = try SignedDataBuilder.encapsulated(
      content, certificates: [certificate, house.authority.certificate], key: key)
    try judge.put("cms", cms)
    try judge.accepts("cms -cmsout -inform DER -in cms -outform DER -out again")
    #expect(try judge.get("again") == cms)
  }

  @Test("a receipt carries its content and OpenSSL gives it back unchanged")
  func encapsulated() throws {
    let judge = try OpenSSL()
    let house = try House()
    let (key, certificate) = try house.signer(.p256, .evidence)
    for content in [content, Data(), Data(count: 300_000)] {
      let cms = try SignedDataBuilder.encapsulated(content, certificates: [certificate], key: key)
      try judge.put("ca.pem", house.authority.certificate.pem)
      try judge.put("cms", cms)
      try judge.accepts("cms -verify -cades -binary -inform DER -in cms -CAfile ca.pem -purpose any -out out")
      #expect(try judge.get("out") == content)
      #expect(try SignedDataReader.verify(cms: cms, detachedDigest: nil).content == content)
    }
  }

  @Test("signatures by OpenSSL are read; signing-time is reported")
  func foreign() throws {
    let judge = try OpenSSL()
    let house = try House()
    for (algorithm, options) in [
      (KeyAlgorithm.p256, "-md sha256"), (.p384, "-md sha384"), (.rsa2048, "-md sha512"),
      (.rsa2048, "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32"),
    ] {
      let (key, certificate) = try house.signer(algorithm)
      try judge.put("key.pem", key.pem)
      try judge.put("leaf.pem", certificate.pem)
      try judge.put("content", content)
      try judge.accepts(
        "cms -sign -cades -binary -nosmimecap -in content -signer leaf.pem -inkey key.pem -outform DER -out cms \(options)"
      )
      let cms = try judge.get("cms")
      let algorithm = try SignedDataReader.digestAlgorithm(of: cms)
      let read = try SignedDataReader.verify(cms: cms, detachedDigest: digest(content, algorithm))
      #expect(read.signer == certificate)
      #expect(read.hasSigningTime && read.findings.contains(.signingTimePresent))
      #expect(
        read.signatureAlgorithm == (options.contains("pss") ? .rsaPSS : key.algorithm == .rsa2048 ? .rsa : .ecdsa))
    }
  }

  @Test("zero padding is allowed where asked for, anything else after the signature is not")
  func padding() throws {
    let (key, certificate) = try House().signer()
    let cms = try SignedDataBuilder.detached(contentDigest: sha256(content), certificates: [certificate], key: key)
    func verify(_ bytes: Data, zeroPadded: Bool) -> PKIError.Code? {
      refusal { _ = try SignedDataReader.verify(cms: bytes, detachedDigest: sha256(content), zeroPadded: zeroPadded) }
    }
    #expect(verify(cms + Data(count: 9000), zeroPadded: true) == nil)
    #expect(verify(cms + Data(count: 9000), zeroPadded: false) == .malformed)
    #expect(verify(cms + Data(count: 50) + [1] + Data(count: 50), zeroPadded: true) == .trailingData)
    #expect(verify(cms + Data(count: 131_072), zeroPadded: true) == .tooLarge)
    #expect(verify(cms.dropLast(), zeroPadded: true) == .malformed)
    #expect(verify(Data(count: 100), zeroPadded: true) == .malformed)
    #expect(verify(Data(), zeroPadded: true) == .malformed)
  }

  @Test("a key does not sign in the name of another's certificate")
  func mismatch() throws {
    let house = try House()
    let (_, certificate) = try house.signer()
    let key = try PrivateKey.generate(.p256)
    #expect(
      refusal {
        _ = try SignedDataBuilder.detached(contentDigest: sha256(content), certificates: [certificate], key: key)
      }
        == .keyMismatch)
    #expect(refusal { _ = try CertificateAuthority(certificate: certificate, key: key) } == .purposeUnsuitable)
    #expect(
      refusal { _ = try CertificateAuthority(certificate: house.authority.certificate, key: key) } == .keyMismatch)
  }

  @Test("an answer of certificates only is read by OpenSSL and by us")
  func certificatesOnly() throws {
    let judge = try OpenSSL()
    let house = try House()
    let (_, certificate) = try house.signer()
    let answer = SignedDataBuilder.certificatesOnly([certificate, house.authority.certificate])
    try judge.put("answer", answer)
    let (status, text) = try judge.run("pkcs7 -inform DER -in answer -print_certs -noout")
    #expect(status == 0 && text.components(separatedBy: "subject=").count == 3)
    #expect(
      try Set(SignedDataBuilder.certificates(inCertificatesOnly: answer))
        == [certificate, house.authority.certificate])
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.accepts("crl2pkcs7 -nocrl -certfile ca.pem -outform DER -out theirs")
    #expect(
      try SignedDataBuilder.certificates(inCertificatesOnly: judge.get("theirs")) == [house.authority.certificate])
    for length in 0..<answer.count {
      #expect(throws: PKIError.self) { try SignedDataBuilder.certificates(inCertificatesOnly: answer.prefix(length)) }
    }
  }
}

import Foundation
import PKI
import Testing

@Suite struct TimeStampTests {
  let house: House
  let authority: TimeStampAuthority

  init() throws {
    house = try House()
    authority = try house.timeStampAuthority()
  }

  @Test("our stamp is one to OpenSSL")
  func openSSLAccepts() throws {
    let judge = try OpenSSL()
    let data = Data("chữ ký".utf8)
    let nonce = try Random.bytes(8)
    let request = TimeStamp.request(imprint: sha256(data), nonce: nonce)
    let response = try authority.respond(to: request, at: house.now, serial: Data([0x7F, 1, 2]))
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.put("data", data)
    try judge.put("request", request)
    try judge.put("response", response)
    try judge.put("token", try TimeStamp.token(inResponse: response, imprint: sha256(data), nonce: nonce))
    try judge.accepts("ts -verify -queryfile request -in response -CAfile ca.pem")
    try judge.accepts("ts -verify -data data -in response -CAfile ca.pem")
    try judge.accepts("ts -verify -data data -token_in -in token -CAfile ca.pem")
  }

  @Test("OpenSSL's queries are answered", arguments: ["-cert", "-cert -no_nonce", "-sha512 -cert"])
  func openSSLAsks(options: String) throws {
    let judge = try OpenSSL()
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.put("data", Data("x".utf8))
    try judge.accepts("ts -query -data data \(options) -out request")
    try judge.put("response", try authority.respond(to: judge.get("request"), at: house.now, serial: Data([9])))
    try judge.accepts("ts -verify -queryfile request -in response -CAfile ca.pem")
  }

  @Test("the token gives back time, signer and policy, and its chain is for time-stamping")
  func readsBack() throws {
    let imprint = sha256(Data("a".utf8))
    let nonce = try Random.bytes(8)
    let response = try authority.respond(
      to: TimeStamp.request(imprint: imprint, nonce: nonce), at: house.now, serial: Data([5]))
    let token = try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
    let stamp = try TimeStamp.verify(token: token, imprint: imprint)
    #expect(stamp.time.timeIntervalSince1970 == house.now.timeIntervalSince1970.rounded(.down))
    #expect(stamp.signer == authority.certificate && stamp.policyOID == "1.3.6.1.4.1.99999.1.1")
    #expect(stamp.serialNumber == Data([5]))
    let chain = try house.trust.chain(
      for: stamp.signer, intermediates: stamp.certificates, at: stamp.time, purpose: .timeStamping)
    #expect(chain.last == house.authority.certificate)

    #expect(refusal { _ = try TimeStamp.verify(token: token, imprint: sha256(Data())) } == .timeStampInvalid)
    #expect(
      refusal { _ = try TimeStamp.token(inResponse: response, imprint: imprint, nonce: Random.bytes(8)) }
        == .timeStampInvalid)
    for offset in token.indices {
      var forged = token
      forged[offset] ^= 0x01
      #expect(throws: PKIError.self, "offset \(offset)") { try TimeStamp.verify(token: forged, imprint: imprint) }
    }
  }

  @Test("a stamp is an unsigned attribute, and the signature still holds for OpenSSL")
  func attached() throws {
    let judge = try OpenSSL()
    let (key, certificate) = try house.signer(.rsa2048)
    let content = Data("văn bản".utf8)
    let cms = try SignedDataBuilder.detached(contentDigest: sha256(content), certificates: [certificate], key: key)
    let value = try SignedDataBuilder.signatureValue(of: cms)
    let response = try authority.respond(
      to: TimeStamp.request(imprint: sha256(value), nonce: Data([1])), at: house.now, serial: Data([5]))
    let token = try TimeStamp.token(inResponse: response, imprint: sha256(value), nonce: Data([1]))
    let stamped = try SignedDataBuilder.addingTimeStamp(token, to: cms)
    let read = try SignedDataReader.verify(cms: stamped, detachedDigest: sha256(content))
    #expect(read.timeStampToken == token && read.signatureValue == value && read.findings == [])
    try judge.put("cms", stamped)
    try judge.put("content", content)
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.accepts(
      "cms -verify -cades -binary -inform DER -in cms -content content -CAfile ca.pem -purpose any -out /dev/null")
    #expect(
      stamped.count
        <= SignedDataBuilder.estimatedSize(certificates: [certificate], key: .rsa2048, withTimeStamp: true))
  }

  @Test(
    "tokens of OpenSSL's own service are read, with the old and the new naming of the certificate",
    arguments: ["sha1", "sha256"])
  func foreignTokens(essAlgorithm: String) throws {
    let judge = try OpenSSL()
    let (key, certificate) = try house.signer(.rsa2048, .timeStamping)
    try judge.put("key.pem", key.pem)
    try judge.put("leaf.pem", certificate.pem)
    try judge.put("serial", Data("01\n".utf8))
    try judge.put(
      "ts.cnf",
      Data(
        """
        [tsa]
        default_tsa = t
        [t]
        serial = serial
        signer_digest = sha256
        default_policy = 1.2.3.4
        digests = sha256
        accuracy = secs:1, millisecs:500
        clock_precision_digits = 3
        ordering = yes
        tsa_name = yes
        ess_cert_id_alg = \(essAlgorithm)

        """.utf8))
    let imprint = sha256(Data("x".utf8))
    let nonce = Data([0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4])
    try judge.put("request", TimeStamp.request(imprint: imprint, nonce: nonce))
    try judge.accepts("ts -reply -config ts.cnf -queryfile request -signer leaf.pem -inkey key.pem -out response")
    let token = try TimeStamp.token(inResponse: judge.get("response"), imprint: imprint, nonce: nonce)
    let stamp = try TimeStamp.verify(token: token, imprint: imprint)
    #expect(stamp.signer == certificate && abs(stamp.time.timeIntervalSinceNow) < 60)
  }

  @Test(
    "asked over a stronger digest, the token rests on nothing weaker, and OpenSSL agrees",
    arguments: ["sha384", "sha512"])
  func stronger(_ digestName: String) throws {
    let judge = try OpenSSL()
    let data = Data("x".utf8)
    let algorithm = try #require(DigestAlgorithm(rawValue: digestName))
    let imprint = digest(data, algorithm)
    let nonce = Data([0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4])
    try judge.put("data", data)
    try judge.put("root.pem", house.authority.certificate.pem)
    try judge.put("request", TimeStamp.request(imprint: imprint, nonce: nonce))
    let response = try authority.respond(to: judge.get("request"), at: house.now, serial: Data([7]))
    try judge.put("response", response)
    try judge.accepts("ts -verify -in response -queryfile request -CAfile root.pem")
    try judge.accepts("ts -verify -in response -data data -CAfile root.pem")
    let token = try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
    let stamp = try TimeStamp.verify(token: token, imprint: imprint)
    #expect(stamp.digestAlgorithm == algorithm && stamp.signatureDigest == algorithm)
    // What the other signs over SHA-256 is not taken for it.
    let other = sha256(data)
    #expect(refusal { _ = try TimeStamp.verify(token: token, imprint: other) } == .timeStampInvalid)
  }

  @Test("what takes an ageing digest's place is stronger than all that age")
  func renewing() {
    #expect(DigestAlgorithm.renewing([]) == .sha256)
    #expect(DigestAlgorithm.renewing([.sha256]) == .sha384)
    #expect(DigestAlgorithm.renewing([.sha384]) == .sha512)
    #expect(DigestAlgorithm.renewing([.sha256, .sha512]) == nil)
  }

  @Test("what cannot be stamped gets a refusal that OpenSSL understands")
  func refusals() throws {
    let judge = try OpenSSL()
    try judge.put("data", Data("x".utf8))
    var answers: [Data] = [try authority.respond(to: Data("no".utf8), at: house.now, serial: Data([1]))]
    for options in ["-sha1", "-sha256 -tspolicy 1.2.3"] {
      try judge.accepts("ts -query -data data \(options) -out request")
      answers.append(try authority.respond(to: judge.get("request"), at: house.now, serial: Data([1])))
    }
    for answer in answers {
      try judge.put("response", answer)
      let (_, text) = try judge.run("ts -reply -in response -text")
      #expect(text.contains("Rejected"), "\(text)")
      #expect(
        refusal { _ = try TimeStamp.token(inResponse: answer, imprint: Data(count: 32), nonce: Data([1])) }
          == .timeStampRefused)
    }
  }

  @Test("only a certificate for time-stamping may stamp")
  func purpose() throws {
    let (key, certificate) = try house.signer(.p256, .documentSigning)
    #expect(
      refusal { _ = try TimeStampAuthority(certificate: certificate, key: key, policyOID: "1.2.3") }
        == .purposeUnsuitable)
    let (tsaKey, tsa) = try house.signer(.p256, .timeStamping)
    #expect(refusal { _ = try TimeStampAuthority(certificate: tsa, key: tsaKey, policyOID: "x") } == .malformed)
  }
}

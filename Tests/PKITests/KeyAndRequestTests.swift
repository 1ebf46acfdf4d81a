import Foundation
import PKI
import Testing

@Suite struct KeyAndRequestTests {
  @Test(
    "a key written as PEM is read by OpenSSL, and comes back the same", arguments: [KeyAlgorithm.p256, .p384, .rsa2048])
  func keysRoundTrip(algorithm: KeyAlgorithm) throws {
    let judge = try OpenSSL()
    let key = try PrivateKey.generate(algorithm)
    let again = try PrivateKey(pem: key.pem)
    #expect(again.publicKeyDER == key.publicKeyDER && again.algorithm == algorithm)
    try judge.put("key.pem", key.pem)
    try judge.put("message", Data("xin chào".utf8))
    try judge.put("signature", try key.sign(Data("xin chào".utf8)))
    try judge.accepts("pkey -in key.pem -pubout -out public.pem")
    try judge.accepts("dgst -sha256 -verify public.pem -signature signature message")
    #expect(try key.sign(Data()).count <= algorithm.maximumSignatureLength)
  }

  @Test("keys made by OpenSSL in its older forms are read; encrypted and weak ones are refused with the reason")
  func foreignKeys() throws {
    let judge = try OpenSSL()
    try judge.accepts("ecparam -genkey -name prime256v1 -noout -out ec.pem")
    #expect(try PrivateKey(pem: judge.get("ec.pem")).algorithm == .p256)
    try judge.accepts("ecparam -genkey -name secp256k1 -noout -out k1.pem")
    #expect(refusal { _ = try PrivateKey(pem: judge.get("k1.pem")) } == .keyUnsupported)
    try judge.accepts("genrsa -out weak.pem 1024")
    #expect(refusal { _ = try PrivateKey(pem: judge.get("weak.pem")) } == .keyUnsupported)
    try judge.accepts("ec -in ec.pem -aes128 -passout pass:x -out locked.pem")
    #expect(refusal { _ = try PrivateKey(pem: judge.get("locked.pem")) } == .keyUnreadable)
    #expect(refusal { _ = try PrivateKey(pem: Data()) } == .keyUnreadable)
  }

  @Test("a request proves its key to OpenSSL and to us")
  func requests() throws {
    let judge = try OpenSSL()
    for algorithm in [KeyAlgorithm.p256, .p384, .rsa2048] {
      let key = try PrivateKey.generate(algorithm)
      let der = try CertificateRequest.make(key: key, commonName: "Máy 1")
      try judge.put("request", der)
      try judge.accepts("req -inform DER -in request -verify -noout")
      #expect(try CertificateRequest(der: der).publicKeyFingerprint == key.publicKeyFingerprint)
    }
  }

  @Test("requests by OpenSSL are read; weak keys, other curves and forged ones are refused")
  func foreignRequests() throws {
    let judge = try OpenSSL()
    func request(_ options: String) throws -> Data {
      try judge.accepts("req -new -nodes -subj /CN=x -keyout k.pem -outform DER -out r.der \(options)")
      return try judge.get("r.der")
    }
    #expect(try CertificateRequest(der: request("-newkey rsa:2048 -sha384")).publicKeyDER.count > 200)
    #expect(refusal { _ = try CertificateRequest(der: request("-newkey rsa:1024")) } == .keyUnsupported)
    #expect(
      refusal { _ = try CertificateRequest(der: request("-newkey ec -pkeyopt ec_paramgen_curve:secp521r1")) }
        == .keyUnsupported)
    #expect(refusal { _ = try CertificateRequest(der: request("-newkey ed25519")) } == .keyUnsupported)
    #expect(refusal { _ = try CertificateRequest(der: request("-newkey rsa:2048 -sha1")) } == .requestInvalid)

    let good = try CertificateRequest.make(key: PrivateKey.generate(.p256), commonName: "x")
    #expect(refusal { _ = try CertificateRequest(der: good + [0]) } == .requestInvalid)
    for offset in good.indices {
      var forged = good
      forged[offset] ^= 0x01
      #expect(throws: PKIError.self, "offset \(offset)") { try CertificateRequest(der: forged) }
    }
  }

  @Test("PKCS#12 files open with their password only, also those of old Windows", arguments: ["", " -legacy"])
  func containers(kind: String) throws {
    let judge = try OpenSSL()
    let house = try House()
    let (key, certificate) = try house.signer(.rsa2048)
    try judge.put("key.pem", key.pem)
    try judge.put("leaf.pem", certificate.pem)
    try judge.put("ca.pem", house.authority.certificate.pem)
    try judge.accepts(
      "pkcs12 -export -inkey key.pem -in leaf.pem -certfile ca.pem -passout pass:mật -out a.p12\(kind)")
    let file = try judge.get("a.p12")
    let opened = try PrivateKey.open(pkcs12: file, password: "mật")
    #expect(opened.key.publicKeyDER == key.publicKeyDER)
    #expect(opened.certificates == [certificate, house.authority.certificate])
    #expect(refusal { _ = try PrivateKey.open(pkcs12: file, password: "mat") } == .passwordWrong)
    #expect(refusal { _ = try PrivateKey.open(pkcs12: file.prefix(100), password: "mật") } == .keyUnreadable)
  }

  @Test("one key signs from many tasks at once", arguments: [KeyAlgorithm.p256, .rsa2048])
  func concurrently(algorithm: KeyAlgorithm) async throws {
    let house = try House()
    let (key, certificate) = try house.signer(algorithm)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<25 {
            let content = sha256(Data("\(task) \(round)".utf8))
            let cms = try SignedDataBuilder.detached(contentDigest: content, certificates: [certificate], key: key)
            _ = try SignedDataReader.verify(cms: cms, detachedDigest: content)
            _ = try house.trust.chain(for: certificate, at: house.now, purpose: .documentSigning)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("a digest goes on from a copy or a snapshot as if from the beginning")
  func digests() throws {
    let hasher = SHA256Hasher()
    hasher.update(Data("công ".utf8))
    let copy = hasher.copy()
    let snapshot = hasher.snapshot()
    hasher.update(Data("lệnh".utf8))
    copy.update(Data("văn".utf8))
    let resumed = snapshot.resume()
    Data("văn".utf8).withUnsafeBytes { resumed.update($0) }
    #expect(Data(copy.finalize()) == sha256(Data("công văn".utf8)))
    #expect(resumed.finalize() == copy.finalize())
    #expect(Data(hasher.finalize()) == sha256(Data("công lệnh".utf8)))
    #expect(
      sha256(Data("abc".utf8)).map { String(format: "%02x", $0) }.joined()
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try Random.bytes(32) != Random.bytes(32))
  }
}

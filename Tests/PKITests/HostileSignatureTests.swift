import Foundation
import Testing

@testable import PKI

/// SignedData that someone has tampered with, or made to deceive.
@Suite struct HostileSignatureTests {
  let content = Data("Quyết định số 12".utf8)
  let key: PrivateKey
  let certificate: Certificate
  let house: House

  init() throws {
    house = try House()
    (key, certificate) = try house.signer()
  }

  /// A SignedData in which single parts can be made wrong; everything else is as we write it.
  private func forge(
    signers: Int = 1, attributes: (([[UInt8]]) -> [[UInt8]]?) = { $0 }, digest: Data? = nil, named: Certificate? = nil,
    contentType: OID = .data, eContent: [UInt8]? = nil, sorted: Bool = true
  ) throws -> Data {
    let named = named ?? certificate
    let standard = [
      SignedDataBuilder.attribute(.contentType, contentType.encoded),
      SignedDataBuilder.attribute(.messageDigest, Encode.octetString(Array(digest ?? sha256(content)))),
      SignedDataBuilder.attribute(
        .signingCertificateV2,
        Encode.sequence(Encode.sequence(Encode.sequence(Encode.octetString(Array(named.fingerprint)))))),
    ]
    let chosen = attributes(standard)
    let covered: [UInt8] =
      chosen.map { sorted ? Encode.set(of: $0) : Encode.tlv(0x31, Array($0.joined())) } ?? Array(content)
    let signature = Array(try key.sign(Data(covered)))
    let signed: [UInt8] = chosen == nil ? [] : [0xA0] + covered.dropFirst()
    let info = Encode.sequence(
      Encode.integer(1), Encode.sequence(Array(certificate.issuerDER), Array(certificate.serialNumberDER)),
      DigestAlgorithm.sha256.identifier, signed, Signed.algorithm(of: .p256), Encode.octetString(signature))
    let encapsulated =
      eContent.map { Encode.sequence(OID.data.encoded, Encode.context(0, Encode.octetString($0))) }
      ?? Encode.sequence(OID.data.encoded)
    return Data(
      SignedDataBuilder.contentInfo([
        Encode.integer(1), Encode.set(of: [DigestAlgorithm.sha256.identifier]), encapsulated,
        SignedDataBuilder.certificateSet([certificate]), Encode.set(of: Array(repeating: info, count: signers)),
      ]))
  }

  private func verdict(_ cms: Data) -> PKIError.Code? {
    refusal { _ = try SignedDataReader.verify(cms: cms, detachedDigest: sha256(content)) }
  }

  @Test("the forge's unforged piece verifies, so that the refusals below mean what they say")
  func control() throws { #expect(verdict(try forge()) == nil) }

  @Test("two signers, or none, are refused")
  func signers() throws {
    #expect(verdict(try forge(signers: 2)) == .notOneSigner)
    #expect(verdict(try forge(signers: 0)) == .notOneSigner)
  }

  @Test("a signature without signed attributes is refused")
  func noAttributes() throws { #expect(verdict(try forge(attributes: { _ in nil })) == .noSignedAttributes) }

  @Test("signing-time holds but is reported")
  func signingTime() throws {
    let cms = try forge(attributes: { $0 + [SignedDataBuilder.attribute(.signingTime, Encode.time(Date()))] })
    let read = try SignedDataReader.verify(cms: cms, detachedDigest: sha256(content))
    #expect(read.hasSigningTime && read.findings == [.signingTimePresent])
  }

  @Test("another content, a digest of another length, a missing or doubled digest are refused")
  func digests() throws {
    #expect(verdict(try forge(digest: sha256(Data("khác".utf8)))) == .wrongDigest)
    #expect(verdict(try forge(digest: Data(count: 20))) == .wrongDigest)
    #expect(verdict(try forge(attributes: { [$0[0], $0[2]] })) == .attributeInvalid)
    #expect(verdict(try forge(attributes: { $0 + [$0[1]] })) != nil)
    let other = SignedDataBuilder.attribute(.messageDigest, Encode.octetString(Array(sha256(Data()))))
    #expect(verdict(try forge(attributes: { $0 + [other] })) == .attributeInvalid)
    let good = try forge()
    #expect(refusal { _ = try SignedDataReader.verify(cms: good, detachedDigest: Data(count: 20)) } == .wrongDigest)
  }

  @Test("an attribute with two values or none is refused")
  func values() throws {
    let digest = Encode.octetString(Array(sha256(content)))
    let two = Encode.sequence(
      OID.messageDigest.encoded, Encode.set(of: [digest, Encode.octetString(Array(sha256(Data())))]))
    #expect(verdict(try forge(attributes: { [$0[0], two, $0[2]] })) == .attributeInvalid)
    let none = Encode.sequence(OID.messageDigest.encoded, Encode.set(of: []))
    #expect(verdict(try forge(attributes: { [$0[0], none, $0[2]] })) == .attributeInvalid)
  }

  @Test("the attribute must name the certificate used, not another one of the same key")
  func certificateNamed() throws {
    let twin = try house.certificate(.documentSigning, key, name: "Công đoàn cơ sở 79")
    #expect(verdict(try forge(named: twin)) == .wrongSigningCertificate)
    #expect(verdict(try forge(attributes: { [$0[0], $0[1]] })) == .wrongSigningCertificate)
  }

  @Test("two attributes that name the certificate, or an old one that names another beside the new, are refused")
  func certificateNamedTwice() throws {
    let twin = try house.certificate(.documentSigning, key, name: "Công đoàn cơ sở 79")
    func old(_ named: Certificate) -> [UInt8] {
      let hash = Encode.octetString(Array(LegacyDigest.sha1(named.der)))
      return SignedDataBuilder.attribute(.signingCertificate, Encode.sequence(Encode.sequence(Encode.sequence(hash))))
    }
    let second = SignedDataBuilder.attribute(
      .signingCertificateV2,
      Encode.sequence(Encode.sequence(Encode.sequence(Encode.octetString(Array(twin.fingerprint))))))
    #expect(verdict(try forge(attributes: { $0 + [second] })) == .attributeInvalid)
    #expect(verdict(try forge(attributes: { $0 + [old(certificate)] })) == nil)
    #expect(verdict(try forge(attributes: { $0 + [old(twin)] })) == .wrongSigningCertificate)
    #expect(verdict(try forge(attributes: { [$0[0], $0[1], old(certificate)] })) == .wrongSigningCertificate)
  }

  @Test("content that should be outside, inside that should be there, or of another type is refused")
  func contents() throws {
    #expect(verdict(try forge(eContent: Array(content))) == .contentInvalid)
    #expect(refusal { _ = try SignedDataReader.verify(cms: forge(), detachedDigest: nil) } == .contentInvalid)
    #expect(verdict(try forge(contentType: .tstInfo)) == .contentInvalid)
  }

  @Test("attributes out of DER's order, trailing bytes, BER lengths are refused")
  func encoding() throws {
    #expect(verdict(try forge(attributes: { $0.reversed() }, sorted: false)) == .malformed)
    let good = try forge()
    #expect(verdict(good + [0]) == .malformed)
    // Indefinite length in place of the outer one.
    let header = good[1] == 0x82 ? 4 : 3
    #expect(verdict(Data([0x30, 0x80]) + good.dropFirst(header) + Data([0, 0])) == .malformed)
    // A length with a superfluous zero.
    #expect(verdict(Data([0x30, 0x83, 0x00]) + good.dropFirst(2)) == .malformed)
  }

  @Test("a signature cut off anywhere is refused without a crash")
  func truncation() throws {
    let good = try forge()
    for length in 0..<good.count { #expect(verdict(good.prefix(length)) != nil) }
  }

  @Test("no byte of a signature can be changed", arguments: [UInt8(0x01), 0x20, 0x80, 0xFF])
  func mutation(mask: UInt8) throws {
    let good = try SignedDataBuilder.detached(contentDigest: sha256(content), certificates: [certificate], key: key)
    for offset in good.indices {
      var forged = good
      forged[offset] ^= mask
      #expect(verdict(forged) != nil, "offset \(offset)")
      _ = refusal { _ = try SignedDataReader.verify(cms: forged, detachedDigest: sha256(content), zeroPadded: true) }
    }
  }

  @Test("changes in the unsigned parts never change who signed what")
  func mutationOfUnsigned() throws {
    let stamped = try SignedDataBuilder.encapsulated(
      content, certificates: [certificate, house.authority.certificate], key: key)
    let authority = try house.timeStampAuthority()
    let imprint = sha256(try SignedDataBuilder.signatureValue(of: stamped))
    let nonce = try Random.bytes(8)
    let response = try authority.respond(
      to: TimeStamp.request(imprint: imprint, nonce: nonce), at: house.now, serial: Data([1]))
    let token = try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
    let good = try SignedDataBuilder.addingTimeStamp(token, to: stamped)
    for offset in good.indices {
      var forged = good
      forged[offset] ^= 0x11
      guard let read = try? SignedDataReader.verify(cms: forged, detachedDigest: nil) else { continue }
      #expect(read.signer == certificate && read.content == content, "offset \(offset)")
      guard let left = read.timeStampToken, left != token else { continue }
      if let stamp = try? TimeStamp.verify(token: left, imprint: imprint) {
        #expect(stamp.time.timeIntervalSince1970 == house.now.timeIntervalSince1970.rounded(.down), "offset \(offset)")
      }
    }
  }

  @Test("random bytes are never a signature and never a crash")
  func noise() throws {
    let good = [UInt8](try forge())
    for _ in 0..<2000 {
      var forged = good
      for _ in 0..<Int.random(in: 2...12) {
        forged[Int.random(in: 0..<forged.count)] = UInt8.random(in: 0...255)
      }
      guard forged != good else { continue }
      #expect(verdict(Data(forged)) != nil)
    }
  }

  @Test("nesting without end is refused")
  func nesting() {
    var bytes: [UInt8] = []
    for _ in 0..<2000 { bytes = Encode.tlv(0x30, bytes) }
    #expect(verdict(Data(bytes)) == .malformed)
  }
}

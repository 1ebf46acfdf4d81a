import Foundation
import Testing

@testable import PKI

/// OpenSSL's responder answers our question, and we judge its answer; OpenSSL reads our question.
@Suite("OCSP")
struct OCSPTests {
  private let openssl: OpenSSL

  init() throws {
    openssl = try OpenSSL()
    try openssl.put(
      "ca.cnf",
      Data(
        """
        [req]
        distinguished_name=dn
        [dn]
        [ca]
        basicConstraints=critical,CA:TRUE
        keyUsage=critical,keyCertSign,cRLSign,digitalSignature
        [leaf]
        keyUsage=critical,digitalSignature,nonRepudiation
        authorityInfoAccess=OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/ca.der
        crlDistributionPoints=URI:http://crl.example/list.crl,URI:ldap://crl.example/
        [responder]
        keyUsage=critical,digitalSignature
        extendedKeyUsage=OCSPSigning
        noCheck=ignored

        """.utf8))
    for (name, section) in [("ca", "ca"), ("other", "ca")] {
      try openssl.accepts(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).pem "
          + "-subj /CN=\(name) -days 30 -config ca.cnf -extensions \(section)")
    }
    for (name, section, serial, issuer) in [
      ("good", "leaf", "01", "ca"), ("bad", "leaf", "02", "ca"), ("responder", "responder", "03", "ca"),
      ("stranger", "responder", "04", "other"),
    ] {
      try openssl.accepts(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name) "
          + "-config ca.cnf")
      try openssl.accepts(
        "x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -set_serial 0x\(serial) -days 20 "
          + "-extfile ca.cnf -extensions \(section) -out \(name).pem")
    }
    try openssl.put(
      "index.txt",
      Data("V\t491231235959Z\t\t01\tunknown\t/CN=good\nR\t491231235959Z\t250101000000Z\t02\tunknown\t/CN=bad\n".utf8))
  }

  private func certificate(_ name: String) throws -> Certificate {
    try Certificate(pem: try openssl.get("\(name).pem"))
  }

  private func answer(about name: String, by responder: String) throws -> OCSPResponse {
    let request = try OCSPRequest.about(certificate(name), issuer: certificate("ca"))
    try openssl.put("request.der", request)
    try openssl.accepts("ocsp -reqin request.der -req_text")
    try openssl.accepts(
      "ocsp -index index.txt -CA ca.pem -rsigner \(responder).pem -rkey \(responder).key -reqin request.der "
        + "-respout response.der -ndays 3")
    return try OCSPResponse(der: try openssl.get("response.der"))
  }

  @Test("good, revoked and unknown come from the issuer or its responder alone")
  func verdicts() throws {
    let authority = try certificate("ca")
    let now = Date()
    for responder in ["ca", "responder"] {
      let good = RevocationEvidence.response(try answer(about: "good", by: responder))
      #expect(good.verdict(on: try certificate("good"), issuer: authority, at: now) == .good)
      #expect(good.verdict(on: try certificate("bad"), issuer: authority, at: now) == nil)
      // Four days on, the answer is stale.
      #expect(good.verdict(on: try certificate("good"), issuer: authority, at: now + 4 * 86_400) == nil)
      let bad = RevocationEvidence.response(try answer(about: "bad", by: responder))
      #expect(
        bad.verdict(on: try certificate("bad"), issuer: authority, at: now)
          == .revoked(Date(timeIntervalSince1970: 1_735_689_600)))
    }
    for impostor in ["stranger", "good"] {
      let forged = RevocationEvidence.response(try answer(about: "good", by: impostor))
      #expect(forged.verdict(on: try certificate("good"), issuer: authority, at: now) == nil)
    }
  }

  @Test("a response cut, lengthened or changed in one byte says nothing")
  func damaged() throws {
    let authority = try certificate("ca")
    let leaf = try certificate("good")
    let der = try answer(about: "good", by: "responder").der
    for length in stride(from: 0, to: der.count, by: 7) {
      #expect(throws: PKIError.self) { try OCSPResponse(der: der.prefix(length)) }
    }
    #expect(throws: PKIError.self) { try OCSPResponse(der: der + Data([0])) }
    // Within the signed part and the signature; the certificates after them are checked by their issuer's signature.
    for index in stride(from: 30, to: der.count, by: 3) {
      var changed = der
      changed[index] ^= 0x01
      guard let response = try? OCSPResponse(der: changed), changed != der else { continue }
      #expect(RevocationEvidence.response(response).verdict(on: leaf, issuer: authority, at: Date()) == nil, "\(index)")
    }
  }

  @Test("where revocation is asked for is read from the certificate, web addresses only")
  func addresses() throws {
    let leaf = try certificate("good")
    #expect(leaf.ocspURLs == ["http://ocsp.example/"])
    #expect(leaf.issuerURLs == ["http://ca.example/ca.der"])
    #expect(leaf.revocationListURLs == ["http://crl.example/list.crl"])
    #expect(try certificate("responder").isRevocationCheckWaived)
  }
}

import Exchange
import Foundation
import PKI
import Testing

@testable import Agent

@Suite struct DocumentTrustTests {
  private struct House {
    let hub = Authority("Tỉnh")
    let foreign = Authority("Cơ yếu")
    let unit: UnitID

    init() throws { unit = try UnitID("cdcs-thpt") }
  }

  private struct Authority {
    let authority: CertificateAuthority?

    init(_ name: String) {
      authority = try? CertificateAuthority.create(
        commonName: name, organization: name, notBefore: Date().addingTimeInterval(-7200))
    }

    var root: Certificate { get throws { try #require(authority).certificate } }

    func certify(_ uris: [String] = []) throws -> Certificate {
      try #require(authority).issue(
        .documentSigning, publicKeyDER: try PrivateKey.generate(.p256).publicKeyDER,
        subject: DistinguishedName(commonName: "A", organization: "A", country: "VN"), uris: uris,
        notBefore: Date().addingTimeInterval(-3600), notAfter: Date().addingTimeInterval(86400))
    }
  }

  private func directory(_ house: House, _ signers: [Directory.Signer], version: Int64 = 1) throws -> Directory {
    Directory(
      version: version, province: try UnitID("ldld-tinh"),
      units: [Directory.Unit(id: house.unit, name: "CĐCS", signers: signers)], groups: [],
      authorities: .init(roots: [try house.foreign.root.der.base64EncodedString()]))
  }

  private func fault(
    _ trust: DocumentTrust, _ directory: Directory?, _ certificate: Certificate, _ house: House
  ) -> String? {
    SignerCheck(trust, directory: directory).fault(of: [certificate], for: house.unit, at: Date())?.description
  }

  @Test(
    "another authority's certificate counts only where the province recognises it or this machine's configuration does, and is registered for the unit; the hub's own needs neither"
  )
  func rules() throws {
    let house = try House()
    let folder = try TemporaryFolder()
    let signer = try house.foreign.certify([house.unit.certificateURI])
    let registered = Directory.Signer(certificate: try SHA256Digest(bytes: signer.fingerprint))
    let own = try house.hub.certify([house.unit.certificateURI])
    let unrecognised = try house.foreign.root
    var configuration = AgentConfiguration(
      hub: .init(api: "https://a", publicURL: "https://b"), state: folder.path)

    let trust = try DocumentTrust(configuration, root: house.hub.root)
    #expect(fault(trust, nil, own, house) == nil)
    #expect(
      try fault(trust, nil, house.hub.certify(["urn:congvan:unit:khac"]), house)?.contains("somebody else") == true)
    #expect(fault(trust, nil, signer, house)?.contains("hub.yaml") == true)
    // What a certificate says of its unit counts only where the hub's authority says it.
    #expect(try fault(trust, directory(house, []), signer, house)?.contains("not registered") == true)
    #expect(try fault(trust, directory(house, [registered], version: 2), signer, house) == nil)
    let rules = try trust.rules(directory(house, [registered], version: 2))
    let fingerprint = Hex.encode(signer.fingerprint)
    let now = Instant(Date())
    #expect(!rules.isRegistered(fingerprint, for: try UnitID("khac"), at: now))
    let ended = Directory.Signer(certificate: registered.certificate, until: now)
    let later = try trust.rules(directory(house, [ended], version: 3))
    #expect(
      later.isRegistered(
        fingerprint, for: house.unit, at: Instant(millisecondsSinceEpoch: now.millisecondsSinceEpoch - 1)))
    #expect(!later.isRegistered(fingerprint, for: house.unit, at: now))

    // Pinned here: of other authorities only the configuration's own count.
    configuration.trustFromHub = false
    let pinned = try DocumentTrust(configuration, root: house.hub.root)
    #expect(try fault(pinned, directory(house, [registered]), signer, house)?.contains("hub.yaml") == true)
    configuration.trustFiles = ["\(folder.path)/anchors.pem"]
    try unrecognised.pem.write(to: URL(fileURLWithPath: configuration.trustFiles[0]))
    let local = try DocumentTrust(configuration, root: house.hub.root)
    #expect(try fault(local, directory(house, [registered]), signer, house) == nil)
    try signer.pem.write(to: URL(fileURLWithPath: configuration.trustFiles[0]))
    #expect(throws: ConfigurationError.self) { try DocumentTrust(configuration, root: house.hub.root) }
  }

  @Test("a directory of a hub that knows no other authorities is read, and written as it was")
  func olderDirectory() throws {
    let text = """
      {"groups":[],"province":"ldld-tinh","units":[{"aliases":[],"id":"a","isActive":true,"name":"A"}],"version":3}
      """
    let directory = try CanonicalJSON.decode(Directory.self, from: Data(text.utf8))
    #expect(directory.authorities.isEmpty && directory.units[0].signers.isEmpty)
    #expect(String(decoding: try CanonicalJSON.encode(directory), as: UTF8.self) == text)
  }
}

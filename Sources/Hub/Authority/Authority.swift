import Durable
import Exchange
import Foundation
import PKI

/// A key with its certificate.
struct Identity: Sendable {
  let key: PrivateKey
  /// The key's own certificate first.
  let certificates: [Certificate]
}

/// The province's certificate authority, its time-stamp authority, and the key with which the hub signs receipts.
public struct Authority: Sendable {
  let root: Certificate
  let server: Identity
  let evidence: Identity
  let timeStampAuthority: TimeStampAuthority
  private let issuer: CertificateAuthority
  private let ledger: (any Ledger)?
  private let organization: String

  static let machineLifetime: TimeInterval = 90 * 86400
  static let unitLifetime: TimeInterval = 365 * 86400
  private static let serviceLifetime: TimeInterval = 5 * 365 * 86400
  /// Under the arc of UUIDs (X.667), since no one needs to register there.
  private static let timeStampPolicy = "2.25.20160413.78"

  private enum File: String {
    case root, server, evidence, tsa
  }

  /// Makes all keys and certificates of a new hub.
  /// - Parameters:
  ///   - hosts: DNS names under which the hub is reached; `ips` likewise.
  static func create(in data: FilePath, name: String, hosts: [String], ips: [String], now: Date) throws {
    let keys = data.appending("keys")
    try Folder.make(keys, permissions: 0o700)
    let authority = try CertificateAuthority.create(commonName: "\(name) – CA", organization: name)
    guard let rootKey = authority.privateKey else {
      throw PKIError(.libraryFailure, "The authority's key is not here.")
    }
    try save(Identity(key: rootKey, certificates: [authority.certificate]), .root, keys)
    try DurableFile.replace(data.appending("root.pem"), with: Data(authority.certificate.pem), permissions: 0o644)
    let end = now.addingTimeInterval(serviceLifetime)
    for (file, profile, title) in [
      (File.server, CertificateProfile.tlsServer, hosts.first ?? "localhost"),
      (.evidence, .evidence, "\(name) – biên nhận"),
      (.tsa, .timeStamping, "\(name) – dấu thời gian"),
    ] {
      let key = try PrivateKey.generate(.p256)
      let certificate = try authority.issue(
        profile, publicKeyDER: key.publicKeyDER,
        subject: DistinguishedName(commonName: title, organization: name, country: "VN"),
        dnsNames: file == .server ? hosts : [], ipAddresses: file == .server ? ips : [],
        notBefore: now.addingTimeInterval(-300), notAfter: end)
      try save(Identity(key: key, certificates: [certificate, authority.certificate]), file, keys)
    }
  }

  private static func save(_ identity: Identity, _ file: File, _ folder: FilePath) throws {
    var pem = Data(try identity.key.pem)
    for certificate in identity.certificates { pem.append(Data(certificate.pem)) }
    try DurableFile.replace(folder.appending("\(file.rawValue).pem"), with: pem, permissions: 0o600)
  }

  private static func read(_ file: File, _ folder: FilePath) throws -> Identity {
    let path = "\(folder.appending("\(file.rawValue).pem"))"
    guard let pem = FileManager.default.contents(atPath: path) else {
      throw SystemError(call: "open", path: path, code: ENOENT)
    }
    return Identity(key: try PrivateKey(pem: pem), certificates: try Certificate.all(pem: pem))
  }

  static func load(dataFolder: String, ledger: (any Ledger)?) throws -> Authority {
    let keys = FilePath(dataFolder).appending("keys")
    let root = try read(.root, keys)
    let tsa = try read(.tsa, keys)
    return Authority(
      root: root.certificates[0], server: try read(.server, keys), evidence: try read(.evidence, keys),
      timeStampAuthority: try TimeStampAuthority(
        certificate: tsa.certificates[0], chain: Array(tsa.certificates.dropFirst()), key: tsa.key,
        policyOID: timeStampPolicy),
      issuer: try CertificateAuthority(certificate: root.certificates[0], key: root.key), ledger: ledger,
      organization: root.certificates[0].subjectOrganization ?? "")
  }

  /// CMS SignedData by the evidence key, with the content inside.
  func signReceipt(_ record: Data) throws -> Data {
    try SignedDataBuilder.encapsulated(record, certificates: evidence.certificates, key: evidence.key)
  }

  func issueMachine(_ machine: MachineID, request: CertificateRequest, at now: Instant) throws -> Certificate {
    try issuer.issue(
      .machine, publicKeyDER: request.publicKeyDER,
      subject: DistinguishedName(commonName: "machine \(machine)", organization: organization, country: "VN"),
      uris: [machine.certificateURI], notBefore: now.date.addingTimeInterval(-300),
      notAfter: now.date.addingTimeInterval(Self.machineLifetime))
  }

  func issueUnit(_ unit: UnitID, name: String, request: CertificateRequest, at now: Instant) throws -> Certificate {
    try issuer.issue(
      .documentSigning, publicKeyDER: request.publicKeyDER,
      subject: DistinguishedName(commonName: name, organization: organization, country: "VN"),
      uris: [unit.certificateURI],
      notBefore: now.date.addingTimeInterval(-300), notAfter: now.date.addingTimeInterval(Self.unitLifetime))
  }

  /// The list of revoked certificates as of now (RFC 5280 §5), good for a day.
  func revocationList(at now: Date) async throws -> Data {
    let revoked = try await ledger?.revoked() ?? []
    return try issuer.revocationList(
      revoked: revoked.map { (serialNumber: $0.serial, date: $0.at.date) }, number: UInt64(now.timeIntervalSince1970),
      thisUpdate: now, nextUpdate: now.addingTimeInterval(86400))
  }
}

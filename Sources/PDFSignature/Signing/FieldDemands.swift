import Foundation
import PKI

/// What an empty signature field asks of the signature that fills it: its seed values and its lock (ISO 32000-2 §12.7.5.5,
/// tables 235 to 238). Demands that we meet are met; a mandatory one that we don't meet is refused, never passed over.
struct FieldDemands: Sendable, Equatable {
  /// Signature references to write: what the field locks once it is signed.
  private(set) var references: [PDFObject] = []
  /// The only reasons that the field takes; nil when any will do.
  private(set) var reasons: [String]?
  /// DER of the only signers, and of certificates of which one must be above the signer; empty when any will do.
  private(set) var subjects: [[UInt8]] = []
  private(set) var issuers: [[UInt8]] = []

  init() {}

  /// Bits of /Ff in a seed value dictionary (table 237).
  private enum Mandatory {
    static let filter: Int64 = 1 << 0
    static let subFilter: Int64 = 1 << 1
    static let version: Int64 = 1 << 2
    static let reasons: Int64 = 1 << 3
    static let legalAttestation: Int64 = 1 << 4
    static let revocation: Int64 = 1 << 5
    static let digest: Int64 = 1 << 6
    static let lockDocument: Int64 = 1 << 7
    static let appearance: Int64 = 1 << 8
    static let known: Int64 = (1 << 9) - 1
  }
  /// Bits of /Ff in the dictionary about the signer's certificate (table 238).
  private enum MandatoryOfCertificate {
    static let subject: Int64 = 1 << 0
    static let issuer: Int64 = 1 << 1
  }

  init(_ field: SignatureField, in document: PDFDocument) throws(PDFRefusal) {
    let revision = document.last
    func refuse(_ what: String) -> PDFRefusal {
      PDFRefusal(.fieldDemands, "the empty signature field demands \(what)")
    }
    guard field.flags & 1 == 0 else { throw PDFRefusal(.fieldDemands, "the empty signature field is read-only") }
    try addLock(field, in: document)
    guard let written = field.dictionary["SV"] else { return }
    guard let seed = try document.resolve(written, in: revision)?.dictionary else {
      throw PDFRefusal(.damaged, "/SV of the signature field is no dictionary")
    }
    func value(_ key: String) throws(PDFRefusal) -> PDFObject? { try document.resolve(seed[key], in: revision) }
    func names(_ key: String) throws(PDFRefusal) -> [String]? {
      guard let list = try value(key)?.array else { return nil }
      var result: [String] = []
      for item in list { if let name = try document.resolve(item, in: revision)?.name { result.append(name) } }
      return result
    }
    let flags = try value("Ff")?.integer ?? 0
    guard flags >= 0, flags & ~Mandatory.known == 0 else { throw refuse("something unknown (/Ff \(flags))") }
    func isMandatory(_ bit: Int64) -> Bool { flags & bit != 0 }

    if isMandatory(Mandatory.filter), let filter = try value("Filter")?.name, filter != "Adobe.PPKLite" {
      throw refuse("the handler \(filter)")
    }
    if isMandatory(Mandatory.subFilter), let wanted = try names("SubFilter"), !wanted.contains("ETSI.CAdES.detached") {
      throw refuse("a signature of the kind \(wanted.joined(separator: ", "))")
    }
    if isMandatory(Mandatory.version), let version = try value("V")?.number, !(version <= 3) {
      throw refuse("a newer reader of seed values")
    }
    if isMandatory(Mandatory.digest), let list = try value("DigestMethod")?.array {
      let wanted = list.compactMap { $0.string.map(PDFText.decode) ?? $0.name }
      guard wanted.contains(where: { ["SHA256", "SHA-256"].contains($0.uppercased()) }) else {
        throw refuse("the digest \(wanted.joined(separator: ", "))")
      }
    }
    if isMandatory(Mandatory.revocation), try value("AddRevInfo") == .boolean(true) {
      throw refuse("revocation data inside the signature")
    }
    if isMandatory(Mandatory.legalAttestation), try value("LegalAttestation") != nil {
      throw refuse("a legal attestation")
    }
    if isMandatory(Mandatory.lockDocument), let lock = try value("LockDocument"), lock != .name("false") {
      throw refuse("that the document be locked")
    }
    if isMandatory(Mandatory.appearance), try value("AppearanceFilter") != nil { throw refuse("a certain appearance") }
    if isMandatory(Mandatory.reasons) { reasons = try Self.reasons(try value("Reasons"), in: document) }
    // /MDP has no bit: a P above 0 always asks for a certification, which we do not make.
    if let permission = try value("MDP")?.dictionary?["P"]?.integer, permission != 0 {
      throw refuse("a certification")
    }
    if let clock = try value("TimeStamp")?.dictionary, (clock["Ff"]?.integer ?? 0) & 1 != 0 {
      throw refuse("a time-stamp of a certain authority")
    }
    if let certificate = try value("Cert")?.dictionary { try addSigners(certificate, in: document) }
  }

  /// What signing the field locks becomes part of its signature (§12.8.2.4).
  private mutating func addLock(_ field: SignatureField, in document: PDFDocument) throws(PDFRefusal) {
    guard let written = field.dictionary["Lock"] else { return }
    guard let lock = try document.resolve(written, in: document.last)?.dictionary,
      let action = lock["Action"]?.name, ["All", "Include", "Exclude"].contains(action)
    else { throw PDFRefusal(.damaged, "/Lock of the signature field cannot be read") }
    var parameters = Self.transform().setting("Action", to: .name(action))
    if action != "All" {
      let names = try document.resolve(lock["Fields"], in: document.last)?.array
      guard let names, names.allSatisfy({ $0.string != nil }) else {
        throw PDFRefusal(.damaged, "/Lock of the signature field names no fields")
      }
      parameters = parameters.setting("Fields", to: .array(names))
    }
    let root = try document.catalog(in: document.last).reference
    references.append(Self.reference("FieldMDP", parameters).setting("Data", to: .reference(root)).asObject)
    if let permission = lock["P"] {
      guard let level = permission.integer, (1...3).contains(level) else {
        throw PDFRefusal(.damaged, "/Lock of the signature field has a /P that is no permission")
      }
      references.append(Self.reference("DocMDP", Self.transform().setting("P", to: .integer(level))).asObject)
    }
  }

  private static func transform() -> PDFDictionary {
    PDFDictionary().setting("Type", to: .name("TransformParams")).setting("V", to: .name("1.2"))
  }

  private static func reference(_ method: String, _ parameters: PDFDictionary) -> PDFDictionary {
    PDFDictionary().setting("Type", to: .name("SigRef")).setting("TransformMethod", to: .name(method))
      .setting("TransformParams", to: .dictionary(parameters))
  }

  /// No list, an empty one, or a single period: no reason may be given (table 237).
  private static func reasons(_ value: PDFObject?, in document: PDFDocument) throws(PDFRefusal) -> [String] {
    var result: [String] = []
    for item in value?.array ?? [] {
      if let text = try document.resolve(item, in: document.last)?.string { result.append(PDFText.decode(text)) }
    }
    return result == ["."] ? [] : result
  }

  private mutating func addSigners(_ wanted: PDFDictionary, in document: PDFDocument) throws(PDFRefusal) {
    func strings(_ key: String) throws(PDFRefusal) -> [[UInt8]] {
      var result: [[UInt8]] = []
      for item in try document.resolve(wanted[key], in: document.last)?.array ?? [] {
        if let bytes = try document.resolve(item, in: document.last)?.string { result.append(bytes) }
      }
      return result
    }
    let flags = wanted["Ff"]?.integer ?? 0
    let met = MandatoryOfCertificate.subject | MandatoryOfCertificate.issuer
    guard flags & ~met == 0 else {
      throw PDFRefusal(.fieldDemands, "the empty signature field demands a certain kind of certificate")
    }
    if flags & MandatoryOfCertificate.subject != 0 { subjects = try strings("Subject") }
    if flags & MandatoryOfCertificate.issuer != 0 { issuers = try strings("Issuer") }
  }

  /// Refuses a signature that the field would not take.
  func check(_ details: SignatureDetails, certificates: [Certificate]) throws(PDFRefusal) {
    if let reasons {
      let isMet = details.reason.map(reasons.contains) ?? reasons.isEmpty
      guard isMet else {
        throw PDFRefusal(
          .fieldDemands, "the empty signature field demands one of \(reasons.count) reasons, and ours is another")
      }
    }
    if !subjects.isEmpty, !subjects.contains(where: { certificates.first?.der == Data($0) }) {
      throw PDFRefusal(.fieldDemands, "the empty signature field is for another signer")
    }
    if !issuers.isEmpty, !Self.leads(certificates, toOneOf: issuers) {
      throw PDFRefusal(
        .fieldDemands, "the empty signature field is for signers of another authority")
    }
  }
}

extension FieldDemands {
  /// Whether the signer's certificate was issued by one of these, directly or through the certificates at hand (table 238): it
  /// is no issuer of itself, and a certificate that merely lies beside it vouches for nothing.
  private static func leads(_ certificates: [Certificate], toOneOf issuers: [[UInt8]]) -> Bool {
    guard let signer = certificates.first else { return false }
    let wanted = issuers.prefix(100).compactMap { try? Certificate(der: Data($0)) }.filter {
      $0 != signer
    }
    var rest = certificates.dropFirst().filter { $0 != signer }
    var current = signer
    while true {
      if wanted.contains(where: { current.isSigned(by: $0) }) { return true }
      guard let index = rest.firstIndex(where: { current.isSigned(by: $0) }) else { return false }
      current = rest.remove(at: index)
    }
  }
}

extension PDFDictionary {
  fileprivate var asObject: PDFObject { .dictionary(self) }
}

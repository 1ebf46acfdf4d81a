import Exchange
import Foundation
import PDFSignature
import PKI

/// One unit that this machine serves: `units.d/ID.yaml`.
public struct UnitConfiguration: Sendable, Equatable {
  /// What the sub-folders of the shared folder are called.
  public struct FolderNames: Sendable, Equatable {
    public var outbox = "outbox"
    public var inbox = "inbox"
    public var sent = "sent"
    public var rejected = "rejected"
    /// In the inbox.
    public var done = "done"
    /// In the inbox.
    public var returned = "returned"
    public init() {}
  }

  /// What a signature says besides who and when.
  public struct Signing: Sendable, Equatable {
    public var reason: String?
    public var location: String?
    /// The level wanted (EN 319 142-1). From B-T on the hub's time-stamp authority confirms the time; B-LT adds its
    /// revocation list. Where the hub is out of reach, the letter waits for it.
    public var level = SignatureLevel.timeStamped
    /// Whether a letter that the hub's authority can't stamp now is signed at a lower level, for good, rather than wait.
    public var mayLower = false
    /// Signs the documents in place of the unit's own key; nil: ``UnitConfiguration/keyFile`` does.
    public var key: KeySource?
    /// PEM of that key's certificate and its chain, leaf first. A token's is always in a file, because the token may be away.
    public var certificate: String?
    /// The token's PIN, or the password of the PKCS#12 file.
    public var pin: PINSource?
    /// What the signature looks like on the page; nil: nothing.
    public var seal: SealConfiguration?
    public init() {}
  }

  /// Of what the agent makes in the shared folder.
  public struct Permissions: Sendable, Equatable {
    /// Of documents: read-only, so that nobody changes one by mistake.
    public var files: UInt32 = 0o440
    /// Of folders; 2000 keeps the group of the shared folder.
    public var folders: UInt32 = 0o2770
    public init() {}
  }

  public var unit: UnitID
  /// For people.
  public var name: String
  /// Absolute path of the shared folder.
  public var folder: String
  public var folders = FolderNames()
  /// PEM of the unit's document key. By default it also holds the certificate, so that renewing is one rename.
  public var keyFile: String
  /// PEM of the certificate and its chain, leaf first.
  public var certificateFile: String
  public var signing = Signing()
  public var permissions = Permissions()
  /// Whether letters marked MẬT, TỐI MẬT, TUYỆT MẬT may be sent: only where the line is one that the Government Cipher
  /// Committee provides for them (Law on Protection of State Secrets 2018). Each one sent is logged.
  public var secretsMayGo = false
  /// Whether a file that is refused for its structure (two kinds of cross-references, wrong ones, junk before the header) is
  /// written anew by qpdf and then signed. The signed file is then not the dropped one, byte for byte.
  public var repair = false
  /// Lines of “Kính gửi” and “Nơi nhận” that name bodies outside of the directory, which get letters in another way, as on
  /// paper: they don't hold a letter back that is addressed by its own words.
  public var elsewhere: [String] = []

  public init(unit: UnitID, name: String, folder: String, keyFile: String, certificateFile: String? = nil) {
    self.unit = unit
    self.name = name
    self.folder = folder
    self.keyFile = keyFile
    self.certificateFile = certificateFile ?? keyFile
  }

  public var outbox: String { "\(folder)/\(folders.outbox)" }
  public var inbox: String { "\(folder)/\(folders.inbox)" }
  public var sent: String { "\(folder)/\(folders.sent)" }
  public var rejected: String { "\(folder)/\(folders.rejected)" }
  public var done: String { "\(inbox)/\(folders.done)" }
  public var returned: String { "\(inbox)/\(folders.returned)" }

  static func load(_ path: String, paths: StatePaths) throws(ConfigurationError) -> UnitConfiguration {
    let file = try YAMLSection(file: path)
    guard let unit = try file.value("unit", expected: "a unit identifier (a–z, 0–9, -)", UnitID.init(rawValue:)) else {
      throw file.error(.missingKey, "unit", "is missing")
    }
    guard let folder = try file.absolutePath("folder") else { throw file.error(.missingKey, "folder", "is missing") }
    var result = UnitConfiguration(
      unit: unit, name: try file.text("name") ?? unit.rawValue, folder: folder,
      keyFile: try file.absolutePath("keyFile") ?? paths.unitIdentity(unit),
      certificateFile: try file.absolutePath("certificateFile"))
    let names = try file.section("folders")
    func name(_ key: String) throws(ConfigurationError) -> String? {
      try names.value(key, expected: "a plain folder name") { text in
        text.contains("/") || text.hasPrefix(".") || text.utf8.count > 100 ? nil : text
      }
    }
    if let value = try name("outbox") { result.folders.outbox = value }
    if let value = try name("inbox") { result.folders.inbox = value }
    if let value = try name("sent") { result.folders.sent = value }
    if let value = try name("rejected") { result.folders.rejected = value }
    if let value = try name("done") { result.folders.done = value }
    if let value = try name("returned") { result.folders.returned = value }
    try names.finish()
    if Set([result.outbox, result.inbox, result.sent, result.rejected, result.done, result.returned]).count < 6 {
      throw file.error(.badValue, "folders", "two of them have the same name")
    }
    let signing = try file.section("signing")
    result.signing.reason = try signing.text("reason")
    result.signing.location = try signing.text("location")
    if let value = try signing.value("level", expected: "B-B, B-T, B-LT or B-LTA", SignatureLevel.init(rawValue:)) {
      result.signing.level = value
    }
    if let value = try signing.boolean("mayLower") { result.signing.mayLower = value }
    try readKey(of: &result, from: signing)
    result.signing.seal = try SealConfiguration.load(try signing.section("seal"), file: path)
    try signing.finish()
    let permissions = try file.section("permissions")
    if let value = try permissions.permissions("files") { result.permissions.files = value }
    if let value = try permissions.permissions("folders") { result.permissions.folders = value }
    try permissions.finish()
    if let value = try file.boolean("secretsMayGo") { result.secretsMayGo = value }
    if let value = try file.texts("elsewhere") { result.elsewhere = value }
    if let value = try file.boolean("repair") { result.repair = value }
    try file.finish()
    return result
  }

  private static func readKey(of unit: inout UnitConfiguration, from signing: YAMLSection) throws(ConfigurationError) {
    unit.signing.certificate = try signing.absolutePath("certificate")
    // The text of these two is not repeated in errors: a PIN may stand there by mistake.
    if let text = try signing.text("pin") {
      guard let pin = PINSource(text) else {
        throw signing.error(
          .badValue, "pin",
          "must name a file (a path that starts with /) or credential:NAME; the PIN itself never stands here")
      }
      unit.signing.pin = pin
    }
    if let text = try signing.text("key") {
      do { unit.signing.key = try KeySource(text) } catch { throw signing.error(.badValue, "key", "\(error)") }
    }
    switch unit.signing.key {
    case nil:
      if unit.signing.certificate != nil {
        throw signing.error(.missingKey, "key", "is missing, though its certificate is named")
      }
      if unit.signing.pin != nil { throw signing.error(.missingKey, "key", "is missing, though its PIN is named") }
    case .pem:
      if unit.signing.pin != nil {
        throw signing.error(.badValue, "pin", "is for tokens and PKCS#12 files; PEM keys have none")
      }
    case .pkcs12:
      if unit.signing.pin == nil {
        throw signing.error(.missingKey, "pin", "is missing: name the file with the PKCS#12 file's password")
      }
    case .token(let uri):
      if unit.signing.certificate == nil {
        throw signing.error(
          .missingKey, "certificate", "is missing: name a PEM file with the token's certificate; the token may be away")
      }
      if uri.pinSource != nil, unit.signing.pin != nil {
        throw signing.error(.badValue, "pin", "stands here and as pin-source in the URI: one of them is enough")
      }
    }
  }
}

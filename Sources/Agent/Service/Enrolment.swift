import Durable
import Exchange
import Foundation
import PKI

/// Makes a machine serve a unit, in one go: pins the hub, makes the keys, gets both certificates, writes the configuration
/// and the folders. Every step may be repeated: a run that was cut off is simply started again with the same code.
public struct Enrolment: Sendable {
  public struct Outcome: Sendable {
    public let unit: UnitConfiguration
    public let hubName: String
    /// Whether the machine was unknown to this hub before.
    public let isNewMachine: Bool
    /// Files written, for the person who asked.
    public let files: [String]
  }

  /// What stands in the way, as the person at the keyboard reads it.
  public struct Obstacle: Error, CustomStringConvertible, Sendable {
    public let vietnamese: String
    public let english: String
    public var description: String { english }

    public init(_ vietnamese: String, _ english: String) {
      self.vietnamese = vietnamese
      self.english = english
    }
  }

  let hubURL: String
  let code: EnrolmentCode
  let configurationPath: String
  let state: String?
  let folder: String?
  let language: Language
  let proxy: String?
  let takesOver: Bool

  /// - Parameters:
  ///   - hubURL: the hub's public listener.
  ///   - state: for a configuration that doesn't exist yet.
  ///   - folder: the unit's shared folder; by default one named after the unit.
  ///   - takesOver: also a folder that another machine serves.
  public init(
    hubURL: String, code: EnrolmentCode, configurationPath: String, state: String?, folder: String?,
    language: Language = .vietnamese, proxy: String? = nil, takesOver: Bool = false
  ) {
    self.takesOver = takesOver
    self.hubURL = hubURL.hasSuffix("/") ? String(hubURL.dropLast()) : hubURL
    self.code = code
    self.configurationPath = URL(fileURLWithPath: configurationPath).path
    self.state = state.map { URL(fileURLWithPath: $0).path }
    self.folder = folder.map { URL(fileURLWithPath: $0).path }
    self.language = language
    self.proxy = proxy
  }

  public func run() async throws -> Outcome {
    let isNewConfiguration = !FileManager.default.fileExists(atPath: configurationPath)
    var configuration: AgentConfiguration
    if isNewConfiguration {
      configuration = AgentConfiguration(
        hub: .init(api: hubURL, publicURL: hubURL),
        state: state ?? AgentConfiguration.defaultState(for: configurationPath))
      configuration.language = language
      configuration.proxy = proxy
    } else {
      configuration = try AgentConfiguration.load(configurationPath)
    }
    let paths = configuration.paths
    var unit =
      configuration.units.first { $0.unit == code.unit }
      ?? UnitConfiguration(
        unit: code.unit, name: code.unit.rawValue, folder: folder ?? defaultFolder,
        keyFile: paths.unitIdentity(code.unit))
    if !isNewConfiguration { try checkAsked(of: configuration) }
    try checkFolder(of: unit, paths: paths)
    let client = EnrolmentClient(publicURL: hubURL, proxy: configuration.proxy)
    let root = try await client.authority(pinnedBy: code)
    let hub = try await client.describe(trusting: root)
    if isNewConfiguration { configuration.hub.api = hub.api }
    try checkSameHub(root, paths: paths)

    for path in paths.folders { try Folder.make(FilePath(path), permissions: 0o700) }
    try DurableFile.replace(FilePath(paths.hubRoot), with: root.pem, permissions: 0o644)
    let isNewMachine = !FileManager.default.fileExists(atPath: paths.machineIdentity)
    let host = ProcessInfo.processInfo.hostName
    _ = try await certify(.machine, name: host, into: paths.machineIdentity, client: client, root: root)

    let certificate = try await certify(.unit, name: code.unit.rawValue, into: unit.keyFile, client: client, root: root)
    if unit.name == unit.unit.rawValue {
      // The organisation in the certificate is the hub's; the unit is the one whose certificate it is.
      unit.name = certificate.subjectCommonName ?? unit.name
    }
    var files = [unit.keyFile]
    files += try write(configuration, isNew: isNewConfiguration, unit: unit)
    try makeFolders(of: unit, paths: paths)
    try giveToServiceUser(paths: paths, unit: unit)
    return Outcome(unit: unit, hubName: hub.name, isNewMachine: isNewMachine, files: files)
  }

  private var defaultFolder: String {
    let base = URL(fileURLWithPath: configurationPath).deletingLastPathComponent().path
    return base == "/etc/congvan" ? "/srv/congvan/\(code.unit)" : "\(base)/\(code.unit)"
  }

  /// A machine belongs to one province: another hub under the same state folder would be trusted by nobody's decision.
  private func checkSameHub(_ root: Certificate, paths: StatePaths) throws {
    guard let known = FileManager.default.contents(atPath: paths.hubRoot) else { return }
    guard try Certificate(pem: known) == root else {
      throw Obstacle(
        "Máy này đã đăng ký với một tỉnh khác. Dùng --config với một tệp cấu hình khác cho tỉnh này.",
        "This machine is enrolled with another hub. Use --config with another configuration for this one.")
    }
  }

  /// Gets a certificate for the key of a file, which is made where it is missing. The key is durable before the hub hears of
  /// it, so that a repeat with the same code comes with the same key.
  private func certify(
    _ slot: Routes.CertificateSlot, name: String, into path: String, client: EnrolmentClient, root: Certificate
  ) async throws -> Certificate {
    let pending = path + ".new"
    var key: PrivateKey
    // A new key that was begun goes before the one in use: it was made because that one was revoked.
    if let known = [pending, path].first(where: { FileManager.default.fileExists(atPath: $0) }) {
      key = try PrivateKeyFile.read(known)
    } else {
      key = try newKey(pending)
    }
    func enrol() async throws -> Certificate {
      let request = try CertificateRequest.make(key: key, commonName: name)
      return try await client.enrol(code: code, slot: slot, request: request, trusting: root)
    }
    let certificate: Certificate
    do {
      certificate = try await enrol()
    } catch let fault as HubFault {
      guard case .unauthorised = fault.kind else { throw fault }
      // The province revoked the key that this machine had: the code is for a new one.
      key = try newKey(pending)
      certificate = try await enrol()
    }
    let identity = try SigningIdentity(key: key, certificates: [certificate])
    try DurableFile.replace(FilePath(path), with: identity.pem, permissions: 0o600)
    try DurableFile.remove(FilePath(pending))
    return certificate
  }

  private func newKey(_ path: String) throws -> PrivateKey {
    let key = try PrivateKey.generate(.p256)
    try DurableFile.replace(FilePath(path), with: try key.pem, permissions: 0o600)
    return key
  }

  /// Existing files stay as they are: they are the administrator's.
  private func write(_ configuration: AgentConfiguration, isNew: Bool, unit: UnitConfiguration) throws -> [String] {
    var files: [String] = []
    let units = AgentConfiguration.unitsFolder(of: configurationPath)
    try Folder.make(FilePath(units), permissions: 0o755)
    if isNew {
      let text = ConfigurationText.machine(configuration)
      try DurableFile.replace(FilePath(configurationPath), with: Data(text.utf8), permissions: 0o644)
      files.append(configurationPath)
    }
    if !configuration.units.contains(where: { $0.unit == unit.unit }) {
      let path = "\(units)/\(unit.unit).yaml"
      try DurableFile.replace(
        FilePath(path), with: Data(ConfigurationText.unit(unit).utf8), permissions: 0o644)
      files.append(path)
    }
    return files
  }

  /// What was asked for beside the code, and is decided already in files that are the administrator's: it isn't taken, so it
  /// must not look as if it were.
  private func checkAsked(of configuration: AgentConfiguration) throws {
    let unitFile = "\(AgentConfiguration.unitsFolder(of: configurationPath))/\(code.unit).yaml"
    if let folder, let unit = configuration.units.first(where: { $0.unit == code.unit }),
      !isSame(folder, unit.folder)
    {
      throw Obstacle(
        "Đơn vị \(code.unit) đã dùng thư mục \(unit.folder); --folder \(folder) không được áp dụng, và chưa có gì thay đổi. Để giữ thư mục cũ, bỏ --folder. Để đổi: sửa `folder` trong tệp của đơn vị (\(unitFile)), chạy `congvan folder adopt \(code.unit)`, rồi đăng ký lại.",
        "The unit \(code.unit) has the folder \(unit.folder); --folder \(folder) is not taken, and nothing was changed. To keep the folder, leave --folder out. To change it: mend `folder` in the unit's file (\(unitFile)), run `congvan folder adopt \(code.unit)`, then enrol again."
      )
    }
    for (option, asked, now) in [("state", state, configuration.state), ("proxy", proxy, configuration.proxy ?? "")] {
      guard let asked, asked != now else { continue }
      throw Obstacle(
        "--\(option) \(asked) không được áp dụng, vì \(configurationPath) đã có: sửa `\(option)` trong tệp đó, hoặc bỏ --\(option).",
        "--\(option) \(asked) is not taken, because \(configurationPath) exists: mend `\(option)` there, or leave --\(option) out."
      )
    }
  }

  private func isSame(_ one: String, _ other: String) -> Bool {
    if URL(fileURLWithPath: one).standardizedFileURL == URL(fileURLWithPath: other).standardizedFileURL { return true }
    var (first, second) = (stat(), stat())
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev
      && first.st_ino == second.st_ino
  }

  /// A unit that is enrolled again keeps its folder: one that is away is not made anew on the disk below its share.
  private func checkFolder(of unit: UnitConfiguration, paths: StatePaths) throws {
    let folder = UnitFolder(unit, paths: paths)
    // A new unit's folder is made below.
    guard try folder.known() != nil || FileManager.default.fileExists(atPath: unit.folder) else { return }
    switch folder.fault() {
    case nil, .neverMarked: return
    case .servedElsewhere where takesOver: return
    case .some(let fault):
      let happened = FolderText.happened(fault, folder: unit.folder)
      let remedy = FolderText.remedy(fault, of: unit.unit)
      throw Obstacle("\(happened.vietnamese) \(remedy.vietnamese)", "\(happened.english) \(remedy.english)")
    }
  }

  /// The parents are everybody's to pass through; the folder itself is the unit's.
  private func makeFolders(of unit: UnitConfiguration, paths: StatePaths) throws {
    let folder = FilePath(unit.folder)
    if try Folder.look(folder) == nil {
      try Folder.make(folder.folder)
      try Folder.make(folder, permissions: 0o770)
      _ = folder.withCString { chmod($0, mode_t(unit.permissions.folders)) }
    }
    try FolderAdoption(unit, paths: paths).run(takesOver: takesOver)
  }

  private func giveToServiceUser(paths: StatePaths, unit: UnitConfiguration) throws {
    let mark = "\(unit.folder)/\(FolderMark.fileName)"
    let files = [paths.hubRoot, paths.machineIdentity, unit.keyFile, paths.folderRecord(unit.unit), mark]
    let folders = paths.folders + [unit.folder, unit.outbox, unit.inbox, unit.sent, unit.rejected]
    try ServiceUser.give(files + folders, paths: paths)
  }
}

import Exchange
import Foundation

/// What the administrator decides for one machine: `/etc/congvan/congvan.yaml`, and one file per unit in `units.d/` beside it.
public struct AgentConfiguration: Sendable, Equatable {
  /// Where the hub answers. Base URLs, https, without a trailing slash.
  public struct HubAddress: Sendable, Equatable {
    /// The listener that asks for a client certificate.
    public var api: String
    /// The listener for everyone: enrolment, time-stamps, revocation list.
    public var publicURL: String

    public init(api: String, publicURL: String) {
      self.api = api
      self.publicURL = publicURL
    }
  }

  /// How dropped files are noticed.
  public enum Watching: String, Sendable, CaseIterable {
    /// inotify, and polling where a folder is on a network file system.
    case auto
    case inotify
    case polling
  }

  public var hub: HubAddress
  /// Absolute path of the private folder: journal, spool, keys. Mode 0700.
  public var state: String
  /// Of everything that a clerk reads.
  public var language = Language.vietnamese
  /// Documents worked on at once, in each direction. 1 to 64.
  public var inFlight = 8
  /// How long a file must rest unchanged before it is taken in. Samba flushes within a second.
  public var quietPeriod: Duration = .seconds(2)
  /// Between full scans of the outboxes, which find what no event told of.
  public var scanEvery: Duration = .seconds(300)
  /// Between questions to the hub where its stream of notices does not get through, and beside it for safety.
  public var pollEvery: Duration = .seconds(60)
  /// Between backups of the journal, in the state folder.
  public var journalBackupEvery: Duration = .seconds(900)
  public var watching = Watching.auto
  /// `http://proxy:3128`; nil: as the environment says.
  public var proxy: String?
  /// A level of swift-log: trace, debug, info, notice, warning, error.
  public var logLevel = "info"
  /// The largest file that is taken in, in bytes; the hub has a limit of its own.
  public var documentSize = Limits.documentSize
  /// PEM files of authorities beside the hub's whose certificates count for signatures on documents, on this machine.
  public var trustFiles: [String] = []
  /// Whether the authorities that the province recognises count here too.
  public var trustFromHub = true
  public var units: [UnitConfiguration]
  /// There is no folder of units: nobody may have wished that none is served.
  public private(set) var lacksUnitsFolder = false

  public init(hub: HubAddress, state: String, units: [UnitConfiguration] = []) {
    self.hub = hub
    self.state = state
    self.units = units
  }

  public var paths: StatePaths { StatePaths(state: state) }

  /// Where a machine keeps its configuration unless told otherwise.
  public static let defaultPath = "/etc/congvan/congvan.yaml"
  /// What libcurl speaks with proxies (CURLOPT_PROXY(3)).
  static let proxySchemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
  static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  /// The folder of unit files that belongs to a configuration file.
  public static func unitsFolder(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("units.d").path
  }

  /// Where a configuration file keeps its state unless it says otherwise: the system's place for the system's configuration,
  /// else a folder beside it.
  public static func defaultState(for path: String) -> String {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return folder == "/etc/congvan" ? "/var/lib/congvan" : "\(folder)/state"
  }

  /// Reads the file and its units.
  /// - Parameter hadUnits: whether there were units before: then a folder of units that is missing is an accident, and not
  ///   somebody's wish to serve none.
  /// - Throws: `ConfigurationError` for the first thing wrong: an unknown key, a value out of bounds, a unit twice.
  public static func load(_ path: String, hadUnits: Bool = false) throws(ConfigurationError) -> AgentConfiguration {
    let file = try YAMLSection(file: path)
    let address = try file.section("hub")
    func url(_ key: String) throws(ConfigurationError) -> String {
      let text = try address.required(key)
      guard let url = URL(string: text), url.scheme == "https", url.host != nil else {
        throw address.error(.badValue, key, "is \(text.prefix(60).debugDescription), expected https://HOST:PORT")
      }
      return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
    var result = AgentConfiguration(
      hub: HubAddress(api: try url("api"), publicURL: try url("public")),
      state: try file.absolutePath("state") ?? defaultState(for: path))
    try address.finish()
    let languages = Language.allCases.map(\.rawValue).joined(separator: " or ")
    if let value = try file.value("language", expected: languages, Language.init(rawValue:)) { result.language = value }
    if let value = try file.integer("inFlight", in: 1...64) { result.inFlight = value }
    if let value = try file.duration("quietPeriod", in: .milliseconds(50) ... .seconds(3600)) {
      result.quietPeriod = value
    }
    if let value = try file.duration("scanEvery", in: .seconds(1) ... .seconds(86400)) { result.scanEvery = value }
    if let value = try file.duration("pollEvery", in: .seconds(1) ... .seconds(86400)) { result.pollEvery = value }
    if let value = try file.duration("journalBackupEvery", in: .seconds(1) ... .seconds(86400)) {
      result.journalBackupEvery = value
    }
    let ways = Watching.allCases.map(\.rawValue).joined(separator: ", ")
    if let value = try file.value("watching", expected: ways, Watching.init(rawValue:)) { result.watching = value }
    result.proxy = try file.value(
      "proxy", expected: "http://HOST:PORT, or one of \(proxySchemes.joined(separator: ", "))"
    ) {
      guard let url = URL(string: $0), url.host?.isEmpty == false, let scheme = url.scheme?.lowercased() else {
        return nil
      }
      return proxySchemes.contains(scheme) ? $0 : nil
    }
    let levels = logLevels.joined(separator: ", ")
    if let value = try file.value("logLevel", expected: levels, { logLevels.contains($0) ? $0 : nil }) {
      result.logLevel = value
    }
    if let value = try file.size("documentSize", in: 1 << 20...Limits.documentSize) { result.documentSize = value }
    let trust = try file.section("trust")
    for path in try trust.texts("files") ?? [] {
      guard path.hasPrefix("/") else { throw trust.error(.badValue, "files", "must be paths that start with /") }
      result.trustFiles.append(path)
    }
    if let value = try trust.boolean("fromHub") { result.trustFromHub = value }
    try trust.finish()
    try file.finish()
    let folder = unitsFolder(of: path)
    var status = stat()
    if stat(folder, &status) == 0 {
      result.units = try loadUnits(in: folder, paths: result.paths)
    } else if errno != ENOENT || hadUnits {
      throw ConfigurationError(.unreadable, file: folder, "\(String(cString: strerror(errno))): \(unitsFolderRemedy)")
    } else {
      result.lacksUnitsFolder = true
    }
    return result
  }

  static let unitsFolderRemedy =
    "enrol a unit with `congvan enroll`, or put the units' files back; to serve no unit on purpose, leave the folder empty"

  private static func loadUnits(in folder: String, paths: StatePaths) throws(ConfigurationError)
    -> [UnitConfiguration]
  {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      throw ConfigurationError(.unreadable, file: folder, "cannot be listed: check its owner and permissions")
    }
    var units: [UnitConfiguration] = []
    for name in names.sorted() where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
      let file = "\(folder)/\(name)"
      let unit = try UnitConfiguration.load(file, paths: paths)
      for other in units {
        if other.unit == unit.unit {
          throw ConfigurationError(.duplicateUnit, file: file, key: "unit", "\(unit.unit) is also in another file")
        }
        if other.folder == unit.folder {
          throw ConfigurationError(.badValue, file: file, key: "folder", "is also the folder of \(other.unit)")
        }
      }
      units.append(unit)
    }
    return units
  }
}

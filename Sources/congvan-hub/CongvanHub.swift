import ArgumentParser
import Durable
import Exchange
import Foundation
import Hub
import Logging

@main
struct CongvanHub: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "congvan-hub", abstract: "The province's endpoint: accepts, checks, receipts and delivers documents.",
    version: ProgramVersion.text,
    subcommands: [
      Init.self, UnitCommand.self, GroupCommand.self, EnrollCode.self, Revoke.self, Restored.self, Serve.self,
    ])
}

struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"), help: "The hub's folder.", transform: { URL(fileURLWithPath: $0).path })
  var folder = "/var/lib/congvan-hub"
}

extension UnitID: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument) }
}

extension GroupID: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument) }
}

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a new hub: authority, keys, ledger, the province's unit.")
  @OptionGroup var data: DataOption
  @Option(help: "The hub's name for people.") var name: String
  @Option(help: "The province's own unit: a–z, 0–9 and hyphens.") var unit: UnitID
  @Option(help: "That unit's name for people.") var unitName: String
  @Option(name: .customLong("public-url"), help: "https://host:port of website, enrolment and time-stamps.")
  var publicURL = "https://localhost:8443"
  @Option(name: .customLong("api-url"), help: "https://host:port of the API.") var apiURL = "https://localhost:8444"

  func run() async throws {
    let configuration = HubConfiguration(name: name, province: unit, publicURL: publicURL, apiURL: apiURL)
    try await HubAdministration.create(dataFolder: data.folder, configuration: configuration, unitName: unitName)
    print("A hub was made in \(data.folder). Start it with: congvan-hub serve --data \(data.folder)")
  }
}

struct EnrollCode: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enroll-code", abstract: "Makes a code that enrols one machine for a unit, once, within seven days.")
  @OptionGroup var data: DataOption
  @Argument var unit: UnitID

  func run() async throws {
    let code = try await HubAdministration(dataFolder: data.folder).makeCode(for: unit)
    print(code.text)
  }
}

struct Revoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends a unit's certificates and those of machines that serve it alone: for a machine that was lost.")
  @OptionGroup var data: DataOption
  @Argument var unit: UnitID

  func run() async throws {
    let count = try await HubAdministration(dataFolder: data.folder).revoke(unit)
    print("\(count) certificates revoked. Enrol the unit's machine again with a new code.")
  }
}

struct Restored: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says that the hub's folder was restored from a backup.",
    discussion: """
      Run it once after every restore, before the hub serves or while it does. Each agent then compares what it has with \
      what the hub has, and sends again what the hub forgot; nothing is filed twice. A hub whose ledger alone was put back \
      notices that by itself.
      """)
  @OptionGroup var data: DataOption

  func run() async throws {
    try await HubAdministration(dataFolder: data.folder).noteRestore()
    print("The agents will send again what the backup lacks, as each next asks for its mail.")
  }
}

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Serves until SIGTERM.")
  @OptionGroup var data: DataOption
  @Option(help: "trace, debug, info, notice, warning, error.") var logLevel = "notice"

  func validate() throws {
    guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("there is no log level \(logLevel)") }
  }

  func run() async throws {
    LoggingSystem.bootstrap { label in StreamLogHandler.standardError(label: label) }
    var logger = Logger(label: "congvan-hub")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .notice
    let configuration = try HubConfiguration.load(dataFolder: data.folder)
    do {
      try await HubService.run(dataFolder: data.folder, configuration: configuration, logger: logger)
    } catch let held as FolderLock.Held {
      logger.critical("not started", metadata: ["error": "\(held)"])
      throw ExitCode(69)  // EX_UNAVAILABLE of sysexits(3)
    }
  }
}

import Agent
import ArgumentParser
import Exchange
import Foundation
import Logging

/// The agent's daemon: arguments in, exit code out.
@main
struct Congvand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "congvand",
    abstract: "The agent: watches the outboxes of this machine's units, signs and sends, fetches and files.",
    discussion: """
      Runs in the foreground and logs to standard error. SIGTERM stops it at a safe point within five seconds; SIGHUP makes \
      it read its configuration again.

      Exit codes: 0 stopped as asked; 64 wrong usage; 69 another daemon works with the same state folder; \
      78 the configuration is wrong; 1 anything else.
      """,
    version: ProgramVersion.text)

  @Option(help: "The configuration; units.d/ lies beside it.")
  var config = AgentConfiguration.defaultPath

  @Option(
    help: ArgumentHelp("Overrides the configuration's log level.", valueName: "level"),
    transform: { text in
      guard let level = Logger.Level(rawValue: text) else {
        let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("the log level is one of \(known)")
      }
      return level
    })
  var logLevel: Logger.Level?

  @Flag(
    help:
      "Reads and checks the configuration, the keys and the units' folders, and whether the province accepts the machine, its units and their signatures, as far as is known here, and ends."
  )
  var check = false

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let handler = ConsoleLogHandler(environment: ProcessInfo.processInfo.environment)
    let override = logLevel
    let makeLogger: @Sendable (String) -> Logger = { level in
      var logger = Logger(label: "congvand") { _ in handler }
      logger.logLevel = override ?? Logger.Level(rawValue: level) ?? .info
      return logger
    }
    let logger = makeLogger("info")
    do {
      if check {
        // A folder of units that is missing is an accident until somebody makes an empty one.
        let check = ConfigurationCheck(try AgentConfiguration.load(config, hadUnits: true))
        let faults = try await check.run()
        for fault in faults {
          logger.critical("letters would be refused", metadata: ["unit": "\(fault.unit)", "error": "\(fault)"])
        }
        let obstacles = await check.obstacles()
        for obstacle in obstacles {
          logger.log(
            level: obstacle.mayPass ? .warning : .critical, "documents would wait",
            metadata: [
              "unit": "\(obstacle.unit?.rawValue ?? "all")", "error": "\(obstacle.description)",
              "todo": "\(obstacle.remedy)",
            ])
        }
        if !faults.isEmpty || !obstacles.allSatisfy(\.mayPass) { throw ExitCode(78) }  // EX_CONFIG of sysexits(3)
        return
      }
      try await Agent(configurationPath: config, makeLogger: makeLogger).run()
    } catch let code as ExitCode {
      throw code
    } catch let error as ConfigurationError {
      logger.critical("configuration refused", metadata: ["error": "\(error)"])
      throw ExitCode(78)  // EX_CONFIG of sysexits(3)
    } catch let error as StateLock.Held {
      logger.critical("not started", metadata: ["error": "\(error)"])
      throw ExitCode(69)  // EX_UNAVAILABLE
    } catch {
      logger.critical("stopped by an error", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }
}

import Durable
import Exchange
import Foundation
import Logging
import PKI
import ServiceLifecycle

/// The agent: everything that `congvand` does, from the configuration to the last service, top to bottom.
public struct Agent: Sendable {
  private let configurationPath: String
  private let notifier: SystemdNotifier
  private let makeLogger: @Sendable (String) -> Logger

  /// SIGTERM ends within five seconds: services get this long to come to a safe point, and are then cancelled. Cancelling is
  /// harmless, because every act can be repeated; it only wastes what was on the wire. A second is left for a machine so busy
  /// that its clocks go off late.
  private static let gracefulStop: Duration = .milliseconds(2500)
  private static let lastResort: Duration = .seconds(4)

  /// - Parameter makeLogger: makes a logger of a level, such as `info`.
  public init(
    configurationPath: String, notifier: SystemdNotifier = SystemdNotifier(),
    makeLogger: @escaping @Sendable (String) -> Logger
  ) {
    self.configurationPath = configurationPath
    self.notifier = notifier
    self.makeLogger = makeLogger
  }

  /// Runs until SIGTERM. SIGHUP reads the configuration again; one that is wrong is told and not taken.
  /// - Throws: `ConfigurationError`, `StateLock.Held`, `Journal.Problem`, or what made a service fail.
  public func run() async throws {
    let started = Date()
    var configuration = try AgentConfiguration.load(configurationPath)
    let paths = configuration.paths
    for folder in paths.folders { try Folder.make(FilePath(folder), permissions: 0o700) }
    let hasRun = try Folder.look(FilePath(paths.lock)) != nil
    let lock = try StateLock(path: paths.lock)
    let rescue = JournalRescue(
      paths: paths, hasRun: hasRun, now: Instant(Date()), logger: makeLogger(configuration.logLevel))
    // Every page of it is read.
    let journal = try await IOThreads(count: 1, name: "journal-open").run { try rescue.open() }
    let orders = DaemonOrders()
    let acts = FolderActs()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await orders.listen() }
      while try await serve(configuration, journal: journal, acts: acts, orders: orders, started: started) == .reload {
        notifier.reloading()
        configuration = reloaded(configuration)
      }
      group.cancelAll()
    }
    notifier.stopping()
    Tokens.finish()
    withExtendedLifetime(lock) {}
  }

  private func reloaded(_ current: AgentConfiguration) -> AgentConfiguration {
    let logger = makeLogger(current.logLevel)
    do {
      let new = try AgentConfiguration.load(configurationPath, hadUnits: !current.units.isEmpty)
      _ = try IdentityStore.load(new)
      guard new.state == current.state else {
        logger.error("configuration not taken: another state folder needs a restart")
        return current
      }
      logger.info("configuration read again")
      return new
    } catch {
      logger.error("configuration not taken", metadata: ["error": "\(error)"])
      return current
    }
  }

  /// One configuration's life.
  private func serve(
    _ configuration: AgentConfiguration, journal: Journal, acts: FolderActs, orders: DaemonOrders, started: Date
  ) async throws -> DaemonOrders.Order {
    let logger = makeLogger(configuration.logLevel)
    if configuration.units.isEmpty {
      let folder = AgentConfiguration.unitsFolder(of: configurationPath)
      logger.warning(
        "no unit is served: nothing is sent or received",
        metadata: [
          "folder": "\(folder)",
          "why": "\(configuration.lacksUnitsFolder ? "it does not exist" : "it holds no .yaml file")",
          "todo": "\(AgentConfiguration.unitsFolderRemedy)",
        ])
    }
    let identities = try IdentityStore.load(configuration)
    try await tellSigners(configuration, identities, journal: journal, logger: logger)
    let services = try services(
      of: configuration, identities, journal: journal, acts: acts, started: started, logger: logger)
    var lifecycle = ServiceGroupConfiguration(services: services, logger: makeLogger("warning"))
    lifecycle.maximumGracefulShutdownDuration = Self.gracefulStop
    let house = ServiceGroup(configuration: lifecycle)
    return try await withThrowingTaskGroup(of: DaemonOrders.Order?.self) { group in
      group.addTask {
        try await house.run()
        return nil
      }
      group.addTask { await orders.next() }
      guard let order = try await group.next() ?? nil else { throw AgentStopped() }
      logger.info("stopping", metadata: ["reason": "\(order)"])
      if order == .stop { notifier.stopping() }
      group.addTask {
        try await Task.sleep(for: Self.lastResort)
        logger.warning("leaving at once: a service did not stop in time")
        exit(0)
      }
      await house.triggerGracefulShutdown()
      do {
        _ = try await group.next()
      } catch is CancellationError {
        // A service that was cancelled after its time.
      } catch {
        logger.warning("a service stopped with an error", metadata: ["error": "\(error)"])
      }
      group.cancelAll()
      return order
    }
  }

  /// Says at once which units' signatures the province would refuse; their letters would come back otherwise, one by one.
  private func tellSigners(
    _ configuration: AgentConfiguration, _ identities: IdentityStore, journal: Journal, logger: Logger
  ) async throws {
    let check = ConfigurationCheck(configuration)
    for fault in try check.faults(of: identities, directory: try await journal.directory()) {
      logger.error("letters would be refused", metadata: ["unit": "\(fault.unit)", "error": "\(fault)"])
    }
  }

  /// The services, in the order in which they start.
  private func services(
    of configuration: AgentConfiguration, _ identities: IdentityStore, journal: Journal, acts: FolderActs,
    started: Date,
    logger: Logger
  ) throws -> [any Service] {
    let paths = configuration.paths
    guard let pem = FileManager.default.contents(atPath: paths.hubRoot) else {
      throw ConfigurationError(
        .unreadable, file: paths.hubRoot, "the hub's certificate is missing: enrol with `congvan enroll`")
    }
    let root = try Certificate(pem: pem)
    let trust = try DocumentTrust(configuration, root: root)
    let threads = IOThreads(count: max(2, min(configuration.inFlight, 8)), name: "congvand-io")
    let standing = HubStanding(path: paths.hubStanding, threads: threads, logger: logger)
    let folders = FolderKeeper(units: configuration.units, paths: paths, threads: threads, acts: acts, logger: logger)
    let troubles = TroubleBoard(paths: paths, threads: threads, changed: folders.changed, logger: logger)
    let hub = try CurlHubConnection(
      configuration: configuration.hub, identity: identities.machine, root: root, proxy: configuration.proxy,
      standing: standing, troubles: troubles, logger: logger)
    let units = configuration.units.map(\.unit)
    let standings = UnitStandings(
      path: paths.unitStandings, units: units, threads: threads, changed: folders.changed, logger: logger)
    let outgoing = OutgoingService(
      configuration: configuration, journal: journal, hub: hub, trust: trust, folders: folders, standings: standings,
      troubles: troubles, threads: threads, identities: identities, started: started, logger: logger)
    let inbox = InboxService(
      configuration: configuration, hub: hub, journal: journal, identities: identities, trust: trust, folders: folders,
      standings: standings, troubles: troubles, threads: threads, logger: logger,
      resend: { outgoing.takeUp($0) })
    let reconciler = try JournalReconciler(
      units: configuration.units, paths: paths, hub: hub, journal: journal, folders: folders, trust: trust,
      threads: threads, logger: logger)
    let keeper = JournalKeeper(
      journal: journal, paths: paths, every: configuration.journalBackupEvery, logger: logger)
    let renewal = RenewalService(
      configuration: configuration, identities: identities,
      client: EnrolmentClient(publicURL: configuration.hub.publicURL, proxy: configuration.proxy), root: root,
      logger: logger, machineChanged: { hub.use($0) })
    let heartbeat = HeartbeatService(
      notifier: notifier, journal: journal,
      hubState: {
        if let dismissal = standing.dismissal {
          return "no longer accepts this machine (\(dismissal.problem.rawValue)): enrol again"
        }
        return inbox.isConnected ? "connected" : "not connected"
      }, folders: folders, standings: standings, troubles: troubles, state: configuration.state, units: units,
      logger: logger)
    let cataloguer = Cataloguer(
      journal: journal,
      units: Dictionary(configuration.units.map { ($0.unit, $0) }, uniquingKeysWith: { first, _ in first }),
      paths: paths, folders: folders, room: SpoolRoom(FilePath(paths.readingSpool)), threads: threads, logger: logger)
    return [
      folders, keeper, reconciler, reconciler.holdingBack(outgoing), reconciler.holdingBack(inbox), renewal, heartbeat,
      cataloguer,
    ]
  }
}

/// A service ended though nobody asked it to.
struct AgentStopped: Error, CustomStringConvertible {
  var description: String { "the services ended by themselves" }
}

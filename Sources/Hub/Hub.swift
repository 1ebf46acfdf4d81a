import Durable
import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import PKI
import ServiceLifecycle

/// One hub per data folder: two would number receipts and sweep uploads against each other. Administration commands need no
/// lock: they write to the ledger alone, which knows how to serve several.
enum HubLock {
  static func take(_ dataFolder: String) throws -> FolderLock {
    try FolderLock(path: "\(dataFolder)/hub.lock", folder: "data folder")
  }
}

/// The province's endpoint, put together: what it keeps, what it answers, and the two doors at which it listens.
public enum HubService {
  /// Serves until it is asked to stop (SIGTERM, SIGINT).
  /// - Parameter dataFolder: as `congvan-hub init` made it.
  /// - Throws: `FolderLock.Held` where another hub works with it.
  public static func run(dataFolder: String, configuration: HubConfiguration, logger: Logger) async throws {
    // Tasks then run on the loops that read the sockets: no change of threads between a request's bytes and its handler.
    // Where the runtime lacks the hook (a static executable may), tasks keep their own threads, and all is as before.
    if !NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor() {
      logger.debug("tasks run on threads of their own")
    }
    let data = FilePath(dataFolder)
    let lock = try HubLock.take(dataFolder)
    let threads = IOThreads(count: 6, name: "hub-io")
    let ledger = try SQLiteLedger(path: "\(data.appending("ledger.sqlite"))", province: configuration.province)
    let objects = try FileObjectStore(folder: data.appending("objects"), threads: threads)
    let authority = try Authority.load(dataFolder: dataFolder, ledger: ledger)
    let trust = try SigningTrust(configuration, dataFolder: dataFolder, root: authority.root, logger: logger)
    try await ledger.use(trust.others)
    if let lost = try await ledger.noticeRestore(in: data) {
      logger.error(
        "the ledger was restored from a backup: agents are told to send again what it forgot",
        metadata: ["ledger": "\(lost)"])
    }
    let uploads = UploadStore(
      folder: data.appending("uploads"), threads: threads,
      limits: .init(size: configuration.documentSize, open: configuration.openUploads), logger: logger)
    try await uploads.recover()
    let board = NoticeBoard()

    let api = router(logger)
    let known = api.group().add(middleware: CallerMiddleware(ledger: ledger, keys: TransportKeys(), threads: threads))
    TusRoutes(store: uploads, limit: configuration.documentSize).add(to: known)
    SubmissionRoute(
      ledger: ledger, objects: objects, uploads: uploads, authority: authority, trust: trust, board: board,
      threads: threads, hubName: configuration.name, limit: configuration.documentSize
    ).add(to: known)
    DeliveryRoutes(ledger: ledger, board: board).add(to: known)
    ContentRoute(ledger: ledger, objects: objects, threads: threads).add(to: known)
    let enrolment = EnrolmentRoutes(authority: authority, desk: EnrolmentDesk(ledger: ledger, authority: authority))
    enrolment.addPrivate(to: known)

    let site = router(logger)
    let anyone = site.group()
    enrolment.addPublic(to: anyone)
    PublicRoutes(
      authority: authority,
      description: HubDescription(
        name: configuration.name, api: configuration.apiURL,
        timeStampAuthority: configuration.publicURL + Routes.timeStamp,
        province: configuration.province)
    ).add(to: anyone)

    let services: [any Service] = [
      try listener(site, at: configuration.publicAddress, tls: try tls(authority, asksForCertificate: false), logger),
      try listener(api, at: configuration.apiAddress, tls: try tls(authority, asksForCertificate: true), logger),
      board, LedgerWatch(ledger: ledger, board: board, dataFolder: data, threads: threads, logger: logger),
    ]
    let group = ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger))
    logger.notice(
      "hub is starting", metadata: ["public": "\(configuration.publicURL)", "api": "\(configuration.apiURL)"])
    try await group.run()
    // What came since the watch last looked: a hub that was stopped in order leaves an exact mark.
    // Where it can't be written, a restore is noticed by an older one, and the hub has stopped well all the same.
    do { try await ledger.keepMark(in: data) } catch {
      logger.error("the ledger's high-water mark cannot be written", metadata: ["error": "\(error)"])
    }
    withExtendedLifetime(lock) {}
  }

  private static func router(_ logger: Logger) -> Router<HubContext> {
    let router = Router(context: HubContext.self)
    router.add(middleware: ProblemMiddleware())
    router.add(middleware: PaceMiddleware())
    return router
  }

  private static func listener(
    _ router: Router<HubContext>, at address: (host: String, port: Int), tls: TLSConfiguration, _ logger: Logger
  ) throws -> some Service {
    // Slow-loris: a connection on which nothing moves is closed; the notice stream's heartbeat is well below. What moves, but
    // hardly, is the business of `PaceMiddleware` and `DeafPeerHandler`.
    let http = HTTP1Channel.Configuration(additionalChannelHandlers: [DeafPeerHandler()], idleTimeout: .seconds(75))
    return Application(
      router: router, server: try .tls(.http1(configuration: http), tlsConfiguration: tls),
      configuration: .init(address: .hostname(address.host, port: address.port), serverName: nil, backlog: 1024),
      onServerRunning: { channel in
        logger.notice("hub is serving", metadata: ["address": "\(channel.localAddress.map { "\($0)" } ?? "")"])
      }, logger: logger)
  }

  /// TLS 1.3 alone. On the API a certificate of our own authority is required; which machine it is, and whether it still
  /// may, the ledger says on each request.
  private static func tls(_ authority: Authority, asksForCertificate: Bool) throws -> TLSConfiguration {
    let identity = authority.server
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try identity.certificates.map {
        .certificate(try NIOSSLCertificate(bytes: Array($0.der), format: .der))
      },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(try identity.key.pem), format: .pem)))
    tls.minimumTLSVersion = .tlsv13
    if asksForCertificate {
      tls.certificateVerification = .noHostnameVerification
      tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: Array(authority.root.der), format: .der)])
      tls.sendCANameList = true
    }
    return tls
  }
}

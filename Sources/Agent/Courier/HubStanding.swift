import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Whether the hub still takes this machine for one of its own. One that it dismissed (its key was revoked, or is unknown
/// there) can do nothing by asking again: it needs a person, and a new code. It asks on, rarely, since the dismissal may be
/// taken back; what waits, waits, and nothing is lost.
public final class HubStanding: Sendable {
  /// What is remembered beside the journal, for `congvan status`.
  public struct Dismissal: Codable, Sendable, Equatable {
    public var since: Instant
    public var problem: ProblemType
    /// The hub's words, for administrators.
    public var detail: String
  }

  /// Between two questions of a machine that was dismissed; in between, requests fail without going out.
  static let pause: Duration = .seconds(600)

  private struct State {
    var dismissal: Dismissal?
    var askAgain: ContinuousClock.Instant?
  }

  private let path: String
  private let threads: IOThreads
  private let logger: Logger
  private let state: NIOLockedValueBox<State>
  private let writing = NIOLock()

  /// - Parameter path: of the file that tells `congvan status`; there is none while the hub knows us.
  public init(path: String, threads: IOThreads, logger: Logger) {
    self.path = path
    self.threads = threads
    self.logger = logger
    state = NIOLockedValueBox(State(dismissal: Self.read(path)))
  }

  /// What the daemon remembered at this path; nil where the hub knows the machine, as far as is known.
  public static func read(_ path: String) -> Dismissal? {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 16 else { return nil }
    return try? CanonicalJSON.decode(Dismissal.self, from: data)
  }

  var dismissal: Dismissal? { state.withLockedValue { $0.dismissal } }

  /// - Throws: `HubFault` of kind `unauthorised` while it is too early to ask again.
  func mayAsk() throws(HubFault) {
    let held = state.withLockedValue { state -> Dismissal? in
      guard let dismissal = state.dismissal, let again = state.askAgain, ContinuousClock.now < again else { return nil }
      return dismissal
    }
    guard let held else { return }
    throw HubFault(kind: .unauthorised, detail: held.detail)
  }

  /// Takes note of what an answer says of us.
  /// - Parameter isOld: an answer that began long ago, as a stream's: that it was a good one says nothing of now.
  func note(_ response: CurlResponse, isOld: Bool = false) async {
    if (200..<300).contains(response.status) { return isOld ? () : await accepted() }
    guard response.status == 401 || response.status == 403, case .unauthorised = response.fault.kind,
      let problem = try? CanonicalJSON.decode(Problem.self, from: response.body), let type = problem.type
    else { return }
    await dismissed(type, detail: "\(problem)")
  }

  /// Another key or certificate is in use: whether the hub knows it is seen by asking.
  func startAnew() { state.withLockedValue { $0.askAgain = nil } }

  private func dismissed(_ type: ProblemType, detail: String) async {
    let isNew = state.withLockedValue { state in
      state.askAgain = .now + Self.pause * Double.random(in: 0.8...1.2)
      guard state.dismissal?.problem != type else { return false }
      state.dismissal = Dismissal(since: Instant(Date()), problem: type, detail: detail)
      return true
    }
    guard isNew else { return }
    logger.error(
      "the hub no longer accepts this machine: ask the province's office for a new code and run `congvan enroll`; documents wait meanwhile",
      metadata: ["problem": "\(type.rawValue)", "detail": "\(detail)"])
    await remember()
  }

  private func accepted() async {
    let was = state.withLockedValue { state -> Bool in
      defer { state = State() }
      return state.dismissal != nil
    }
    guard was else { return }
    logger.notice("the hub accepts this machine again")
    await remember()
  }

  /// Writes down what holds now. One at a time, and each asks anew: whoever comes last leaves what is true.
  private func remember() async {
    do {
      try await threads.run { [self] in
        try writing.withLock {
          if let now = dismissal {
            try DurableFile.replace(FilePath(path), with: try CanonicalJSON.encode(now))
          } else {
            try DurableFile.remove(FilePath(path))
          }
        }
      }
    } catch {
      logger.warning("not remembered for congvan status", metadata: ["file": "\(path)", "error": "\(error)"])
    }
  }
}

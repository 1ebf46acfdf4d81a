import Durable
import Foundation
import Logging
import NIOConcurrencyHelpers
import PKI

/// Revocation lists and OCSP responses of other authorities, as files that somebody else keeps fresh (a timer with curl: the
/// hub itself asks nobody). A file that changed is read again; one that can't be read is told, and what it said before
/// counts on until that is out of date.
final class RevocationFiles: Sendable {
  private struct State {
    var lookedAt = Date.distantPast
    var stamps: [String: FileIdentity] = [:]
    var evidence: [String: RevocationEvidence] = [:]
  }

  private let paths: [String]
  private let logger: Logger
  private let state = NIOLockedValueBox(State())

  /// Between two looks at the files.
  private static let interval: TimeInterval = 60
  /// In bytes; lists of public authorities reach a few megabytes.
  private static let limit = 16 << 20

  init(_ paths: [String], logger: Logger) {
    self.paths = paths
    self.logger = logger
  }

  /// Blocking, once a minute.
  func current(_ now: Date) -> [RevocationEvidence] {
    guard !paths.isEmpty else { return [] }
    return state.withLockedValue { state in
      if abs(now.timeIntervalSince(state.lookedAt)) >= Self.interval {
        state.lookedAt = now
        for path in paths { look(path, &state) }
      }
      return Array(state.evidence.values)
    }
  }

  private func look(_ path: String, _ state: inout State) {
    do {
      guard let found = try Folder.look(FilePath(path)) else {
        throw SystemError(call: "open", path: path, code: ENOENT)
      }
      guard state.stamps[path] != found.identity else { return }
      guard found.identity.size <= Self.limit, let bytes = FileManager.default.contents(atPath: path) else {
        throw SystemError(call: "read", path: path, code: EFBIG)
      }
      state.evidence[path] = try RevocationEvidence(file: bytes)
      state.stamps[path] = found.identity
      logger.info("revocation list read", metadata: ["file": "\(path)"])
    } catch {
      logger.error("revocation list not read", metadata: ["file": "\(path)", "error": "\(error)"])
    }
  }
}

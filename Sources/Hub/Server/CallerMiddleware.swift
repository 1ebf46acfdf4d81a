import Durable
import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import PKI

/// Finds out who calls, on every request anew: a TLS session that is resumed doesn't show its certificate to the handshake's
/// check again, so the handshake alone would let a revoked machine stay.
struct CallerMiddleware: RouterMiddleware {
  typealias Context = HubContext

  let ledger: any Ledger
  let keys: TransportKeys
  let threads: IOThreads

  func handle(
    _ request: Request, context: HubContext, next: (Request, HubContext) async throws -> Response
  ) async throws -> Response {
    guard let certificate = try await context.channel.nioSSL_peerCertificate().get() else {
      throw Problem(.keyUnknown, "the connection shows no client certificate")
    }
    // What follows reads, judges and writes: on one thread that may, from the question of who calls to the answer.
    return try await withTaskExecutorPreference(threads) {
      var context = context
      context.caller = try await caller(certificate)
      return try await next(request, context)
    }
  }

  private func caller(_ certificate: NIOSSLCertificate) async throws -> Caller {
    let key = try keys.fingerprint(of: certificate)
    guard let known = try await ledger.authorise(machineKey: key, at: Instant(Date())) else {
      throw Problem(.keyUnknown, "the transport key is not registered")
    }
    guard !known.isRevoked else { throw Problem(.keyRevoked, "the transport key was revoked or has expired") }
    return Caller(machine: known.machine, units: known.units, closed: known.closed, key: key)
  }
}

/// The key's fingerprint behind a certificate. Reading a certificate costs more than many a request, so the last ones read
/// are kept; the certificate's own bytes are the key of the memory.
final class TransportKeys: Sendable {
  private let known = NIOLockedValueBox<[Data: Data]>([:])
  private static let limit = 4096

  func fingerprint(of certificate: NIOSSLCertificate) throws -> Data {
    let der = Data(try certificate.toDERBytes())
    let name = sha256(der)
    if let key = known.withLockedValue({ $0[name] }) { return key }
    let key = Data(try Certificate(der: der).publicKeyFingerprint)
    known.withLockedValue { known in
      if known.count >= Self.limit { known.removeAll() }
      known[name] = key
    }
    return key
  }
}

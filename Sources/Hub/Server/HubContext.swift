import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOSSL

/// A request on its way through the hub: the connection it came by, and who sent it.
struct HubContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// Set by `CallerMiddleware`: on the API there is no request without one.
  var caller: Caller?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }

  /// - Throws: `Problem` where nobody is known to call, which on the API can't be.
  func requireCaller() throws -> Caller {
    guard let caller else { throw Problem(.keyUnknown, "no machine is known for this connection") }
    return caller
  }

  /// A part of the path that must be an identifier.
  /// - Throws: `Problem` of type `not-found`: a path that names nothing.
  func identifier<Value>(_ name: String, _ parse: (String) throws -> Value) throws -> Value {
    guard let text = parameters.get(name) else { throw Problem(.notFound, "no \(name) in the path") }
    do { return try parse(text) } catch { throw Problem(.notFound, "there is no such \(name)") }
  }
}

/// The machine that calls, and the units that it serves, by the rows of the ledger as they are now.
struct Caller: Sendable {
  let machine: MachineID
  let units: Set<UnitID>
  /// Those that it would serve, were they not closed.
  let closed: Set<UnitID>
  /// SHA-256 of the transport key.
  let key: Data

  func standing(towards unit: UnitID) -> Acceptance.Standing {
    if units.contains(unit) { .serves } else if closed.contains(unit) { .unitIsClosed } else { .doesNotServe }
  }

  /// - Throws: `Problem` of type `not-yours` or `unit-suspended`.
  func require(_ unit: UnitID) throws {
    switch standing(towards: unit) {
    case .serves: return
    case .unitIsClosed: throw Problem(.unitSuspended, "the unit \(unit) is closed")
    case .doesNotServe: throw Problem(.notYours, "this machine does not serve \(unit)")
    }
  }
}

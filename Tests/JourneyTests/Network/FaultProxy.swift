import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A TCP proxy between agents and the hub: passes bytes through as they are, and lets one fault at a time strike at the
/// N-th byte of a connection. It knows nothing of TLS, so a fault may strike in a handshake or in a record.
final class FaultProxy: Sendable {
  enum Direction: String, Sendable {
    case toHub = "to the hub"
    case fromHub = "from the hub"
  }

  struct Fault: Sendable, CustomStringConvertible {
    enum Kind: String, Sendable {
      /// Closed in order, in the middle of what was being said.
      case cut
      /// RST.
      case reset
      /// The connection stays, and nothing comes any more this way.
      case stall
      /// One bit of the byte is turned.
      case flip
    }

    var kind: Kind
    var direction: Direction
    /// Bytes of one connection, counted from the moment at which the fault was set, that pass before it strikes.
    var offset: Int

    var description: String { "\(kind.rawValue) after \(offset) bytes \(direction.rawValue)" }
  }

  private struct State {
    var target: UInt16
    var fault: Fault?
    /// Moves with each fault that is set: connections then count anew.
    var generation = 0
    var struck = 0
    var accepted: [ContinuousClock.Instant] = []
    var open: [ObjectIdentifier: any Channel] = [:]
  }

  let port: UInt16
  private let state: NIOLockedValueBox<State>
  private let listener: NIOLockedValueBox<(any Channel)?>

  /// - Parameters:
  ///   - port: of loopback, to listen at.
  ///   - target: likewise, to pass on to.
  init(at port: UInt16, to target: UInt16) async throws {
    self.port = port
    let state = NIOLockedValueBox(State(target: target))
    self.state = state
    listener = NIOLockedValueBox(nil)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { Self.join($0, state) }
      .bind(host: "127.0.0.1", port: Int(port)).get()
    listener.withLockedValue { $0 = channel }
  }

  /// The next connection whose bytes reach the offset is struck; no other.
  func set(_ fault: Fault) {
    state.withLockedValue {
      $0.fault = fault
      $0.generation += 1
    }
  }

  /// No fault any more. Connections that hang are closed.
  func heal() async {
    state.withLockedValue { $0.fault = nil }
    await dropConnections()
  }

  /// Where new connections go from now on. Those that are open are closed.
  func turn(to target: UInt16) async {
    state.withLockedValue { $0.target = target }
    await dropConnections()
  }

  /// How many faults have struck so far.
  var struck: Int { state.withLockedValue { $0.struck } }
  /// When connections were accepted so far.
  var accepted: [ContinuousClock.Instant] { state.withLockedValue { $0.accepted } }

  func close() async {
    let channel = listener.withLockedValue { listener in
      defer { listener = nil }
      return listener
    }
    try? await channel?.close()
    await dropConnections()
  }

  private func dropConnections() async {
    for channel in state.withLockedValue({ Array($0.open.values) }) { try? await channel.close() }
  }

  private static func join(_ client: any Channel, _ state: NIOLockedValueBox<State>) -> EventLoopFuture<Void> {
    let target = state.withLockedValue { state in
      state.accepted.append(.now)
      state.open[ObjectIdentifier(client)] = client
      return state.target
    }
    client.closeFuture.whenComplete { _ in
      state.withLockedValue { _ = $0.open.removeValue(forKey: ObjectIdentifier(client)) }
    }
    return ClientBootstrap(group: client.eventLoop).channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: Int(target))
      .flatMapThrowing { hub in
        try client.pipeline.syncOperations.addHandler(Relay(.toHub, to: hub, state))
        try hub.pipeline.syncOperations.addHandler(Relay(.fromHub, to: client, state))
      }
      .flatMapErrorThrowing { error in
        client.close(promise: nil)
        throw error
      }
  }

  /// One direction of one connection.
  private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let direction: Direction
    private let peer: any Channel
    private let state: NIOLockedValueBox<State>
    private var passed = 0
    private var generation = -1
    private var isStruck = false

    init(_ direction: Direction, to peer: any Channel, _ state: NIOLockedValueBox<State>) {
      self.direction = direction
      self.peer = peer
      self.state = state
    }

    // Each channel is read once it lives: the hub's does already, the client's will.
    func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { context.read() } }
    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var buffer = unwrapInboundIn(data)
      let channel = context.channel
      // One read may bring several pieces: those after the fault are lost with it.
      if isStruck { return }
      guard let (kind, place) = strike(buffer.readableBytes) else { return forward(buffer, channel) }
      if kind == .flip {
        let index = buffer.readerIndex + place
        if let byte = buffer.getInteger(at: index, as: UInt8.self) { buffer.setInteger(byte ^ 0x10, at: index) }
        return forward(buffer, channel)
      }
      isStruck = true
      let peer = peer
      peer.writeAndFlush(buffer.readSlice(length: place) ?? ByteBuffer()).whenComplete { _ in
        switch kind {
        case .cut:
          peer.close(promise: nil)
          channel.close(promise: nil)
        case .reset:
          for end in [peer, channel] {
            guard let socket = end as? any SocketOptionProvider else { continue }
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in end.close(promise: nil) }
          }
        // Nobody reads any more.
        case .stall, .flip: break
        }
      }
    }

    private func forward(_ buffer: ByteBuffer, _ channel: any Channel) {
      // Read on only when this has gone: a proxy that is slow isn't a buffer without end.
      peer.writeAndFlush(buffer).whenComplete { _ in channel.read() }
    }

    /// Whether the fault strikes within these bytes, and at which of them.
    private func strike(_ count: Int) -> (Fault.Kind, Int)? {
      state.withLockedValue { state in
        if generation != state.generation {
          generation = state.generation
          passed = 0
        }
        defer { passed += count }
        guard let fault = state.fault, fault.direction == direction, fault.offset < passed + count else { return nil }
        state.fault = nil
        state.struck += 1
        return (fault.kind, max(0, fault.offset - passed))
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      let peer = peer
      peer.writeAndFlush(ByteBuffer()).whenComplete { _ in peer.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

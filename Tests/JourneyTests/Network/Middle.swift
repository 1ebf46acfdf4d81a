import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A server that stands in the hub's place: it ends the TLS connection itself, with the hub's key or another, looks at each
/// request, and passes it on, answers it, or makes something else of the hub's answer. What it writes is bytes, not an
/// answer of a library: also what no library would send.
final class Middle: Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    var at: ContinuousClock.Instant
  }

  struct Answer: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body = Data()

    /// As it goes over the line.
    var bytes: Data {
      var head = "HTTP/1.1 \(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)\r\n"
      for (name, value) in headers { head += "\(name): \(value)\r\n" }
      return Data((head + "content-length: \(body.count)\r\n\r\n").utf8) + body
    }

    static func html(_ status: Int, _ text: String, _ headers: [(String, String)] = []) -> Answer {
      Answer(status: status, headers: [("content-type", "text/html")] + headers, body: Data(text.utf8))
    }
  }

  enum Reply: Sendable {
    /// What the hub says.
    case pass
    case answer(Answer)
    /// These bytes, and the connection is closed.
    case raw(Data)
    /// The hub is asked, and does what it is asked; this is made of its answer.
    case after(@Sendable (Answer) -> Data)
    /// The second again and again: 64 MB a second, where it is taken.
    case endless(Data, Data)
    /// Nothing, as long as the client waits.
    case silence
  }

  typealias Rule = @Sendable (Request) -> Reply

  /// With what it shows itself, and its lowest and highest TLS version.
  struct Face {
    var pem: Data
    var highest: TLSVersion = .tlsv13
  }

  let port: UInt16
  private let hub: UInt16
  private let towardsHub: NIOSSLContext
  private let state = NIOLockedValueBox<(rule: Rule, seen: [Request])>(({ _ in .pass }, []))
  private let serving = NIOLockedValueBox<(listener: any Channel, task: Task<Void, Never>)?>(nil)

  /// - Parameters:
  ///   - hub: the port of loopback at which the hub listens.
  ///   - root: the hub's authority.
  ///   - client: key and certificate with which the hub is asked; none at its public listener.
  init(_ face: Face, to hub: UInt16, root: Data, client: Data?) async throws {
    port = try FreePorts.take(1)[0]
    self.hub = hub
    var out = TLSConfiguration.makeClientConfiguration()
    out.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(root)))
    if let client {
      out.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(client)).map { .certificate($0) }
      out.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(client), format: .pem))
    }
    towardsHub = try NIOSSLContext(configuration: out)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(face.pem)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(face.pem), format: .pem)))
    tls.maximumTLSVersion = face.highest
    let context = try NIOSSLContext(configuration: tls)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: "127.0.0.1", port: Int(port)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
          return try NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let task = Task {
      await withDiscardingTaskGroup { group in
        try? await listener.executeThenClose { connections in
          for try await connection in connections { group.addTask { try? await self.serve(connection) } }
        }
        group.cancelAll()
      }
    }
    serving.withLockedValue { $0 = (listener.channel, task) }
  }

  func set(_ rule: @escaping Rule) { state.withLockedValue { $0.rule = rule } }

  var seen: [Request] { state.withLockedValue { $0.seen } }

  /// Requests since the last time that it was asked.
  func takeSeen() -> [Request] {
    state.withLockedValue { state in
      defer { state.seen = [] }
      return state.seen
    }
  }

  /// Ends by closing the listener, never by cancelling who takes the connections: one that was accepted and not yet taken
  /// would be dropped open, at which NIO traps.
  func close() async {
    guard let (listener, task) = serving.withLockedValue({ $0 }) else { return }
    try? await listener.close()
    await task.value
  }

  private func serve(_ connection: NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      var body = ByteBuffer()
      for try await part in inbound {
        switch part {
        case .head(let new):
          head = new
          body.clear()
        case .body(let piece): body.writeImmutableBuffer(piece)
        case .end:
          guard let asked = head else { return }
          guard try await answer(asked, body, outbound) else { return }
        }
      }
    }
  }

  /// - Returns: whether the connection goes on.
  private func answer(
    _ head: HTTPRequestHead, _ body: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) async throws -> Bool {
    let request = Request(method: head.method.rawValue, path: head.uri, at: .now)
    let reply = state.withLockedValue { state in
      if state.seen.count < 100_000 { state.seen.append(request) }
      return state.rule(request)
    }
    switch reply {
    case .pass: try await pass(head, body) { try await outbound.write($0) }
    case .answer(let answer): try await outbound.write(ByteBuffer(bytes: answer.bytes))
    case .raw(let data):
      try await outbound.write(ByteBuffer(bytes: data))
      return false
    case .after(let change):
      let answer = try await ask(head, body)
      try await outbound.write(ByteBuffer(bytes: change(answer)))
      return false
    case .endless(let first, let again):
      try await outbound.write(ByteBuffer(bytes: first))
      // Many at once, and a breath between: without it the tests' own loops would be what is flooded.
      let piece = ByteBuffer(repeating: again, times: max(1, (1 << 16) / again.count))
      while !Task.isCancelled {
        try await outbound.write(piece)
        try await Task.sleep(for: .milliseconds(1))
      }
      return false
    case .silence:
      try await Task.sleep(for: .seconds(600))
      return false
    }
    return true
  }

  // MARK: - The hub's side

  private typealias Upstream = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

  private func asking(
    _ head: HTTPRequestHead, _ body: ByteBuffer, _ take: (HTTPClientResponsePart) async throws -> Void
  ) async throws {
    let context = towardsHub
    let upstream: Upstream = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: Int(hub)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          return try Upstream(wrappingChannelSynchronously: channel)
        }
      }
    try await upstream.executeThenClose { inbound, outbound in
      try await outbound.write(.head(head))
      if body.readableBytes > 0 { try await outbound.write(.body(.byteBuffer(body))) }
      try await outbound.write(.end(nil))
      for try await part in inbound {
        try await take(part)
        if case .end = part { return }
      }
    }
  }

  private func ask(_ head: HTTPRequestHead, _ body: ByteBuffer) async throws -> Answer {
    var answer = Answer()
    try await asking(head, body) { part in
      switch part {
      case .head(let head):
        answer.status = Int(head.status.code)
        let own: Set = ["content-length", "transfer-encoding", "connection"]
        answer.headers = head.headers.filter { !own.contains($0.name.lowercased()) }.map { ($0.name, $0.value) }
      case .body(let piece): answer.body.append(contentsOf: piece.readableBytesView)
      case .end: break
      }
    }
    return answer
  }

  /// Piece by piece, as a stream of notices needs it.
  private func pass(
    _ head: HTTPRequestHead, _ body: ByteBuffer, _ write: (ByteBuffer) async throws -> Void
  ) async throws {
    var isChunked = false
    try await asking(head, body) { part in
      switch part {
      case .head(let head):
        isChunked = head.headers["transfer-encoding"].contains("chunked")
        var text = "HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n"
        for (name, value) in head.headers { text += "\(name): \(value)\r\n" }
        try await write(ByteBuffer(string: text + "\r\n"))
      case .body(let piece):
        var buffer = ByteBuffer()
        if isChunked { buffer.writeString(String(piece.readableBytes, radix: 16) + "\r\n") }
        buffer.writeImmutableBuffer(piece)
        if isChunked { buffer.writeString("\r\n") }
        try await write(buffer)
      case .end: if isChunked { try await write(ByteBuffer(string: "0\r\n\r\n")) }
      }
    }
  }
}

extension ByteBuffer {
  fileprivate init(repeating data: Data, times: Int) {
    self.init()
    for _ in 0..<times { writeBytes(data) }
  }
}

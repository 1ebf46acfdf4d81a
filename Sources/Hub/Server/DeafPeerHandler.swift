import NIOCore

/// Ends a connection whose peer takes nothing of what is written to it: an answer that is never read would hold the
/// connection, the request and its buffers for as long as the peer likes, since the idle limit rests while an answer is
/// under way.
///
/// Where bytes drain, however slowly, the channel becomes writable again from time to time (at its low-water mark, 32 KiB):
/// within the patience that is 550 bytes a second.
final class DeafPeerHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  private static let patience: TimeAmount = .seconds(60)
  private var end: Scheduled<Void>?

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    let channel = context.channel
    end?.cancel()
    end = channel.isWritable ? nil : channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    end = nil
    context.fireChannelInactive()
  }
}

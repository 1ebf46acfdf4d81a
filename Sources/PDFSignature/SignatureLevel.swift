/// The baseline levels of EN 319 142-1 §6, each containing the one before.
public enum SignatureLevel: String, Codable, Sendable, CaseIterable, Comparable {
  /// A signature whose time only the signer claims.
  case basic = "B-B"
  /// A time-stamp proves when it existed at the latest.
  case timeStamped = "B-T"
  /// The document carries what its certificates' validation needs: certificates and evidence of revocation.
  case longTerm = "B-LT"
  /// A document time-stamp over all that, renewable before its own certificate or algorithm ages.
  case archival = "B-LTA"

  public static func < (left: SignatureLevel, right: SignatureLevel) -> Bool { left.order < right.order }

  private var order: Int {
    switch self {
    case .basic: 0
    case .timeStamped: 1
    case .longTerm: 2
    case .archival: 3
    }
  }
}

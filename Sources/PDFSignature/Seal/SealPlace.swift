import Foundation

/// Where the seal goes.
public struct SealPlace: Sendable, Equatable {
  public enum Page: Sendable, Equatable {
    case first
    case last
    /// 1 for the first; the last where there are fewer.
    case number(Int)
  }

  public enum Corner: String, Sendable, CaseIterable {
    case topLeft = "top-left"
    case topRight = "top-right"
    case bottomLeft = "bottom-left"
    case bottomRight = "bottom-right"

    var isTop: Bool { self == .topLeft || self == .topRight }
    var isRight: Bool { self == .topRight || self == .bottomRight }
  }

  public enum Anchor: Sendable, Equatable {
    case corner
    /// At the left of the signer's name, over a third of the signature above it; the last of these names on the pages counts.
    case signer(names: [String])
    /// The first visible empty signature field.
    case field
  }

  public var anchor = Anchor.corner
  /// Of the corner: what is asked for, or where the seal goes when its anchor is not in the document.
  public var page = Page.last
  public var corner = Corner.bottomRight
  /// From the page's edges at that corner, in millimetres.
  public var across = 15.0
  public var up = 15.0

  public init() {}

  /// Reads `last:bottom-right`, `first:top-right`, `3:top-left`, each with `:ACROSS,UP` in millimetres from the corner if
  /// wanted; `field`; `beside-signer`, which needs names. nil for anything else.
  public init?(_ text: String, signers: [String] = []) {
    self.init()
    switch text {
    case "field":
      anchor = .field
      return
    case "beside-signer":
      guard !signers.isEmpty else { return nil }
      anchor = .signer(names: signers)
      return
    default: break
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let corner = Corner(rawValue: String(parts[1])) else { return nil }
    self.corner = corner
    switch parts[0] {
    case "first": page = .first
    case "last": page = .last
    default:
      guard let number = Int(parts[0]), (1...100_000).contains(number) else { return nil }
      page = .number(number)
    }
    guard parts.count == 3 else { return }
    let offsets = parts[2].split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
    guard offsets.count == 2, offsets.allSatisfy({ (0...200).contains($0) }) else { return nil }
    across = offsets[0]
    up = offsets[1]
  }

  /// What `init(_:signers:)` takes.
  public static let grammar =
    "PAGE:CORNER or PAGE:CORNER:ACROSS,UP (PAGE first, last or a number; CORNER top-left, top-right, bottom-left or "
    + "bottom-right; millimetres), beside-signer or field"

  var isBesideSigner: Bool { if case .signer = anchor { true } else { false } }
}

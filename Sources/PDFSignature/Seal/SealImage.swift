import Foundation

/// The picture of a seal, in the forms in which a PDF takes it. Made once per configuration.
public struct SealImage: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int

  /// Deflated: three bytes a pixel.
  let colours: [UInt8]
  /// Deflated: one byte a pixel; nil where every pixel is opaque.
  let opacity: [UInt8]?
  /// Deflated, for files that may not have transparency: the colours as they look on white paper.
  let onWhite: [UInt8]
  /// Deflated, beside `onWhite`: one bit a pixel, 1 where nothing is painted. A stencil is no transparency, so that the text
  /// under the seal can still be read (ISO 32000-1 §8.9.6.3).
  let stencil: [UInt8]?

  /// Reads a PNG: gray, colour or palette, with or without transparency; 8 bits a sample, not interlaced; at most 8 MiB and
  /// four million pixels.
  public init(png: Data) throws(SealProblem) {
    let pixels = try PNGReader([UInt8](png))
    width = pixels.width
    height = pixels.height
    let isOpaque = pixels.opacity.allSatisfy { $0 == 255 }
    colours = SealZlib.deflate(isOpaque ? pixels.colours : Self.bled(pixels))
    opacity = isOpaque ? nil : SealZlib.deflate(pixels.opacity)
    // Few files need these: fast rather than small.
    onWhite = SealZlib.deflate(isOpaque ? pixels.colours : Self.flattened(pixels), level: 6)
    stencil = isOpaque ? nil : SealZlib.deflate(Self.stencil(pixels), level: 6)
  }

  /// Invisible pixels take the seal's mean colour: viewers scale colours and opacity apart, and whatever hides in an
  /// invisible pixel (often black) would show as a fringe.
  private static func bled(_ pixels: PNGReader) -> [UInt8] {
    var sums = [0, 0, 0]
    var weight = 0
    for (index, opacity) in pixels.opacity.enumerated() where opacity > 0 {
      for channel in 0..<3 { sums[channel] += Int(pixels.colours[index * 3 + channel]) * Int(opacity) }
      weight += Int(opacity)
    }
    let mean = sums.map { UInt8($0 / max(1, weight)) }
    var colours = pixels.colours
    for (index, opacity) in pixels.opacity.enumerated() where opacity == 0 {
      for channel in 0..<3 { colours[index * 3 + channel] = mean[channel] }
    }
    return colours
  }

  private static func flattened(_ pixels: PNGReader) -> [UInt8] {
    var colours = pixels.colours
    for (index, opacity) in pixels.opacity.enumerated() where opacity < 255 {
      let share = Int(opacity)
      for channel in index * 3..<index * 3 + 3 {
        colours[channel] = UInt8((Int(colours[channel]) * share + 255 * (255 - share)) / 255)
      }
    }
    return colours
  }

  /// What is fainter than this, of 255, is left out where there is no transparency.
  private static let faint = 32

  private static func stencil(_ pixels: PNGReader) -> [UInt8] {
    let row = (pixels.width + 7) / 8
    var bits = [UInt8](repeating: 0, count: row * pixels.height)
    for line in 0..<pixels.height {
      for column in 0..<pixels.width where Int(pixels.opacity[line * pixels.width + column]) < faint {
        bits[line * row + column / 8] |= 0x80 >> UInt8(column % 8)
      }
    }
    return bits
  }
}

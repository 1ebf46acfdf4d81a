/// The pixels of a PNG (ISO/IEC 15948), read strictly and under caps. Colours are taken as sRGB: gAMA, cHRM and iCCP are
/// passed over, as seals are drawn in plain red.
struct PNGReader {
  /// Of the file. 8 MiB.
  static let fileLimit = 8 << 20
  /// Of each side: a seal of 100 mm at 1,000 dpi.
  static let sideLimit = 4000
  /// Of the whole picture: 36 mm at 1,400 dpi.
  static let pixelLimit = 4_000_000

  let width: Int
  let height: Int
  /// Three bytes a pixel.
  private(set) var colours: [UInt8] = []
  /// One byte a pixel, 255 opaque.
  private(set) var opacity: [UInt8] = []

  private let bits: Int
  private let type: Int
  private var palette: [UInt8] = []
  private var transparency: [UInt8] = []

  private static let broken = SealProblem(
    .imageDamaged, "the PNG ends inside itself or contradicts itself: export it again")
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  init(_ file: [UInt8]) throws(SealProblem) {
    guard file.count <= Self.fileLimit else {
      throw SealProblem(.imageTooLarge, "the PNG has more than \(Self.fileLimit >> 20) MiB: export it at 600 dpi")
    }
    guard file.starts(with: Self.signature) else {
      throw SealProblem(.imageDamaged, "this is no PNG: export the seal as PNG with a transparent background")
    }
    let source = SealBytes(bytes: file, problem: Self.broken)
    guard try source.tag(12) == "IHDR", try source.u32(8) == 13 else { throw Self.broken }
    width = try source.u32(16)
    height = try source.u32(20)
    bits = try source.u8(24)
    type = try source.u8(25)
    guard width > 0, height > 0, try source.u8(26) == 0, try source.u8(27) == 0 else { throw Self.broken }
    guard width <= Self.sideLimit, height <= Self.sideLimit, width * height <= Self.pixelLimit else {
      throw SealProblem(
        .imageTooLarge, "\(width) × \(height) pixels are too many: export at 600 dpi, 850 × 850 for 36 mm")
    }
    try Self.checkKind(bits: bits, type: type)
    guard try source.u8(28) == 0 else {
      throw SealProblem(.imageUnsupported, "the PNG is interlaced: export it without interlacing (Adam7)")
    }
    let packed = try readChunks(source)
    try unpack(packed)
  }

  private static func checkKind(bits: Int, type: Int) throws(SealProblem) {
    if bits == 16 { throw SealProblem(.imageUnsupported, "the PNG has 16 bits a sample: export it with 8") }
    switch (type, bits) {
    case (0, 1), (0, 2), (0, 4), (0, 8), (2, 8), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (6, 8): return
    default: throw broken
    }
  }

  /// Samples in one pixel.
  private var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type] ?? 1 }

  /// Collects palette, transparency and the packed pixels; every checksum must be right, and the file must end after IEND.
  private mutating func readChunks(_ source: SealBytes) throws(SealProblem) -> [UInt8] {
    var packed: [UInt8] = []
    var at = 8
    while true {
      let count = try source.u32(at)
      let kind = try source.tag(at + 4)
      let body = try source.slice(at + 8, count)
      guard try source.u32(at + 8 + count) == SealZlib.checksum(try source.slice(at + 4, count + 4)) else {
        throw SealProblem(
          .imageDamaged, "a checksum of the PNG is wrong: the file was damaged on its way, copy it again")
      }
      at += count + 12
      switch kind {
      case "IHDR": if at != 33 { throw Self.broken }
      case "PLTE":
        guard palette.isEmpty, packed.isEmpty, count.isMultiple(of: 3), (3...768).contains(count) else {
          throw Self.broken
        }
        palette = Array(body)
      case "tRNS":
        guard transparency.isEmpty, packed.isEmpty, count <= 256 else { throw Self.broken }
        transparency = Array(body)
      case "IDAT": packed += body
      case "IEND":
        guard count == 0, at == source.bytes.count else { throw Self.broken }
        return packed
      default:
        // A chunk whose name begins with a capital must be understood (§5.4).
        if kind.utf8.first.map({ $0 & 0x20 == 0 }) ?? true { throw Self.broken }
      }
    }
  }

  private mutating func unpack(_ packed: [UInt8]) throws(SealProblem) {
    let row = (width * channels * bits + 7) / 8
    guard let filtered = SealZlib.inflate(packed, toExactly: (row + 1) * height) else { throw Self.broken }
    let parameters = PDFDictionary()
      .setting("Predictor", to: .integer(15)).setting("Colors", to: .integer(Int64(channels)))
      .setting("BitsPerComponent", to: .integer(Int64(bits))).setting("Columns", to: .integer(Int64(width)))
    let samples: [UInt8]
    do { samples = try Inflate.undoPredictor(filtered, parameters: parameters) } catch { throw Self.broken }
    colours.reserveCapacity(width * height * 3)
    opacity.reserveCapacity(width * height)
    switch type {
    case 0: try unpackGray(samples, row: row)
    case 2:
      let key = try transparentKey(samples: 3)
      for at in stride(from: 0, to: samples.count, by: 3) {
        colours += samples[at..<at + 3]
        opacity.append(key.map { samples[at..<at + 3].elementsEqual($0) } == true ? 0 : 255)
      }
    case 3: try unpackPalette(samples, row: row)
    case 4:
      for at in stride(from: 0, to: samples.count, by: 2) {
        for _ in 0..<3 { colours.append(samples[at]) }
        opacity.append(samples[at + 1])
      }
    default:
      for at in stride(from: 0, to: samples.count, by: 4) {
        colours += samples[at..<at + 3]
        opacity.append(samples[at + 3])
      }
    }
  }

  /// The one colour that counts as transparent, in samples of 16 bits of which the low ones count (§11.3.2.1).
  private func transparentKey(samples: Int) throws(SealProblem) -> [UInt8]? {
    guard !transparency.isEmpty else { return nil }
    guard transparency.count == samples * 2 else { throw Self.broken }
    return (0..<samples).map { transparency[$0 * 2 + 1] }
  }

  /// Every sample of a picture with one channel, whatever its bits.
  private func forEachSample(_ samples: [UInt8], row: Int, _ body: (Int) throws(SealProblem) -> Void)
    throws(SealProblem)
  {
    let mask = 1 << bits - 1
    for line in 0..<height {
      for column in 0..<width {
        let bit = column * bits
        try body(Int(samples[line * row + bit / 8]) >> (8 - bits - bit % 8) & mask)
      }
    }
  }

  private mutating func unpackGray(_ samples: [UInt8], row: Int) throws(SealProblem) {
    let key = try transparentKey(samples: 1).map { Int($0[0]) }
    let full = 1 << bits - 1
    var colours: [UInt8] = []
    var opacity: [UInt8] = []
    try forEachSample(samples, row: row) { (sample) throws(SealProblem) in
      for _ in 0..<3 { colours.append(UInt8(sample * 255 / full)) }
      opacity.append(sample == key ? 0 : 255)
    }
    self.colours = colours
    self.opacity = opacity
  }

  private mutating func unpackPalette(_ samples: [UInt8], row: Int) throws(SealProblem) {
    let entries = palette.count / 3
    guard entries > 0, transparency.count <= entries else { throw Self.broken }
    var colours: [UInt8] = []
    var opacity: [UInt8] = []
    try forEachSample(samples, row: row) { (sample) throws(SealProblem) in
      guard sample < entries else { throw Self.broken }
      colours += palette[sample * 3..<sample * 3 + 3]
      opacity.append(sample < transparency.count ? transparency[sample] : 255)
    }
    self.colours = colours
    self.opacity = opacity
  }
}

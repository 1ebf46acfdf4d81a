import Foundation
import PKI
import Testing

@testable import PDFSignature

/// Seals of the house, and documents sealed with them.
enum SealHouse {
  static let fontPaths = [
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
  ]
  static let union = "Công đoàn cơ sở Trường THPT Lạc Long Quân"
  static let time = Date(timeIntervalSince1970: 1_795_488_000)
  static let timeText = "2026-11-24T09:40:00+07:00"

  static var font: SealFont {
    get throws {
      let path = try #require(
        fontPaths.first(where: FileManager.default.fileExists), "no Liberation Serif: scripts/setup test")
      return try SealFont(data: try Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  static let image = Result { try SealImage(png: Fixtures.data("seal/seal.png")) }

  /// Picture and text at a place, in the default style unless changed.
  static func seal(
    _ place: String = "last:bottom-right", signers: [String] = [], hasImage: Bool = true, name: String = union,
    change: (inout Seal.Style) -> Void = { _ in }
  ) throws -> Seal {
    var style = Seal.Style()
    style.place = try #require(SealPlace(place, signers: signers))
    change(&style)
    return try Seal(
      image: hasImage ? try image.get() : nil, font: try font, style: style, signerName: name,
      reason: "Phát hành văn bản")
  }

  static func sign(
    _ original: Data, _ seal: Seal, words: PageWords? = nil, fieldName: String? = nil, house: House
  ) throws -> (file: Data, outcome: SealOutcome) {
    let unit = try #require(house.unitKeys[.p256])
    let signer = PDFSigner(key: unit.key, certificates: [unit.certificate], fieldName: fieldName)
    let update = try signer.prepare(
      PDFFile(data: original), seal: SealRequest(seal, time: time, words: words))
    let digest = SHA256Hasher()
    digest.update(original)
    let signed = try signer.sign(update, originalDigest: digest, details: House.details)
    return (original + signed.appended, try #require(update.seal))
  }
}

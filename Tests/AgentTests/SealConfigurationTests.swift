import Durable
import Exchange
import Foundation
import PDFSignature
import PKI
import Testing

@testable import Agent

@Suite("A unit's visible seal")
struct SealConfigurationTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")
  private static let picture = fixtures.appending(path: "seal/seal.png").path

  private func load(_ seal: String, in folder: TemporaryFolder) throws -> AgentConfiguration {
    let path = try folder.write(ConfigurationTests.minimal, to: "congvan.yaml")
    try folder.write(
      "unit: a\nname: Công đoàn cơ sở\nfolder: /srv/a\nsigning:\n  level: B-B\n\(seal)", to: "units.d/u.yaml")
    return try AgentConfiguration.load(path)
  }

  private func refusal(_ seal: String) throws -> ConfigurationError? {
    let folder = try TemporaryFolder()
    do { _ = try UnitSeals.load(try load(seal, in: folder).units) } catch let error as ConfigurationError {
      return error
    }
    return nil
  }

  @Test("nobody has a seal who did not ask for one")
  func none() throws {
    let folder = try TemporaryFolder()
    for text in ["", "  seal:\n"] {
      let configuration = try load(text, in: folder)
      #expect(configuration.units.first?.signing.seal == nil)
      #expect(try UnitSeals.load(configuration.units)[configuration.units[0].unit] == nil)
    }
  }

  @Test("every key of the seal is understood")
  func everything() throws {
    let folder = try TemporaryFolder()
    let configuration = try load(
      """
        seal:
          image: \(Self.picture)
          imageWidth: 35.5
          at: beside-signer
          signers: [Nguyễn Văn A, "Trần Thị B"]
          text: ["{name}", "{time}"]
          textSide: left
          textWidth: 50
          fontSize: 9
      """, in: folder)
    let seal = try #require(configuration.units.first?.signing.seal)
    #expect(seal.image == Self.picture && seal.font == nil)
    #expect(seal.style.place.anchor == .signer(names: ["Nguyễn Văn A", "Trần Thị B"]))
    #expect(seal.style.imageWidth == 35.5 && seal.style.textWidth == 50 && seal.style.fontSize == 9)
    #expect(seal.style.side == .left && seal.style.lines == ["{name}", "{time}"])
    #expect(try UnitSeals.load(configuration.units)[configuration.units[0].unit] != nil)
    #expect(try load("  seal: { text: \"{time}\" }\n", in: folder).units[0].signing.seal?.style.lines == ["{time}"])
  }

  @Test(
    "what is wrong with a seal is refused at the start, with its key, its file and the remedy",
    arguments: [
      ("imag: /x.png", "signing.seal.imag", "did you mean `image`"),
      ("image: seal.png", "signing.seal.image", "a path that starts with /"),
      ("image: /nowhere/seal.png", "signing.seal.image", "/nowhere/seal.png: no such file"),
      ("image: /etc/hostname", "signing.seal.image", "/etc/hostname: this is no PNG"),
      ("image: /dev/zero", "signing.seal.image", "no plain file"),
      ("font: /etc/hostname", "signing.seal.font", "/etc/hostname: "),
      ("imageWidth: 900", "signing.seal.imageWidth", "from 5.0 to 150.0"),
      ("at: somewhere", "signing.seal.at", "PAGE:CORNER"),
      ("at: beside-signer", "signing.seal.at", "beside-signer"),
      ("textSide: over", "signing.seal.textSide", "right, left, below, above"),
      ("text: [\"{nane}\"]", "signing.seal.text", "{name}"),
      ("text: []", "signing.seal.text", "neither picture nor text"),
      ("text: [\"工会\"]", "signing.seal.font", "“工” (U+5DE5)"),
    ])
  func refused(_ line: String, _ key: String, _ detail: String) throws {
    let error = try #require(try refusal("  seal:\n    \(line)\n"), "\(line)")
    #expect(error.key == key && error.detail.contains(detail), "\(error)")
    #expect(error.file.hasSuffix("u.yaml"))
  }

  @Test("what the agent signs bears the unit's seal beside the signer's name, and the time that it claims")
  func signed() throws {
    let folder = try TemporaryFolder()
    let sample = try SigningSample(in: folder)
    let (spooled, spool) = (sample.spooled, sample.spooled.path)
    let configuration = try load(
      """
        seal:
          image: \(Self.picture)
          at: beside-signer
          signers: [Trần Trung Hòa]
      """, in: folder)
    let unit = try #require(configuration.units.first)
    let signing = Signing(
      identity: sample.signer, unit: unit,
      seal: try UnitSeals.load(configuration.units)[unit.unit])
    let now = Instant(Date(timeIntervalSince1970: 1_795_488_000))
    let pending = try signing.begin(spooled, at: now)
    #expect(pending.seal?.page == 1 && pending.seal?.remarks == [])
    _ = try signing.finish(pending, token: nil, of: spooled)

    let text = Process()
    let output = Pipe()
    text.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    text.arguments = ["pdftotext", "-raw", "\(spool)", "-"]
    text.standardOutput = output
    try text.run()
    let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    text.waitUntilExit()
    #expect(words.contains("Công đoàn cơ sở\n2026-11-24T09:40:00+07:00"), "\(words)")
    let report = PDFVerifier.verify(
      try PDFFile(path: "\(spool)"), trust: TrustAnchors([sample.authority.certificate]), at: Date())
    let claimed = try #require(report.signatures.first?.claimedTime)
    #expect(abs(claimed.timeIntervalSince(now.date)) < 1 && report.signatures.count == 1)
  }
}

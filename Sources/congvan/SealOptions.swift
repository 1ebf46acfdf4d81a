import Agent
import ArgumentParser
import Foundation
import PDFSignature

/// What a signature made by hand looks like. Nothing, unless a picture or a text is given.
struct SealOptions: ParsableArguments {
  @Option(name: .customLong("seal"), help: "The seal's picture: a PNG with a transparent ground.")
  var image: String?
  @Option(
    name: .customLong("seal-text"),
    help: ArgumentHelp(
      "A line of text, repeatable; {name}, {time}, {reason} and {location} stand for the signature's facts. By default name and time; '' for none.",
      valueName: "line"))
  var text: [String] = []
  @Option(
    name: .customLong("seal-at"),
    help: ArgumentHelp(
      "Where: PAGE:CORNER[:ACROSS,UP] such as first:top-right:15,8 (millimetres), beside-signer, or field.",
      valueName: "place"))
  var place = "last:bottom-right"
  @Option(
    name: .customLong("seal-signer"), help: "With beside-signer: the name to look for on the pages; repeatable.")
  var signers: [String] = []
  @Option(name: .customLong("seal-width"), help: ArgumentHelp("The picture's width.", valueName: "mm"))
  var width = 36.0
  @Option(
    name: .customLong("seal-font"),
    help: ArgumentHelp("A TrueType font; by default Liberation Serif.", valueName: "file"))
  var font: String?

  func validate() throws {
    guard SealPlace(place, signers: signers) != nil else {
      throw ValidationError(
        place == "beside-signer"
          ? "beside-signer needs --seal-signer NAME"
          : "--seal-at is \(place.debugDescription), expected \(SealPlace.grammar)")
    }
    guard Seal.widths.contains(width) else {
      throw ValidationError(
        "--seal-width is \(width), expected \(Int(Seal.widths.lowerBound)) to \(Int(Seal.widths.upperBound)) mm")
    }
  }

  /// nil where none was asked for.
  func seal(_ details: SignatureDetails) throws -> Seal? {
    guard image != nil || !text.isEmpty else { return nil }
    var asked = SealConfiguration()
    asked.image = image
    asked.font = font
    asked.style.imageWidth = width
    if !text.isEmpty { asked.style.lines = text.filter { !$0.isEmpty } }
    if let place = SealPlace(place, signers: signers) { asked.style.place = place }
    return try asked.make(signerName: details.signerName, reason: details.reason, location: details.location)
  }

  /// For people: on which page, and what was not as asked.
  func report(_ outcome: SealOutcome?, _ messages: Messages) -> [String] {
    guard let outcome else { return [] }
    let remarks = outcome.remarks.map { messages.remark($0) }
    guard let page = outcome.page else { return remarks }
    return [messages.say("Con dấu: trang \(page)", "Seal: page \(page)")] + remarks
  }
}

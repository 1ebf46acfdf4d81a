import Durable
import Exchange
import Foundation
import LetterReading

/// Reads a letter before it is signed: one that is marked as secret stays here, an urgent one goes before others.
struct LetterCheck: Sendable {
  /// What the reading means for the letter's journey.
  struct Finding: Sendable, Equatable {
    /// Whom the letter names.
    struct Names: Sendable, Equatable {
      /// The items of “Kính gửi”.
      var addressees: [String]
      /// The items of “Nơi nhận”.
      var copies: [String]
    }

    var urgency = Urgency.normal
    var refusal: Refusal?
    /// For the journal: `reading` says whether and how it was read; never the letter's content.
    var facts: [String: String]
    /// nil where it could not be read.
    var names: Names?
  }

  /// Of the spooled copy. Takes no thread of Swift's, and a process of its own only for a letter of unusual make.
  /// - Throws: where it could not be read now: whether it is secret must be known before it goes.
  func run(_ path: FilePath, secretsMayGo: Bool) async throws(SystemError) -> Finding {
    let outcome = await LetterReader().read("\(path)")
    if case .failed(.notNow(let error)) = outcome { throw error }
    return Self.judge(outcome, secretsMayGo: secretsMayGo)
  }

  /// A letter that can't be read is sent all the same: a scan is as good a letter, and its sender has looked at it.
  static func judge(_ outcome: LetterReader.Outcome, secretsMayGo: Bool) -> Finding {
    switch outcome {
    case .failed(let failure): return Finding(facts: ["reading": "not read", "why": "\(failure)"])
    case .noText: return Finding(facts: ["reading": "not read", "why": "no text: a scan"])
    case .read(let fields), .recognised(let fields, _):
      if let font = fields.legacyFont {
        return Finding(facts: ["reading": "not read", "why": "letters of an old font, \(font.rawValue)"])
      }
      var finding = Finding(facts: ["reading": "read"])
      finding.urgency = urgency(fields.urgency?.value)
      finding.names = Finding.Names(
        addressees: fields.addressees.map(\.value), copies: fields.copies.map(\.value))
      if let mark = fields.secrecy?.value {
        finding.facts["secrecy"] = mark.rawValue
        if !secretsMayGo { finding.refusal = .secret(mark: mark.rawValue) }
      }
      return finding
    }
  }

  private static func urgency(_ mark: UrgencyMark?) -> Urgency {
    switch mark {
    case nil: .normal
    case .urgent: .urgent
    case .veryUrgent: .veryUrgent
    case .express: .express
    }
  }
}

import Foundation
import PKI

/// The one judge of "nothing lost, nothing doubled, nothing changed": compares what was dropped with the folders of both
/// ends, and lists every violation as a sentence.
struct Checker {
  /// What was dropped, by the stem of its name.
  let dropped: [String: Data]

  func violations(from sender: Office, _ senderUnit: String, to recipients: [(office: Office, unit: String)]) throws
    -> [String]
  {
    var violations: [String] = []
    let outbox = sender.documents("outbox", of: senderUnit)
    let sent = sender.documents("sent", of: senderUnit)
    let rejected = sender.documents("rejected", of: senderUnit)
    if !outbox.isEmpty { violations.append("\(outbox.count) files are still in the outbox") }
    if !rejected.isEmpty {
      violations.append("\(rejected.count) files were rejected: \(rejected.keys.sorted().prefix(3))")
    }
    if sent.count != dropped.count { violations.append("\(sent.count) of \(dropped.count) are in sent/") }
    for (name, original) in dropped {
      guard let url = sent[name] else {
        violations.append("\(name) is not in sent/")
        continue
      }
      let signed = try Data(contentsOf: url)
      if signed.prefix(original.count) != original {
        violations.append("\(name) in sent/ does not begin with what was dropped")
      }
      if signed.count <= original.count { violations.append("\(name) in sent/ carries no signature") }
    }
    let sentDigests = try sent.values.map { sha256(try Data(contentsOf: $0)).base64EncodedString() }.sorted()
    for (office, unit) in recipients {
      let received = office.documents("inbox", of: unit)
      let digests = try received.values.map { sha256(try Data(contentsOf: $0)).base64EncodedString() }.sorted()
      if digests.count != Set(digests).count { violations.append("\(unit) has a letter twice") }
      if digests != sentDigests {
        let missing = Set(sentDigests).subtracting(digests).count
        let foreign = Set(digests).subtracting(sentDigests).count
        violations.append("\(unit) holds \(digests.count) letters: \(missing) missing, \(foreign) that nobody sent")
      }
      let numbers = received.keys.compactMap { Int($0.prefix { $0.isNumber }) }.sorted()
      if numbers != Array(1...max(1, received.count)).prefix(received.count).map({ $0 }) {
        violations.append("\(unit)'s incoming numbers have gaps or repeats: \(numbers.prefix(5))…")
      }
    }
    return violations
  }
}

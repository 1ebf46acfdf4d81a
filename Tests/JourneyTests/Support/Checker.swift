import Foundation
import PKI

/// The one judge of "nothing lost, nothing doubled, nothing changed": compares what was dropped with the folders of both
/// ends, and lists every violation as a sentence.
struct Checker {
  /// What was dropped, by its name.
  let dropped: [String: Data]
  /// Whether the names are ones that every computer can show, and so are kept.
  var keepsNames = true

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
    let signed = try sent.mapValues { try Data(contentsOf: $0) }
    for (name, original) in dropped {
      let copies = signed.filter { $0.value.starts(with: original) }
      if copies.count != 1 {
        violations.append("\(copies.count) files in sent/ begin with what was dropped as \(name)")
      }
      if keepsNames, copies.keys.contains(where: { $0 != name }) {
        violations.append("\(name) is in sent/ as \(copies.keys.sorted())")
      }
      if copies.values.contains(where: { $0.count == original.count }) {
        violations.append("\(name) in sent/ carries no signature")
      }
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

import Exchange
import Letter

/// To whom an outbox folder sends: by identifier, name or alias of a unit or a group, compared without case, diacritics or
/// the difference of đ and d. The province's bare outbox sends to whom each letter names; see `LetterAddressing`.
struct Addressing: Sendable {
  let directory: Directory
  let sender: UnitID

  enum Destination: Sendable, Equatable {
    case addressee(Addressee)
    /// The letter itself says it.
    case asTheLetterSays
  }

  /// - Parameter folder: the recipient's sub-folder; nil for the bare outbox, which goes to the province.
  /// - Throws: `Refused`, with near names where there are any.
  func destination(folder: String?) throws(Refused) -> Destination {
    guard let folder else {
      // The province has no province above it.
      return directory.province == sender ? .asTheLetterSays : .addressee(.unit(directory.province))
    }
    return .addressee(try addressee(folder: folder))
  }

  /// Whether these can be sent to, as whoever handed a letter over by command chose them.
  /// - Throws: `Refused`.
  func check(_ addressees: [Addressee]) throws(Refused) {
    for addressee in addressees {
      switch addressee {
      case .unit(let id):
        guard let unit = directory.units.first(where: { $0.id == id }) else {
          throw Refused(.recipientUnknown(asked: id.rawValue, near: []))
        }
        if id == sender { throw Refused(.recipientIsSender) }
        if !unit.isActive { throw Refused(.recipientClosed(name: unit.name)) }
      case .group(let id):
        guard directory.groups.contains(where: { $0.id == id }) else {
          throw Refused(.recipientUnknown(asked: id.rawValue, near: []))
        }
      }
    }
  }

  /// - Throws: `Refused`, with near names where there are any.
  func addressee(folder: String) throws(Refused) -> Addressee {
    let asked = FoldedName(folder)
    var matches: [(addressee: Addressee, name: String)] = []
    var refusal: Refusal?
    for unit in directory.units where names(unit.id.rawValue, unit.name, unit.aliases).contains(asked) {
      // One that can't be sent to doesn't stand in the way of another of that name: a new unit often takes the old one's.
      if !unit.isActive {
        refusal = refusal ?? .recipientClosed(name: unit.name)
      } else if unit.id == sender {
        refusal = .recipientIsSender
      } else {
        matches.append((.unit(unit.id), Self.shown(unit.name, unit.id.rawValue)))
      }
    }
    for group in directory.groups where names(group.id.rawValue, group.name, group.aliases).contains(asked) {
      matches.append((.group(group.id), Self.shown(group.name, group.id.rawValue)))
    }
    switch matches.count {
    // Nobody sends to themselves; but who bears the sender's name may not be whom the clerk means.
    case 1 where refusal == .recipientIsSender:
      throw Refused(.recipientAmbiguous(asked: folder, candidates: matches.map(\.name)))
    case 1: return matches[0].addressee
    case 0: throw Refused(refusal ?? .recipientUnknown(asked: folder, near: near(asked)))
    default: throw Refused(.recipientAmbiguous(asked: folder, candidates: matches.map(\.name)))
    }
  }

  /// As refusals list recipients: with the identifier, which leads to one alone.
  static func shown(_ name: String, _ id: String) -> String { "\(name) (\(id))" }

  /// Also as refusals list them: a clerk may call the folder by the whole line.
  private func names(_ id: String, _ name: String, _ aliases: [String]) -> [FoldedName] {
    ([id, name, Self.shown(name, id)] + aliases).map { FoldedName($0) }
  }

  /// The five nearest names, by edits or because one holds the other.
  func near(_ asked: FoldedName) -> [String] {
    let all =
      directory.units.filter { $0.isActive && $0.id != sender }.map { ($0.id.rawValue, $0.name, $0.aliases) }
      + directory.groups.map { ($0.id.rawValue, $0.name, $0.aliases) }
    let ranked = all.compactMap { id, name, aliases -> (distance: Int, name: String)? in
      let distance = names(id, name, aliases).map { candidate -> Int in
        if !asked.text.isEmpty, candidate.text.contains(asked.text) || asked.text.contains(candidate.text) { return 1 }
        return candidate.distance(to: asked)
      }.min()
      guard let distance, distance <= max(3, asked.text.count / 2) else { return nil }
      return (distance, Self.shown(name, id))
    }
    return ranked.sorted { $0.distance < $1.distance }.prefix(5).map(\.name)
  }
}

/// A refusal on its way up to whoever journals it.
struct Refused: Error, Sendable {
  let refusal: Refusal
  init(_ refusal: Refusal) { self.refusal = refusal }
}

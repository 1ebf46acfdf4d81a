import Exchange
import Letter

/// To whom an outbox folder sends: by identifier, name or alias of a unit or a group, compared without case, diacritics or
/// the difference of đ and d.
struct Addressing: Sendable {
  let directory: Directory
  let sender: UnitID

  /// - Parameter folder: the recipient's sub-folder; nil for the bare outbox, which goes to the province.
  /// - Throws: `Refused`, with near names where there are any.
  func addressee(folder: String?) throws(Refused) -> Addressee {
    guard let folder else {
      // The province has no province above it: who is meant must be said by a sub-folder.
      guard directory.province != sender else { throw Refused(.recipientIsSender) }
      return .unit(directory.province)
    }
    let asked = FoldedName(folder)
    var matches: [(Addressee, name: String)] = []
    var closed: String?
    for unit in directory.units where names(unit.id.rawValue, unit.name, unit.aliases).contains(asked) {
      // A unit that was closed may have a successor of the same name.
      guard unit.isActive else {
        closed = unit.name
        continue
      }
      guard unit.id != sender else { throw Refused(.recipientIsSender) }
      matches.append((.unit(unit.id), unit.name))
    }
    for group in directory.groups where names(group.id.rawValue, group.name, group.aliases).contains(asked) {
      matches.append((.group(group.id), group.name))
    }
    switch matches.count {
    case 1: return matches[0].0
    case 0 where closed != nil: throw Refused(.recipientClosed(name: closed ?? folder))
    case 0: throw Refused(.recipientUnknown(asked: folder, near: near(asked)))
    default: throw Refused(.recipientAmbiguous(asked: folder, candidates: matches.map(\.name)))
    }
  }

  private func names(_ id: String, _ name: String, _ aliases: [String]) -> [FoldedName] {
    ([id, name] + aliases).map { FoldedName($0) }
  }

  /// The five nearest names, by edits or because one holds the other.
  private func near(_ asked: FoldedName) -> [String] {
    let all =
      directory.units.filter { $0.isActive && $0.id != sender }.map { ($0.id.rawValue, $0.name, $0.aliases) }
      + directory.groups.map { ($0.id.rawValue, $0.name, $0.aliases) }
    let ranked = all.compactMap { id, name, aliases -> (distance: Int, name: String)? in
      let distance = names(id, name, aliases).map { candidate -> Int in
        if !asked.text.isEmpty, candidate.text.contains(asked.text) || asked.text.contains(candidate.text) { return 1 }
        return candidate.distance(to: asked)
      }.min()
      guard let distance, distance <= max(3, asked.text.count / 2) else { return nil }
      return (distance, "\(name) (\(id))")
    }
    return ranked.sorted { $0.distance < $1.distance }.prefix(5).map(\.name)
  }
}

/// A refusal on its way up to whoever journals it.
struct Refused: Error, Sendable {
  let refusal: Refusal
  init(_ refusal: Refusal) { self.refusal = refusal }
}

import Durable

/// Where a filed letter may stand by now.
public enum LetterPlaces {
  /// Of the unit's folders in which it is looked for.
  private static let folders = 64

  /// Where it was filed, then its name in the unit's other folders, into which a person may have moved it. Blocking.
  /// - Throws: `SystemError` where the unit's folder can't be listed.
  public static func of(_ filed: FilePath, in root: FilePath) throws(SystemError) -> [FilePath] {
    var places = [filed]
    guard try Folder.look(root) != nil else { return places }
    for entry in try Folder.list(root).filter({ $0.kind == .folder }).prefix(folders) {
      let place = root.appending(entry.name).appending(filed.name)
      if place != filed { places.append(place) }
    }
    // And in folders beside it, as done/ and returned/ are in the inbox.
    let home = filed.folder
    guard home != root, try Folder.look(home)?.kind == .folder else { return places }
    for entry in try Folder.list(home).filter({ $0.kind == .folder }).prefix(folders) {
      places.append(home.appending(entry.name).appending(filed.name))
    }
    return places
  }
}

import Exchange

/// Addressees as people know them: by the names that the directory has for them.
public struct AddresseeNames: Sendable {
  private let names: [Addressee: String]

  public init(_ directory: Directory?) {
    let units = directory?.units.map { (Addressee.unit($0.id), $0.name) } ?? []
    let groups = directory?.groups.map { (Addressee.group($0.id), $0.name) } ?? []
    // A name may be blank in directories of older hubs: then the identifier has to do.
    let named = (units + groups).filter { !$0.1.allSatisfy(\.isWhitespace) }
    names = Dictionary(named, uniquingKeysWith: { first, _ in first })
  }

  /// The identifier where the directory has no name.
  public func name(of addressee: Addressee) -> String {
    names[addressee] ?? addressee.identifier
  }

  /// Several, in one line; empty where there are none.
  public func text(of addressees: [Addressee]) -> String { addressees.map(name(of:)).joined(separator: "; ") }
}

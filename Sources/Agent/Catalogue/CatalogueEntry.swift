import Exchange
import GRDB

/// A letter in the catalogue: which one, where it stands, and what it says of itself.
public struct CatalogueEntry: Sendable, Equatable {
  /// A document that went from one unit of this machine to another is in the catalogue twice.
  public struct Key: Hashable, Sendable {
    public var document: DocumentID
    public var unit: UnitID
    public var direction: JournalEvent.Direction

    public init(document: DocumentID, unit: UnitID, direction: JournalEvent.Direction) {
      self.document = document
      self.unit = unit
      self.direction = direction
    }
  }

  /// What came of reading it.
  public enum Reading: String, Sendable {
    case read
    /// From text that was recognised from pictures.
    case recognised
    /// A scan without text, one in the letters of an old font, or one too large to be read.
    case unreadable
    /// No file of it is found where it was filed, or in done/ or returned/.
    case missing
    /// Its folder doesn't answer now: it will be read later.
    case waiting
  }

  public var key: Key
  /// When it was sent or filed.
  public var at: Instant
  /// Số đến; nil for outgoing ones.
  public var number: Int?
  /// The file's name as it was filed.
  public var name: String
  /// Where it was filed, absolute.
  public var path: String
  /// Who sent it, or to whom it was sent, by name.
  public var party: String
  public var reading: Reading
  /// With corrections.
  public var facts: LetterFacts
}

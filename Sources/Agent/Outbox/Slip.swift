import Durable
import Exchange
import Foundation

/// What whoever hands a letter over by command says of it, in a hidden file beside the letter: a folder in the outbox that
/// holds one is a letter's, and not a recipient's. Whoever may write to the outbox may write it; it says nothing that they
/// could not say by choosing a folder.
public struct Slip: Codable, Equatable, Sendable {
  public var version = 1
  /// Sorted, none twice, at least one.
  public var addressees: [Addressee]
  /// At least this urgent; the letter itself may say more.
  public var urgency: Urgency
  /// The letter that this one answers.
  public var replyTo: DocumentID?
  /// Whether the paper original follows by post.
  public var paperFollows: Bool

  public init(
    addressees: [Addressee], urgency: Urgency = .normal, replyTo: DocumentID? = nil, paperFollows: Bool = false
  ) {
    self.addressees = Set(addressees).sorted()
    self.urgency = urgency
    self.replyTo = replyTo
    self.paperFollows = paperFollows
  }

  static let fileName = ".congvan-slip.json"
  /// In bytes: `Limits.addressees` of them need less.
  private static let longest: Int64 = 256 << 10

  /// It isn't one that this version understands.
  struct Unreadable: Error {}

  /// - Parameter folder: the unit's, just found to be there.
  /// - Throws: `Unreadable`, or `SystemError`.
  static func read(_ path: FilePath, in folder: OpenFolder) throws -> Slip {
    let file: OwnedDescriptor
    do { file = try folder.open(path) } catch let error as SystemError {
      // One that isn't for us to read stays so, and its letter would wait without a word.
      if [EACCES, EPERM, ELOOP, ENXIO].contains(error.code) { throw Unreadable() }
      throw error
    }
    var bytes = Data()
    try DurableFile.readPart(file, path: path, from: 0, length: longest + 1) { bytes.append(contentsOf: $0) }
    guard bytes.count <= longest, let slip = try? CanonicalJSON.decode(Slip.self, from: bytes), slip.version == 1,
      (1...Limits.addressees).contains(slip.addressees.count)
    else { throw Unreadable() }
    return slip
  }
}

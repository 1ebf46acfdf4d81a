import Exchange
import Foundation
import PKI

/// What tells one folder of a unit from every other: random, made once, kept in the folder's mark and in our state.
public struct FolderID: Hashable, Sendable, CustomStringConvertible {
  /// 32 hexadecimal digits.
  public let text: String

  private static let digits = 32

  /// nil unless it is 32 lower-case hexadecimal digits.
  init?(_ text: some StringProtocol) {
    guard text.utf8.count == Self.digits,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    self.text = String(text)
  }

  /// - Throws: `PKIError` where the system has no randomness.
  static func make() throws -> FolderID {
    let text = try Random.bytes(digits / 2).map { String(format: "%02x", $0) }.joined()
    guard let id = FolderID(text) else { throw PKIError(.libraryFailure, "no random bytes could be had") }
    return id
  }

  public var description: String { text }
}

/// The file in a unit's shared folder by which the agent knows it. Where a share is not mounted, its mount point is an
/// ordinary folder on the disk below: without a mark the agent would make an inbox there, and acknowledge letters that no
/// clerk ever sees.
struct FolderMark: Equatable, Sendable {
  let unit: UnitID
  let id: FolderID

  /// Its name: hidden from clerks.
  static let fileName = ".congvan-unit"
  /// In bytes; what is larger is no mark.
  static let longest = 4096

  /// nil where the text is no mark: the folder is a share, and anybody may have written there.
  init?(text: String) {
    var values: [Substring: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      values[parts[0]] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    guard let unit = values["unit"].flatMap(UnitID.init(rawValue:)), let id = values["folder"].flatMap({ FolderID($0) })
    else { return nil }
    self.init(unit: unit, id: id)
  }

  init(unit: UnitID, id: FolderID) {
    self.unit = unit
    self.id = id
  }

  var text: String {
    """
    # Đừng xóa tệp này: chương trình gửi nhận công văn nhận ra thư mục của đơn vị nhờ nó.
    # Do not delete this file: the dispatch program knows the unit's folder by it.
    unit: \(unit)
    folder: \(id)

    """
  }
}

/// Whether a folder is the unit's, from what stands in it and what we remember.
enum FolderDecision: Equatable, Sendable {
  case use
  case refuse(FolderFault)

  /// - Parameters:
  ///   - known: what our state remembers.
  ///   - mark: what stands in the folder.
  static func decide(unit: UnitID, known: FolderID?, mark: FolderMark?) -> Self {
    guard let mark else { return .refuse(known == nil ? .neverMarked : .unmarked) }
    guard mark.unit == unit else { return .refuse(.foreign(mark.unit)) }
    // Two that serve one folder would send every letter twice, and give the numbers of its inbox twice.
    guard let known else { return .refuse(.servedElsewhere) }
    return mark.id == known ? .use : .refuse(.otherFolder)
  }
}

import Durable
import Exchange
import Foundation
import LetterReading
import PKI

/// A letter where it was filed, as the catalogue reads it.
struct FiledLetter: Sendable {
  let unit: UnitConfiguration
  /// Where it was filed, absolute.
  let path: String
  /// Of its bytes: another file may have its name by now.
  let digest: SHA256Digest
  /// Its private copy while it is read.
  let spool: FilePath

  /// A larger file isn't read: it is a scan of hundreds of pages. 128 MiB.
  private static let largest: Int64 = 128 << 20
  /// Of a letter's text, that much is searched: 256 KiB.
  private static let longestText = 256 << 10

  /// What is found of it.
  enum Finding: Sendable {
    case copied, missing
    /// A file of its name is there, too large to be read.
    case tooLarge
  }

  /// Copies the letter out of the shared folder: who reads it must not wait for a share. Blocking, in the folder's `work`.
  /// - Throws: `SystemError`; `NoRoom`.
  func copy(_ room: SpoolRoom) throws -> Finding {
    var finding = Finding.missing
    for place in try LetterPlaces.of(FilePath(path), in: FilePath(unit.folder)) {
      guard let found = try Folder.look(place), found.kind == .regular else { continue }
      let size = found.identity.size
      if size > Self.largest {
        finding = .tooLarge
        continue
      }
      try room.take(size)
      defer { room.giveBack(size) }
      if try copy(place, size: size) == digest { return .copied }
      try DurableFile.remove(spool)
    }
    return finding
  }

  /// - Returns: the hash of what was copied, which is no more than `size` bytes.
  private func copy(_ place: FilePath, size: Int64) throws -> SHA256Digest {
    let input = try OwnedDescriptor(opening: "\(place)", flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try DurableFile.remove(spool)
    let output = try OwnedDescriptor(opening: "\(spool)", flags: O_WRONLY | O_CREAT | O_EXCL, permissions: 0o600)
    let hasher = SHA256Hasher()
    // One that grows meanwhile is another file.
    try DurableFile.readPart(input, path: place, from: 0, length: size) { piece in
      hasher.update(piece)
      try DurableFile.write(piece, to: output, path: spool)
    }
    return try SHA256Digest(bytes: hasher.finalize())
  }

  /// Of the copy.
  func read() async -> (reading: CatalogueEntry.Reading, facts: LetterFacts, text: String) {
    let (outcome, text) = await LetterReader().readWithText("\(spool)")
    switch outcome {
    case .read(let fields) where fields.legacyFont == nil:
      return (.read, LetterFacts(fields), Self.cut(text))
    case .recognised(let fields, _): return (.recognised, LetterFacts(fields), Self.cut(text))
    case .read, .noText, .failed: return (.unreadable, LetterFacts(), "")
    }
  }

  private static func cut(_ text: String) -> String {
    text.utf8.count <= longestText ? text : String(decoding: text.utf8.prefix(longestText), as: UTF8.self)
  }
}

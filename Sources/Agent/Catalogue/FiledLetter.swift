import Durable
import Exchange
import Foundation
import LetterReading

/// A letter where it was filed, as the catalogue reads it.
struct FiledLetter: Sendable {
  let unit: UnitConfiguration
  /// Where it was filed, absolute.
  let path: String
  /// Its private copy while it is read.
  let spool: FilePath

  /// A larger file isn't read: it is a scan of hundreds of pages. 128 MiB.
  private static let largest: Int64 = 128 << 20
  /// Of the folders beside inbox/ and sent/ in which it is looked for.
  private static let folders = 64
  /// Of a letter's text, that much is searched: 256 KiB.
  private static let longestText = 256 << 10

  /// Copies the letter out of the shared folder: who reads it must not wait for a share. Blocking, in the folder's `work`.
  /// - Returns: false where it isn't found, or is too large.
  func copy() throws -> Bool {
    guard let place = try find(), let found = try Folder.look(place), found.identity.size <= Self.largest else {
      return false
    }
    let input = OwnedDescriptor(
      try SystemError.check("open", "\(place)") {
        place.withCString { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
      })
    try DurableFile.remove(spool)
    let output = OwnedDescriptor(
      try SystemError.check("open", "\(spool)") {
        spool.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
      })
    var size: Int64 = 0
    try DurableFile.read(input, path: place) { piece in
      size += Int64(piece.count)
      if size > Self.largest { throw SystemError(call: "read", path: "\(place)", code: EFBIG) }
      try DurableFile.write(piece, to: output, path: spool)
    }
    return true
  }

  /// Where it stands now: where it was filed, or under the same name in another folder of the unit, as a person moved it.
  private func find() throws -> FilePath? {
    let filed = FilePath(path)
    if try Folder.look(filed)?.kind == .regular { return filed }
    let root = FilePath(unit.folder)
    for entry in try Folder.list(root).filter({ $0.kind == .folder }).prefix(Self.folders) {
      let candidate = root.appending(entry.name).appending(filed.name)
      if try Folder.look(candidate)?.kind == .regular { return candidate }
    }
    return nil
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

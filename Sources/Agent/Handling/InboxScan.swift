import Durable
import Exchange
import Foundation

/// A file in an inbox, and what its place says.
struct PlacedFile: Sendable {
  let path: FilePath
  let place: Handling
  let identity: FileIdentity

  /// The same file in the same place, unchanged: nothing new is to be learnt of it.
  var mark: Int {
    var hasher = Hasher()
    hasher.combine(path)
    hasher.combine(identity.inode)
    hasher.combine(identity.size)
    hasher.combine(identity.modified)
    return hasher.finalize()
  }
}

/// Looks through a unit's inbox: the bare folder, and done/ and returned/ with folders that a clerk sorted them into. Blocking.
struct InboxScan: Sendable {
  let unit: UnitConfiguration

  /// How deep folders in done/ and returned/ are looked into, and how many of them.
  private static let levels = 3
  private static let mostFolders = 1000

  /// - Parameter shared: the unit's folder, just found to be there.
  /// - Returns: the PDFs, and the folders to watch.
  /// - Throws: `SystemError` where the inbox itself can't be read.
  func run(in shared: OpenFolder) throws -> (files: [PlacedFile], folders: [FilePath]) {
    let inbox = FilePath(unit.inbox)
    var files: [PlacedFile] = []
    var folders: [FilePath] = []
    var open: [(folder: FilePath, place: Handling, level: Int)] = [
      (inbox, .waiting, 0), (FilePath(unit.done), .done, 1), (FilePath(unit.returned), .returned, 1),
    ]
    while let (folder, place, level) = open.popLast(), folders.count < Self.mostFolders {
      let entries: [FolderEntry]
      do { entries = try shared.enter(folder, Folder.list) } catch {
        if folder == inbox { throw error }
        continue
      }
      folders.append(folder)
      for entry in entries where entry.name.first != 0x2E {
        let path = folder.appending(entry.name)
        switch entry.kind {
        case .regular where OutboxScan.isPDF(entry.text):
          files.append(PlacedFile(path: path, place: place, identity: entry.identity))
        case .folder where place != .waiting && level < Self.levels: open.append((path, place, level + 1))
        default: break
        }
      }
    }
    return (files, folders)
  }
}

/// Why a letter goes back: a text that the clerk put beside it. Blocking.
enum ReturnReason {
  /// In bytes, of what the sender is told: many such must go into one batch.
  private static let longest = 1000
  /// One that was changed this recently may not be whole yet.
  private static let quiet: Int64 = 5_000_000_000
  /// In bytes, of what is read.
  private static let limit: Int64 = 8 << 10

  /// `NAME.pdf.txt` or `NAME.txt`, whatever the case of the suffix.
  /// - Parameter shared: the unit's folder, just found to be there.
  /// - Returns: nil where there is none, or it is blank.
  static func beside(_ letter: FilePath, in shared: OpenFolder, now: Instant) throws -> String? {
    let name = String(decoding: letter.name, as: UTF8.self).lowercased()
    let wanted = Set([name + ".txt", String(name.dropLast(4)) + ".txt"])
    for entry in try shared.enter(letter.folder, Folder.list)
    where entry.kind == .regular && wanted.contains(entry.text.lowercased()) {
      let changed = entry.identity.modified
      let present = now.millisecondsSinceEpoch * 1_000_000
      if changed <= present, changed > present - quiet { return nil }
      if let text = read(letter.folder.appending(entry.name), in: shared) { return text }
    }
    return nil
  }

  private static func read(_ path: FilePath, in shared: OpenFolder) -> String? {
    guard let file = try? shared.open(path) else { return nil }
    var bytes = Data()
    try? DurableFile.readPart(file, path: path, from: 0, length: limit) { bytes.append(contentsOf: $0) }
    return text(of: bytes)
  }

  /// As Notepad saves it: UTF-8 with or without its mark, or UTF-16.
  static func text(of bytes: Data) -> String? {
    var text: String
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      text = String(data: bytes, encoding: .utf16) ?? ""
    } else {
      text = String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes, as: UTF8.self)
    }
    text = text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
    // By scalars: one character may have any number of marks.
    var cut = String.UnicodeScalarView()
    var size = 0
    for scalar in text.unicodeScalars {
      size += UTF8.width(scalar)
      guard size <= longest else { break }
      cut.append(scalar)
    }
    return cut.isEmpty ? nil : Messages.shown(String(cut))
  }
}

import Durable
import Exchange
import Foundation
import Letter

/// Something that stands in an outbox and is to be sent, or refused.
struct DroppedFile: Sendable, Equatable {
  let path: FilePath
  let kind: FileKind
  let identity: FileIdentity
  /// The name of the recipient's sub-folder; nil for the bare outbox.
  let recipient: String?
  /// What whoever handed it over by command said of it; nil for a file that was dropped.
  var slip: FilePath?
  /// Whether it lies deeper than a recipient's folder: it goes to nobody.
  var isNested = false
}

/// Looks through a unit's outbox: the bare folder, one level of recipients' folders below it, and what lies deeper, so that a
/// clerk who drops a whole folder is told that it was not sent.
struct OutboxScan: Sendable {
  let outbox: FilePath

  struct Found: Sendable {
    var files: [DroppedFile]
    /// To be watched.
    var folders: [FilePath]
    /// Why recipients' folders could not be read.
    var closed: [SystemError]
    /// Folders of letters that are taken out, with nothing in them but the slip.
    var spentPackages: [FilePath]
    /// Notes beside files that are gone.
    var orphanedNotes: [FilePath]
  }

  /// How many levels and folders below recipients' folders are looked into; what lies deeper is refused with its folder.
  private static let nestedLevels = 8
  private static let nestedFolders = 1000

  /// What stands there now.
  /// - Parameter open: the unit's, just found to be there.
  /// - Throws: `SystemError` when the outbox itself cannot be read; a recipient's folder that vanishes is passed over.
  func run(in open: OpenFolder) throws -> Found {
    var notes: [FilePath] = []
    var spent: [FilePath] = []
    var files: [DroppedFile] = []
    var folders = [outbox]
    var closed: [SystemError] = []
    var nested: [(entry: FolderEntry, parent: FilePath, level: Int)] = []
    for entry in try open.enter(outbox, Folder.list) where !Self.isTemporary(entry.text) {
      if WaitingNote.isName(entry.text), entry.kind == .regular {
        notes.append(outbox.appending(entry.name))
        continue
      }
      if entry.kind == .folder, !Self.isPDF(entry.text) {
        let folder = outbox.appending(entry.name)
        folders.append(folder)
        let inside: [FolderEntry]
        do { inside = try open.enter(folder, Folder.list) } catch let error as SystemError {
          if error.code != ENOENT { closed.append(error) }
          continue
        }
        let isPackage = inside.contains { $0.text == Slip.fileName && $0.kind == .regular }
        if isPackage, inside.count == 1 { spent.append(folder) }
        for entry in inside where !Self.isTemporary(entry.text) {
          if entry.kind == .folder, !Self.isPDF(entry.text) {
            nested.append((entry, folder, 1))
          } else if isPackage {
            files.append(file(entry, in: folder, recipient: nil, slip: folder.appending(Slip.fileName)))
          } else {
            files.append(file(entry, in: folder, recipient: FoldedNameText.of(folder.name)))
          }
        }
      } else {
        files.append(file(entry, in: outbox, recipient: nil))
      }
    }
    lookDeeper(open, nested, &files, &folders)
    let standing = Set(files.map { WaitingNote(beside: $0.path).path })
    return Found(
      files: files, folders: folders, closed: closed, spentPackages: spent,
      orphanedNotes: notes.filter { !standing.contains($0) })
  }

  private func lookDeeper(
    _ open: OpenFolder, _ nested: [(entry: FolderEntry, parent: FilePath, level: Int)], _ files: inout [DroppedFile],
    _ folders: inout [FilePath]
  ) {
    var nested = nested
    var looked = 0
    while let (entry, parent, level) = nested.popLast() {
      guard level <= Self.nestedLevels, looked < Self.nestedFolders else {
        files.append(file(entry, in: parent, recipient: nil, isNested: true))
        continue
      }
      looked += 1
      let folder = parent.appending(entry.name)
      let inside: [FolderEntry]
      do { inside = try open.enter(folder, Folder.list) } catch { continue }
      folders.append(folder)
      for entry in inside where !Self.isTemporary(entry.text) {
        if entry.kind == .folder {
          nested.append((entry, folder, level + 1))
        } else {
          files.append(file(entry, in: folder, recipient: nil, isNested: true))
        }
      }
    }
  }

  private func file(
    _ entry: FolderEntry, in folder: FilePath, recipient: String?, slip: FilePath? = nil, isNested: Bool = false
  ) -> DroppedFile {
    DroppedFile(
      path: folder.appending(entry.name), kind: entry.kind, identity: entry.identity, recipient: recipient, slip: slip,
      isNested: isNested)
  }

  static func isPDF(_ name: String) -> Bool { name.lowercased().hasSuffix(".pdf") }

  /// Names that programs use while they write, and files that desktops leave in every folder.
  static func isTemporary(_ name: String) -> Bool {
    let lower = name.lowercased()
    return lower.hasPrefix(".") || lower.hasPrefix("~$") || lower.hasPrefix(".~lock") || lower.hasSuffix("~")
      || [".tmp", ".part", ".crdownload", ".partial", ".swp", ".filepart"].contains { lower.hasSuffix($0) }
      || ["thumbs.db", "desktop.ini"].contains(lower)
  }
}

private enum FoldedNameText {
  static func of(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

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
}

/// Looks through a unit's outbox: the bare folder and one level of recipients' folders below it.
struct OutboxScan: Sendable {
  let outbox: FilePath

  /// What stands there now, and the folders to watch.
  /// - Throws: `SystemError` when the outbox itself cannot be read; a recipient's folder that vanishes is passed over.
  func run() throws(SystemError) -> (files: [DroppedFile], folders: [FilePath]) {
    var files: [DroppedFile] = []
    var folders = [outbox]
    for entry in try Folder.list(outbox) where !Self.isTemporary(entry.text) {
      if entry.kind == .folder, !Self.isPDF(entry.text) {
        let folder = outbox.appending(entry.name)
        folders.append(folder)
        let inside: [FolderEntry]
        do { inside = try Folder.list(folder) } catch { continue }
        for entry in inside where !Self.isTemporary(entry.text) {
          if entry.kind == .folder, !Self.isPDF(entry.text) { continue }
          files.append(file(entry, in: folder, recipient: FoldedNameText.of(folder.name)))
        }
      } else {
        files.append(file(entry, in: outbox, recipient: nil))
      }
    }
    return (files, folders)
  }

  private func file(_ entry: FolderEntry, in folder: FilePath, recipient: String?) -> DroppedFile {
    DroppedFile(path: folder.appending(entry.name), kind: entry.kind, identity: entry.identity, recipient: recipient)
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

import Durable
import Foundation

/// The text beside a file that waits in the outbox until it is known to whom it goes. Blocking.
struct WaitingNote: Sendable {
  private let path: FilePath

  /// - Parameter file: the one that waits.
  init(beside file: FilePath) { path = file.folder.appending(file.name + Array(Messages.noticeSuffix.utf8)) }
  /// - Parameter note: one that was found in an outbox.
  init(at note: FilePath) { path = note }

  /// Whether a name in an outbox is of such a note, by its looks.
  static func isName(_ name: String) -> Bool {
    name.hasSuffix(Messages.noticeSuffix) && OutboxScan.isPDF(String(name.dropLast(Messages.noticeSuffix.count)))
  }

  /// Tells the clerk, unless a file of theirs has that name.
  func write(_ text: Data) throws(SystemError) {
    if try Folder.look(path) != nil, try !isOurs() { return }
    if FileManager.default.contents(atPath: "\(path)") == text { return }
    try DurableFile.replace(path, with: text, permissions: 0o644)
  }

  /// There is nothing left to tell.
  func remove() throws(SystemError) {
    if try isOurs() { try DurableFile.remove(path) }
  }

  /// A clerk may have a file of such a name too: it isn't ours to touch.
  private func isOurs() throws(SystemError) -> Bool {
    guard let found = try Folder.look(path), found.kind == .regular else { return false }
    let file: OwnedDescriptor
    do { file = try OwnedDescriptor(opening: "\(path)", flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK) } catch {
      if error.code == ENOENT || error.code == EACCES { return false }
      throw error
    }
    var head: [UInt8] = []
    do {
      try DurableFile.readPart(file, path: path, from: 0, length: Int64(Self.headLength)) {
        head.append(contentsOf: $0)
      }
    } catch { return false }
    return Self.heads.contains { head.starts(with: $0) }
  }

  private static let heads = Language.allCases.map { Array(Messages($0).waitingHead) }
  private static let headLength = heads.map(\.count).max() ?? 0
}

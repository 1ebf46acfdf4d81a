import Durable
import Foundation

/// The text beside a file that waits in the outbox until it is known to whom it goes. Blocking.
struct WaitingNote: Sendable {
  let path: FilePath

  /// - Parameter file: the one that waits.
  init(beside file: FilePath) {
    // Of a long name so much as leaves room: names have at most 255 bytes.
    let suffix = Array(Messages.noticeSuffix.utf8)
    var name = file.name
    if name.count + suffix.count > 255 {
      let end = Array(".pdf".utf8)
      var stem = Array(name.prefix(255 - suffix.count - end.count))
      while let last = stem.last, last & 0xC0 == 0x80 { stem.removeLast() }
      if let last = stem.last, last >= 0xC0 { stem.removeLast() }
      name = stem + end
    }
    path = file.folder.appending(name + suffix)
  }
  /// - Parameter note: one that was found in an outbox.
  init(at note: FilePath) { path = note }

  /// Whether a name in an outbox is of such a note, by its looks.
  static func isName(_ name: String) -> Bool {
    name.hasSuffix(Messages.noticeSuffix) && OutboxScan.isPDF(String(name.dropLast(Messages.noticeSuffix.count)))
  }

  /// Tells the clerk, unless a file of theirs has that name.
  /// - Parameter folder: the unit's, just found to be there.
  func write(_ text: Data, in folder: OpenFolder) throws {
    switch try head(in: folder) {
    case .nothing: break
    case .ours(let standing): if standing == text { return }
    case .another: return
    }
    try folder.enter(path.folder) { place in
      try DurableFile.replace(place.appending(path.name), with: text, permissions: 0o644)
    }
  }

  /// There is nothing left to tell.
  func remove(in folder: OpenFolder) throws {
    guard case .ours = try head(in: folder) else { return }
    try folder.enter(path.folder) { place in try DurableFile.remove(place.appending(path.name)) }
  }

  private enum Found {
    case nothing
    /// With its text.
    case ours(Data)
    /// A clerk may have a file of such a name too: it isn't ours to touch.
    case another
  }

  /// In bytes, of what is looked at: a note is shorter.
  private static let longest: Int64 = 64 << 10

  private func head(in folder: OpenFolder) throws -> Found {
    let file: OwnedDescriptor
    do { file = try folder.open(path) } catch let error as SystemError {
      if error.code == ENOENT { return .nothing }
      return .another
    }
    var bytes = Data()
    try DurableFile.readPart(file, path: path, from: 0, length: Self.longest) { bytes.append(contentsOf: $0) }
    return Self.heads.contains { bytes.starts(with: $0) } ? .ours(bytes) : .another
  }

  private static let heads = Language.allCases.map { Array(Messages($0).waitingHead) }
}

import Durable
import Exchange
import Foundation
import Letter
import LetterReading
import PKI

/// Puts verified documents into a unit's inbox: read-only, whole, durable, and never over another file.
struct InboxFiling: Sendable {
  let unit: UnitConfiguration

  /// The name as the register would say it.
  static func fileName(number: Int, at instant: Instant, of posted: PostedDocument, title: String?) -> String {
    IncomingName.make(
      number: number, date: instant, senderName: posted.senderName, originalName: posted.name, title: title)
  }

  /// `78-LĐLĐ gửi nhận văn bản điện tử` as the letter itself says, where that was read with confidence; nil else.
  static func title(of outcome: LetterReader.Outcome) -> String? {
    guard case .read(let fields) = outcome, let number = fields.number, let symbol = fields.symbol,
      let abstract = fields.abstract, min(number.confidence, symbol.confidence, abstract.confidence) >= 0.85
    else { return nil }
    return "\(number.value)-\(symbol.value.replacing("/", with: "-")) \(abstract.value)"
  }

  /// How many names are tried where the first is taken by a file that isn't ours.
  private static let attempts = 100

  /// Copies the file into the inbox and gives it its name, durably. Blocking. May be repeated: where a crash came after the
  /// rename, the file is found again by its bytes.
  /// - Parameter folder: the unit's, just found to be there.
  /// - Returns: the path under which it stands.
  /// - Throws: `SystemError`, or `FolderFault` where the folder went away meanwhile.
  func publish(_ document: NumberedDocument, in folder: OpenFolder) throws -> String {
    let inbox = FilePath(unit.inbox)
    try folder.make(inbox)
    let name = try folder.enter(inbox) { try publish(document, into: $0) }
    try folder.confirm()
    return inbox.appending(name).description
  }

  /// - Parameter inbox: held open.
  /// - Returns: the name that it got.
  private func publish(_ document: NumberedDocument, into inbox: FilePath) throws -> String {
    let temporary = inbox.appending(".\(document.record.spoolName).part")
    try copy(from: FilePath(document.path), to: temporary)
    let stem = String(document.fileName.dropLast(4))
    let name = SafeFileName(stem: stem, suffix: ".pdf")
    for attempt in 1...Self.attempts {
      let target = inbox.appending(name.numbered(attempt).text)
      var decision = InboxDecision.decide(target: .nothing)
      if try !place(temporary, at: target) {
        decision = .decide(target: try isOurs(target, document.record.posted) ? .ours : .another)
      }
      switch decision {
      case .place: break
      case .published: try DurableFile.remove(temporary)
      case .tryNextName: continue
      }
      try DurableFile.syncFolder(inbox)
      return name.numbered(attempt).text
    }
    throw SystemError(call: "rename", path: "\(inbox.appending(document.fileName))", code: EEXIST)
  }

  /// false where something stands there already.
  private func place(_ temporary: FilePath, at target: FilePath) throws(SystemError) -> Bool {
    do throws(SystemError) {
      try DurableFile.renameKeeping(temporary, to: target)
      return true
    } catch {
      if error.code == EEXIST { return false }
      throw error
    }
  }

  private func copy(from source: FilePath, to temporary: FilePath) throws {
    let input = OwnedDescriptor(
      try SystemError.check("open", "\(source)") {
        source.withCString { open($0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
      })
    // A rest of an earlier attempt.
    try DurableFile.remove(temporary)
    let output = OwnedDescriptor(
      try SystemError.check("open", "\(temporary)") {
        temporary.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
      })
    try DurableFile.read(input, path: source) { try DurableFile.write($0, to: output, path: temporary) }
    _ = try SystemError.check("fchmod", "\(temporary)") { fchmod(output.number, mode_t(unit.permissions.files)) }
    // fsync, not fdatasync: the permissions must last too.
    _ = try SystemError.check("fsync", "\(temporary)") { fsync(output.number) }
  }

  private func isOurs(_ path: FilePath, _ posted: PostedDocument) throws -> Bool {
    guard let found = try Folder.look(path), found.kind == .regular, found.identity.size == posted.size else {
      return false
    }
    let file = OwnedDescriptor(
      try SystemError.check("open", "\(path)") { path.withCString { open($0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) } })
    let hasher = SHA256Hasher()
    try DurableFile.read(file, path: path) { hasher.update($0) }
    return hasher.finalize() == posted.digest.bytes
  }
}

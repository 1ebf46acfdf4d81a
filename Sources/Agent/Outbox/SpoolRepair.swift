import Durable
import Exchange
import Foundation
import PDFSignature

/// A spooled document written anew by qpdf, in the place of the dropped bytes, which are kept beside it until the journal
/// knows the signature: whenever this is interrupted, signing begins again from what was dropped. Blocking.
struct SpoolRepair: Sendable {
  private let spooled: FilePath
  private let dropped: FilePath
  private let workplace: FilePath

  /// - Parameter spooled: the document's place in the spool.
  init(_ spooled: FilePath) {
    self.spooled = spooled
    let stem = FilePath(bytes: Array(spooled.bytes.dropLast(4)))  // without .pdf
    dropped = FilePath(bytes: stem.bytes + Array(Self.suffix.utf8))
    workplace = FilePath(bytes: stem.bytes + Array(".repair".utf8))
  }

  private static let suffix = ".dropped"

  /// What else than its signed copy a document may have in the spool.
  static func keeps(_ document: DocumentID) -> String { "\(document)\(suffix)" }

  /// - Returns: the document as it is now, and what qpdf complained of.
  /// - Throws: `Repair.Failure` where repairing is no help; the dropped bytes then stand where they stood.
  func run(refusedFor code: PDFRefusal.Code) throws -> (document: SpooledDocument, complaints: String) {
    try? FileManager.default.removeItem(atPath: "\(workplace)")
    try FileManager.default.createDirectory(
      atPath: "\(workplace)", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: "\(workplace)") }
    let repaired = try Repair().normalise(
      "\(spooled)", refusedFor: PDFRefusal(code, "refused"), into: "\(workplace)")
    let path = FilePath(repaired.path)
    let size = try Folder.look(path)?.identity.size ?? 0
    let state = try TakeIn.rehash(path, size: size)
    for file in [spooled, path] {
      try DurableFile.sync(try OwnedDescriptor(opening: "\(file)", flags: O_WRONLY), path: file)
    }
    _ = try SystemError.check("link", "\(dropped)") {
      spooled.withCString { from in dropped.withCString { link(from, $0) } }
    }
    // The second name first: at no moment is there none for the dropped bytes.
    try DurableFile.syncFolder(spooled.folder)
    try DurableFile.rename(path, to: spooled)
    let digest = try SHA256Digest(bytes: state.resume().finalize())
    return (SpooledDocument(path: spooled, digest: digest, size: size, state: state), repaired.complaints)
  }

  /// Before signing again: what was dropped stands in its place.
  func takeBack() throws {
    guard try Folder.look(dropped) != nil else { return }
    try DurableFile.rename(dropped, to: spooled)
  }

  /// The journal knows how it went on: the dropped bytes, which also stand in the outbox, are not needed here any more.
  func forget() throws { try DurableFile.remove(dropped) }
}

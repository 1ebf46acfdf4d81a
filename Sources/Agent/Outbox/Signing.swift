import Durable
import Exchange
import Foundation
import PDFSignature
import PKI

/// A spooled document with its signature appended, durable. There is no other way to get one, and only this can be sent.
struct SignedDocument: Sendable {
  let path: FilePath
  let digest: SHA256Digest
  let size: Int64
  /// What was reached.
  let level: SignatureLevel
}

/// Appends the unit's signature to a spooled document. Both halves block; between them comes the time-stamp authority.
struct Signing: Sendable {
  let identity: DocumentSigner
  let unit: UnitConfiguration
  /// nil for an invisible signature.
  var seal: Seal?

  /// The first half: everything but the time-stamp. What an attempt before this one appended is cut off first: the signature
  /// would else be made for the longer file.
  /// - Throws: `Refused` where the file is one that can't be signed; `SystemError` where nothing is known of it.
  func begin(_ document: SpooledDocument, at now: Instant) throws -> PendingSignature {
    try cut(document.path, to: document.size)
    var read: PDFFile?
    do {
      let signer = PDFSigner(key: identity.key, certificates: identity.certificates)
      let file = try PDFFile(path: "\(document.path)")
      read = file
      let request = try seal.map { (seal) throws(PDFRefusal) in
        try SealedSigning.request(seal, signer, path: "\(document.path)", at: now.date)
      }
      let update = try signer.prepare(file, seal: request)
      let details = SignatureDetails(
        signerName: unit.name, reason: unit.signing.reason, location: unit.signing.location, time: now.date)
      return try signer.begin(
        update, originalDigest: document.state.resume(), details: details,
        withTimeStamp: unit.signing.level >= .timeStamped)
    } catch let refusal as PDFRefusal {
      // Our own copy, which the system didn't give: that says nothing of the letter.
      if let code = refusal.systemCode ?? read?.systemFault {
        throw SystemError(call: "read", path: "\(document.path)", code: code)
      }
      throw Refused(.pdf(refusal.code))
    }
  }

  /// The second half: appends the signature after the dropped bytes, and syncs.
  /// - Parameter token: nil where no time-stamp is wanted, or the unit does without one: the hub's receipt then bears the
  ///   trusted time.
  func finish(_ pending: PendingSignature, token: Data?, of document: SpooledDocument) throws -> SignedDocument {
    let update = try pending.finish(timeStampToken: token)
    try append(update.appended, to: document.path, at: document.size)
    return SignedDocument(
      path: document.path, digest: try SHA256Digest(bytes: update.signedDigest), size: update.signedLength,
      level: update.hasTimeStamp ? .timeStamped : .basic)
  }

  /// Appends what raises the signature's level, and syncs. A crash before the journal knows of it leaves bytes that signing
  /// again takes away.
  func append(_ update: Data, reaching level: SignatureLevel, to document: SignedDocument) throws -> SignedDocument {
    try append(update, to: document.path, at: document.size)
    let file = try PDFFile(path: "\(document.path)")
    let hasher = SHA256Hasher()
    try file.stream(0..<file.size) { hasher.update($0) }
    return SignedDocument(
      path: document.path, digest: try SHA256Digest(bytes: Data(hasher.finalize())), size: file.size, level: level)
  }

  private func cut(_ path: FilePath, to size: Int64) throws {
    guard let found = try Folder.look(path), found.identity.size > size else { return }
    let file = try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY)
    _ = try SystemError.check("ftruncate", "\(path)") { ftruncate(file.number, off_t(size)) }
  }

  private func append(_ bytes: Data, to path: FilePath, at size: Int64) throws {
    let file = try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY)
    // What an attempt before a crash may have appended goes first.
    _ = try SystemError.check("ftruncate", "\(path)") { ftruncate(file.number, off_t(size)) }
    _ = try SystemError.check("lseek", "\(path)") {
      lseek(file.number, off_t(size), SEEK_SET) < 0 ? -1 : 0
    }
    try bytes.withUnsafeBytes { try DurableFile.write($0, to: file, path: path) }
    try DurableFile.sync(file, path: path)
    try DurableFile.syncFolder(path.folder)
  }
}

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
  let hasTimeStamp: Bool
}

/// Appends the unit's signature to a spooled document. Both halves block; between them comes the time-stamp authority.
struct Signing: Sendable {
  let identity: DocumentSigner
  let unit: UnitConfiguration
  /// nil for an invisible signature.
  var seal: Seal?

  /// The first half: everything but the time-stamp.
  /// - Throws: `Refused` where the file is one that can't be signed.
  func begin(_ document: SpooledDocument, at now: Instant) throws -> PendingSignature {
    do {
      let signer = PDFSigner(key: identity.key, certificates: identity.certificates)
      let file = try PDFFile(path: "\(document.path)")
      let request = try seal.map { (seal) throws(PDFRefusal) in
        try SealedSigning.request(seal, signer, path: "\(document.path)", at: now.date)
      }
      let update = try signer.prepare(file, seal: request)
      let details = SignatureDetails(
        signerName: unit.name, reason: unit.signing.reason, location: unit.signing.location, time: now.date)
      return try signer.begin(
        update, originalDigest: document.state.resume(), details: details, withTimeStamp: unit.signing.timeStamp)
    } catch let refusal as PDFRefusal {
      throw Refused(.pdf(refusal.code))
    }
  }

  /// The second half: appends the signature after the dropped bytes, and syncs.
  /// - Parameter token: nil where no time-stamp is wanted, or the authority is out of reach: the hub's receipt then bears
  ///   the trusted time.
  func finish(_ pending: PendingSignature, token: Data?, of document: SpooledDocument) throws -> SignedDocument {
    let update = try pending.finish(timeStampToken: token)
    let file = try OwnedDescriptor(opening: "\(document.path)", flags: O_WRONLY)
    // What an attempt before a crash may have appended goes first.
    _ = try SystemError.check("ftruncate", "\(document.path)") { ftruncate(file.number, off_t(document.size)) }
    _ = try SystemError.check("lseek", "\(document.path)") {
      lseek(file.number, off_t(document.size), SEEK_SET) < 0 ? -1 : 0
    }
    try update.appended.withUnsafeBytes { try DurableFile.write($0, to: file, path: document.path) }
    try DurableFile.sync(file, path: document.path)
    try DurableFile.syncFolder(document.path.folder)
    return SignedDocument(
      path: document.path, digest: try SHA256Digest(bytes: update.signedDigest), size: update.signedLength,
      hasTimeStamp: update.hasTimeStamp)
  }
}

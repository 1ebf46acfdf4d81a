import Agent
import Durable
import Foundation
import PDFSignature
import PKI

/// Signs files with one key that was loaded once. Every file stands for itself: what is wrong with one leaves the others
/// alone, and nothing appears under the target's name before it is whole.
struct FileSigner: Sendable {
  let signer: PDFSigner
  /// The time is taken anew for each file.
  let details: SignatureDetails
  /// nil for an invisible signature.
  let seal: Seal?
  let level: LevelWriter
  /// What is refused for its structure is written anew by qpdf first.
  let repairs: Bool
  /// Bytes and name are on the disk before a file counts as signed; else that is the caller's to see to.
  let isDurable: Bool

  struct Outcome: Sendable {
    let seal: SealOutcome?
    /// Why the original had to be written anew before it was signed; nil where it was not.
    let repairedFor: PDFRefusal?
  }

  /// Why a file that could have been repaired was not: the refusal stands, with this beside it.
  struct NotRepaired: Error {
    let refusal: PDFRefusal
    let failure: Repair.Failure
  }

  /// Signs and, where the level wants it, waits for the network meanwhile.
  /// - Parameter threads: where disk and key are waited for.
  func sign(_ source: String, to target: FilePath, on threads: IOThreads) async throws -> Outcome {
    let draft = try await threads.run { try self.draft(source, beside: target) }
    let appended = try await level.complete(draft.pending, of: draft.source)
    return try await threads.run { try draft.publish(appended, durably: isDurable) }
  }

  /// The same without a network, at B-B. Blocks.
  func signNow(_ source: String, to target: FilePath) throws -> Outcome {
    let draft = try draft(source, beside: target)
    return try draft.publish(try draft.pending.finish(timeStampToken: nil).appended, durably: isDurable)
  }

  private func draft(_ path: String, beside target: FilePath) throws -> Draft {
    do {
      return try draft(path, beside: target, repairedFor: nil)
    } catch let refusal as PDFRefusal where repairs {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-\(UUID().uuidString)")
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      // The draft holds the repaired file open, or its bytes.
      defer { try? FileManager.default.removeItem(at: folder) }
      do {
        let repaired = try Repair().normalise(path, refusedFor: refusal, into: folder.path)
        return try draft(repaired.path, beside: target, repairedFor: refusal)
      } catch let failure as Repair.Failure { throw NotRepaired(refusal: refusal, failure: failure) }
    }
  }

  /// Makes every check, copies the original while hashing it, and signs.
  private func draft(_ path: String, beside target: FilePath, repairedFor: PDFRefusal?) throws -> Draft {
    let source = try PDFFile(path: path)
    var details = details
    details.time = Date()
    let request = try seal.map { (seal) throws(PDFRefusal) in
      try SealedSigning.request(seal, signer, path: path, at: details.time)
    }
    let update = try signer.prepare(source, seal: request)
    let copy = try NewFile(for: target)
    let hasher = SHA256Hasher()
    try source.stream(0..<source.size) { bytes in
      hasher.update(bytes)
      try copy.write(bytes)
    }
    let pending = try signer.begin(update, originalDigest: hasher, details: details, withTimeStamp: level.isStamped)
    return Draft(source: source, copy: copy, pending: pending, repairedFor: repairedFor)
  }

  /// A copy of the original that waits for its signature. Dropped before it is published, it leaves nothing behind.
  private struct Draft: Sendable {
    let source: PDFFile
    let copy: NewFile
    let pending: PendingSignature
    let repairedFor: PDFRefusal?

    func publish(_ appended: Data, durably: Bool) throws -> Outcome {
      try appended.withUnsafeBytes { try copy.write($0) }
      try copy.publish(durably: durably)
      return Outcome(seal: pending.seal, repairedFor: repairedFor)
    }
  }
}

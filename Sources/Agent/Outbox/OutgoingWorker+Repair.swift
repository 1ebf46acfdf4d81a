import Durable
import Exchange
import PDFSignature

/// What signing begins with: the document as it was dropped, or written anew where its unit wants that.
struct BegunSigning: Sendable {
  let pending: PendingSignature
  let document: SpooledDocument
  /// For the journal, where the structure was repaired.
  var repaired: [String: String]?
}

extension OutgoingWorker {
  /// The first half of signing. A file that is refused for its structure is repaired first, by `repair: true` of its unit.
  /// - Throws: `Refused`, for the original's fault where repairing is no help.
  func begin(_ signing: Signing, _ taken: SpooledDocument, at now: Instant) async throws -> BegunSigning {
    do {
      return BegunSigning(pending: try await threads.run { try signing.begin(taken, at: now) }, document: taken)
    } catch let refused as Refused {
      guard signing.unit.repair, case .pdf(let code) = refused.refusal else { throw refused }
      let repair = SpoolRepair(taken.path)
      let repaired: (document: SpooledDocument, complaints: String)
      do {
        repaired = try await threads.run { try repair.run(refusedFor: code) }
      } catch let failure as Repair.Failure {
        logger.notice("not repaired", metadata: ["document": "\(taken.path)", "why": "\(failure)"])
        throw refused
      }
      // What could not be read before may be read now, and say that it must stay here.
      let finding = try await LetterCheck().run(taken.path, secretsMayGo: signing.unit.secretsMayGo)
      if let refusal = finding.refusal { throw Refused(refusal) }
      let pending = try await threads.run { try signing.begin(repaired.document, at: now) }
      return BegunSigning(
        pending: pending, document: repaired.document,
        repaired: ["problem": refused.refusal.code, "complaints": String(repaired.complaints.prefix(500))])
    }
  }
}

import Agent
import ArgumentParser
import Durable
import Foundation
import PDFSignature
import PKI

/// Up to which PAdES level, and with whose clock.
struct LevelOptions: ParsableArguments {
  @Option(help: "PAdES level: B-B, B-T, B-LT or B-LTA; by default B-T with --tsa, else B-B.")
  var level: SignatureLevel?

  @Option(help: ArgumentHelp("Time-stamp authority (RFC 3161), http or https.", valueName: "URL"))
  var tsa: String?

  @Option(help: ArgumentHelp("Revocation lists and OCSP responses to embed, DER or PEM.", valueName: "file"))
  var crl: [String] = []

  @Option(
    help: ArgumentHelp(
      "Roots of signer and time-stamp authority, PEM, for B-LT and B-LTA; by default the hub's.", valueName: "root.pem")
  )
  var trust: String?

  func validate() throws {
    if let level, level > .basic, tsa == nil { throw ValidationError("--level \(level.rawValue) needs --tsa URL") }
  }

  func writer(_ common: CommonOptions, _ messages: Messages) async throws -> LevelWriter {
    let wanted = level ?? (tsa == nil ? .basic : .timeStamped)
    let configuration = try? common.configuration()
    let anchors =
      wanted >= .longTerm ? try await TrustFile.anchors(trust, configuration, messages).anchors : TrustAnchors([])
    return LevelWriter(
      level: wanted, tsa: tsa, trust: anchors, evidence: try crl.map { try EvidenceFile.read($0) },
      client: try EvidenceClient(proxy: configuration?.proxy))
  }
}

/// Completes a signature up to the level asked for; what cannot be reached is an error, and nothing is written.
struct LevelWriter {
  let level: SignatureLevel
  let tsa: String?
  let trust: TrustAnchors
  let evidence: [RevocationEvidence]
  let client: EvidenceClient
  /// Of document time-stamps.
  var digest = DigestAlgorithm.sha256

  /// `level-not-reached`: what the signature lacks.
  struct NotReached: Error, CustomStringConvertible {
    let description: String
  }

  /// The authority gave nothing that could be used: it is away, it refuses, or something else answers in its place.
  struct NotStamped: Error, CustomStringConvertible {
    let url: String
    let cause: any Error
    var description: String {
      "the time-stamp authority \(url) gave no time-stamp (\(cause)): check the address after --tsa, or try again later "
        + "[time-stamp-failed]"
    }
  }

  var isStamped: Bool { level >= .timeStamped }

  func archivist() -> Archivist {
    let (client, tsa) = (self.client, self.tsa)
    var policy = VerificationPolicy()
    policy.evidence = evidence
    return Archivist(
      trust: trust, policy: policy, threads: IOThreads(count: 1, name: "archive"), digest: digest,
      timeStamp: { imprint in
        guard let tsa else {
          throw NotReached(
            description:
              "a document time-stamp needs an authority: give --tsa URL [level-not-reached]")
        }
        return try await Self.stamp(imprint, by: tsa, client)
      },
      evidence: { await client.evidence(for: $0) })
  }

  private static func stamp(_ imprint: Data, by tsa: String, _ client: EvidenceClient) async throws
    -> Data
  {
    do { return try await client.timeStamp(imprint, url: tsa) } catch is CancellationError {
      throw CancellationError()
    } catch { throw NotStamped(url: tsa, cause: error) }
  }

  /// The bytes to append to the file.
  func complete(_ pending: PendingSignature, of source: PDFFile) async throws -> Data {
    var token: Data?
    if isStamped, let tsa {
      token = try await Self.stamp(pending.timeStampImprint, by: tsa, client)
    }
    let signed = try pending.finish(timeStampToken: token).appended
    guard level >= .longTerm else { return signed }
    let file = try PDFFile(source, appending: signed)
    let archivist = archivist()
    let outcome = try await archivist.raise(file, try await archivist.plan(file), to: level)
    let own = outcome.report.signatures.compactMap { SignatureLevel(rawValue: $0.level) }.max()
    guard let own, own >= level else {
      throw NotReached(
        description:
          "\(level.rawValue) was not reached: \(outcome.shortcomings.joined(separator: "; ")): add evidence by "
          + "--crl, or sign at a lower --level [level-not-reached]")
    }
    return signed + outcome.appended
  }
}

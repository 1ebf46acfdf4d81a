import Agent
import ArgumentParser
import Exchange
import Foundation
import PDFSignature
import PKI

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Who signed a PDF, when, whether the whole file is covered, and whether to trust it.",
    discussion:
      "Exit codes: 0 every file is well signed; 1 one is not; 2 one cannot be read, or there is nothing to trust.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption

  @Option(
    help: ArgumentHelp(
      "Certificates to trust, PEM; by default the hub's, as pinned at enrolment, and those that the province recognises.",
      valueName: "root.pem"))
  var trust: String?

  @Option(help: ArgumentHelp("Judges as of then (RFC 3339 in UTC); by default now.", valueName: "2026-11-23T13:41:48Z"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "Revocation lists and OCSP responses beside the document's own, DER or PEM.", valueName: "file"))
  var crl: [String] = []

  @Option(help: "Signatures below this level are not valid: B-B, B-T, B-LT or B-LTA.")
  var minimumLevel: SignatureLevel?

  @Flag(help: "Every certificate must be shown not to have been revoked.")
  var requireRevocation = false

  @Argument(help: "PDF files.")
  var files: [String]

  /// One file's result, for programs.
  struct Result: Encodable {
    let file: String
    let valid: Bool
    /// nil where the file could not be read as a PDF.
    var report: VerificationReport?
    /// Why it could not.
    var problem: Problem?

    struct Problem: Encodable {
      let code: String
      let detail: String
    }
  }

  func validate() throws {
    if let at, (try? Instant(at)) == nil {
      throw ValidationError("--at \(at) is no moment such as 2026-11-23T13:41:48Z.")
    }
  }

  func run() async throws {
    try await reportingErrors {
      let configuration = try? common.configuration()
      let messages = common.messages(configuration)
      let found: (anchors: TrustAnchors, rules: DocumentTrust.Rules?)
      do {
        found = try await TrustFile.anchors(trust, configuration, messages)
      } catch let missing as TrustFile.Missing {
        // Programs get an answer for each file all the same.
        if output.json {
          try Output.json(
            files.map {
              Result(
                file: $0, valid: false, problem: .init(code: missing.code, detail: missing.sentence)
              )
            })
        }
        throw missing
      }
      var policy = VerificationPolicy()
      policy.minimumLevel = minimumLevel
      policy.requireRevocationEvidence = requireRevocation
      policy.evidence = try crl.map { try EvidenceFile.read($0) }
      let moment = try at.map { try Instant($0).date } ?? Date()
      var results: [Result] = []
      var unreadable = false
      for path in files {
        do throws(PDFRefusal) {
          let file = try PDFFile(path: path)
          var report = PDFVerifier.verify(file, trust: found.anchors, at: moment, policy: policy)
          if let rules = found.rules { report = rules.attributing(report, at: Instant(moment)) }
          results.append(Result(file: path, valid: report.isAcceptable, report: report))
        } catch {
          unreadable = true
          results.append(
            Result(file: path, valid: false, problem: .init(code: error.code.rawValue, detail: error.detail)))
          Output.errorLine("\(path): \(messages.why(error, fileName: path))")
        }
      }
      if output.json {
        try Output.json(results)
      } else {
        for result in results {
          guard let report = result.report else { continue }
          Output.lines(VerdictText(messages).lines(report, file: result.file))
        }
      }
      if unreadable { throw ExitCode.impossible }
      guard results.allSatisfy(\.valid) else { throw ExitCode.negative }
    }
  }
}

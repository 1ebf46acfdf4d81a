import Agent
import ArgumentParser
import Durable
import Foundation
import PDFSignature
import PKI

struct ArchiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "Keeps a signed PDF provable: adds evidence and a document time-stamp (PAdES B-LTA), or renews them.",
    discussion: """
      Nothing is written while the newest document time-stamp is good for longer than --within. Exit codes: 0 archived, or \
      nothing due; 1 the PDF is not validly signed; 2 anything else.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The signed PDF.")
  var file: String
  @Option(name: .shortAndLong, help: "Where the result goes; by default the file itself is replaced.")
  var output: String?
  @Option(help: ArgumentHelp("Time-stamp authority (RFC 3161), http or https.", valueName: "URL"))
  var tsa: String
  @Option(help: ArgumentHelp("Certificates to trust, PEM; by default the hub's.", valueName: "root.pem"))
  var trust: String?
  @Option(help: ArgumentHelp("Revocation lists and OCSP responses to embed, DER or PEM.", valueName: "file"))
  var crl: [String] = []
  @Option(
    help: ArgumentHelp("Renew when the newest time-stamp's certificate ends within so many days.", valueName: "days"))
  var within = 90
  @Option(help: ArgumentHelp("Renew what is stamped over this digest: sha256, sha384, sha512.", valueName: "digest"))
  var ageing: [String] = []
  @Flag(help: "Renew even though nothing is due.")
  var force = false

  func validate() throws {
    guard (0...36_500).contains(within) else { throw ValidationError("--within is a number of days") }
    for name in ageing where DigestAlgorithm(rawValue: name) == nil {
      throw ValidationError("--ageing \(name): no digest of that name")
    }
    guard renewalDigest != nil else {
      throw ValidationError(
        "--ageing \(ageing.joined(separator: ", ")): there is no stronger digest to renew with: SHA-512 is the strongest here"
      )
    }
  }

  private var ageingDigests: Set<DigestAlgorithm> {
    Set(ageing.compactMap(DigestAlgorithm.init(rawValue:)))
  }
  /// A renewal over the digest that ages would renew nothing.
  private var renewalDigest: DigestAlgorithm? { DigestAlgorithm.renewing(ageingDigests) }

  func run() async throws {
    try await reportingErrors {
      let configuration = try? common.configuration()
      let messages = common.messages(configuration)
      let writer = LevelWriter(
        level: .archival, tsa: tsa,
        trust: try await TrustFile.anchors(trust, configuration, messages).anchors,
        evidence: try crl.map { try EvidenceFile.read($0) },
        client: try EvidenceClient(proxy: configuration?.proxy),
        digest: renewalDigest ?? .sha256)
      let archivist = writer.archivist()
      do {
        let source = try PDFFile(path: file)
        let plan = try await archivist.plan(source)
        guard let reason = reason(plan) else {
          Output.lines([messages.say("\(file): chưa cần gia hạn", "\(file): nothing due")])
          return
        }
        let outcome = try await archivist.raise(source, plan, to: .archival, stampingAnyway: true)
        try write(source, outcome.appended)
        for shortcoming in outcome.shortcomings { Output.errorLine("\(file): \(shortcoming)") }
        if let weak = try await archivist.plan(PDFFile(source, appending: outcome.appended)).newest?
          .signatureDigest,
          ageingDigests.contains(weak)
        {
          Output.errorLine(
            "\(file): the authority signs its time-stamps over \(weak.rawValue), which ages: renew with another's (--tsa) "
              + "[time-stamp-ageing]")
        }
        let level = outcome.level?.rawValue ?? "?"
        Output.lines([
          messages.say(
            "Đã lưu trữ: \(output ?? file) (\(level); \(reason.rawValue))",
            "Archived: \(output ?? file) (\(level); \(reason.rawValue))")
        ])
      } catch let fault as Archivist.NotValid {
        Output.errorLine("\(file): \(fault)")
        throw ExitCode.negative
      } catch let refusal as PDFRefusal {
        Output.errorLine("\(file): \(messages.why(refusal, fileName: file))")
        throw ExitCode.impossible
      } catch let fault as LevelWriter.NotStamped {
        Output.errorLine("\(file): \(fault)")
        throw ExitCode.impossible
      } catch let taken as SystemError where taken.code == EEXIST {
        Output.errorLine("\(file): \(messages.isTaken(output ?? file))")
        throw ExitCode.impossible
      }
    }
  }

  private func reason(_ plan: EvidencePlan) -> RenewalRule.Reason? {
    var rule = RenewalRule()
    rule.margin = TimeInterval(within) * 86_400
    rule.ageingDigests = ageingDigests
    // A file whose signatures are all of the old kind has no level to reach: its time-stamp alone is kept good.
    let due = rule.reason(plan.newest, level: plan.level ?? .archival, at: Date())
    return due ?? (force ? .asked : nil)
  }

  /// Beside the target first, then by one rename: a crash leaves the old file or the new one.
  private func write(_ source: PDFFile, _ appended: Data) throws {
    let target = FilePath(URL(fileURLWithPath: output ?? file).path)
    let temporary = target.folder.appending(".\(UUID().uuidString).part")
    do {
      let copy = OwnedDescriptor(
        try SystemError.check("open", "\(temporary)") {
          temporary.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
        })
      try source.stream(0..<source.size) { try DurableFile.write($0, to: copy, path: temporary) }
      try appended.withUnsafeBytes { try DurableFile.write($0, to: copy, path: temporary) }
      if output == nil {
        try DurableFile.sync(copy, path: temporary)
        _ = try SystemError.check("rename", "\(target)") { rename("\(temporary)", "\(target)") }
        try DurableFile.syncFolder(target.folder)
      } else {
        try DurableFile.publish(temporary, to: target)
      }
    } catch {
      try? DurableFile.remove(temporary)
      throw error
    }
  }
}

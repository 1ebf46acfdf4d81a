import Agent
import ArgumentParser
import Durable
import Exchange
import Foundation
import PDFSignature
import PKI

struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Signs one PDF (PAdES), as the agent does: the file's own bytes stay as they are.",
    discussion: "Exit codes: 0 signed; 1 this PDF cannot be signed, and why; 2 anything else.")

  @OptionGroup var common: CommonOptions
  @Argument(help: "The PDF to sign.")
  var file: String
  @OptionGroup var keyOptions: KeyOptions
  @Option(name: .shortAndLong, help: "Where the signed file goes. An existing file is not overwritten.")
  var output: String
  @Option(help: "Why it is signed; stands in the signature.")
  var reason: String?
  @Option(help: "Where it is signed.")
  var location: String?
  @Flag(help: "A file whose structure is damaged or doubtful is first written anew by qpdf: look at the result.")
  var repair = false
  @OptionGroup(title: "Visible seal") var seal: SealOptions

  @OptionGroup var levels: LevelOptions

  func run() async throws {
    try await reportingErrors {
      let messages = common.messages(try? common.configuration())
      defer { Tokens.finish() }
      let outcome: SealOutcome?
      do {
        outcome = try await signOrRepair(try keyOptions.signer(), try levels.writer(common, messages), messages)
      } catch let refusal as PDFRefusal {
        let text = messages.sentence(.pdf(refusal.code), fileName: file)
        Output.errorLine("\(file): \(text.happened) \(text.remedy) [\(refusal)]")
        throw ExitCode.negative
      } catch let error as PKIError {
        Output.errorLine("\(file): not signed: \(error)")
        throw ExitCode.impossible
      }
      Output.lines(
        [messages.say("Đã ký: \(output)", "Signed: \(output)")] + seal.report(outcome, messages))
    }
  }

  private func signOrRepair(_ identity: DocumentSigner, _ level: LevelWriter, _ messages: Messages) async throws
    -> SealOutcome?
  {
    do {
      return try await sign(file, identity, level)
    } catch let refusal as PDFRefusal where repair {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-\(UUID().uuidString)")
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      defer { try? FileManager.default.removeItem(at: folder) }
      let outcome: SealOutcome?
      do {
        let source = URL(fileURLWithPath: file).path
        let repaired = try Repair().normalise(source, refusedFor: refusal, into: folder.path)
        outcome = try await sign(repaired.path, identity, level)
      } catch let failure as Repair.Failure {
        Output.errorLine("\(file): \(failure)")
        throw refusal
      }
      Output.lines([
        messages.say(
          "Tệp gốc có lỗi cấu trúc (\(refusal)) nên đã được qpdf ghi lại trước khi ký: hãy mở bản đã ký để kiểm tra.",
          "The original was faulty (\(refusal)) and was written anew by qpdf before signing: look at the signed file.")
      ])
      return outcome
    }
  }

  private func sign(_ path: String, _ identity: DocumentSigner, _ level: LevelWriter) async throws -> SealOutcome? {
    let source = try PDFFile(path: path)
    let signer = PDFSigner(key: identity.key, certificates: identity.certificates)
    let name = identity.certificate.subjectCommonName ?? identity.certificate.subject
    let details = SignatureDetails(signerName: name, reason: reason, location: location, time: Date())
    let look = try seal.seal(details)
    let update = try signer.prepare(
      source, seal: try look.map { try SealedSigning.request($0, signer, path: path, at: details.time) })
    let target = FilePath(URL(fileURLWithPath: output).path)
    let temporary = target.folder.appending(".\(UUID().uuidString).part")
    do {
      let copy = OwnedDescriptor(
        try SystemError.check("open", "\(temporary)") {
          temporary.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
        })
      let hasher = SHA256Hasher()
      try source.stream(0..<source.size) { bytes in
        hasher.update(bytes)
        try DurableFile.write(bytes, to: copy, path: temporary)
      }
      let pending = try signer.begin(
        update, originalDigest: hasher, details: details, withTimeStamp: level.isStamped)
      let appended = try await level.complete(pending, of: source)
      try appended.withUnsafeBytes { try DurableFile.write($0, to: copy, path: temporary) }
      try DurableFile.publish(temporary, to: target)
      return update.seal
    } catch {
      try? DurableFile.remove(temporary)
      throw error
    }
  }
}

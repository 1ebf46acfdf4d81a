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
  @Option(help: "The private key, PEM, readable by its owner alone.")
  var key: String
  @Option(help: "Its certificate and those above it, PEM; by default in the key's file.")
  var certificate: String?
  @Option(name: .shortAndLong, help: "Where the signed file goes. An existing file is not overwritten.")
  var output: String
  @Option(help: "Why it is signed; stands in the signature.")
  var reason: String?
  @Option(help: "Where it is signed.")
  var location: String?

  @OptionGroup var levels: LevelOptions

  func run() async throws {
    try await reportingErrors {
      let messages = common.messages(try? common.configuration())
      let identity = try SigningIdentity.load(keyFile: key, certificateFile: certificate ?? key)
      do {
        try await sign(identity, levels.writer(common, messages))
      } catch let refusal as PDFRefusal {
        let text = messages.sentence(.pdf(refusal.code), fileName: file)
        Output.errorLine("\(file): \(text.happened) \(text.remedy) [\(refusal)]")
        throw ExitCode.negative
      }
      Output.lines([messages.say("Đã ký: \(output)", "Signed: \(output)")])
    }
  }

  private func sign(_ identity: SigningIdentity, _ level: LevelWriter) async throws {
    let source = try PDFFile(path: file)
    let signer = PDFSigner(key: identity.key, certificates: identity.certificates)
    let update = try signer.prepare(source)
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
      let name = identity.certificate.subjectCommonName ?? identity.certificate.subject
      let details = SignatureDetails(signerName: name, reason: reason, location: location, time: Date())
      let pending = try signer.begin(
        update, originalDigest: hasher, details: details, withTimeStamp: level.isStamped)
      let appended = try await level.complete(pending, of: source)
      try appended.withUnsafeBytes { try DurableFile.write($0, to: copy, path: temporary) }
      try DurableFile.publish(temporary, to: target)
    } catch {
      try? DurableFile.remove(temporary)
      throw error
    }
  }
}

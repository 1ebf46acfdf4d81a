import Agent
import ArgumentParser
import Durable
import Foundation
import PDFSignature
import PKI

struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Signs PDFs (PAdES), as the agent does: each file's own bytes stay as they are.",
    discussion: """
      One file goes to --output; any number go into --directory under their own names, several at a time. Exit codes: 0 all \
      are signed; 1 some cannot be signed, each with a line that says why; 2 anything else.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The PDFs to sign.")
  var files: [String] = []
  @Option(
    help: ArgumentHelp("More of them, named in a file, one path a line; - reads standard input.", valueName: "LIST"))
  var filesFrom: String?
  @OptionGroup var keyOptions: KeyOptions
  @Option(name: .shortAndLong, help: "Where the one signed file goes. An existing file is not overwritten.")
  var output: String?
  @Option(name: .shortAndLong, help: "The folder that the signed files go to; none of its files is overwritten.")
  var directory: String?
  @Option(help: "How many files at a time, 1 to 64; by default one for each processor.")
  var jobs: Int?
  @Flag(
    name: .customLong("no-sync"),
    help: "Do not wait for the disk: after a power cut signed files may be missing. `sync` makes them last.")
  var leavesSyncing = false
  @Option(help: "Why it is signed; stands in the signature.")
  var reason: String?
  @Option(help: "Where it is signed.")
  var location: String?
  @Flag(help: "A file whose structure is damaged or doubtful is first written anew by qpdf: look at the result.")
  var repair = false
  @OptionGroup(title: "Visible seal") var seal: SealOptions

  @OptionGroup var levels: LevelOptions

  func validate() throws {
    guard (output == nil) != (directory == nil) else { throw ValidationError("say where to: --output or --directory") }
    guard !files.isEmpty || filesFrom != nil else { throw ValidationError("say which PDFs to sign") }
    guard directory != nil || (files.count == 1 && filesFrom == nil) else {
      throw ValidationError("several files need --directory")
    }
    if let jobs, !(1...64).contains(jobs) { throw ValidationError("--jobs is a number from 1 to 64") }
  }

  func run() async throws {
    try await reportingErrors {
      let messages = common.messages(try? common.configuration())
      defer { Tokens.finish() }
      let signer = try await fileSigner(messages)
      let files = try files + listed()
      let width = min(jobs ?? ProcessInfo.processInfo.activeProcessorCount, max(1, files.count))
      let threads = IOThreads(count: width, name: "sign")
      // A few at a time, so that small files are not outweighed by the hand-over between tasks and threads.
      let size = min(16, max(1, files.count / (width * 4)))
      var worst: ExitCode?
      await withTaskGroup(of: [Signed].self) { group in
        var rest = files[...]
        func start() {
          let part = Array(rest.prefix(size))
          guard !part.isEmpty else { return }
          rest = rest.dropFirst(size)
          group.addTask { await sign(part, signer, threads) }
        }
        for _ in 0..<width { start() }
        while let part = await group.next() {
          start()
          Output.lines(part.flatMap { file in file.outcome.map { words($0, file.target, messages) } ?? [] })
          for file in part {
            if let error = file.error { worst = graver(worst, report(error, file, messages)) }
          }
        }
      }
      if let worst { throw worst }
    }
  }

  /// What became of one file: an outcome, or an error.
  private struct Signed: Sendable {
    let source: String
    let target: FilePath
    var outcome: FileSigner.Outcome?
    var error: (any Error)?
  }

  private func sign(_ files: [String], _ signer: FileSigner, _ threads: IOThreads) async -> [Signed] {
    var results = files.map { Signed(source: $0, target: target(of: $0)) }
    if signer.level.isStamped {
      for index in results.indices {
        let file = results[index]
        do {
          results[index].outcome = try await signer.sign(Self.absolute(file.source), to: file.target, on: threads)
        } catch { results[index].error = error }
      }
      return results
    }
    let waiting = results
    do {
      return try await threads.run {
        waiting.map { file in
          var file = file
          do { file.outcome = try signer.signNow(Self.absolute(file.source), to: file.target) } catch {
            file.error = error
          }
          return file
        }
      }
    } catch {
      return results.map { Signed(source: $0.source, target: $0.target, error: error) }
    }
  }

  private func listed() throws -> [String] {
    guard let filesFrom else { return [] }
    let handle: FileHandle
    if filesFrom == "-" {
      handle = .standardInput
    } else {
      let list = try SystemError.check("open", filesFrom) { open(filesFrom, O_RDONLY | O_CLOEXEC) }
      handle = FileHandle(fileDescriptor: list, closeOnDealloc: true)
    }
    let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }

  private func fileSigner(_ messages: Messages) async throws -> FileSigner {
    let identity: DocumentSigner
    do { identity = try keyOptions.signer() } catch let error as PKIError {
      Output.errorLine("\(keyOptions.named): not signed: \(Self.told(error))")
      throw ExitCode.impossible
    }
    // Once for all files, before anything is read or asked of a token.
    do { try identity.certificate.checkSigning(at: Date()) } catch {
      Output.errorLine(
        "\(keyOptions.certificateNamed): not signed: \(Self.told(error))")
      throw ExitCode.impossible
    }
    let name = identity.certificate.subjectCommonName ?? identity.certificate.subject
    let details = SignatureDetails(signerName: name, reason: reason, location: location, time: Date())
    return FileSigner(
      signer: PDFSigner(key: identity.key, certificates: identity.certificates), details: details,
      seal: try seal.seal(details), level: try await levels.writer(common, messages), repairs: repair,
      isDurable: !leavesSyncing)
  }

  private func target(of file: String) -> FilePath {
    if let output { return FilePath(Self.absolute(output)) }
    let name = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { file[file.utf8.index(after: $0)...] } ?? file[...]
    return FilePath(Self.absolute(directory ?? ".")).appending(String(name))
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
  }

  private func words(_ outcome: FileSigner.Outcome, _ target: FilePath, _ messages: Messages) -> [String] {
    var lines: [String] = []
    if let refusal = outcome.repairedFor {
      lines.append(
        messages.say(
          "Tệp gốc có lỗi cấu trúc (\(refusal)) nên đã được qpdf ghi lại trước khi ký: hãy mở bản đã ký để kiểm tra.",
          "The original was faulty (\(refusal)) and was written anew by qpdf before signing: look at the signed file."))
    }
    let shown = output ?? "\(target)"
    return lines + [messages.say("Đã ký: \(shown)", "Signed: \(shown)")] + seal.report(outcome.seal, messages)
  }

  /// The sentence, what the library says of it, and the code.
  private static func told(_ error: PKIError) -> String {
    let causes = error.underlying.isEmpty ? "" : " (\(error.underlying.joined(separator: "; ")))"
    return "\(error.message)\(causes) [\(error.code.rawValue)]"
  }

  /// One line for the file. - Returns: what it makes of the exit code.
  private func report(_ error: any Error, _ signed: Signed, _ messages: Messages) -> ExitCode {
    let file = signed.source
    switch error {
    case let refusal as PDFRefusal:
      Output.errorLine("\(file): \(messages.why(refusal, fileName: file))")
      return .negative
    case let failed as FileSigner.NotRepaired:
      Output.errorLine(
        "\(file): \(messages.why(failed.refusal, fileName: file)) (--repair: \(failed.failure))")
      return .negative
    case let taken as SystemError where taken.code == EEXIST:
      Output.errorLine("\(file): \(messages.isTaken(output ?? "\(signed.target)"))")
      return .impossible
    case let fault as Archivist.NotValid:
      Output.errorLine("\(file): \(fault)")
      return .impossible
    case let error as PKIError:
      Output.errorLine("\(file): not signed: \(Self.told(error))")
      return .impossible
    default:
      Output.errorLine("\(file): \(error)")
      return .impossible
    }
  }
}

/// Of several files the gravest counts: "it could not be done" before "the answer is no".
private func graver(_ one: ExitCode?, _ other: ExitCode) -> ExitCode {
  guard let one, one.rawValue > other.rawValue else { return other }
  return one
}

import Agent
import ArgumentParser
import Durable
import Foundation
import LetterReading

struct ReadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "What a letter says of itself: number, date, subject, addressees, signer, marks.",
    discussion: """
      Letters of unusual make need pdftotext, scans pdftoppm (both in poppler-utils) and tesseract with Vietnamese
      (tesseract-ocr-vie). The file is only read.
      Exit codes: 0 every file was read; 1 one has no readable text; 2 one could not be read, or a tool is missing.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption

  @Flag(inversion: .prefixedNo, help: "Recognise the text of scans, where tesseract is installed.")
  var ocr = true

  @Flag(help: "Keep recognised text beside the document, as NAME.pdf.ocr.txt.")
  var keepText = false

  @Argument(help: "PDF files.")
  var files: [String]

  func run() async throws {
    try await reportingErrors {
      let messages = common.messages(try? common.configuration())
      let reader = LetterReader(recognises: ocr)
      var reports: [LetterReport] = []
      var worst: ExitCode?
      for file in files {
        let path = URL(fileURLWithPath: file).path
        do throws(SystemError) {
          let opened = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
          var status = stat()
          guard fstat(opened.number, &status) == 0 else { throw SystemError(call: "fstat", path: path) }
          switch status.st_mode & S_IFMT {
          case S_IFREG: break
          case S_IFDIR: throw SystemError(call: "read", path: path, code: EISDIR)
          // A pipe has no end to wait for.
          default: throw SystemError(call: "read", path: path, code: EINVAL)
          }
        } catch {
          Output.errorLine("\(file): \(messages.why(error))")
          worst = .impossible
          continue
        }
        let outcome = await reader.read(path)
        switch outcome {
        case .failed(let failure):
          Output.errorLine("\(file): \(failure)")
          worst = .impossible
        case .noText: worst = worst ?? .negative
        case .recognised(_, let text) where keepText:
          try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path).ocr.txt"), options: .withoutOverwriting)
        case .read(let fields) where fields.legacyFont != nil: worst = worst ?? .negative
        default: break
        }
        let report = LetterReport(file: file, outcome: outcome)
        reports.append(report)
        if !output.json { Output.lines(Self.lines(report, messages)) }
      }
      if output.json { try Output.json(reports) }
      if let worst { throw worst }
    }
  }

  /// What is there, a field a line.
  private static func lines(_ report: LetterReport, _ messages: Messages) -> [String] {
    let fields = report.fields
    var lines = [report.file]
    func line(_ vietnamese: String, _ english: String, _ value: String?) {
      if let value { lines.append("  \(messages.say(vietnamese, english)): \(Messages.shown(value))") }
    }
    if let reason = report.notRead { line("Không đọc được", "Not read", reason) }
    if let font = report.legacyFont { line("Phông chữ cũ, không đọc được", "Old font, not readable", font) }
    line("Cơ quan chủ quản", "Parent", fields.parentIssuer?.value)
    line("Cơ quan ban hành", "Issuer", fields.issuer?.value)
    line("Số", "Number", fields.number?.value)
    line("Ký hiệu", "Symbol", fields.symbol?.value)
    line("Địa danh", "Place", fields.place?.value)
    line("Ngày", "Date", fields.date?.value.description)
    line("Loại", "Type", fields.typeName?.value)
    line("Trích yếu", "Abstract", fields.abstract?.value)
    for item in fields.addressees { line("Kính gửi", "To", item.value) }
    for item in fields.copies { line("Nơi nhận", "Copy", item.value) }
    line("Quyền hạn", "Authority", fields.authority?.value)
    line("Chức vụ", "Position", fields.signerPosition?.value)
    line("Người ký", "Signer", fields.signer?.value)
    line("Độ khẩn", "Urgency", fields.urgency?.value.rawValue)
    line("Độ mật", "Secrecy", fields.secrecy?.value.rawValue)
    return lines
  }
}

import Agent
import ArgumentParser
import Durable
import Exchange
import Foundation

/// For whom a sheet is made, and where it goes.
struct SheetOptions: ParsableArguments {
  @Option(help: "Of which unit, where this machine serves several.")
  var unit: String?

  @Option(
    name: [.short, .long], help: "The file to write, which isn't there yet; by default it goes to standard output.")
  var output: String?

  @Option(help: "A TrueType font with Vietnamese letters, for PDF; by default Liberation Serif or DejaVu Serif.")
  var font: String?

  func unit(_ configuration: AgentConfiguration, _ messages: Messages) throws -> UnitConfiguration {
    try configuration.unit(named: unit, messages)
  }

  func rows(_ configuration: AgentConfiguration, _ common: CommonOptions) async throws -> RegisterRows {
    try await common.explainingJournal(configuration) {
      let journal = try await Journal.reading(configuration.paths.journal)
      do {
        return RegisterRows(journal: journal, catalogue: try Catalogue.reading(configuration.paths.catalogue))
      } catch Catalogue.Problem.missing, Catalogue.Problem.unfinished {
        // It is just being made: the rows are there, with what the journal knows.
        return RegisterRows(journal: journal, catalogue: nil)
      }
    }
  }

  /// Whole or not at all, and durable; never over another file.
  func write(_ messages: Messages, isText: Bool, _ make: ((@escaping (Data) throws -> Void) throws -> Void)) throws {
    guard let output else {
      if !isText, isatty(STDOUT_FILENO) == 1 {
        Output.errorLine(
          messages.say("hãy nói ghi vào tệp nào: --output TỆP", "say which file to write: --output FILE"))
        throw ExitCode.impossible
      }
      return try make { try FileHandle.standardOutput.write(contentsOf: $0) }
    }
    let target = FilePath(URL(fileURLWithPath: output).path)
    do {
      if try Folder.look(target) != nil { throw SystemError(call: "link", path: "\(target)", code: EEXIST) }
      let file = try NewFile(for: target)
      try make { data in try data.withUnsafeBytes { try file.write($0) } }
      try file.publish(durably: true)
    } catch let error as SystemError where error.code == EEXIST {
      Output.errorLine(messages.isTaken(output))
      throw ExitCode.impossible
    }
  }
}

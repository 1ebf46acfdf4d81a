import Agent
import ArgumentParser
import Exchange
import Foundation

extension Language: ExpressibleByArgument {}

/// What every command understands.
struct CommonOptions: ParsableArguments {
  @Option(help: "The agent's configuration; units.d/ lies beside it.")
  var config = AgentConfiguration.defaultPath

  @Option(help: ArgumentHelp("vi or en; by default as the configuration says, else as LANG does.", valueName: "vi|en"))
  var language: Language?

  func configuration() throws -> AgentConfiguration { try AgentConfiguration.load(config) }

  /// Words also where the configuration cannot be read.
  func messages(_ configuration: AgentConfiguration? = nil) -> Messages {
    let environment = Language(environment: ProcessInfo.processInfo.environment)
    return Messages(language ?? configuration?.language ?? environment ?? .vietnamese)
  }
}

extension CommonOptions {
  static let documentHelp = ArgumentHelp("The document's identifier, or a part of its beginning or end.")

  /// The one document whose identifier begins or ends so.
  /// - Throws: `ExitCode`, told.
  func document(like id: String, in journal: Journal, _ messages: Messages) async throws -> DocumentID {
    let found = try await journal.documents(like: id)
    if let document = found.first, found.count == 1 { return document }
    Output.errorLine(
      found.isEmpty
        ? messages.say("không có văn bản nào mang mã “\(id)”", "no document has the identifier “\(id)”")
        : messages.say("nhiều văn bản có mã như vậy:", "several documents have such an identifier:"))
    for other in found { Output.errorLine("  \(other)") }
    throw ExitCode.negative
  }
  /// Reads journal and catalogue; where one can't be read, says why in the user's language.
  func explainingJournal<Value>(
    _ configuration: AgentConfiguration, _ read: () async throws -> Value
  ) async throws -> Value {
    do { return try await read() } catch let problem as Journal.Problem {
      Output.errorLine(messages(configuration).sentence(problem))
    } catch let problem as Catalogue.Problem {
      Output.errorLine(messages(configuration).sentence(problem))
    }
    throw ExitCode.impossible
  }
}

extension AgentConfiguration {
  /// The unit of that name, or the only one where none is named.
  /// - Throws: `ExitCode`, told.
  func unit(named name: String?, _ messages: Messages) throws -> UnitConfiguration {
    if let name, let found = units.first(where: { $0.unit.rawValue == name }) { return found }
    if name == nil, let only = units.first, units.count == 1 { return only }
    let units = units.map(\.unit.rawValue).joined(separator: ", ")
    Output.errorLine(
      messages.say(
        "hãy chọn một đơn vị của máy này: --unit \(units)", "choose one of this machine's units: --unit \(units)"))
    throw ExitCode.impossible
  }
}

/// For the commands that read: output for programs.
struct JSONOption: ParsableArguments {
  @Flag(help: "Output for programs: field names are English and stable.")
  var json = false
}

enum Output {
  static func json(_ value: some Encodable, pretty: Bool = true) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(Instant(date).description)
    }
    FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
  }

  static func lines(_ lines: [String]) {
    FileHandle.standardOutput.write(Data(lines.map { $0 + "\n" }.joined().utf8))
  }

  static func errorLine(_ line: String) { FileHandle.standardError.write(Data("congvan: \(line)\n".utf8)) }
}

extension ExitCode {
  /// The answer is no.
  static let negative = ExitCode(1)
  /// It could not be done.
  static let impossible = ExitCode(2)
}

/// Runs a command's work; what stops it is one line on standard error and exit code 2.
func reportingErrors(_ work: () async throws -> Void) async throws {
  do {
    try await work()
  } catch let code as ExitCode {
    throw code
  } catch let missing as TrustFile.Missing {
    Output.errorLine("\(missing.sentence) [\(missing.code)]")
    throw ExitCode.impossible
  } catch {
    Output.errorLine("\(error)")
    throw ExitCode.impossible
  }
}

import Agent
import ArgumentParser
import Exchange

/// The tool beside the daemon: what goes on, what happened, is this letter genuine, make this machine serve a unit.
@main
struct Congvan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "congvan",
    abstract: "Official dispatches between offices: status, history, verifying, signing, enrolment.",
    discussion: """
      Exit codes: 0 all is well; 1 the answer is no (not valid, not found); 2 it could not be done (configuration, file, \
      network); 64 wrong usage.
      """,
    version: ProgramVersion.text,
    subcommands: [
      SendCommand.self, OutstandingCommand.self, StatusCommand.self, LogCommand.self, ShowCommand.self,
      ReadCommand.self, VerifyCommand.self,
      SignCommand.self,
      ArchiveCommand.self, SearchCommand.self, EditCommand.self, RegisterCommand.self, StampCommand.self,
      EnrollCommand.self, FolderCommand.self,
      TokenCommand.self,
    ])
}

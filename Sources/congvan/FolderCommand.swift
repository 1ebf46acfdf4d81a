import Agent
import ArgumentParser
import Exchange
import Foundation

extension UnitID: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument) }
}

struct FolderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder", abstract: "The units' shared folders, which the agent knows by a mark.",
    subcommands: [Adopt.self])

  struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "adopt",
      abstract: "Says that the folder in the unit's file is the unit's, here and now.",
      discussion: """
        For a folder that was made by hand, restored without its hidden files, or lost its mark; and for one that another \
        machine served, which then stands down. The agent works only in a \
        folder that bears the mark it knows: where a share isn't mounted, letters would land on the disk below it. So see \
        that the share is mounted first. A running agent notices within seconds. Exit codes: 0 it is the unit's; 1 it can't \
        be; 2 anything else.
        """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Also a folder that is empty, though the unit had one before.")
    var empty = false
    @Argument(help: "The unit's identifier.")
    var unit: UnitID

    func run() async throws {
      try await reportingErrors {
        let configuration = try common.configuration()
        let messages = common.messages(configuration)
        guard let served = configuration.units.first(where: { $0.unit == unit }) else {
          Output.errorLine(
            messages.say("máy này không phục vụ đơn vị \(unit)", "this machine doesn't serve the unit \(unit)"))
          throw ExitCode.negative
        }
        do {
          let folder = UnitFolder(served, paths: configuration.paths)
          if await folder.fault(within: UnitFolder.patience) == .notAnswering {
            throw FolderAdoption.Obstacle.fault(.notAnswering)
          }
          let made = try FolderAdoption(served, paths: configuration.paths).run(acceptsEmpty: empty, takesOver: true)
          try ServiceUser.give(made + [configuration.paths.folderRecords], paths: configuration.paths)
          Output.lines(
            [
              messages.say(
                "\(served.folder) là thư mục của đơn vị \(unit).", "\(served.folder) is the folder of the unit \(unit)."
              )
            ] + made.map { messages.say("  đã ghi \($0)", "  wrote \($0)") })
        } catch FolderAdoption.Obstacle.fault(let fault) {
          let sentence = messages.sentence(fault, of: unit, folder: served.folder)
          Output.errorLine("\(sentence.happened) \(sentence.remedy)")
          throw ExitCode.negative
        } catch FolderAdoption.Obstacle.empty {
          Output.errorLine(
            messages.say(
              "thư mục \(served.folder) trống, mà đơn vị đã có thư mục từ trước: ổ chia sẻ đã được kết nối chưa? Nếu đúng là thư mục mới, thêm --empty.",
              "the folder \(served.folder) is empty, though the unit had one before: is the share mounted? If a new folder is meant, add --empty."
            ))
          throw ExitCode.negative
        }
      }
    }
  }
}

import ArgumentParser
import Exchange
import Foundation
import Hub

struct UnitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unit", abstract: "The units of the province.",
    subcommands: [Add.self, List.self, Import.self, Alias.self, Close.self, SignerCommand.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a unit.")
    @OptionGroup var data: DataOption
    @Argument(help: "a–z, 0–9 and hyphens; it never changes.") var unit: UnitID
    @Option(help: "Its name for people.") var name: String
    @Option(name: .customLong("alias"), help: "Another name under which people write to it.") var aliases: [String] = []

    func run() async throws {
      try await HubAdministration(dataFolder: data.folder).add([UnitEntry(id: unit, name: name, aliases: aliases)])
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the units.")
    @OptionGroup var data: DataOption
    @Flag(help: "For machines.") var json = false

    func run() async throws {
      let directory = try await HubAdministration(dataFolder: data.folder).directory()
      if json {
        print(String(decoding: try CanonicalJSON.encode(directory.units), as: UTF8.self))
      } else {
        for unit in directory.units { print("\(unit.id)\t\(unit.name)\(unit.isActive ? "" : "\t(closed)")") }
      }
    }
  }

  struct Alias: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Other names under which people write to a unit.")
    @OptionGroup var change: AliasOptions
    @Argument var unit: UnitID

    func run() async throws { try await change.apply(to: .unit(unit)) }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Closes a unit: nothing more is sent to it or by it, and letters under way to it go back to their senders.")
    @OptionGroup var data: DataOption
    @Argument var unit: UnitID

    func run() async throws {
      let senders = try await HubAdministration(dataFolder: data.folder).close(unit)
      print("\(unit) is closed. Letters that it had not fetched went back to \(senders) units.")
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds the units of a CSV file, all or none: id,name,aliases,groups (the last two separated by ;).",
      discussion:
        """
        Its first line is the heading id,name,aliases,groups. The file is UTF-8 (Excel: “CSV UTF-8 (Comma delimited)”), \
        or UTF-16 with tabs (Excel: “Unicode Text”).
        """)
    @OptionGroup var data: DataOption
    @Argument var file: String

    func run() async throws {
      guard let bytes = FileManager.default.contents(atPath: file) else {
        throw ValidationError("\(file) cannot be read")
      }
      let entries = try UnitList.parse(try UnitList.decode(bytes))
      try await HubAdministration(dataFolder: data.folder).add(entries)
      print("\(entries.count) units added")
    }
  }
}

/// Names to add and to take away, of a unit or a group.
struct AliasOptions: ParsableArguments {
  @OptionGroup var data: DataOption
  @Option(
    help: ArgumentHelp(
      "A name as letters have it in “Kính gửi” and “Nơi nhận”, or as clerks name folders; once for each.",
      valueName: "name"))
  var add: [String] = []
  @Option(help: ArgumentHelp("A name that it is to lose; once for each.", valueName: "name")) var remove: [String] = []

  func validate() throws {
    if add.isEmpty, remove.isEmpty { throw ValidationError("say --add NAME or --remove NAME") }
  }

  func apply(to addressee: Addressee) async throws {
    let aliases = try await HubAdministration(dataFolder: data.folder).changeAliases(
      of: addressee, add: add, remove: remove)
    print(
      "\(addressee.identifier) is also called: \(aliases.isEmpty ? "nothing else" : aliases.joined(separator: "; "))")
  }
}

struct GroupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "The groups of units.",
    subcommands: [Add.self, List.self, Alias.self, Join.self, Leave.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a group.")
    @OptionGroup var data: DataOption
    @Argument var group: GroupID
    @Option(help: "Its name for people.") var name: String
    @Option(name: .customLong("alias"), help: "Another name.") var aliases: [String] = []

    func run() async throws {
      try await HubAdministration(dataFolder: data.folder).addGroup(group, name: name, aliases: aliases)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the groups with their members.")
    @OptionGroup var data: DataOption

    func run() async throws {
      for group in try await HubAdministration(dataFolder: data.folder).directory().groups {
        print("\(group.id)\t\(group.name)\t\(group.members.map(\.rawValue).joined(separator: " "))")
      }
    }
  }

  struct Alias: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Other names under which people write to a group.")
    @OptionGroup var change: AliasOptions
    @Argument var group: GroupID

    func run() async throws { try await change.apply(to: .group(group)) }
  }

  struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts units into a group.")
    @OptionGroup var data: DataOption
    @Argument var group: GroupID
    @Argument var units: [UnitID]

    func run() async throws { try await HubAdministration(dataFolder: data.folder).join(group, units) }
  }

  struct Leave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes units out of a group.")
    @OptionGroup var data: DataOption
    @Argument var group: GroupID
    @Argument var units: [UnitID]

    func run() async throws { try await HubAdministration(dataFolder: data.folder).leave(group, units) }
  }
}

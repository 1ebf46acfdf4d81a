import Exchange

/// Configuration files as enrolment writes them: what was decided, and in comments what else can be.
public enum ConfigurationText {
  public static func machine(_ configuration: AgentConfiguration) -> String {
    """
    # This machine's agent (congvand). Every key is explained in README.md; `systemctl reload congvand` after a change.
    hub:
      api: \(quoted(configuration.hub.api))
      public: \(quoted(configuration.hub.publicURL))
    # Journal, spool and keys. Private: mode 0700.
    state: \(quoted(configuration.state))
    # Of everything that clerks read: vi or en.
    language: \(configuration.language.rawValue)
    # How long a dropped file must rest unchanged before it is taken in.
    # quietPeriod: 2s
    # Documents worked on at once.
    # inFlight: 8
    # http://proxy:3128, where the office has one.
    # proxy:

    """
  }

  public static func unit(_ unit: UnitConfiguration) -> String {
    """
    # A unit that this machine serves.
    unit: \(quoted(unit.unit.rawValue))
    name: \(quoted(unit.name))
    # The shared folder, in which outbox, inbox, sent and rejected lie.
    folder: \(quoted(unit.folder))
    # folders: { outbox: outbox, inbox: inbox, sent: sent, rejected: rejected }
    keyFile: \(quoted(unit.keyFile))
    certificateFile: \(quoted(unit.certificateFile))
    # signing: { reason: "", location: "", level: B-T }
    # A visible seal (signing.seal) is explained in README.md.
    # secretsMayGo: false
    # repair: false
    # permissions: { files: "0440", folders: "2770" }

    """
  }

  /// A double-quoted YAML scalar (YAML 1.2 §7.3.1).
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let hex = String(scalar.value, radix: 16)
          result += "\\x" + String(repeating: "0", count: 2 - hex.count) + hex
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

import ArgumentParser
import Exchange
import Foundation
import Hub

/// A list of units as a spreadsheet saves it: RFC 4180 in UTF-8, or with tabs between the fields where its first line has
/// one (Excel's "Unicode Text"). Whether `;` was meant is not guessed.
enum UnitList {
  /// The file's text. Nothing is guessed: letters that can't be read with certainty would become names of units for good.
  static func decode(_ bytes: Data) throws -> String {
    let remedy = "save the list as “CSV UTF-8 (Comma delimited)” and import that"
    var text: String?
    if bytes.starts(with: [0xFF, 0xFE]) {
      text = utf16(bytes.dropFirst(2)) { UInt16($0) | UInt16($1) << 8 }
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      text = utf16(bytes.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) }
    } else {
      let plain = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
      text = String(validating: plain, as: UTF8.self)
      if text == nil {
        let lines = plain.split(separator: 0x0A, omittingEmptySubsequences: false)
        let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        throw ValidationError(
          "line \(line + 1): this is not UTF-8, but an older encoding such as Windows-1258 or TCVN3: \(remedy)")
      }
    }
    guard let text else { throw ValidationError("the file is damaged UTF-16: \(remedy)") }
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      for scalar in line.unicodeScalars {
        if scalar == "\u{FFFD}" {
          throw ValidationError("line \(index + 1): letters were lost (\u{FFFD}) before the list came here: \(remedy)")
        }
        if scalar.properties.generalCategory == .control, scalar != "\t" {
          throw ValidationError("line \(index + 1): a control character, as in UTF-16 without its mark: \(remedy)")
        }
      }
    }
    return text
  }

  private static func utf16(_ bytes: Data, _ unit: (UInt8, UInt8) -> UInt16) -> String? {
    guard bytes.count.isMultiple(of: 2) else { return nil }
    let all = [UInt8](bytes)
    let units = stride(from: 0, to: all.count, by: 2).map { unit(all[$0], all[$0 + 1]) }
    return String(validating: units, as: UTF16.self)
  }

  static func parse(_ text: String) throws -> [UnitEntry] {
    var entries: [UnitEntry] = []
    let separator: Character = text.prefix { !$0.isNewline }.contains("\t") ? "\t" : ","
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var hasHeader = false
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let fields = try fields(of: String(line), by: separator, number: index + 1)
      if !hasHeader {
        // Whether a first line of a list without one is a unit or a heading in other words can't be told.
        guard isHeader(fields) else {
          throw ValidationError(
            "line \(index + 1): the first line must be the heading id,name[,aliases[,groups]]: put it there, and import again"
          )
        }
        hasHeader = true
        continue
      }
      guard fields.count >= 2, let id = UnitID(rawValue: fields[0]) else {
        throw ValidationError("line \(index + 1): id,name[,aliases[,groups]] is wanted, and id of a–z, 0–9 and hyphens")
      }
      let list = { (field: Int) in
        let parts = field < fields.count ? fields[field].split(separator: ";") : []
        return parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      }
      let groups = try list(3).map { name in
        guard let group = GroupID(rawValue: name) else {
          throw ValidationError("line \(index + 1): \(name) is no group")
        }
        return group
      }
      entries.append(UnitEntry(id: id, name: fields[1], aliases: list(2), groups: groups, line: index + 1))
    }
    guard !entries.isEmpty else {
      throw ValidationError(
        "there is no unit in the list: below the heading id,name[,aliases[,groups]] each has a line")
    }
    return entries
  }

  /// Spreadsheets save columns that were once used, empty, after those that are.
  private static func isHeader(_ fields: [String]) -> Bool {
    let named = fields.reversed().drop { $0.isEmpty }.reversed().map { $0.lowercased() }
    return named.count >= 2 && ["id", "name", "aliases", "groups"].starts(with: named)
  }

  private static func fields(of line: String, by separator: Character, number: Int) throws -> [String] {
    var fields = [""]
    var isQuoted = false
    var characters = Array(line)[...]
    while let character = characters.popFirst() {
      if character == "\"" {
        if isQuoted, characters.first == "\"" {
          fields[fields.count - 1].append("\"")
          characters.removeFirst()
        } else {
          isQuoted.toggle()
        }
      } else if character == separator, !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    if isQuoted { throw ValidationError("line \(number): a quotation mark is not closed") }
    return fields.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

/// The language of what a clerk reads: reason files, the tool's tables. Logs are English always.
public enum Language: String, Codable, Sendable, CaseIterable {
  case vietnamese = "vi"
  case english = "en"

  /// What the user's environment asks for (setlocale(3)); nil where it names neither, as C and POSIX.
  public init?(environment: [String: String]) {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    guard let locale, let found = Language.allCases.first(where: { locale.hasPrefix($0.rawValue + "_") }) else {
      return nil
    }
    self = found
  }
}

/// One text in every language. Both are demanded by construction, so that no entry of the catalogue can lack one.
struct Phrase: Sendable, Equatable {
  let vietnamese: String
  let english: String

  init(_ vietnamese: String, _ english: String) {
    self.vietnamese = vietnamese
    self.english = english
  }

  subscript(language: Language) -> String {
    switch language {
    case .vietnamese: vietnamese
    case .english: english
    }
  }
}

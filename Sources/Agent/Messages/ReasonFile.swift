import Exchange
import Foundation

extension Messages {
  /// What a reason file's name adds to the name of the file that it explains.
  public static let reasonSuffix = ".reason.txt"

  /// The text beside a rejected file. UTF-8 with a byte-order mark and CRLF, so that the Notepad of every Windows shows it
  /// right; lines of at most 76 characters, since not every Notepad wraps.
  public func reasonFile(_ refusal: Refusal, fileName: String, at instant: Instant) -> Data {
    let (happened, remedy) = sentence(refusal, fileName: fileName)
    let labels = ReasonText.self
    let lines =
      [text(labels.heading), ""]
      + ["\(text(labels.file)) \(Self.shown(fileName))", "\(text(labels.time)) \(moment(instant))", ""]
      + [text(labels.happened)] + Self.wrapped(happened) + [""]
      + [text(labels.remedy)] + Self.wrapped(remedy) + [""]
      + ["\(text(labels.code)) \(refusal.code)", ""]
    return Data("\u{FEFF}".utf8) + Data(lines.joined(separator: "\r\n").utf8)
  }

  static func wrapped(_ text: String, width: Int = 76) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " \(word)"
      }
      lines.append(line)
    }
    return lines
  }
}

/// The labels of a reason file.
enum ReasonText {
  static let heading = Phrase("VĂN BẢN NÀY CHƯA ĐƯỢC GỬI", "THIS DOCUMENT WAS NOT SENT")
  static let file = Phrase("Tệp:", "File:")
  static let time = Phrase("Lúc:", "Time:")
  static let happened = Phrase("Vì sao:", "Why:")
  static let remedy = Phrase("Cách xử lý:", "What to do:")
  static let code = Phrase("Mã lỗi (để báo cho người hỗ trợ):", "Code (for whoever helps you):")
  static let all = [heading, file, time, happened, remedy, code]
}

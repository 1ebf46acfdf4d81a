import Exchange
import Foundation

extension Messages {
  /// What a reason file's name adds to the name of the file that it explains.
  public static let reasonSuffix = ".reason.txt"

  /// What the name of a notice adds to the name of the file in sent/ that it speaks of.
  public static let noticeSuffix = ".note.txt"

  /// The text beside a signed copy whose original we may not take out of the outbox.
  /// - Parameters:
  ///   - original: where it stands.
  ///   - why: in the system's words.
  func notice(ofOriginal original: String, why: String, at instant: Instant) -> Data {
    let labels = ReasonText.self
    let lines =
      [text(labels.sentHeading), ""]
      + ["\(text(labels.file)) \(Self.shown(original))", "\(text(labels.time)) \(moment(instant))", ""]
      + [text(labels.happened)] + Self.wrapped("\(text(labels.stays)) (\(Self.shown(why)))") + [""]
      + [text(labels.remedy)] + Self.wrapped(text(labels.removeIt)) + [""]
    return Data("\u{FEFF}".utf8) + Data(lines.joined(separator: "\r\n").utf8)
  }

  /// The text beside a rejected file. UTF-8 with a byte-order mark and CRLF, so that the Notepad of every Windows shows it
  /// right; lines of at most 76 characters, since not every Notepad wraps.
  /// - Parameter left: where the file still stands, where it could not be moved.
  public func reasonFile(_ refusal: Refusal, fileName: String, at instant: Instant, left: String? = nil) -> Data {
    let (happened, remedy) = sentence(refusal, fileName: fileName)
    let labels = ReasonText.self
    let lines =
      [text(labels.heading), ""]
      + ["\(text(labels.file)) \(Self.shown(fileName))", "\(text(labels.time)) \(moment(instant))", ""]
      + [text(labels.happened)] + Self.wrapped(happened) + [""]
      + [text(labels.remedy)] + Self.wrapped(remedy) + [""]
      + (left.map { Self.wrapped("\(text(labels.stays)) \(text(labels.removeIt)) \(Self.shown($0))") + [""] } ?? [])
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
  static let sentHeading = Phrase(
    "VĂN BẢN NÀY ĐÃ ĐƯỢC GỬI, NHƯNG TỆP GỐC CÒN TRONG HỘP ĐI",
    "THIS DOCUMENT WAS SENT, BUT ITS ORIGINAL STAYS IN THE OUTBOX")
  static let stays = Phrase(
    "Tệp gốc vẫn nằm trong hộp đi, vì thư mục chứa nó thuộc người khác và chương trình không có quyền lấy tệp ra.",
    "The original still lies in the outbox, because its folder is somebody else's and the program may not take it out.")
  static let removeIt = Phrase(
    "Xóa tệp khỏi hộp đi (nó sẽ không được gửi lần nữa), hoặc nhờ người quản trị máy cho chương trình quyền ghi vào thư mục đó.",
    "Remove the file from the outbox (it is not sent again), or have the administrator let the program write to that folder."
  )
  static let all = [heading, file, time, happened, remedy, code, sentHeading, stays, removeIt]
}

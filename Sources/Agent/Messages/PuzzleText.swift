import Exchange
import Foundation

/// Why it isn't known to whom a letter goes, and what the clerk can do.
enum PuzzleText {
  static let heading = Phrase(
    "VĂN BẢN NÀY CÒN CHỜ: CHƯA RÕ GỬI CHO AI", "THIS DOCUMENT WAITS: IT IS NOT CLEAR TO WHOM IT GOES")

  /// At most so many lines of a letter are told one by one.
  static let mostLines = 12

  static func happened(_ puzzle: LetterAddressing.Puzzle) -> [Phrase] {
    switch puzzle {
    case .nobody:
      [
        Phrase(
          "Văn bản không ghi nơi nhận nào ngoài chính cơ quan gửi (mục “Kính gửi” và “Nơi nhận”).",
          "The letter names no recipient outside of the sending office (“Kính gửi” and “Nơi nhận”).")
      ]
    case .copiesMissing:
      [
        Phrase(
          "Không thấy mục “Nơi nhận” trong văn bản, nên không chắc đã đọc đủ nơi nhận (có thể một phần là bản quét).",
          "There is no “Nơi nhận” in the letter, so it isn't sure that all recipients were read (a part may be a scan)."
        )
      ]
    case .unread:
      [
        Phrase(
          "Không đọc được chữ trong tệp (bản quét, hoặc phông chữ cũ), nên không biết gửi cho ai.",
          "The words of the file can't be read (a scan, or an old font), so it isn't known to whom it goes.")
      ]
    case .lines(let problems): problems.prefix(mostLines).map(line)
    }
  }

  private static func line(_ problem: LetterAddressing.LineProblem) -> Phrase {
    let line = Messages.shown(problem.line)
    func list(_ names: [String]) -> String { names.map { "\n  - \(Messages.shown($0))" }.joined() }
    switch problem {
    case .unknown(_, let near):
      return Phrase(
        "Dòng “\(line)” không phải là tên của đơn vị hay nhóm nào trong danh bạ."
          + (near.isEmpty ? "" : " Có thể là:\(list(near))"),
        "The line “\(line)” is not the name of any unit or group in the directory."
          + (near.isEmpty ? "" : " It may be:\(list(near))"))
    case .ambiguous(_, let candidates):
      return Phrase(
        "Dòng “\(line)” không chỉ rõ một nơi nhận; có thể là:\(list(candidates))",
        "The line “\(line)” does not name one recipient alone; it may be:\(list(candidates))")
    case .closed(_, let name):
      return Phrase(
        "Dòng “\(line)”: đơn vị “\(Messages.shown(name))” không còn nhận văn bản.",
        "The line “\(line)”: the unit “\(Messages.shown(name))” no longer receives documents.")
    }
  }

  /// What the clerk can do: one of these.
  static func remedies(_ puzzle: LetterAddressing.Puzzle) -> [Phrase] {
    let sayIt = Phrase(
      "Chuyển tệp vào thư mục con mang tên nơi nhận (tạo thư mục nếu chưa có; mỗi nơi nhận một bản).",
      "Move the file into a sub-folder named after the recipient (make it if there is none; one copy for each).")
    switch puzzle {
    case .lines:
      return [
        sayIt,
        Phrase(
          "Sửa dòng nói trên trong văn bản và xuất lại tệp PDF đè lên tệp này.",
          "Mend that line in the letter, and export the PDF anew over this file."),
        Phrase(
          "Nhờ người quản trị ghi cách gọi này vào danh bạ của tỉnh (congvan-hub unit alias, congvan-hub group alias), hoặc vào mục “elsewhere” của đơn vị nếu nơi đó nhận bản giấy.",
          "Ask the administrator to enter this name into the province's directory (congvan-hub unit alias, congvan-hub group alias), or into the unit's “elsewhere” if that body gets the letter on paper."
        ),
      ]
    case .nobody, .copiesMissing:
      return [
        sayIt,
        Phrase(
          "Ghi nơi nhận vào văn bản (“Kính gửi” hoặc “Nơi nhận”) và xuất lại tệp PDF đè lên tệp này.",
          "Write the recipients into the letter (“Kính gửi” or “Nơi nhận”), and export the PDF anew over this file."),
      ]
    case .unread:
      return [
        sayIt,
        Phrase(
          "Xuất tệp PDF thẳng từ chương trình soạn thảo (không in ra rồi quét), chép đè lên tệp này.",
          "Export the PDF straight from the word processor (don't print and scan it), and copy it over this file."),
      ]
    }
  }

  static let meanwhile = Phrase(
    "Tệp không mất và chưa gửi cho ai; khi đã rõ nơi nhận, tệp tự được gửi và tờ ghi chú này tự mất.",
    "The file is not lost and went to nobody; when it is clear to whom it goes, it goes by itself and this note goes away."
  )
  static let oneOf = Phrase("Cách xử lý, chọn một:", "What to do, one of these:")
}

extension Messages {
  /// How a waiting note begins, by which it is known again.
  var waitingHead: Data { Data("\u{FEFF}".utf8) + Data(text(PuzzleText.heading).utf8) }

  /// The text beside a file that waits until it is known to whom it goes; made like `reasonFile`. It has no time in it, so that
  /// the same trouble is told in the same words.
  func waitingNote(_ puzzle: LetterAddressing.Puzzle, fileName: String) -> Data {
    let labels = ReasonText.self
    let lines =
      ["", "", "\(text(labels.file)) \(Self.shown(fileName))", "", text(labels.happened)]
      + PuzzleText.happened(puzzle).flatMap { Self.wrapped(text($0)) } + ["", text(PuzzleText.oneOf)]
      + PuzzleText.remedies(puzzle).flatMap { Self.wrapped("- " + text($0)) }
      + [""] + Self.wrapped(text(PuzzleText.meanwhile)) + [""]
    return waitingHead + Data(lines.joined(separator: "\r\n").utf8)
  }
}

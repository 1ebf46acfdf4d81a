import Durable
import Foundation
import PDFSignature

/// Why a file that somebody named can't be had, in words for the usual reasons and the system's own for the others.
enum SystemText {
  static func why(_ code: Int32) -> Phrase {
    switch code {
    case ENOENT, ENOTDIR: Phrase("không có tệp nào ở đó: kiểm tra lại tên", "no such file: check the name")
    case EACCES, EPERM:
      Phrase(
        "không có quyền đọc: chạy bằng người dùng có quyền, hoặc sửa quyền của tệp và thư mục",
        "permission denied: run it as a user who may read it, or mend the permissions of the file and its folders")
    case EISDIR: Phrase("là một thư mục, không phải tệp", "is a folder, not a file")
    case ELOOP:
      Phrase("là một liên kết: hãy chỉ thẳng đến tệp", "is a link: name the file itself")
    case EINVAL: Phrase("không phải là một tệp thông thường", "is not an ordinary file")
    case EFBIG: Phrase("tệp quá lớn", "the file is too large")
    default:
      Phrase(
        "không đọc được (\(String(cString: strerror(code))))", "cannot be read (\(String(cString: strerror(code))))")
    }
  }

}

extension Messages {
  /// Why the system doesn't give a file.
  public func why(_ error: SystemError) -> String { text(SystemText.why(error.code)) }

  /// A target that is there already.
  public func isTaken(_ target: String) -> String {
    say(
      "\(target) đã có và không bị ghi đè: đặt tên khác, hoặc dời tệp đó đi [target-exists]",
      "\(target) is there already and is not overwritten: name another, or move it away [target-exists]"
    )
  }

  /// Why a PDF that was named on a command line is not read, signed or accepted.
  public func why(_ refusal: PDFRefusal, fileName: String) -> String {
    if let code = refusal.systemCode { return "\(text(SystemText.why(code))) [\(refusal)]" }
    let sentence = sentence(.pdf(refusal.code), fileName: fileName)
    return "\(sentence.happened) \(sentence.remedy) [\(refusal)]"
  }
}

/// Why a document waits, in a clerk's words.
enum DelayText {
  static func cause(_ cause: DelayCause) -> Phrase {
    switch cause {
    case .hubAway:
      Phrase("không kết nối được với máy chủ của tỉnh", "the province's hub cannot be reached")
    case .hubUnproven:
      Phrase(
        "máy trả lời không chứng minh được là máy chủ của tỉnh, hoặc đường truyền bị can thiệp",
        "what answered cannot prove that it is the province's hub, or something breaks into the connection")
    case .machineDismissed:
      Phrase(
        "tỉnh không còn nhận máy này, xem `congvan status`",
        "the hub does not accept this machine: see `congvan status`")
    case .hubBusy: Phrase("máy chủ của tỉnh đang bận", "the province's hub is busy")
    case .hubFull:
      Phrase(
        "máy chủ của tỉnh hết chỗ chứa, cần báo cho Liên đoàn Lao động tỉnh",
        "the province's hub has no space left: tell the province's office")
    case .hubHesitates: Phrase("máy chủ của tỉnh chưa nhận được", "the province's hub could not take it yet")
    case .answerStrange:
      Phrase(
        "có thứ khác trả lời thay cho máy chủ của tỉnh, như trang đăng nhập mạng hoặc proxy",
        "something else answers in the hub's place, such as a network's login page or a proxy")
    case .diskFull: Phrase("đĩa đã đầy", "the disk is full")
    case .diskForbids:
      Phrase("chương trình không có quyền ghi hoặc đọc ở đó", "the program is not allowed to write or read there")
    case .diskFails: Phrase("không đọc hoặc ghi được tệp", "a file could not be read or written")
    case .folderAway:
      Phrase(
        "thư mục của đơn vị chưa sẵn sàng, xem `congvan status`", "the unit's folder is away: see `congvan status`")
    case .tokenAway:
      Phrase("thiết bị ký số chưa được cắm hoặc không trả lời", "the token is unplugged or does not answer")
    case .pinRefused:
      Phrase("thiết bị ký số không mở được bằng mã PIN đã ghi", "the key cannot be opened with the PIN that is on file")
    case .keyFails: Phrase("không ký được bằng khóa của đơn vị", "the unit's key could not sign")
    case .certificateUnfit:
      Phrase(
        "chứng thư ký của đơn vị đã hết hạn, chưa có hiệu lực hoặc không dùng để ký văn bản, cần báo cho quản trị viên",
        "the unit's signing certificate has ended, has not begun or is not for signing documents: tell the administrator"
      )
    case .keyReplaced:
      Phrase("đơn vị đã có khóa mới, văn bản được ký lại", "the unit has a new key: it is signed anew")
    case .unitNotServed:
      Phrase("máy này không còn phục vụ đơn vị", "this machine no longer serves the unit")
    case .other: Phrase("một lỗi chưa rõ", "an error of an unknown kind")
    }
  }
}

import Exchange

/// The stations of a letter as a clerk reads them.
enum JourneyText {
  static func event(_ name: JournalEvent.Name) -> Phrase {
    switch name {
    case .dropped: Phrase("đã đặt vào hộp đi", "dropped into the outbox")
    case .takenIn: Phrase("đã tiếp nhận để gửi", "taken in")
    case .signed: Phrase("đã ký số", "signed")
    case .accepted: Phrase("tỉnh đã nhận và cấp biên nhận", "accepted by the province, with receipt")
    case .sent: Phrase("đã lưu vào thư mục đã gửi", "filed as sent")
    case .refused: Phrase("không gửi được", "refused")
    case .rejected: Phrase("đã chuyển vào thư mục bị trả lại", "moved to rejected")
    case .delivered: Phrase("đã đến nơi nhận", "delivered")
    case .deliveryFailed: Phrase("nơi nhận không nhận được tệp nguyên vẹn", "the recipient could not verify it")
    case .read: Phrase("nơi nhận đã xử lý", "handled by the recipient")
    case .returned: Phrase("bị trả lại", "returned")
    case .replied: Phrase("đã có văn bản trả lời", "answered")
    case .repaired:
      Phrase(
        "cấu trúc tệp đã được ghi lại trước khi ký, hãy mở bản trong thư mục đã gửi để kiểm tra",
        "structure written anew before signing: look at the copy that was sent")
    case .forgotten:
      Phrase(
        "tỉnh không còn giữ (máy chủ đã khôi phục từ bản sao lưu), tự gửi lại",
        "the hub no longer has it (it was restored from a backup): sent again")
    case .lost:
      Phrase(
        "tỉnh không còn giữ, và bản đã ký không còn trong thư mục đã gửi: hãy gửi lại văn bản này",
        "the hub no longer has it, and the signed copy is gone from sent/: send this letter again")
    case .recovered:
      Phrase(
        "ghi lại theo máy chủ của tỉnh và các thư mục, vì sổ nhật ký bị mất",
        "known again from hub and folders: the journal was lost")
    case .announced: Phrase("tỉnh báo có văn bản đến", "announced by the province")
    case .verified: Phrase("đã kiểm tra chữ ký số", "signature verified")
    case .filed: Phrase("đã lưu vào hộp đến", "filed in the inbox")
    case .acknowledged: Phrase("đã báo nhận cho tỉnh", "acknowledged to the province")
    case .quarantined: Phrase("bị cách ly vì không đạt kiểm tra", "quarantined: it did not verify")
    case .withdrawn: Phrase("tỉnh không còn phát văn bản này", "the province no longer gives it out")
    case .handled: Phrase("đã xử lý", "handled")
    case .sentBack: Phrase("đã trả lại nơi gửi", "sent back")
    case .takenUpAgain: Phrase("đã đưa lại vào hộp đến", "back in the inbox")
    case .corrected: Phrase("đã sửa thông tin trong sổ", "what the register says was corrected")
    case .delayed: Phrase("gặp trở ngại, sẽ thử lại", "delayed, will be tried again")
    }
  }

  static func state(_ state: OutgoingState) -> Phrase {
    switch state {
    case .spooled: Phrase("chờ ký", "to be signed")
    case .signed: Phrase("chờ gửi", "to be sent")
    case .accepted: Phrase("tỉnh đã nhận", "accepted")
    case .sent: Phrase("đã gửi", "sent")
    case .refused: Phrase("không gửi được", "refused")
    case .rejected: Phrase("bị trả lại", "rejected")
    }
  }

  static func state(_ state: IncomingState) -> Phrase {
    switch state {
    case .announced: Phrase("chờ tải về", "to be fetched")
    case .verified: Phrase("chờ cấp số đến", "to be numbered")
    case .numbered: Phrase("chờ lưu", "to be filed")
    case .filed: Phrase("đã vào hộp đến", "in the inbox")
    case .quarantined: Phrase("bị cách ly", "quarantined")
    case .withdrawn: Phrase("tỉnh đã rút lại", "withdrawn")
    }
  }

  static func direction(_ direction: JournalEvent.Direction) -> Phrase {
    switch direction {
    case .outgoing: Phrase("văn bản đi", "outgoing")
    case .incoming: Phrase("văn bản đến", "incoming")
    }
  }

  /// What stands before a fact of an event; facts without a label aren't shown to people.
  static let facts: [(key: String, label: Phrase)] = [
    ("number", Phrase("số đến", "number")),
    ("receipt", Phrase("biên nhận số", "receipt")),
    ("recipient", Phrase("nơi nhận", "recipient")),
    ("addressee", Phrase("nơi nhận", "recipient")),
    ("reply", Phrase("văn bản trả lời", "by")),
    ("replyTo", Phrase("trả lời văn bản", "in answer to")),
    ("paper", Phrase("bản giấy", "the paper original")),
    ("sender", Phrase("nơi gửi", "sender")),
    ("signer", Phrase("người ký", "signer")),
    ("reason", Phrase("lý do", "reason")),
    ("problem", Phrase("lý do", "reason")),
    ("left", Phrase("tệp gốc vẫn nằm trong hộp đi vì không có quyền lấy ra:", "the original stays in the outbox:")),
  ]

  static func field(_ field: LetterCorrection.Field) -> Phrase {
    switch field {
    case .number: Phrase("số", "number")
    case .symbol: Phrase("ký hiệu", "symbol")
    case .date: Phrase("ngày văn bản", "date")
    case .place: Phrase("địa danh", "place")
    case .type: Phrase("loại", "type")
    case .subject: Phrase("trích yếu", "subject")
    case .issuer: Phrase("cơ quan ban hành", "issuer")
    case .parent: Phrase("cơ quan chủ quản", "parent")
    case .addressees: Phrase("kính gửi", "addressees")
    case .copies: Phrase("nơi nhận", "copies")
    case .signer: Phrase("người ký", "signer")
    case .position: Phrase("chức vụ", "position")
    }
  }

  /// What a code among reasons means; nil for a recipient's own words.
  static func reason(_ text: String) -> Phrase? {
    text == DeliveryReport.unitClosed
      ? Phrase(
        "đơn vị nhận đã ngừng hoạt động trước khi nhận; hỏi tỉnh đơn vị nào thay thế, rồi gửi lại đến đó",
        "the recipient was closed before it fetched it; ask the province which unit took its place, and send it there")
      : nil
  }

  static func urgency(_ urgency: Urgency) -> Phrase {
    switch urgency {
    case .normal: Phrase("thường", "normal")
    case .urgent: Phrase("khẩn", "urgent")
    case .veryUrgent: Phrase("thượng khẩn", "very urgent")
    case .express: Phrase("hỏa tốc", "express")
    }
  }
}

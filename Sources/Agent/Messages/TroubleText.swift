import Exchange

/// What keeps the daemon from its work, for who asks how it is: what is the matter, and what to do.
enum TroubleText {
  static func hub(_ hub: Troubles.Hub) -> Phrase {
    let cause = DelayText.cause(hub.cause)
    let since = Messages(.vietnamese).moment(hub.lastContact ?? hub.since)
    let (vietnamese, english) =
      hub.lastContact == nil
      ? (
        "từ \(since), chưa liên lạc được lần nào kể từ khi chương trình chạy",
        "since \(since), not once since it started"
      )
      : ("liên lạc lần cuối lúc \(since)", "last contact \(since)")
    return Phrase(
      "Không liên lạc được với máy chủ của tỉnh: \(cause.vietnamese) (\(vietnamese)). Văn bản chờ, không mất, và tự đi khi có lại kết nối. Kiểm tra mạng, proxy và đồng hồ của máy; nếu mạng vẫn tốt, hỏi Văn phòng LĐLĐ tỉnh.",
      "No contact with the hub: \(cause.english) (\(english)). Documents wait, are not lost, and go by themselves when it is back. Check the network, the proxy and this machine's clock; if they are well, ask the province's office."
    )
  }

  static func folder(_ folder: Troubles.Folder) -> Phrase {
    let (path, cause) = (Messages.shown(folder.path), DelayText.cause(folder.cause))
    let since = Messages(.vietnamese).moment(folder.since)
    let todo =
      folder.cause == .diskFull
      ? Phrase("Giải phóng chỗ trên ổ chia sẻ.", "Make room on the share.")
      : Phrase(
        "Cho người dùng của dịch vụ quyền đọc, ghi và vào thư mục này.",
        "Let the service's user read, write and enter this folder.")
    return folder.place == .outbox
      ? Phrase(
        "Không đọc được \(path), từ \(since): \(cause.vietnamese). Tệp trong đó KHÔNG được gửi. \(todo.vietnamese)",
        "\(path) cannot be read, since \(since): \(cause.english). What lies in it is NOT sent. \(todo.english)")
      : Phrase(
        "Không ghi được vào \(path), từ \(since): \(cause.vietnamese). Văn bản chờ, không mất. \(todo.vietnamese)",
        "Nothing can be put into \(path), since \(since): \(cause.english). Documents wait and are not lost. \(todo.english)"
      )
  }

  static func unaddressed(_ waiting: Troubles.Unaddressed) -> Phrase {
    let more = waiting.count > waiting.files.count ? ", …" : ""
    let files = waiting.files.map(Messages.shown).joined(separator: ", ") + more
    return Phrase(
      "\(waiting.count) tệp chờ trong hộp đi: nơi nhận chưa có trong danh bạ đã biết, và chưa hỏi được máy chủ của tỉnh. Kiểm tra tên thư mục con, hoặc chờ có lại kết nối: \(files)",
      "\(waiting.count) files wait in an outbox: their recipient isn't in the directory known here, and the hub can't be asked. Check the sub-folder's name, or wait for the hub: \(files)"
    )
  }

  static func puzzling(_ waiting: Troubles.Puzzling) -> Phrase {
    let more = waiting.count > waiting.files.count ? ", …" : ""
    let files = waiting.files.map(Messages.shown).joined(separator: ", ") + more
    return Phrase(
      "\(waiting.count) tệp chờ trong hộp đi vì chưa rõ gửi cho ai; tờ ghi chú .note.txt bên cạnh nói rõ dòng nào và cách xử lý: \(files)",
      "\(waiting.count) files wait in an outbox, since it isn't clear to whom they go; the .note.txt beside each says which line isn't understood, and what to do: \(files)"
    )
  }

  static func fullDisk(state: String) -> Phrase {
    Phrase(
      "Đĩa của thư mục \(state) đã đầy: không gửi, nhận được văn bản. Văn bản chờ, không mất. Giải phóng chỗ trên đĩa này.",
      "The disk of \(state) is full: nothing can be sent or received. Documents wait and are not lost. Make room on it."
    )
  }

  /// All that is the matter, in few sentences.
  static func all(_ troubles: Troubles, state: String) -> [Phrase] {
    [troubles.fullDisk.map { _ in fullDisk(state: state) }, troubles.hub.map(hub)].compactMap(\.self)
      + troubles.folders.map(folder)
      + [troubles.unaddressed.map(unaddressed), troubles.puzzling.map(puzzling)].compactMap(\.self)
  }
}

extension Messages {
  /// What keeps the daemon from its work: a line each, with what to do.
  /// - Parameter state: the state folder.
  public func lines(_ troubles: Troubles, state: String) -> [String] {
    TroubleText.all(troubles, state: state).map(text)
  }
}

import Exchange
import PDFSignature

/// What each refusal says to a clerk. Each entry says what is the matter and how to mend it; nobody has to know what a
/// "cross-reference" is.
enum RefusalText {
  struct Entry: Sendable {
    let happened: Phrase
    let remedy: Phrase
  }

  static func entry(for refusal: Refusal) -> Entry {
    switch refusal {
    case .pdf(let code): PDFText.entry(for: code)
    case .hub(let type): HubText.entry(for: type)
    case .hubOther(let status): HubText.other(status: status)
    case .recipientUnknown(let asked, let near): recipientUnknown(asked: asked, near: near)
    case .recipientAmbiguous(let asked, let candidates): recipientAmbiguous(asked: asked, candidates: candidates)
    case .recipientClosed(let name): recipientClosed(name: name)
    case .recipientIsSender: recipientIsSender
    case .foldersTooDeep: foldersTooDeep
    case .notAFile(let kind): notAFile(kind)
    case .wrongKind(let suffix): wrongKind(suffix: suffix)
    case .tooLarge(let size, let limit): tooLarge(size: size, limit: limit)
    case .unreadable: unreadable
    case .duplicate(let sentAt, let receiptNumber): duplicate(sentAt: sentAt, receiptNumber: receiptNumber)
    case .secret(let mark): secret(mark: mark)
    case .slipUnreadable: slipUnreadable
    case .nameUnusable: nameUnusable
    }
  }

  /// One of every kind of refusal, for finding a sentence by its code and for the test of the catalogue.
  static let samples: [Refusal] =
    PDFRefusal.Code.allCases.map(Refusal.pdf) + ProblemType.allCases.map(Refusal.hub)
    + Refusal.Kind.allCases.map(Refusal.notAFile)
    + [
      .hubOther(status: 422), .recipientUnknown(asked: "…", near: []), .recipientUnknown(asked: "…", near: ["…"]),
      .recipientAmbiguous(asked: "…", candidates: ["…", "…"]), .recipientClosed(name: "…"), .recipientIsSender,
      .foldersTooDeep, .wrongKind(suffix: "docx"), .wrongKind(suffix: ""),
      .wrongKind(suffix: "pdf "), .tooLarge(size: 2_000_000, limit: 1_000_000),
      .unreadable, .duplicate(sentAt: Instant(millisecondsSinceEpoch: 0), receiptNumber: nil),
      .duplicate(sentAt: Instant(millisecondsSinceEpoch: 0), receiptNumber: "2026-000001"), .slipUnreadable,
      .nameUnusable,
      .secret(mark: "MẬT"),
    ]

  private static let byCode: [String: Phrase] = Dictionary(
    samples.map { ($0.code, entry(for: $0).happened) }, uniquingKeysWith: { first, _ in first })

  /// Of a code alone, without the facts: whoever has the refusal asks `entry(for:)`.
  static func happened(code: String) -> Phrase? {
    code == Refusal.duplicate(sentAt: Instant(millisecondsSinceEpoch: 0), receiptNumber: nil).code
      ? Phrase(
        "Đúng tệp này đã được gửi, hoặc đang chờ gửi, đến đúng nơi nhận này.",
        "Exactly this file went to exactly this recipient before, or waits to be sent there.")
      : byCode[code]
  }

  // MARK: Whom it goes to

  private static func recipientUnknown(asked: String, near: [String]) -> Entry {
    let asked = Messages.shown(asked)
    let list = near.map { "\n  - \(Messages.shown($0))" }.joined()
    let names = Phrase(
      near.isEmpty ? "" : " Có phải đồng chí muốn gửi đến:\(list)\n", near.isEmpty ? "" : " Did you mean:\(list)\n")
    return Entry(
      happened: Phrase(
        "Thư mục con “\(asked)” không phải là tên của đơn vị hay nhóm đơn vị nào trong danh bạ.\(names.vietnamese)",
        "The sub-folder “\(asked)” is not the name of any unit or group in the directory.\(names.english)"),
      remedy: Phrase(
        "Đổi tên thư mục con cho đúng tên hoặc mã đơn vị nhận (không cần dấu, không phân biệt chữ hoa, chữ thường), rồi chép tệp vào lại. Để gửi lên tỉnh, chép tệp thẳng vào hộp đi, không qua thư mục con.",
        "Rename the sub-folder to the recipient's name or identifier (accents and capitals don't matter), and copy the file there again. To send to the province, copy the file into the outbox itself."
      ))
  }

  private static func recipientAmbiguous(asked: String, candidates: [String]) -> Entry {
    let list = candidates.map { "\n  - \(Messages.shown($0))" }.joined()
    return Entry(
      happened: Phrase(
        "Tên thư mục con “\(Messages.shown(asked))” không chỉ rõ một nơi nhận; có thể là:\(list)",
        "The sub-folder's name “\(Messages.shown(asked))” does not name one recipient alone; it may be:\(list)"),
      remedy: Phrase(
        "Đặt tên thư mục con bằng mã của đúng nơi nhận (phần trong ngoặc), rồi chép tệp vào lại.",
        "Name the sub-folder by the identifier of the recipient you mean (in brackets), and copy the file there again.")
    )
  }

  private static func recipientClosed(name: String) -> Entry {
    Entry(
      happened: Phrase(
        "Đơn vị “\(Messages.shown(name))” không còn nhận văn bản.",
        "The unit “\(Messages.shown(name))” no longer receives documents."),
      remedy: Phrase(
        "Hỏi Liên đoàn Lao động tỉnh xem đơn vị nào thay thế, rồi chép tệp vào thư mục con của đơn vị đó.",
        "Ask the province's office which unit took its place, and copy the file into that unit's sub-folder."))
  }

  private static let recipientIsSender = Entry(
    happened: Phrase("Nơi nhận chính là đơn vị gửi.", "The recipient is the sending unit itself."),
    remedy: Phrase(
      "Chép tệp vào thư mục con mang tên đơn vị cần gửi đến.",
      "Copy the file into the sub-folder of the unit that it should go to."))

  private static let foldersTooDeep = Entry(
    happened: Phrase(
      "Tệp nằm trong thư mục lồng nhau; hộp đi chỉ có một cấp thư mục con, mang tên nơi nhận.",
      "The file lies in nested folders; an outbox has one level of sub-folders, named after recipients."),
    remedy: Phrase(
      "Chép từng tệp PDF (không chép cả thư mục) thẳng vào thư mục con của nơi nhận.",
      "Copy each PDF (not the folder around it) straight into the recipient's sub-folder."))

  // MARK: What was dropped

  private static func notAFile(_ kind: Refusal.Kind) -> Entry {
    let what =
      switch kind {
      case .folder: Phrase("một thư mục mang tên như tệp PDF", "a folder with the name of a PDF")
      case .link: Phrase("một lối tắt (liên kết), không phải chính tệp văn bản", "a link, not the document itself")
      case .fifo: Phrase("một ống dẫn dữ liệu (FIFO), không phải tệp văn bản", "a pipe (FIFO), not a document")
      case .socket: Phrase("một cổng kết nối (socket), không phải tệp văn bản", "a socket, not a document")
      case .device: Phrase("một tệp thiết bị, không phải tệp văn bản", "a device, not a document")
      case .other: Phrase("một thứ không phải là tệp văn bản", "something that is not a document")
      }
    return Entry(
      happened: Phrase("Trong hộp đi có \(what.vietnamese).", "The outbox held \(what.english)."),
      remedy: Phrase(
        "Chép chính tệp PDF của văn bản vào hộp đi.", "Copy the PDF file of the document itself into the outbox."))
  }

  private static func wrongKind(suffix: String) -> Entry {
    if suffix.last?.isWhitespace == true, suffix.lowercased().prefix(while: { !$0.isWhitespace }) == "pdf" {
      return Entry(
        happened: Phrase(
          "Tên tệp có khoảng trắng ở cuối, sau đuôi .pdf.", "The file's name ends in a blank, after .pdf."),
        remedy: Phrase(
          "Đổi tên tệp, bỏ khoảng trắng ở cuối, rồi chép tệp vào hộp đi lần nữa.",
          "Rename the file without the blank at its end, and copy it into the outbox again."))
    }
    let suffix = Messages.shown(suffix)
    return Entry(
      happened: suffix.isEmpty
        ? Phrase(
          "Tên tệp không có đuôi .pdf. Chỉ gửi được tệp PDF.",
          "The file's name does not end in .pdf. Only PDF files can be sent.")
        : Phrase(
          "Đây là tệp .\(suffix). Chỉ gửi được tệp PDF.", "This is a .\(suffix) file. Only PDF files can be sent."),
      remedy: Phrase(
        "Mở tệp, chọn “Lưu thành” (Save as) hoặc “Xuất” (Export), kiểu PDF, rồi chép tệp PDF vào hộp đi.",
        "Open the file, choose “Save as” or “Export”, type PDF, and copy the PDF into the outbox."))
  }

  private static func tooLarge(size: Int64, limit: Int64) -> Entry {
    let areAlike = Messages.size(size) == Messages.size(limit)
    // Rounded, both would read as the same.
    let (size, limit) =
      areAlike ? (Messages.bytes(size), Messages.bytes(limit)) : (Messages.size(size), Messages.size(limit))
    return Entry(
      happened: Phrase(
        "Tệp quá lớn: \(size.vietnamese). Giới hạn là \(limit.vietnamese).",
        "The file is too large: \(size.english). The limit is \(limit.english)."),
      remedy: Phrase(
        "Nếu là bản quét, quét lại ở 200 dpi đen trắng hoặc thang xám; nếu không, chia văn bản thành nhiều tệp.",
        "If it is a scan, scan again at 200 dpi in black and white or grey; else split it into several files."))
  }

  private static let unreadable = Entry(
    happened: Phrase(
      "Chương trình gửi công văn không có quyền đọc tệp này.", "The dispatch program is not allowed to read this file."),
    remedy: Phrase(
      "Chép (không di chuyển) tệp vào hộp đi lần nữa; nếu vẫn không được, nhờ người quản trị máy sửa quyền của thư mục.",
      "Copy (don't move) the file into the outbox again; if that fails too, ask the administrator to mend the folder's permissions."
    ))

  private static func duplicate(sentAt: Instant, receiptNumber: String?) -> Entry {
    let when = Messages(.vietnamese).moment(sentAt)
    guard let receiptNumber else {
      return Entry(
        happened: Phrase(
          "Đúng tệp này, đến đúng nơi nhận này, đã được nhận vào lúc \(when) và đang chờ gửi.",
          "Exactly this file, to exactly this recipient, was taken in on \(when) and waits to be sent."),
        remedy: Phrase(
          "Không cần làm gì: văn bản đã nhận trước sẽ tự được gửi đi; không chép lại lần nữa. Xem vì sao còn chờ bằng `congvan status`.",
          "Nothing: the one taken in before goes by itself; don't copy it again. `congvan status` says why it waits."))
    }
    return Entry(
      happened: Phrase(
        "Đúng tệp này đã được gửi đến đúng nơi nhận này lúc \(when), biên nhận số \(receiptNumber).",
        "Exactly this file went to exactly this recipient on \(when), receipt number \(receiptNumber)."),
      remedy: Phrase(
        "Không cần làm gì nếu chỉ là chép nhầm lần nữa. Nếu cần gửi lại thật, hãy xuất lại tệp PDF từ bản gốc rồi chép tệp mới vào hộp đi.",
        "Nothing, if it was copied twice by mistake. To send it again on purpose, export the PDF anew and copy the new file into the outbox."
      ))
  }

  /// Law on Protection of State Secrets 2018, Article 5; dispatch 78/LĐLĐ of 13 April 2016 on paper for secret letters.
  private static func secret(mark: String) -> Entry {
    let mark = Messages.shown(mark)
    return Entry(
      happened: Phrase(
        "Văn bản có dấu độ mật “\(mark)” nên không được gửi qua mạng. Luật Bảo vệ bí mật nhà nước năm 2018 (Điều 5) nghiêm cấm soạn thảo, lưu giữ tài liệu chứa bí mật nhà nước trên máy tính hoặc thiết bị đã kết nối hoặc đang kết nối Internet, và truyền đưa bí mật nhà nước trên mạng trái quy định của pháp luật về cơ yếu.",
        "The letter bears the mark of secrecy “\(mark)”, so it must not travel over the network. The Law on Protection of State Secrets 2018 (Article 5) forbids keeping state secrets on machines connected to the internet and sending them over networks other than as the law on cipher provides."
      ),
      remedy: Phrase(
        "Gửi bản giấy theo chế độ văn bản mật, rồi xóa tệp này khỏi máy. Nếu dấu độ mật là nhầm, sửa văn bản và xuất lại tệp PDF.",
        "Send it on paper, as secret letters are sent, and delete this file from the machine. If the mark is a mistake, mend the letter and export the PDF again."
      ))
  }

  private static let slipUnreadable = Entry(
    happened: Phrase(
      "Không đọc được phiếu gửi đi kèm (tệp ẩn \(Slip.fileName) trong cùng thư mục), nên không biết gửi cho ai.",
      "The slip that came with it (the hidden file \(Slip.fileName) in the same folder) can't be read, so it isn't known to whom it goes."
    ),
    remedy: Phrase(
      "Gửi lại bằng lệnh congvan send, hoặc chép tệp vào thư mục con mang tên nơi nhận.",
      "Send it again with congvan send, or copy the file into a sub-folder named after the recipient."))

  private static let nameUnusable = Entry(
    happened: Phrase(
      "Tên tệp quá dài hoặc có ký tự không đọc được.", "The file's name is too long or has unreadable characters."),
    remedy: Phrase(
      "Đặt cho tệp một tên ngắn hơn, chỉ gồm chữ, số, khoảng trắng và dấu gạch, rồi chép vào hộp đi lần nữa.",
      "Give it a shorter name of letters, digits, spaces and hyphens, and copy it into the outbox again."))
}

import Exchange

/// What a clerk reads when the province's hub says no.
enum HubText {
  private static let askProvince = Phrase(
    "Báo cho Liên đoàn Lao động tỉnh kèm mã lỗi dưới đây; sau khi được giải quyết, chép tệp vào hộp đi lần nữa.",
    "Tell the province's office the code below; when it is settled, copy the file into the outbox again.")
  private static let askAdministrator = Phrase(
    "Báo cho người quản trị máy kèm mã lỗi dưới đây; chương trình có thể cần được cập nhật. Sau đó chép tệp vào hộp đi lần nữa.",
    "Tell the administrator the code below; the program may need an update. Then copy the file into the outbox again.")
  private static let waitAndDrop = Phrase(
    "Chờ một lúc rồi chép tệp vào hộp đi lần nữa; nếu vẫn vậy, báo cho Liên đoàn Lao động tỉnh.",
    "Wait a while and copy the file into the outbox again; if it persists, tell the province's office.")

  static func other(status: Int) -> RefusalText.Entry {
    RefusalText.Entry(
      happened: Phrase(
        "Máy chủ của tỉnh không nhận văn bản này (mã \(status)), vì một lý do mà phiên bản này chưa biết.",
        "The province's hub refused the document (status \(status)) for a reason that this version doesn't know."),
      remedy: askAdministrator)
  }

  static func entry(for type: ProblemType) -> RefusalText.Entry {
    let (happened, remedy) = texts(of: type)
    return RefusalText.Entry(happened: happened, remedy: remedy)
  }

  private static func texts(of type: ProblemType) -> (Phrase, Phrase) {
    switch type {
    case .keyUnknown, .keyRevoked, .unitSuspended, .notYours, .codeInvalid, .codeExpired, .requestBad: identity(type)
    case .tooLarge, .digestMismatch, .signatureInvalid, .signerNotAuthorised, .authorityUnknown, .recipientUnknown,
      .notPDF, .activeContent, .secrecyForbidden, .idReused:
      document(type)
    case .quota, .tooManyUploads, .slowDown, .busy, .internalError, .uploadGone, .uploadIncomplete: passing(type)
    case .malformed, .unsupported, .notFound, .methodNotAllowed, .mediaType, .range, .tusVersion, .offsetMismatch,
      .checksumMismatch, .state, .reasonRequired:
      (
        Phrase(
          "Máy chủ của tỉnh và chương trình trên máy này không hiểu nhau (\(type.title.lowercased())).",
          "The hub and this machine's program did not understand each other (\(type.rawValue))."),
        askAdministrator
      )
    }
  }

  private static func identity(_ type: ProblemType) -> (Phrase, Phrase) {
    switch type {
    case .keyRevoked:
      (
        Phrase("Chứng thư của máy này đã bị tỉnh thu hồi.", "The province revoked this machine's certificate."),
        askProvince
      )
    case .unitSuspended:
      (
        Phrase("Đơn vị đang bị tạm ngừng gửi văn bản.", "The unit is suspended from sending."), askProvince
      )
    case .notYours:
      (
        Phrase("Máy này chưa được giao gửi văn bản cho đơn vị này.", "This machine may not send for this unit."),
        askProvince
      )
    case .codeInvalid, .codeExpired, .requestBad:
      (
        Phrase("Mã đăng ký không đúng hoặc đã hết hạn.", "The enrolment code is wrong or expired."),
        Phrase("Xin Liên đoàn Lao động tỉnh một mã mới.", "Ask the province's office for a new code.")
      )
    default:
      (
        Phrase("Tỉnh chưa biết máy này.", "The province doesn't know this machine."),
        Phrase(
          "Đăng ký máy bằng lệnh “congvan enroll” với mã do tỉnh cấp, rồi chép tệp vào hộp đi lần nữa.",
          "Enrol it with “congvan enroll” and a code of the province, then copy the file into the outbox again.")
      )
    }
  }

  private static func document(_ type: ProblemType) -> (Phrase, Phrase) {
    switch type {
    case .tooLarge:
      (
        Phrase("Tệp lớn hơn mức mà máy chủ của tỉnh nhận.", "The file is larger than the province's hub accepts."),
        Phrase(
          "Nếu là bản quét, quét lại ở 200 dpi đen trắng hoặc thang xám; nếu không, chia văn bản thành nhiều tệp.",
          "If it is a scan, scan again at 200 dpi in black and white or grey; else split it into several files.")
      )
    case .recipientUnknown:
      (
        Phrase("Tỉnh không có đơn vị nhận này, hoặc đơn vị không còn hoạt động.", "The hub has no such recipient."),
        Phrase(
          "Kiểm tra tên thư mục con trong hộp đi, hoặc hỏi Liên đoàn Lao động tỉnh.",
          "Check the name of the sub-folder in the outbox, or ask the province's office.")
      )
    case .notPDF:
      (
        Phrase("Máy chủ của tỉnh thấy tệp không phải là PDF hợp lệ.", "The hub found that the file is no valid PDF."),
        Phrase(
          "Xuất lại tệp PDF từ văn bản gốc rồi chép tệp mới vào hộp đi.",
          "Export the PDF anew from the original and drop the new file.")
      )
    case .activeContent:
      (
        Phrase(
          "Tệp PDF có nội dung chạy được mà máy chủ của tỉnh không cho phép.",
          "The PDF holds active content that the hub does not allow."),
        Phrase(
          "In lại ra máy in “Microsoft Print to PDF” rồi chép tệp mới vào hộp đi.",
          "Print it with “Microsoft Print to PDF” and drop the new file.")
      )
    case .secrecyForbidden:
      (
        Phrase(
          "Văn bản có dấu mật. Văn bản mật không được gửi qua mạng.",
          "The document is marked secret. Secret documents may not be sent over the network."),
        Phrase(
          "Gửi bản giấy theo quy định về bảo vệ bí mật nhà nước, và xóa tệp khỏi máy nối mạng.",
          "Send it on paper as the rules on state secrets demand, and remove the file from networked machines.")
      )
    case .digestMismatch:
      (
        Phrase("Tệp đến máy chủ không giống tệp đã gửi đi.", "What reached the hub is not what was sent."), waitAndDrop
      )
    case .authorityUnknown:
      (
        Phrase(
          "Chứng thư ký số của đơn vị do một tổ chức mà tỉnh chưa công nhận cấp, nên tỉnh không nhận văn bản này.",
          "The unit's signing certificate was issued by an authority that the province does not recognise."),
        Phrase(
          "Báo cho người quản trị máy và Liên đoàn Lao động tỉnh: tỉnh phải công nhận tổ chức cấp chứng thư và đăng ký chứng thư của đơn vị. Sau đó chép tệp vào hộp đi lần nữa.",
          "Tell the administrator and the province's office: the province must recognise the authority and register the unit's certificate. Then copy the file into the outbox again."
        )
      )
    case .signerNotAuthorised:
      (
        Phrase(
          "Tỉnh không công nhận chứng thư đã ký văn bản này là của đơn vị: chứng thư chưa được đăng ký cho đơn vị, hoặc đã bị thu hồi.",
          "The hub does not take the certificate that signed this document for the unit's: it is not registered for it, or was revoked."
        ),
        Phrase(
          "Báo cho người quản trị máy và Liên đoàn Lao động tỉnh để đăng ký chứng thư ký số của đơn vị. Sau đó chép tệp vào hộp đi lần nữa.",
          "Tell the administrator and the province's office, so that the unit's signing certificate is registered. Then copy the file into the outbox again."
        )
      )
    case .signatureInvalid:
      (
        Phrase(
          "Máy chủ của tỉnh không công nhận chữ ký số của đơn vị trên văn bản này.",
          "The hub does not accept the unit's signature on this document."),
        askProvince
      )
    default:
      (
        Phrase(
          "Máy chủ của tỉnh đã có một văn bản khác mang cùng số định danh.",
          "The hub already holds another document under the same identifier."),
        Phrase("Chép tệp vào hộp đi lần nữa.", "Copy the file into the outbox again.")
      )
    }
  }

  private static func passing(_ type: ProblemType) -> (Phrase, Phrase) {
    switch type {
    case .quota:
      (Phrase("Máy chủ của tỉnh hết chỗ chứa.", "The province's hub is out of space."), waitAndDrop)
    case .internalError:
      (Phrase("Máy chủ của tỉnh gặp lỗi.", "The province's hub had an error."), waitAndDrop)
    case .uploadGone, .uploadIncomplete:
      (Phrase("Việc tải lên bị ngắt giữa chừng.", "The upload was interrupted."), waitAndDrop)
    default:
      (Phrase("Máy chủ của tỉnh đang bận.", "The province's hub is busy."), waitAndDrop)
    }
  }
}

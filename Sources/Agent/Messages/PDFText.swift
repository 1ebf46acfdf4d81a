import PDFSignature

/// What a clerk reads when a PDF cannot be signed as it is.
enum PDFText {
  static func entry(for code: PDFRefusal.Code) -> RefusalText.Entry {
    switch code {
    case .empty: empty
    case .notPDF: notPDF
    case .truncated: truncated
    case .damaged: damaged
    case .encrypted: encrypted
    case .hybrid: hybrid
    case .activeContent: activeContent
    case .annotations: annotations
    case .xfa: xfa
    case .certified: certified
    case .locked: locked
    case .signatureBroken: signatureBroken
    case .signatureUnaccepted: signatureUnaccepted
    case .fieldDemands: fieldDemands
    case .fieldMissing: fieldMissing
    case .tooLarge: tooLarge
    case .tooComplex: tooComplex
    case .unreadable: unreadable
    }
  }

  private static let printAgain = Phrase(
    "Mở tệp, chọn In (Print), máy in “Microsoft Print to PDF”, lưu thành tệp mới rồi chép tệp mới vào hộp đi.",
    "Open the file, choose Print with the printer “Microsoft Print to PDF”, and copy the new file into the outbox.")

  private static let empty = RefusalText.Entry(
    happened: Phrase("Tệp rỗng (0 byte), không có nội dung.", "The file is empty (0 bytes)."),
    remedy: Phrase(
      "Xuất hoặc quét lại văn bản, mở thử xem có đọc được không, rồi chép vào hộp đi.",
      "Export or scan the document again, open it to see that it can be read, and copy it into the outbox."))

  private static let notPDF = RefusalText.Entry(
    happened: Phrase(
      "Nội dung của tệp không phải là PDF, dù tên tệp có đuôi .pdf.",
      "What is in the file is not a PDF, though its name ends in .pdf."),
    remedy: Phrase(
      "Đổi đuôi tên tệp không biến nó thành PDF. Mở văn bản bằng chương trình đã tạo ra nó, chọn “Lưu thành” kiểu PDF, rồi chép tệp PDF vào hộp đi.",
      "Renaming does not make a PDF. Open the document with the program that made it, save it as PDF, and copy that into the outbox."
    ))

  /// Where nothing is known of its name, or that it says nothing of a PDF.
  static let notPDFByName = RefusalText.Entry(
    happened: Phrase("Nội dung của tệp không phải là PDF.", "What is in the file is not a PDF."), remedy: notPDF.remedy)

  private static let truncated = RefusalText.Entry(
    happened: Phrase(
      "Tệp PDF bị cắt ngang: thiếu phần cuối. Có thể việc chép hoặc tải về đã bị ngắt.",
      "The PDF is cut off: its end is missing. Copying or downloading it may have been interrupted."),
    remedy: Phrase(
      "Chép lại tệp từ nơi lưu bản gốc, mở thử xem có đủ các trang không, rồi chép vào hộp đi lần nữa.",
      "Copy the file again from where the original is, see that all pages are there, and drop it again."))

  private static let damaged = RefusalText.Entry(
    happened: Phrase(
      "Cấu trúc của tệp PDF bị hỏng. Có chương trình vẫn mở được, nhưng ký số lên một tệp hỏng thì chữ ký không chắc chắn.",
      "The structure of the PDF is damaged. Some programs still open it, but a signature on a damaged file proves little."
    ),
    remedy: printAgain)

  private static let encrypted = RefusalText.Entry(
    happened: Phrase(
      "Tệp PDF được khóa bằng mật khẩu hoặc bị hạn chế quyền, nên không ký số được.",
      "The PDF is protected by a password or by restrictions, so it cannot be signed."),
    remedy: Phrase(
      "Mở tệp trong chương trình đã tạo ra nó, bỏ mật khẩu và các hạn chế (Security: No Security), lưu lại rồi chép vào hộp đi.",
      "Open it in the program that made it, remove the password and restrictions (Security: No Security), save it and drop it again."
    ))

  private static let hybrid = RefusalText.Entry(
    happened: Phrase(
      "Tệp PDF được lưu theo kiểu cũ có hai mục lục song song (thường do Word xuất ra), không ký số được một cách chắc chắn.",
      "The PDF was saved in an old style with two tables of contents side by side (Word does so), which cannot be signed reliably."
    ),
    remedy: Phrase(
      "Trong Word, chọn “Lưu thành” (Save as) kiểu PDF, nút Tùy chọn (Options), chọn “PDF/A”, rồi lưu. Hoặc in ra máy in “Microsoft Print to PDF”. Chép tệp mới vào hộp đi.",
      "In Word choose “Save as” PDF, press Options, tick “PDF/A” and save; or print with “Microsoft Print to PDF”. Drop the new file."
    ))

  private static let activeContent = RefusalText.Entry(
    happened: Phrase(
      "Tệp PDF chứa nội dung chạy được (mã lệnh, tệp đính kèm, phim hoặc lệnh mở chương trình), không được phép trong công văn.",
      "The PDF holds active content (scripts, attached files, films or commands), which is not allowed in official letters."
    ),
    remedy: printAgain)

  private static let annotations = RefusalText.Entry(
    happened: Phrase(
      "Tệp PDF còn ghi chú, tô sáng hoặc hình vẽ thêm lên trang, có thể thay đổi cách hiểu văn bản.",
      "The PDF still carries comments, highlights or drawings on its pages, which may change how it is understood."),
    remedy: Phrase(
      "Xóa các ghi chú rồi lưu lại; hoặc in ra máy in “Microsoft Print to PDF” nếu muốn giữ chúng như một phần của trang. Chép tệp mới vào hộp đi.",
      "Delete the comments and save; or print with “Microsoft Print to PDF” to keep them as part of the page. Drop the new file."
    ))

  private static let xfa = RefusalText.Entry(
    happened: Phrase(
      "Tệp là biểu mẫu động (XFA) của Adobe; mỗi máy có thể hiện ra một khác.",
      "The file is a dynamic form (Adobe XFA), which may look different on every computer."),
    remedy: printAgain)

  private static let certified = RefusalText.Entry(
    happened: Phrase(
      "Tệp đã có chữ ký chứng thực, không cho phép thêm chữ ký nào nữa.",
      "The file carries a certification that forbids any further signature."),
    remedy: Phrase(
      "Xin người đã ký bản cho phép ký thêm, hoặc gửi bản chưa chứng thực.",
      "Ask whoever certified it for a copy that allows further signatures, or send the one before certification."))

  private static let locked = RefusalText.Entry(
    happened: Phrase(
      "Một chữ ký có sẵn trong tệp đã khóa tệp, không cho ký thêm.",
      "A signature already in the file locks it against further signatures."),
    remedy: Phrase(
      "Xin người đã ký bản không khóa, hoặc gửi bản trước khi ký.",
      "Ask whoever signed it for a copy that is not locked, or send the one before that signature."))

  private static let signatureBroken = RefusalText.Entry(
    happened: Phrase(
      "Tệp có sẵn một chữ ký số đã hỏng (không đọc được, hoặc tệp đã bị sửa sau khi ký).",
      "The file already holds a signature that is broken (unreadable, or the file was edited after it)."),
    remedy: Phrase(
      "Xin người đã ký gửi lại bản gốc có chữ ký còn tốt, hoặc gửi bản trước khi ký.",
      "Ask whoever signed it for the original with a good signature, or send the one before that signature."))

  private static let signatureUnaccepted = RefusalText.Entry(
    happened: Phrase(
      "Tệp có sẵn một chữ ký số thuộc loại không được chấp nhận: dùng SHA-1 nay không còn giá trị, hoặc thuật toán không kiểm tra được ở đây.",
      "The file already holds a signature of a kind that is not accepted: over SHA-1, which proves nothing any more, or of an algorithm that is not judged here."
    ),
    remedy: Phrase(
      "Xin người đã ký ký lại bằng SHA-256, hoặc gửi bản trước khi ký.",
      "Ask whoever signed it to sign anew with SHA-256, or send the one before that signature."))

  private static let fieldDemands = RefusalText.Entry(
    happened: Phrase(
      "Ô chữ ký để trống trong tệp đòi một kiểu chữ ký, một lý do ký hoặc một người ký khác với chữ ký của đơn vị.",
      "The empty signature field in the file demands another kind of signature, reason or signer than the unit's."),
    remedy: Phrase(
      "Xin người soạn tệp bỏ các ràng buộc của ô chữ ký (hoặc bỏ ô chữ ký), rồi chép tệp mới vào hộp đi.",
      "Ask whoever made the file to take the demands off the signature field (or the field away), and drop the new file."
    ))

  private static let fieldMissing = RefusalText.Entry(
    happened: Phrase(
      "Tệp không có ô chữ ký để trống mang tên đã cấu hình.",
      "The file has no empty signature field of the configured name."),
    remedy: Phrase(
      "Dùng đúng mẫu văn bản có ô chữ ký ấy, hoặc báo người quản trị máy sửa tên ô trong cấu hình.",
      "Use the template that has this field, or tell the administrator to correct the field's name in the configuration."
    ))

  private static let tooLarge = RefusalText.Entry(
    happened: Phrase("Tệp PDF quá lớn để ký và gửi.", "The PDF is too large to sign and send."),
    remedy: Phrase(
      "Nếu là bản quét, quét lại ở 200 dpi đen trắng hoặc thang xám; nếu không, chia văn bản thành nhiều tệp.",
      "If it is a scan, scan again at 200 dpi in black and white or grey; else split it into several files."))

  private static let tooComplex = RefusalText.Entry(
    happened: Phrase(
      "Cấu trúc của tệp PDF phức tạp một cách bất thường, vượt quá giới hạn an toàn.",
      "The PDF's structure is unusually complex, beyond the safe limits."),
    remedy: printAgain)

  private static let unreadable = RefusalText.Entry(
    happened: Phrase("Máy không đọc được tệp này.", "The machine could not read this file."),
    remedy: Phrase(
      "Chép tệp vào hộp đi lần nữa. Nếu vẫn không được, ổ đĩa có thể bị lỗi: báo người quản trị máy.",
      "Drop the file again. If it still fails, the disk may be faulty: tell the administrator."))
}

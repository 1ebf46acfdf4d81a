import PDFSignature

/// What became of a seal, where it was not as asked.
enum SealText {
  static func remark(_ remark: SealOutcome.Remark) -> Phrase {
    switch remark {
    case .signerNotFound:
      Phrase(
        "không tìm thấy tên người ký trên văn bản, nên con dấu được đặt ở góc trang",
        "the signer's name does not stand on the pages, so the seal went to the corner")
    case .noField:
      Phrase(
        "văn bản không có ô chữ ký trống, nên con dấu được đặt ở góc trang",
        "the document has no visible empty signature field, so the seal went to the corner")
    case .noSuchPage:
      Phrase(
        "văn bản không có trang này, nên con dấu được đặt ở trang cuối",
        "the document has fewer pages, so the seal went to the last")
    case .moved:
      Phrase(
        "chỗ đó đã có con dấu khác, nên con dấu được đặt bên cạnh",
        "another seal stood there, so this one stands beside it")
    case .noRoom:
      Phrase(
        "trang không đủ chỗ cho con dấu: chữ ký không hiển thị", "the page has no room: the signature is invisible")
    case .textLeftOut:
      Phrase("ô chữ ký nhỏ, nên chỉ đặt hình con dấu", "the field is small: the picture stands there without its text")
    case .shrunkIntoField:
      Phrase("ô chữ ký nhỏ, nên hình con dấu được thu nhỏ", "the field is small: the picture was made smaller")
    case .fieldTooSmall:
      Phrase("ô chữ ký quá nhỏ, nên để trống", "the field is too small: it stays empty")
    case .invisibleField:
      Phrase("ô chữ ký không hiển thị, nên không có con dấu", "the field is invisible, so there is no seal")
    }
  }
}

extension Messages {
  /// What was not as asked about a seal; half a sentence.
  public func remark(_ remark: SealOutcome.Remark) -> String { text(SealText.remark(remark)) }
}

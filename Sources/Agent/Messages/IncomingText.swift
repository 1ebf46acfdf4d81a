/// What is said of incoming documents that may not be shown.
enum IncomingText {
  static func failure(_ code: IncomingCheck.Failure.Code) -> Phrase {
    switch code {
    case .size: Phrase("Tệp nhận được không đủ dung lượng", "The file received has another size than announced")
    case .digest: Phrase("Tệp nhận được không đúng với tệp đã gửi", "The file received is not the file that was sent")
    case .unsigned: Phrase("Tệp nhận được không có chữ ký số", "The file received is not signed")
    case .signature: Phrase("Chữ ký số trên tệp không hợp lệ", "The signature on the file is not valid")
    case .signer: Phrase("Tệp không do đơn vị gửi ký", "The file is not signed by its sender")
    }
  }
}

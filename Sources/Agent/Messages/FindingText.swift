import PDFSignature
import PKI

/// What verifying a file noticed, in Vietnamese. In English the finding's own sentence says it, with its facts.
enum FindingText {
  /// nil for a code that this version has no words for.
  static func vietnamese(_ code: String) -> String? {
    if let own = findings[code] { return own }
    if let refusal = PDFRefusal.Code(rawValue: code) {
      // Whoever verifies names files of any kind.
      let entry = refusal == .notPDF ? PDFText.notPDFByName : PDFText.entry(for: refusal)
      return Messages.oneLine(entry.happened.vietnamese).trimmingSuffix(".")
    }
    // What is wrong with the signature's own structure (CMS) is nothing that a clerk can tell apart.
    if code == "cms" || code.hasPrefix("cms-") { return cms[code] ?? "chữ ký số bị hỏng hoặc không đúng chuẩn" }
    return PKIError.Code(rawValue: code) != nil ? "chứng thư hoặc chuỗi chứng thư không đạt kiểm tra" : nil
  }

  private static let cms = [
    "cms-wrong-digest": "nội dung tệp không đúng với nội dung đã được ký",
    "cms-signature-invalid": "chữ ký số không đúng với chứng thư của người ký",
    "cms-algorithm-weak": "chữ ký dùng SHA-1 hoặc MD5, nay không còn giá trị chứng minh",
    "cms-algorithm-unsupported": "chữ ký dùng thuật toán không được chấp nhận",
  ]

  static let findings = [
    "signature-shared": "một chữ ký đứng trong nhiều ô chữ ký",
    "dss-unreadable": "một phần bằng chứng kèm theo trong tệp không đọc được",
    "signature-removed": "một chữ ký đã bị gỡ khỏi tệp",
    "revision-signed-twice": "hai chữ ký cùng nhận là ký một phiên bản của tệp",
    "not-whole-file": "không chữ ký nào bao trùm đến hết tệp",
    "revision-end": "một phiên bản của tệp không có điểm kết thúc riêng",
    "certified-changed": "người ký cấm mọi thay đổi, nhưng tệp đã bị thay đổi",
    "contents-padding": "sau chữ ký trong /Contents còn dữ liệu lạ",
    "legacy-sub-filter": "chữ ký kiểu cũ (adbe.pkcs7.detached), không phải PAdES",
    "signing-certificate-unnamed": "chữ ký không nêu tên chứng thư của người ký",
    "overlays":
      "các chữ ký thêm sau có hình cộng lại có thể che hơn một phần tư trang: hãy xem kỹ các trang",
    "sub-filter": "loại chữ ký không được chấp nhận",
    "signing-time": "chữ ký chứa giờ ký ở nơi mà PAdES không cho phép",
    "unsigned-attributes": "chữ ký kèm thuộc tính không được ký, ngoài dấu thời gian",
    "claimed-time-missing": "chữ ký không ghi giờ ký đọc được",
    "time-stamp-missing": "không có giờ nào đáng tin cậy",
    "claimed-time-later": "giờ ký ghi trong chữ ký muộn hơn giờ đã được xác nhận",
    "key-usage": "chứng thư không dùng để ký văn bản",
    "time-stamp-later": "dấu thời gian của tệp muộn hơn thời điểm được hỏi",
    "time-stamp-future": "dấu thời gian ở tương lai",
    "time-stamp": "dấu thời gian bị hỏng hoặc không được tin cậy",
    "time-stamp-expired": "chứng thư của nơi cấp dấu thời gian đã hết hạn, và không có dấu thời gian mới hơn xác nhận",
    "time-stamp-revoked": "chứng thư của nơi cấp dấu thời gian đã bị thu hồi",
    "level-too-low": "mức chữ ký thấp hơn mức được yêu cầu",
    "metadata-changed": "siêu dữ liệu (XMP) của tệp đã được thay sau khi ký",
    "signature-direct": "chữ ký không phải là một đối tượng riêng của tệp",
    "signature-missing": "ô chữ ký trỏ đến một chữ ký không có trong tệp",
    "signature-unreadable": "chữ ký không đọc được",
    "signature-compressed": "chữ ký nằm trong một luồng đối tượng nén",
    "signature-type": "chữ ký thiếu /Type, /Filter hoặc /SubFilter dùng được",
    "byte-range-missing": "chữ ký thiếu /ByteRange hoặc /Contents",
    "byte-range-wrong": "phạm vi được ký (/ByteRange) vượt ra ngoài tệp",
    "byte-range-gap": "phạm vi được ký chừa ra nhiều hơn chính chữ ký",
    "signer-not-registered": "tỉnh chưa đăng ký chứng thư của người ký cho đơn vị nào",
    "contents-form": "chữ ký trong /Contents không được viết đúng dạng",
    "contents-too-large": "chữ ký trong /Contents quá lớn",
    "contents-not-der": "chữ ký trong /Contents không phải là dữ liệu DER",
    "coverage": "phạm vi được ký không khớp với phiên bản nào của tệp",
    "dangling-filled": "thêm sau khi ký một đối tượng mà bản đã ký chừa trống",
    "unexplained-object": "thêm sau khi ký một đối tượng không thuộc chữ ký nào",
    "catalog-replaced": "danh mục gốc của tệp bị thay sau khi ký",
    "info-replaced": "thông tin (/Info) của tệp bị thay sau khi ký",
    "hybrid-update": "phần thêm sau khi ký có hai loại bảng tham chiếu",
    "object-freed": "một đối tượng bị xóa sau khi ký",
    "object-reused": "số của một đối tượng đã xóa bị dùng lại sau khi ký",
    "object-moved": "một đối tượng bị chuyển vào luồng đối tượng cũ sau khi ký",
    "object-changed": "nội dung của tệp bị thay đổi sau khi ký",
    "field-type": "ô chữ ký thêm sau khi ký là chú thích loại khác",
    "field-removed": "một ô chữ ký bị gỡ sau khi ký",
    "catalog-changed": "danh mục gốc của tệp bị thay đổi sau khi ký",
    "form-changed": "biểu mẫu của tệp bị thay đổi sau khi ký",
    "list-changed": "danh sách ô hoặc chú thích bị thay đổi sau khi ký",
    "dss-changed": "bằng chứng kèm theo (/DSS) bị thay đổi bất thường sau khi ký",
    "certificate-expired": "chứng thư đã hết hạn",
    "certificate-not-yet-valid": "chứng thư chưa có hiệu lực",
    "certificate-revoked": "chứng thư đã bị thu hồi",
    "revocation-unknown": "không có bằng chứng là chứng thư chưa bị thu hồi",
    "chain-untrusted": "chứng thư không do nơi được tin cậy cấp",
    "purpose-unsuitable": "chứng thư không được cấp cho việc này",
  ]
}

extension Messages {
  /// What verifying noticed, in one line of one language.
  public func finding(_ finding: Finding) -> String {
    guard language == .vietnamese else { return Self.oneLine(finding.detail) }
    return FindingText.vietnamese(finding.code) ?? "điểm không đạt, xem mã"
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}

/// A register's columns as the regulations prescribe them (Decree 30/2020/NĐ-CP, Annex IV).
struct RegisterForm: Sendable {
  struct Column: Sendable {
    let title: String
    /// In millimetres; all of them fill an A4 sheet across, less its margins.
    let width: Double
    /// Dates and numbers stand in the middle.
    var isCentred = false
  }

  /// What all columns take: 297 mm less 20 mm at the left, where sheets are bound, and 10 mm at the right.
  static let width = 267.0

  let title: String
  let columns: [Column]

  init(_ kind: Register.Kind) {
    switch kind {
    case .incoming:
      title = "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN"
      columns = [
        Column(title: "Ngày đến", width: 21, isCentred: true),
        Column(title: "Số đến", width: 13, isCentred: true),
        Column(title: "Tác giả", width: 37),
        Column(title: "Số, ký hiệu văn bản", width: 29),
        Column(title: "Ngày tháng văn bản", width: 21, isCentred: true),
        Column(title: "Tên loại và trích yếu nội dung văn bản", width: 66),
        Column(title: "Đơn vị hoặc người nhận", width: 28),
        Column(title: "Ngày chuyển", width: 21, isCentred: true),
        Column(title: "Ký nhận", width: 15),
        Column(title: "Ghi chú", width: 16),
      ]
    case .outgoing:
      title = "SỔ ĐĂNG KÝ VĂN BẢN ĐI"
      columns = [
        Column(title: "Số, ký hiệu văn bản", width: 29),
        Column(title: "Ngày tháng văn bản", width: 21, isCentred: true),
        Column(title: "Tên loại và trích yếu nội dung văn bản", width: 66),
        Column(title: "Người ký", width: 26),
        Column(title: "Nơi nhận văn bản", width: 39),
        Column(title: "Đơn vị, người nhận bản lưu", width: 23),
        Column(title: "Số lượng bản", width: 13, isCentred: true),
        Column(title: "Ngày chuyển", width: 21, isCentred: true),
        Column(title: "Ký nhận", width: 14),
        Column(title: "Ghi chú", width: 15),
      ]
    }
  }
}

extension Register {
  /// The cells of a row, in the order of the form's columns.
  func cells(_ index: Int) -> [SheetCell] {
    switch rows {
    case .incoming(let rows):
      let row = rows[index]
      return [
        .day(row.arrived), .number(row.number), SheetCell(row.author), SheetCell(row.numberSymbol),
        SheetCell(row.letterDate), SheetCell(row.typeAndAbstract), SheetCell(row.receiver), SheetCell(row.handedOn),
        .blank, SheetCell(row.note),
      ]
    case .outgoing(let rows):
      let row = rows[index]
      return [
        SheetCell(row.numberSymbol), SheetCell(row.letterDate), SheetCell(row.typeAndAbstract), SheetCell(row.signer),
        SheetCell(row.addressees), SheetCell(row.keeper), row.copies.map(SheetCell.count) ?? .blank,
        SheetCell(row.handedOn), .blank, SheetCell(row.note),
      ]
    }
  }
}

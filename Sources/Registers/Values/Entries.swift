/// A row of the register of incoming letters. What isn't known is nil, or empty, and its cell is blank: a clerk can write
/// into it by hand, but can't see that something printed was guessed. The column for signatures (ký nhận) is always blank.
public struct IncomingEntry: Sendable, Equatable {
  /// Ngày đến.
  public var arrived: CalendarDay
  /// Số đến: from 1 on the first of January; below 10 it is shown with a 0 before it.
  public var number: Int
  /// Tác giả: who issued the letter.
  public var author: String
  /// Số, ký hiệu văn bản, such as `78/LĐLĐ`.
  public var numberSymbol: String?
  /// Ngày tháng văn bản: the letter's own date.
  public var letterDate: CalendarDay?
  /// Tên loại và trích yếu nội dung văn bản.
  public var typeAndAbstract: String
  /// Đơn vị hoặc người nhận: to whom in the house it went.
  public var receiver: String?
  /// Ngày chuyển: when it was handed on.
  public var handedOn: CalendarDay?
  /// Ghi chú.
  public var note: String?

  /// Makes a row.
  public init(
    arrived: CalendarDay, number: Int, author: String, numberSymbol: String? = nil, letterDate: CalendarDay? = nil,
    typeAndAbstract: String, receiver: String? = nil, handedOn: CalendarDay? = nil, note: String? = nil
  ) {
    self.arrived = arrived
    self.number = number
    self.author = author
    self.numberSymbol = numberSymbol
    self.letterDate = letterDate
    self.typeAndAbstract = typeAndAbstract
    self.receiver = receiver
    self.handedOn = handedOn
    self.note = note
  }
}

/// A row of the register of outgoing letters. Blank cells as in ``IncomingEntry``.
public struct OutgoingEntry: Sendable, Equatable {
  /// Số, ký hiệu văn bản, such as `145/QĐ-LĐLĐ`.
  public var numberSymbol: String?
  /// Ngày tháng văn bản.
  public var letterDate: CalendarDay?
  /// Tên loại và trích yếu nội dung văn bản.
  public var typeAndAbstract: String
  /// Người ký.
  public var signer: String?
  /// Nơi nhận văn bản; several are parted by a line feed or a semicolon.
  public var addressees: String
  /// Đơn vị, người nhận bản lưu: who keeps the file copy.
  public var keeper: String?
  /// Số lượng bản: how many copies.
  public var copies: Int?
  /// Ngày chuyển: when it went out.
  public var handedOn: CalendarDay?
  /// Ghi chú.
  public var note: String?

  /// Makes a row.
  public init(
    numberSymbol: String? = nil, letterDate: CalendarDay? = nil, typeAndAbstract: String, signer: String? = nil,
    addressees: String, keeper: String? = nil, copies: Int? = nil, handedOn: CalendarDay? = nil, note: String? = nil
  ) {
    self.numberSymbol = numberSymbol
    self.letterDate = letterDate
    self.typeAndAbstract = typeAndAbstract
    self.signer = signer
    self.addressees = addressees
    self.keeper = keeper
    self.copies = copies
    self.handedOn = handedOn
    self.note = note
  }
}

/// What a received-stamp (dấu đến) says about one letter, and which letter that is (Decree 30/2020/NĐ-CP, Annex IV: “Mẫu
/// dấu ĐẾN”, about 35 × 50 mm). An electronic letter is signed and not a byte of it may change, so that the stamp stands on
/// a sheet of its own.
public struct ReceivedStamp: Sendable, Equatable {
  /// The receiving organisation, in the stamp's head.
  public var organisation: String
  /// Số: the letter's number in the register of incoming letters.
  public var number: Int
  /// Ngày: when it arrived.
  public var arrived: CalendarDay
  /// Chuyển: to whom it went; nil leaves a dotted line to write on.
  public var handedTo: String?
  /// Số và ký hiệu HS: number and symbol of the case's file; nil leaves a dotted line.
  public var caseFile: String?
  /// Who issued the letter.
  public var author: String
  /// The letter's own number and symbol; nil if it doesn't say.
  public var numberSymbol: String?
  /// The letter's own date; nil if it doesn't say.
  public var letterDate: CalendarDay?
  /// The letter's type and abstract.
  public var typeAndAbstract: String
  /// The name of the file that the stamp belongs to.
  public var fileName: String

  /// Makes a stamp.
  public init(
    organisation: String, number: Int, arrived: CalendarDay, handedTo: String? = nil, caseFile: String? = nil,
    author: String, numberSymbol: String? = nil, letterDate: CalendarDay? = nil, typeAndAbstract: String,
    fileName: String
  ) {
    self.organisation = organisation
    self.number = number
    self.arrived = arrived
    self.handedTo = handedTo
    self.caseFile = caseFile
    self.author = author
    self.numberSymbol = numberSymbol
    self.letterDate = letterDate
    self.typeAndAbstract = typeAndAbstract
    self.fileName = fileName
  }
}

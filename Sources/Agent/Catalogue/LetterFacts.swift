import LetterReading

/// What a letter says of itself, as registers and searches know it: as it was read, or as a person corrected it. A field that
/// the letter doesn't have is nil (or an empty list), never guessed.
public struct LetterFacts: Sendable, Codable, Equatable {
  public var number: String?
  public var symbol: String?
  /// `2016-04-13`
  public var date: String?
  public var place: String?
  public var typeName: String?
  public var abstract: String?
  public var issuer: String?
  public var parentIssuer: String?
  public var addressees: [String] = []
  public var copies: [String] = []
  public var signer: String?
  public var signerPosition: String?
  /// `KHẨN`, `THƯỢNG KHẨN`, `HỎA TỐC`
  public var urgency: String?
  /// `MẬT`, `TỐI MẬT`, `TUYỆT MẬT`
  public var secrecy: String?

  public init() {}

  public init(_ fields: LetterFields) {
    number = fields.number?.value
    symbol = fields.symbol?.value
    date = fields.date?.value.description
    place = fields.place?.value
    typeName = fields.typeName?.value
    abstract = fields.abstract?.value
    issuer = fields.issuer?.value
    parentIssuer = fields.parentIssuer?.value
    addressees = fields.addressees.map(\.value)
    copies = fields.copies.map(\.value)
    signer = fields.signer?.value
    signerPosition = fields.signerPosition?.value
    urgency = fields.urgency?.value.rawValue
    secrecy = fields.secrecy?.value.rawValue
  }

  /// `78/LĐLĐ`; what there is of it.
  public var numberSymbol: String? {
    switch (number, symbol) {
    case (let number?, let symbol?): "\(number)/\(symbol)"
    case (let one?, nil), (nil, let one?): one
    case (nil, nil): nil
    }
  }

  /// Tên loại và trích yếu: `Kế hoạch về việc …`, as the registers want it in one column.
  public var typeAndAbstract: String? {
    let parts = [typeName.map(Self.sentenceCase), abstract].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  /// Types stand in capitals in the letter, and not in a register's line.
  private static func sentenceCase(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst().lowercased()
  }
}

/// One of the two registers that an office keeps, for a span of days (Decree 30/2020/NĐ-CP, Annex IV). It knows nothing of
/// where its rows come from.
public struct Register: Sendable, Equatable {
  /// Which of the two.
  public enum Kind: String, Sendable, CaseIterable {
    /// Sổ đăng ký văn bản đến.
    case incoming
    /// Sổ đăng ký văn bản đi.
    case outgoing
  }

  /// The rows of the one kind or the other, in the order in which they shall stand.
  public enum Rows: Sendable, Equatable {
    /// Letters that arrived.
    case incoming([IncomingEntry])
    /// Letters that went out.
    case outgoing([OutgoingEntry])
  }

  /// More rows than a spreadsheet's sheet can hold beside its head are no register of an office: writers refuse them.
  public static let rowLimit = 1_000_000

  /// The organisation's name, as on its letters.
  public var organisation: String
  /// The name of the organisation above it, which stands over its own; nil for none.
  public var parent: String?
  /// First day of the span, in Vietnam's calendar.
  public var from: CalendarDay
  /// Last day of the span, itself included.
  public var to: CalendarDay
  /// The letters.
  public var rows: Rows

  /// Makes a register.
  public init(organisation: String, parent: String? = nil, from: CalendarDay, to: CalendarDay, rows: Rows) {
    self.organisation = organisation
    self.parent = parent
    self.from = from
    self.to = to
    self.rows = rows
  }

  /// Which of the two registers this is.
  public var kind: Kind {
    switch rows {
    case .incoming: .incoming
    case .outgoing: .outgoing
    }
  }

  /// How many rows there are.
  public var count: Int {
    switch rows {
    case .incoming(let rows): rows.count
    case .outgoing(let rows): rows.count
    }
  }
}

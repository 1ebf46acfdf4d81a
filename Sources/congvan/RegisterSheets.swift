import Agent
import Exchange
import Foundation
import LetterReading
import Registers

/// From letters to the rows and stamps of the registers' forms.
enum RegisterSheets {
  static func register(
    _ direction: JournalEvent.Direction, of unit: UnitConfiguration, from: CalendarDay, to: CalendarDay,
    _ letters: [RegisteredLetter], _ messages: Messages
  ) -> Register {
    let rows: Register.Rows =
      switch direction {
      case .incoming: .incoming(letters.map { incoming($0, messages) })
      case .outgoing: .outgoing(letters.map { outgoing($0, messages) })
      }
    return Register(organisation: unit.name, from: from, to: to, rows: rows)
  }

  private static func incoming(_ letter: RegisteredLetter, _ messages: Messages) -> IncomingEntry {
    IncomingEntry(
      arrived: day(letter.at), number: letter.number ?? 0, author: letter.facts?.issuer ?? letter.party,
      numberSymbol: letter.facts?.numberSymbol, letterDate: letter.facts?.date.flatMap(day),
      typeAndAbstract: letter.facts?.typeAndAbstract ?? letter.name, note: note(letter, messages))
  }

  private static func outgoing(_ letter: RegisteredLetter, _ messages: Messages) -> OutgoingEntry {
    OutgoingEntry(
      numberSymbol: letter.facts?.numberSymbol, letterDate: letter.facts?.date.flatMap(day),
      typeAndAbstract: letter.facts?.typeAndAbstract ?? letter.name, signer: letter.facts?.signer,
      addressees: letter.party, handedOn: day(letter.at), note: note(letter, messages))
  }

  static func stamp(_ letter: RegisteredLetter, of unit: UnitConfiguration) -> ReceivedStamp {
    ReceivedStamp(
      organisation: unit.name, number: letter.number ?? 0, arrived: day(letter.at),
      author: letter.facts?.issuer ?? letter.party, numberSymbol: letter.facts?.numberSymbol,
      letterDate: letter.facts?.date.flatMap(day), typeAndAbstract: letter.facts?.typeAndAbstract ?? letter.name,
      fileName: letter.name)
  }

  private static func note(_ letter: RegisteredLetter, _ messages: Messages) -> String? {
    letter.urgency == .normal ? nil : messages.urgency(letter.urgency)
  }

  /// In Vietnam.
  static func day(_ instant: Instant) -> CalendarDay {
    let civil = instant.inVietnam
    // The clock of no machine that runs this stands outside of a spreadsheet's calendar.
    return CalendarDay(year: civil.year, month: civil.month, day: civil.day) ?? earliest
  }

  private static let earliest = CalendarDay(year: 1970, month: 1, day: 1) ?? day(Instant(millisecondsSinceEpoch: 0))

  private static func day(_ text: String) -> CalendarDay? { LetterDate(text).map(day) }

  /// A letter's days lie inside of a spreadsheet's calendar.
  static func day(_ date: LetterDate) -> CalendarDay {
    CalendarDay(year: date.year, month: date.month, day: date.day) ?? earliest
  }

  static func newYear(of day: CalendarDay) -> CalendarDay { CalendarDay(year: day.year, month: 1, day: 1) ?? day }

  /// The first moment of a day in Vietnam.
  static func start(of day: CalendarDay) throws -> Instant {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let utc = try Instant("\(day.year)-\(two(day.month))-\(two(day.day))T00:00:00Z")
    return Instant(millisecondsSinceEpoch: utc.millisecondsSinceEpoch - Instant.vietnamOffset.milliseconds)
  }
}

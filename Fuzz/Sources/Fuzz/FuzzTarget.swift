import Foundation

/// What is fuzzed, each with its own corpus in Fuzz/corpus. The tests replay the same corpora through the same code.
enum FuzzTarget: String, CaseIterable {
  /// A PDF from an outbox: read, judged fit or not, signed, and what was signed verified.
  case sign
  /// A PDF from elsewhere: verified.
  case verify
  /// What a letter's pages say: contents, maps of characters, forms; whole files too.
  case letter
  /// Certificates, requests, lists, signatures and time-stamps, DER.
  case der
  /// The exchange's records, JSON, and its identifiers.
  case exchange

  /// A trap is a finding; so is a broken promise.
  func run(_ input: Data) {
    switch self {
    case .sign: PDFTargets.sign(input)
    case .verify: PDFTargets.verify(input)
    case .letter: LetterTarget.run(input)
    case .der: DERTarget.run(input)
    case .exchange: ExchangeTarget.run(input)
    }
  }
}

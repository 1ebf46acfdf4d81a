import Foundation

/// Why a PDF is not read, signed or accepted: a stable code for programs and an English sentence for the log.
/// The words a clerk sees are made from the code elsewhere.
public struct PDFRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong with the file. Raw values are stable: they stand in journals and reports.
  public enum Code: String, Sendable, Codable, CaseIterable {
    /// Zero bytes.
    case empty
    /// The first byte does not begin `%PDF-1.x` or `%PDF-2.x`.
    case notPDF = "not-pdf"
    /// The file ends before its own end mark.
    case truncated
    /// The structure contradicts itself or the standard: a repairing viewer may show it, we do not sign it.
    case damaged
    /// The trailer names an encryption dictionary, with or without a password.
    case encrypted
    /// A table and a stream of cross-references side by side (`/XRefStm`); Word writes such files.
    case hybrid
    /// Scripts, launches, attached files and the like.
    case activeContent = "active-content"
    /// Annotations other than links and form fields.
    case annotations
    /// An XFA form.
    case xfa
    /// A certification or usage-rights signature forbids adding a signature.
    case certified
    /// A signature already in the file locks what we would write.
    case locked
    /// A signature already in the file is none: unreadable, or not over what it says it covers.
    case signatureBroken = "signature-broken"
    /// A signature already in the file is of a kind that proves nothing any more (SHA-1), or that is not judged here (its
    /// algorithm, its /SubFilter): our verifier would not accept the file whatever was signed after it.
    case signatureUnaccepted = "signature-unaccepted"
    /// The empty signature field is read-only or demands what we do not do: its seed values.
    case fieldDemands = "field-demands"
    /// The file has no empty signature field of the name that was asked for.
    case fieldMissing = "field-missing"
    /// Larger than the format or our limits allow.
    case tooLarge = "too-large"
    /// Beyond our limits of depth, count, inflation or work.
    case tooComplex = "too-complex"
    /// The operating system could not give us the bytes.
    case unreadable
  }

  /// The stable code.
  public let code: Code
  /// An English sentence for the log; names objects and offsets, never document content.
  public let detail: String
  /// The value of `errno` where the system would not give the file.
  public let systemCode: Int32?

  /// Makes a refusal.
  public init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = Self.short(detail)
    systemCode = nil
  }

  /// A name out of a file may be megabytes long: a log, a report and a clerk have no use for it.
  static func short(_ text: String) -> String { text.utf8.count > 1000 ? text.prefix(300) + "…" : text }

  /// The system refused a call.
  init(call: String, errno code: Int32) {
    self.code = .unreadable
    detail = "\(call): \(String(cString: strerror(code)))"
    systemCode = code
  }

  public var description: String { "\(code.rawValue): \(detail)" }
}

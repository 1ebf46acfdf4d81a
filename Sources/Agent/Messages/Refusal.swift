import Exchange
import PDFSignature

/// Why a dropped file is not sent, and goes to `rejected/` with a reason beside it.
public enum Refusal: Sendable, Equatable, Codable {
  /// What stands in the outbox where a document should.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case folder, link, fifo, socket, device, other
  }

  case pdf(PDFRefusal.Code)
  /// The hub said no, for good.
  case hub(ProblemType)
  /// The hub said no with a problem that this version doesn't know.
  case hubOther(status: Int)
  /// No unit or group has this name; `near` are names that it may have meant.
  case recipientUnknown(asked: String, near: [String])
  case recipientAmbiguous(asked: String, candidates: [String])
  /// The unit exists, but can no longer be sent to.
  case recipientClosed(name: String)
  case recipientIsSender
  /// A folder inside a recipient's folder.
  case foldersTooDeep
  case notAFile(Kind)
  /// A file of another kind than PDF, by its name; the suffix without dot.
  case wrongKind(suffix: String)
  /// In bytes.
  case tooLarge(size: Int64, limit: Int64)
  /// The agent may not read it.
  case unreadable
  /// The same bytes went to the same recipient before.
  case duplicate(sentAt: Instant, receiptNumber: String?)
  /// The letter bears a mark of secrecy, as printed: MẬT, TỐI MẬT, TUYỆT MẬT.
  case secret(mark: String)
  /// What was said of a letter that was handed over by command can't be understood.
  case slipUnreadable
  /// The name cannot be shown or filed.
  case nameUnusable

  /// Stable; stands in the journal and in `--json`.
  public var code: String {
    switch self {
    case .pdf(let code): code.rawValue
    case .hub(let type): "hub-\(type.rawValue)"
    case .hubOther: "hub-other"
    case .recipientUnknown: "recipient-unknown"
    case .recipientAmbiguous: "recipient-ambiguous"
    case .recipientClosed: "recipient-closed"
    case .recipientIsSender: "recipient-is-sender"
    case .foldersTooDeep: "folders-too-deep"
    case .notAFile(let kind): "not-a-file-\(kind.rawValue)"
    case .wrongKind: "wrong-kind"
    case .tooLarge: "size-limit"
    case .unreadable: "no-permission"
    case .duplicate: "duplicate"
    case .secret: "secret"
    case .slipUnreadable: "slip-unreadable"
    case .nameUnusable: "name-unusable"
    }
  }
}

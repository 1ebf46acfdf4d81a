import Exchange
import Foundation

/// What agent and hub send each other; a value that was read must survive being written and read again.
enum ExchangeTarget {
  static func run(_ input: Data) {
    read(Acknowledgement.self, input)
    read(AcknowledgementBatch.self, input)
    read(AcknowledgementResult.self, input)
    read(DeliveryStatus.self, input)
    read(Directory.self, input)
    read(HubDescription.self, input)
    read(PostedDocument.self, input)
    read(DeliveryReport.self, input)
    read(MailboxItem.self, input)
    read(MailboxPage.self, input)
    read(Notice.self, input)
    read(Problem.self, input)
    read(AcceptanceReceipt.self, input)
    read(Submission.self, input)
    read(Addressee.self, input)
    read(Instant.self, input)
    read(SHA256Digest.self, input)
    read(MailboxCursor.self, input)
    read(UnitID.self, input)
    read(GroupID.self, input)
    read(DocumentID.self, input)
    read(UploadID.self, input)
    let text = String(decoding: input, as: UTF8.self)
    _ = try? EnrolmentCode(text)
    if let unit = try? UnitID(text) { precondition((try? UnitID("\(unit)")) == unit, "a unit does not survive") }
    _ = UnitID(certificateURI: text)
    if let bytes = Hex.decode(text) { precondition(Hex.encode(bytes) == text.lowercased(), "hex does not survive") }
  }

  private static func read<Value: Codable & Equatable>(_ type: Value.Type, _ input: Data) {
    guard let value = try? CanonicalJSON.decode(type, from: input) else { return }
    let again = (try? CanonicalJSON.encode(value)).flatMap { try? CanonicalJSON.decode(type, from: $0) }
    precondition(again == value, "\(type) does not survive")
  }
}

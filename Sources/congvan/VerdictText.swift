import Agent
import Exchange
import Foundation
import PDFSignature

/// A verification as people read it.
struct VerdictText {
  private let messages: Messages

  init(_ messages: Messages) { self.messages = messages }

  func lines(_ report: VerificationReport, file: String) -> [String] {
    var lines = ["\(mark(report)) \(Messages.shown(file)): \(verdict(report))"]
    for signature in report.signatures {
      let signer = signature.signer ?? messages.say("không rõ", "unknown")
      let organization = signature.organization.map { $0 == signature.signer ? "" : ", \($0)" } ?? ""
      let isTimeStamp = signature.level == "doc-time-stamp"
      lines.append(
        (isTimeStamp
          ? messages.say("  Nơi cấp dấu thời gian: ", "  Time-stamping authority: ")
          : messages.say("  Người ký: ", "  Signer: ")) + Messages.shown(signer + organization))
      if let unit = signature.unitURI.flatMap(UnitID.init(certificateURI:)) {
        lines.append(messages.say("  Mã đơn vị: \(unit)", "  Unit: \(unit)"))
      }
      lines.append(messages.say("  Lúc: ", "  When: ") + time(signature))
      lines.append(
        messages.say("  Toàn bộ tệp được ký: ", "  Covers the whole file: ")
          + (signature.coversDocument ? messages.say("có", "yes") : messages.say("KHÔNG", "NO")))
      lines.append(
        messages.say("  Chứng thư được tin cậy: ", "  Certificate trusted: ")
          + (signature.chainTrusted ? messages.say("có", "yes") : messages.say("KHÔNG", "NO")))
      lines.append(messages.say("  Mức chữ ký: ", "  Level: ") + level(signature.level))
      if !signature.chain.isEmpty {
        lines.append(
          messages.say("  Chuỗi chứng thư: ", "  Chain: ") + Messages.shown(signature.chain.joined(separator: " ← ")))
      }
      if let revocation = signature.revocation {
        lines.append(messages.say("  Thu hồi: ", "  Revocation: ") + text(revocation))
      }
      let later = report.revisions.dropFirst(signature.revision).map { "\($0.number): \(adds($0))" }
      if !later.isEmpty, signature.revision > 0 {
        lines.append(messages.say("  Thêm sau khi ký: ", "  Added later: ") + later.joined(separator: "; "))
      }
    }
    for reason in report.reasons {
      let kind = reason.isError ? messages.say("lỗi", "error") : messages.say("lưu ý", "note")
      lines.append("  \(kind): \(Messages.shown(messages.finding(reason))) (\(reason.code))")
    }
    return lines
  }

  /// Of a signature that can't be read, no level can be told.
  private func level(_ level: String) -> String {
    switch level {
    case "": messages.say("không xác định được", "cannot be told")
    case "doc-time-stamp": messages.say("dấu thời gian của tệp", "document time-stamp")
    case "legacy": messages.say("kiểu cũ, không phải PAdES", "of an old kind, not PAdES")
    default: "PAdES \(level)"
    }
  }

  /// `crl, document, issued 2026-11-23T13:41:48Z`, as reports have it.
  private func source(_ text: String) -> String {
    guard messages.language == .vietnamese else { return text }
    let words = [
      "crl": "danh sách thu hồi", "ocsp": "trả lời OCSP", "document": "có trong tệp", "supplied": "được cung cấp",
    ]
    return text.split(separator: ", ").map { part in
      words[String(part)] ?? String(part).replacing("issued ", with: "lập lúc ")
    }.joined(separator: ", ")
  }

  private func text(_ revocation: RevocationReport) -> String {
    let sources = revocation.evidence.isEmpty ? "" : " (\(revocation.evidence.map(source).joined(separator: "; ")))"
    let date = revocation.revokedAt.map { " " + messages.moment(Instant($0)) } ?? ""
    return switch revocation.status {
    case .good: messages.say("không bị thu hồi", "not revoked") + sources
    case .revokedLater:
      messages.say("thu hồi sau khi ký", "revoked after signing") + date + sources
    case .revoked: messages.say("ĐÃ BỊ THU HỒI", "REVOKED") + date + sources
    case .unknown: messages.say("không có bằng chứng", "no evidence")
    }
  }

  private func adds(_ revision: RevisionReport) -> String {
    revision.adds.map { addition in
      switch addition {
      case .signature: messages.say("chữ ký", "signature")
      case .timeStamp: messages.say("dấu thời gian", "time-stamp")
      case .evidence: messages.say("bằng chứng", "evidence")
      case .other: messages.say("THAY ĐỔI KHÁC", "OTHER CHANGES")
      }
    }.joined(separator: ", ")
  }

  private func mark(_ report: VerificationReport) -> String { report.isAcceptable ? "✔" : "✘" }

  private func verdict(_ report: VerificationReport) -> String {
    switch report.verdict {
    case .valid: messages.say("chữ ký hợp lệ", "validly signed")
    case .validWithWarnings: messages.say("chữ ký hợp lệ, có điểm cần lưu ý", "validly signed, with remarks")
    case .invalid: messages.say("KHÔNG HỢP LỆ", "NOT VALID")
    case .unknown: messages.say("KHÔNG CÓ chữ ký số", "NOT SIGNED")
    }
  }

  private func time(_ signature: SignatureReport) -> String {
    if let confirmed = signature.provenTime {
      return messages.moment(Instant(confirmed))
        + messages.say(" (có dấu thời gian xác nhận)", " (confirmed by a time-stamp)")
    }
    guard let claimed = signature.claimedTime else { return messages.say("không rõ", "unknown") }
    return messages.moment(Instant(claimed)) + messages.say(" (theo máy của người ký)", " (by the signer's clock)")
  }
}

import Foundation
import PKI

/// Judges the inside of one signature: its CMS, its certificate, its time (pdf-signing.md 3.3, 5.3 rows 12 and 15).
struct SignatureJudge {
  let shape: SignatureShape
  let file: PDFFile
  /// SHA-256 of the covered bytes.
  let digest: Data
  let trust: TrustAnchors
  let time: Date
  let policy: VerificationPolicy

  /// Fills in the report; whatever fails becomes an error in it.
  func judge(_ report: inout SignatureReport) {
    report.subFilter = shape.subFilter
    report.coversWholeFile = shape.coversWholeFile
    report.claimedTime = shape.dictionary["M"]?.string.flatMap(PDFDate.parse)
    guard let cms = Self.withoutPadding(shape.contents) else {
      report.findings.append(.error("contents-padding", "bytes other than zeros follow the signature in /Contents"))
      return
    }
    switch shape.subFilter {
    case "ETSI.CAdES.detached": judgeSignature(cms, &report)
    case "ETSI.RFC3161": judgeDocumentTimeStamp(cms, &report)
    case "adbe.pkcs7.detached" where policy.allowLegacySubFilter:
      report.findings.append(.warning("legacy-sub-filter", "adbe.pkcs7.detached is not PAdES"))
      judgeSignature(cms, &report)
    default:
      report.findings.append(.error("sub-filter", "/SubFilter \(shape.subFilter) is not accepted"))
    }
  }

  /// The DER sequence alone; nil unless it has a definite length in its shortest form and only zeros follow.
  static func withoutPadding(_ contents: [UInt8]) -> Data? {
    guard contents.count >= 2, contents[0] == 0x30 else { return nil }
    var length = Int(contents[1])
    var header = 2
    if length >= 0x80 {
      let octets = length & 0x7F
      guard (1...3).contains(octets), contents.count >= 2 + octets, contents[2] != 0 else { return nil }
      length = contents[2..<2 + octets].reduce(0) { $0 << 8 | Int($1) }
      guard length >= 0x80 else { return nil }
      header += octets
    }
    guard header + length <= contents.count, contents[(header + length)...].allSatisfy({ $0 == 0 }) else { return nil }
    return Data(contents[..<(header + length)])
  }

  // MARK: Signatures

  private func judgeSignature(_ cms: Data, _ report: inout SignatureReport) {
    let verified: SignedDataVerification
    do {
      let algorithm = try SignedDataReader.digestAlgorithm(of: cms)
      verified = try SignedDataReader.verify(cms: cms, detachedDigest: try covered(by: algorithm))
    } catch {
      report.findings.append(.error(Self.code(of: error), Self.text(error)))
      return
    }
    describe(verified.signer, &report)
    let isLegacy = shape.subFilter == "adbe.pkcs7.detached"
    report.level = isLegacy ? "legacy" : "B-B"
    if verified.hasSigningTime, !isLegacy {
      report.findings.append(.warning("signing-time", "the signature holds a signing-time, which PAdES forbids"))
    }
    // Nothing protects unsigned attributes: a time-stamp under another name would be a time-stamp taken away.
    if verified.findings.contains(.otherUnsignedAttributes) {
      report.findings.append(
        .error("unsigned-attributes", "the signature holds unsigned attributes other than a time-stamp"))
    }
    if report.claimedTime == nil, !isLegacy {
      report.findings.append(.warning("claimed-time-missing", "no readable /M"))
    }
    var proven = time
    if let token = verified.timeStampToken {
      if let stamped = judgeTimeStamp(token, &report, imprint: { PKI.digest(verified.signatureValue, $0) }) {
        proven = stamped
        if !isLegacy { report.level = "B-T" }
      }
    } else if policy.requireTimeStamp {
      report.findings.append(.error("time-stamp-missing", "no trusted time"))
    }
    if let claimed = report.claimedTime, claimed.timeIntervalSince(proven) > 600 {
      report.findings.append(.warning("claimed-time-later", "the claimed time is later than the proven time"))
    }
    let usage = verified.signer.keyUsage
    if !usage.contains(.nonRepudiation) && !usage.contains(.digitalSignature) {
      report.findings.append(.error("key-usage", "the certificate is not for signing documents"))
    }
    do {
      _ = try trust.chain(
        for: verified.signer, intermediates: verified.certificates, at: proven, purpose: .documentSigning)
      report.chainTrusted = true
    } catch {
      let code = (error as? PKIError)?.code.rawValue ?? "chain-untrusted"
      report.findings.append(.error(code, Self.text(error)))
    }
  }

  /// Almost every signature is over SHA-256, which one pass over the file gave already.
  private func covered(by algorithm: DigestAlgorithm) throws -> Data {
    if algorithm == .sha256 { return digest }
    let hasher = DigestHasher(algorithm)
    try file.stream(0..<shape.gapStart) { hasher.update($0) }
    try file.stream(shape.gapEnd..<shape.coveredEnd) { hasher.update($0) }
    return Data(hasher.finalize())
  }

  private func describe(_ certificate: Certificate, _ report: inout SignatureReport) {
    report.signer = certificate.subjectCommonName
    report.organization = certificate.subjectOrganization
    report.unitURI = certificate.subjectAlternativeURIs.first { $0.hasPrefix("urn:congvan:unit:") }
    report.certificateFingerprint = certificate.fingerprint.lowercaseHex
  }

  // MARK: Time-stamps

  private func judgeDocumentTimeStamp(_ token: Data, _ report: inout SignatureReport) {
    report.level = "doc-time-stamp"
    _ = judgeTimeStamp(token, &report, describing: true, imprint: covered)
  }

  /// The proven time, if the token is good and its authority trusted at that time.
  private func judgeTimeStamp(
    _ token: Data, _ report: inout SignatureReport, describing: Bool = false,
    imprint: (DigestAlgorithm) throws -> Data
  ) -> Date? {
    do {
      let stamp = try TimeStamp.verify(token: token, imprint: imprint)
      if describing { describe(stamp.signer, &report) }
      _ = try (policy.timeStampTrust ?? trust).chain(
        for: stamp.signer, intermediates: stamp.certificates, at: stamp.time, purpose: .timeStamping)
      if describing { report.chainTrusted = true }
      if stamp.time.timeIntervalSince(time) > 600 {
        report.findings.append(.error("time-stamp-future", "the time-stamp lies in the future"))
        return nil
      }
      report.timeStampTime = stamp.time
      return stamp.time
    } catch {
      report.findings.append(.error("time-stamp", Self.text(error)))
      return nil
    }
  }

  private static func code(of error: any Error) -> String {
    (error as? PKIError).map { "cms-" + $0.code.rawValue } ?? "cms"
  }

  private static func text(_ error: any Error) -> String {
    if let error = error as? PKIError { return error.message }
    return "\(error)"
  }
}

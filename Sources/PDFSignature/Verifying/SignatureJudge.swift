import Foundation
import PKI

/// Judges the inside of one signature: its CMS, its certificate, its time (pdf-signing.md 3.3, 5.3 rows 12 and 15).
struct SignatureJudge {
  let shape: SignatureShape
  /// Digests of the covered bytes; `place` is this signature's among them.
  let digests: SignedDigests
  let place: Int
  let trust: TrustAnchors
  /// When the signature certainly existed: a later time-stamp's time, or the time of judging.
  let control: Date
  /// A document time-stamp gave `control`.
  let isProven: Bool
  /// The time of judging.
  let time: Date
  let policy: VerificationPolicy
  let pool: RevocationPool
  /// Certificates of the document's security store.
  let storeCertificates: [Certificate]

  /// What later judgements and the renewal of evidence build on.
  struct Outcome {
    /// The proven time of a good document time-stamp.
    var documentTime: Date?
    /// The signer's, and its time-stamp's.
    var chains: [JudgedChain] = []
    /// All certificates seen, for the security store.
    var certificates: [Certificate] = []
    /// The time-stamp's own certificate and digest, for deciding on renewal.
    var stamp: TimeStampVerification?
    /// Good in itself and proven in time.
    var isTimed = false
  }

  /// Fills in the report; whatever fails becomes an error in it.
  func judge(_ report: inout SignatureReport) -> Outcome {
    report.subFilter = shape.subFilter
    report.coversWholeFile = shape.coversWholeFile
    report.revision = shape.revision + 1
    report.claimedTime = shape.dictionary["M"]?.string.flatMap(PDFDate.parse)
    var outcome = Outcome()
    if let fault = Self.fault(of: shape) {
      report.findings.append(fault)
      return outcome
    }
    guard let cms = Self.withoutPadding(shape.contents) else {
      report.findings.append(.error("contents-padding", "bytes other than zeros follow the signature in /Contents"))
      return outcome
    }
    switch shape.subFilter {
    case "ETSI.RFC3161": judgeDocumentTimeStamp(cms, &report, &outcome)
    case "adbe.pkcs7.detached":
      report.findings.append(
        Finding(
          code: "legacy-sub-filter", detail: "adbe.pkcs7.detached is below every level of PAdES",
          isError: !policy.allowLegacySubFilter))
      judgeSignature(cms, &report, &outcome)
    default: judgeSignature(cms, &report, &outcome)
    }
    return outcome
  }

  /// As ``PKI/PKIError`` has it of a CMS.
  private static let weakCode = "cms-" + PKIError.Code.algorithmWeak.rawValue

  /// Why a signature is of no kind that is judged; nil where it is.
  static func fault(of shape: SignatureShape) -> Finding? {
    switch shape.subFilter {
    case "ETSI.CAdES.detached", "ETSI.RFC3161", "adbe.pkcs7.detached": break
    case "adbe.pkcs7.sha1":
      return .error(
        weakCode, "adbe.pkcs7.sha1 signs a digest of SHA-1, which is broken and proves nothing")
    default: return .error("sub-filter", "/SubFilter \(shape.subFilter) is not accepted")
    }
    // A length of the indefinite form, as some older programs write it: CMS in a PDF is DER (ISO 32000-2 §12.8.3.3).
    guard shape.contents.count < 2 || shape.contents[1] != 0x80 else {
      return .error(
        "contents-not-der", "the signature in /Contents is written in BER, and must be DER")
    }
    return nil
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

  private func judgeSignature(_ cms: Data, _ report: inout SignatureReport, _ outcome: inout Outcome) {
    let verified: SignedDataVerification
    do {
      let algorithm = try SignedDataReader.digestAlgorithm(of: cms)
      verified = try SignedDataReader.verify(
        cms: cms, detachedDigest: try covered(by: algorithm), isLegacy: shape.isLegacy)
    } catch {
      report.findings.append(.error(Self.code(of: error), Self.text(error)))
      return
    }
    outcome.certificates += verified.certificates
    describe(verified.signer, &report)
    let isLegacy = shape.isLegacy
    report.level = isLegacy ? "legacy" : SignatureLevel.basic.rawValue
    if isLegacy, let wanted = policy.minimumLevel {
      report.findings.append(
        .error("level-too-low", "the signature is not PAdES, and \(wanted.rawValue) is demanded"))
    }
    if verified.findings.contains(.certificateUnnamed) {
      report.findings.append(
        .warning(
          "signing-certificate-unnamed",
          "the signature does not name the signer's certificate: another one of the same key could stand in its place"
        ))
    }
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
    var proven = control
    if isProven { setProven(control, by: .documentTimeStamp, &report, &outcome) }
    if let token = verified.timeStampToken,
      let stamped = judgeTimeStamp(
        token, &report, &outcome, isDocument: false, imprint: { PKI.digest(verified.signatureValue, $0) }),
      stamped <= control + 600
    {
      proven = stamped
      setProven(stamped, by: .signatureTimeStamp, &report, &outcome)
    }
    if outcome.isTimed {
      if !isLegacy { report.level = SignatureLevel.timeStamped.rawValue }
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
      let chain = JudgedChain(
        certificates: try trust.chain(
          for: verified.signer, intermediates: verified.certificates + storeCertificates, at: proven,
          purpose: .documentSigning),
        date: proven, needed: proven)
      report.chainTrusted = true
      outcome.chains.append(chain)
      judgeRevocation(chain, &report)
    } catch {
      let code = (error as? PKIError)?.code.rawValue ?? "chain-untrusted"
      report.findings.append(.error(code, Self.text(error)))
    }
  }

  private func setProven(
    _ date: Date, by source: SignatureReport.Proof, _ report: inout SignatureReport, _ outcome: inout Outcome
  ) {
    report.provenTime = date
    report.provenBy = source
    outcome.isTimed = true
  }

  private func covered(by algorithm: DigestAlgorithm) throws -> Data { try digests.covered(by: place, algorithm) }

  private func describe(_ certificate: Certificate, _ report: inout SignatureReport) {
    report.signer = certificate.subjectCommonName
    report.organization = certificate.subjectOrganization
    report.issuer = certificate.issuer
    report.unitURI = certificate.subjectAlternativeURIs.first { $0.hasPrefix("urn:congvan:unit:") }
    report.certificateFingerprint = certificate.fingerprint.lowercaseHex
  }

  // MARK: Revocation

  private func judgeRevocation(_ chain: JudgedChain, _ report: inout SignatureReport) {
    report.chain = chain.certificates.map(\.subject)
    report.anchorFingerprint = chain.certificates.last?.fingerprint.lowercaseHex
    report.revocation = chain.report(pool)
    if let revoked = chain.revocation(pool) {
      report.findings.append(
        .error(
          PKIError.Code.certificateRevoked.rawValue,
          "the certificate “\(revoked.certificate.subject)” was revoked on \(revoked.since.formatted(.iso8601)), "
            + "and nothing proves the signature older"))
    } else if policy.requireRevocationEvidence, let link = chain.unknown(pool, at: chain.needed).first {
      report.findings.append(
        .error(
          PKIError.Code.revocationUnknown.rawValue,
          "no evidence tells whether “\(link.certificate.subject)” was revoked by \(chain.date.formatted(.iso8601))"))
    }
  }

  // MARK: Time-stamps

  private func judgeDocumentTimeStamp(_ token: Data, _ report: inout SignatureReport, _ outcome: inout Outcome) {
    report.level = "doc-time-stamp"
    outcome.documentTime = judgeTimeStamp(token, &report, &outcome, isDocument: true, imprint: covered)
    if let time = outcome.documentTime { setProven(time, by: .documentTimeStamp, &report, &outcome) }
  }

  /// The time that the token proves: its signature holds, and its authority was trusted and not revoked when the token
  /// certainly existed (EN 319 102-1 §5.4, §5.6.2: at `control`). nil where it proves nothing.
  private func judgeTimeStamp(
    _ token: Data, _ report: inout SignatureReport, _ outcome: inout Outcome, isDocument: Bool,
    imprint: (DigestAlgorithm) throws -> Data
  ) -> Date? {
    do {
      let stamp = try TimeStamp.verify(token: token, imprint: imprint)
      outcome.certificates += stamp.certificates
      if isDocument { describe(stamp.signer, &report) }
      if stamp.time.timeIntervalSince(time) > 600 {
        // Judged as of the past, a time-stamp taken since then proves nothing yet; a signature that is younger is no
        // signature yet.
        report.findings.append(
          isDocument
            ? .warning("time-stamp-later", "the document time-stamp is later than the time asked for")
            : .error("time-stamp-future", "the time-stamp lies in the future"))
        return nil
      }
      let anchors = policy.timeStampTrust ?? trust
      func chain(at date: Date) throws -> [Certificate] {
        try anchors.chain(
          for: stamp.signer, intermediates: stamp.certificates + storeCertificates, at: date, purpose: .timeStamping)
      }
      // A clock may run a little ahead of the one that judges.
      let date = max(control, stamp.time)
      let certificates: [Certificate]
      do {
        certificates = try chain(at: date)
      } catch let error as PKIError where error.code == .certificateExpired {
        _ = try chain(at: stamp.time)
        report.findings.append(
          .warning(
            "time-stamp-expired",
            "the time-stamping authority's certificate has expired since, and no later time-stamp proves this one older"
          ))
        return nil
      }
      let judged = JudgedChain(certificates: certificates, date: date, needed: stamp.time)
      if isDocument {
        report.chainTrusted = true
        judgeRevocation(judged, &report)
      }
      if let revoked = judged.revocation(pool) {
        if !isDocument {
          report.findings.append(
            .error(
              "time-stamp-revoked",
              "the time-stamping authority's certificate was revoked on \(revoked.since.formatted(.iso8601))"))
        }
        return nil
      }
      if policy.requireRevocationEvidence, !isDocument, let link = judged.unknown(pool, at: judged.needed).first {
        report.findings.append(
          .error(
            PKIError.Code.revocationUnknown.rawValue,
            "no evidence tells whether the time-stamping authority's “\(link.certificate.subject)” was revoked"))
      }
      outcome.chains.append(judged)
      outcome.stamp = stamp
      report.timeStampTime = stamp.time
      return stamp.time
    } catch {
      let isWeak = (error as? PKIError)?.code == .algorithmWeak
      report.findings.append(.error(isWeak ? Self.weakCode : "time-stamp", Self.text(error)))
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

import Exchange
import Foundation
import NIOConcurrencyHelpers
import PDFSignature
import PKI

/// Whose signatures on documents count on this machine: by certificates of the hub's own authority, always; and by those of
/// the authorities that the province recognises (the directory brings them) or that the administrator named here, where the
/// province registered the certificate for the unit. Time-stamps in documents may be those authorities' too. Everything else
/// that is signed (receipts, connections) stays with the hub's own root.
public final class DocumentTrust: Sendable {
  /// What counts by one version of the directory.
  public struct Rules: Sendable {
    public let anchors: TrustAnchors
    let ownRoot: String
    /// By unit and SHA-256 in hexadecimal.
    fileprivate let signers: [UnitID: [String: Directory.Signer]]

    /// Whether a signature is the unit's, as of then. What a certificate says of its unit counts only where the hub's own
    /// authority says it.
    func isSignature(_ signature: SignatureReport, of unit: UnitID, at time: Instant) -> Bool {
      guard let anchor = signature.anchorFingerprint, let certificate = signature.certificateFingerprint else {
        return false
      }
      if anchor == ownRoot { return signature.unitURI == unit.certificateURI }
      return isRegistered(certificate, for: unit, at: time)
    }

    /// Tells each signature as its unit's, as of then; for people, who see no sender beside it.
    public func attributing(_ report: VerificationReport, at time: Instant) -> VerificationReport {
      report.attributing { signature in
        guard let anchor = signature.anchorFingerprint, anchor != ownRoot,
          let certificate = signature.certificateFingerprint
        else { return .asStated }
        // A registration that ended later was good then.
        let then = signature.provenTime.map { Instant($0) } ?? time
        let unit = signers.keys.sorted().first { isRegistered(certificate, for: $0, at: then) }
        return unit.map { .unit($0.certificateURI) } ?? .nobody
      }
    }

    func isRegistered(_ certificate: String, for unit: UnitID, at time: Instant) -> Bool {
      guard let signer = signers[unit]?[certificate] else { return false }
      return signer.until.map { time < $0 } ?? true
    }
  }

  /// The hub's own root alone.
  let hub: TrustAnchors
  private let root: Certificate
  private let local: SigningAuthorities
  private let usesHub: Bool
  private let kept = NIOLockedValueBox<(version: Int64?, rules: Rules)?>(nil)

  /// - Throws: `ConfigurationError` where a file of `trust.files` can't be used.
  public init(_ configuration: AgentConfiguration, root: Certificate) throws(ConfigurationError) {
    var local = SigningAuthorities()
    for path in configuration.trustFiles {
      guard let pem = FileManager.default.contents(atPath: path), pem.count <= 1 << 20 else {
        throw ConfigurationError(.unreadable, file: path, "cannot be read, or is larger than 1 MiB (`trust.files`)")
      }
      do { try local.add(SigningAuthorities(pem: pem)) } catch {
        throw ConfigurationError(.badValue, file: path, "\(error) (`trust.files`)")
      }
    }
    hub = TrustAnchors([root])
    self.root = root
    self.local = local
    usesHub = configuration.trustFromHub
  }

  /// The hub's root, and what the province recognises.
  init(_ root: Certificate) {
    hub = TrustAnchors([root])
    self.root = root
    local = SigningAuthorities()
    usesHub = true
  }

  /// What counts by this directory; by none, the hub's own certificates and the local authorities.
  public func rules(_ directory: Directory?) -> Rules {
    if let kept = kept.withLockedValue({ $0 }), kept.version == directory?.version { return kept.rules }
    let rules = make(directory)
    kept.withLockedValue { $0 = (directory?.version, rules) }
    return rules
  }

  private func make(_ directory: Directory?) -> Rules {
    var authorities = local
    if usesHub, let given = directory?.authorities {
      // One that can't be read here takes nothing away from the others.
      for text in (given.roots + given.intermediates).prefix(1000) {
        guard let der = Data(base64Encoded: text), let certificate = try? Certificate(der: der) else { continue }
        try? authorities.add(certificate)
      }
    }
    var signers: [UnitID: [String: Directory.Signer]] = [:]
    for unit in directory?.units ?? [] where !unit.signers.isEmpty {
      signers[unit.id] = Dictionary(unit.signers.map { ($0.certificate.hex, $0) }, uniquingKeysWith: { $1 })
    }
    return Rules(
      anchors: authorities.anchors(besides: root), ownRoot: Hex.encode(root.fingerprint), signers: signers)
  }
}

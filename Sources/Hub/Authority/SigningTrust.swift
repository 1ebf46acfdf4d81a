import Exchange
import Foundation
import Logging
import PDFSignature
import PKI

/// Whose signatures on documents count here: those by certificates of the hub's own authority, and those by certificates of
/// the authorities that `hub.yaml` names, where the certificate is registered for the sending unit. Nothing else is trusted
/// with these roots: machines, receipts and submissions stay with the hub's own.
struct SigningTrust: Sendable {
  let anchors: TrustAnchors
  /// SHA-256 of the hub's own root: its certificates alone are believed when they name a unit.
  let ownRoot: String
  let others: SigningAuthorities
  /// Whether a signature by another authority's certificate is refused where nothing tells that it wasn't revoked.
  let demandsRevocationEvidence: Bool
  private let lists: RevocationFiles

  /// - Throws: `HubConfiguration.Wrong`, naming the file.
  init(_ configuration: HubConfiguration, dataFolder: String, root: Certificate, logger: Logger) throws {
    others = try configuration.authorities(dataFolder: dataFolder)
    anchors = others.anchors(besides: root)
    ownRoot = Hex.encode(root.fingerprint)
    demandsRevocationEvidence = configuration.requireRevocation ?? false
    lists = RevocationFiles(
      (configuration.revocationLists ?? []).map { HubConfiguration.absolute($0, dataFolder) }, logger: logger)
  }

  /// Judges a document's signatures as of now. Blocking.
  func judge(_ file: PDFFile, at now: Date) -> VerificationReport {
    var policy = VerificationPolicy()
    policy.evidence = lists.current(now)
    return PDFVerifier.verify(file, trust: anchors, at: now, policy: policy)
  }

  /// Whether the signer's certificate is one of the hub's own authority.
  func isOwn(_ signature: SignatureReport) -> Bool { signature.anchorFingerprint == ownRoot }

  /// Why a signing certificate would not be accepted; nil where it would.
  func fault(of certificate: Certificate, chain: [Certificate], at now: Date) -> String? {
    do {
      let found = try anchors.chain(for: certificate, intermediates: chain, at: now, purpose: .documentSigning)
      guard let anchor = found.last, Hex.encode(anchor.fingerprint) == ownRoot else { return nil }
      return "it is of the hub's own authority, whose certificates need no registration"
    } catch let error as PKIError where error.code == .chainUntrusted {
      return
        "its issuer “\(certificate.issuer)” is no authority that this hub recognises: add the authority's root, and "
        + "what stands between, to `trust` in hub.yaml first (\(error.underlying.joined(separator: "; ")))"
    } catch {
      return "\(error)"
    }
  }
}

extension HubConfiguration {
  /// Paths in hub.yaml are relative to the data folder.
  static func absolute(_ path: String, _ dataFolder: String) -> String {
    path.hasPrefix("/") ? path : "\(dataFolder)/\(path)"
  }

  /// The authorities that `trust` names.
  /// - Throws: `Wrong`, naming the file.
  func authorities(dataFolder: String) throws -> SigningAuthorities {
    var all = SigningAuthorities()
    for path in (trust ?? []).map({ Self.absolute($0, dataFolder) }) {
      guard let pem = FileManager.default.contents(atPath: path), pem.count <= 1 << 20 else {
        throw Wrong(description: "hub.yaml: trust: \(path) cannot be read, or is larger than 1 MiB")
      }
      do { try all.add(SigningAuthorities(pem: pem)) } catch {
        throw Wrong(description: "hub.yaml: trust: \(path): \(error)")
      }
    }
    return all
  }
}

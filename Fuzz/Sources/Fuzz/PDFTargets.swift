import Foundation
import PDFSignature
import PKI

/// The PDF reader, the signing plan and the verifier.
enum PDFTargets {
  private struct Signer {
    let signer: PDFSigner
    let trust: TrustAnchors

    init() throws {
      let authority = try CertificateAuthority.create(
        commonName: "Fuzz", organization: "Fuzz", notBefore: Date().addingTimeInterval(-7200))
      let key = try PrivateKey.generate(.p256)
      let certificate = try authority.issue(
        .documentSigning, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "Fuzz"), uris: [],
        notBefore: Date().addingTimeInterval(-3600), notAfter: Date().addingTimeInterval(86400))
      signer = PDFSigner(key: key, certificates: [certificate])
      trust = TrustAnchors([authority.certificate])
    }
  }

  private static let signer = Result { try Signer() }
  private static let nobody = TrustAnchors([])

  /// What is signed must verify: the two halves may not read a file in two ways.
  static func sign(_ input: Data) {
    guard let ours = try? signer.get() else { preconditionFailure("no key") }
    guard let update = try? ours.signer.prepare(PDFFile(data: input)) else { return }
    let hasher = SHA256Hasher()
    hasher.update(input)
    let details = SignatureDetails(signerName: "Fuzz", time: Date())
    do {
      let signed = try ours.signer.sign(update, originalDigest: hasher, details: details)
      let report = PDFVerifier.verify(PDFFile(data: input + signed.appended), trust: ours.trust)
      let own = report.signatures.filter(\.coversWholeFile)
      if own.count != 1 || !own[0].findings.isEmpty || report.signatures.count == 1 && report.verdict != .valid {
        // Written, because a precondition's words are lost in an optimised build.
        FileHandle.standardError.write(Data("signed, and not valid: \(report.reasons)\n".utf8))
        preconditionFailure("signed, and not valid")
      }
    } catch is PDFRefusal {
      // The field's demands are compared with the signature only here.
    } catch {
      preconditionFailure("\(error)")
    }
  }

  static func verify(_ input: Data) {
    let report = PDFVerifier.verify(PDFFile(data: input), trust: nobody)
    precondition(!report.isAcceptable, "accepted without any trust")
  }
}

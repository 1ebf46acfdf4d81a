import Durable
import Exchange
import Foundation
import PKI

@testable import Agent

/// A unit's key with its certificate, and a real dispatch that waits in a spool to be signed with it.
struct SigningSample {
  let authority: CertificateAuthority
  let signer: DocumentSigner
  let original: Data
  let spooled: SpooledDocument

  /// Long ago, so that tests may sign at a time of their own.
  private static let begin = Date(timeIntervalSince1970: 1_700_000_000)

  /// - Parameter folder: the spool.
  init(in folder: TemporaryFolder) throws {
    authority = try CertificateAuthority.create(
      commonName: "Root", organization: "LĐLĐ", notBefore: Self.begin)
    let key = try PrivateKey.generate(.p256)
    let certificate = try authority.issue(
      .documentSigning, publicKeyDER: key.publicKeyDER,
      subject: DistinguishedName(commonName: "A", organization: "A", country: "VN"), uris: ["urn:congvan:unit:a"],
      notBefore: Self.begin, notAfter: Date().addingTimeInterval(86400))
    signer = DocumentSigner(try SigningIdentity(key: key, certificates: [certificate]))
    original = try Data(contentsOf: SealConfigurationTests.fixtures.appending(path: "dispatches/078-LDLD.pdf"))
    let spool = FilePath(folder.path).appending("spooled.pdf")
    try original.write(to: URL(fileURLWithPath: "\(spool)"))
    spooled = SpooledDocument(
      path: spool, digest: try SHA256Digest(bytes: sha256(original)), size: Int64(original.count),
      state: try TakeIn.rehash(spool, size: Int64(original.count)))
  }
}

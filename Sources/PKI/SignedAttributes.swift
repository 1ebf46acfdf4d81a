import Foundation
import SwiftASN1

/// The signed attributes that are judged, each present exactly once.
struct SignedAttributes {
  let contentType: ASN1Node
  let messageDigest: ArraySlice<UInt8>
  /// signing-certificate-v2 (RFC 5035 §3), if present.
  let certificateV2: ASN1Node?
  /// signing-certificate (RFC 2634 §5.4, SHA-1), if present.
  let certificateV1: ASN1Node?
  let hasSigningTime: Bool
  let hasOthers: Bool

  init(_ attributes: [SignedDataStructure.Attribute]) throws {
    func one(_ kind: OID) throws -> ASN1Node? {
      let found = attributes.filter { $0.kind.isObject(kind) }
      guard found.count <= 1 else { throw PKIError(.attributeInvalid, "A signed attribute stands there twice.") }
      return found.first?.value
    }
    guard Set(attributes.map { $0.kind.encodedBytes }).count == attributes.count else {
      throw PKIError(.attributeInvalid, "A signed attribute stands there twice.")
    }
    guard let type = try one(.contentType), let digest = try one(.messageDigest) else {
      throw PKIError(.attributeInvalid, "The signed attributes lack content-type or message-digest.")
    }
    contentType = type
    messageDigest = try digest.primitive(.octetString)
    certificateV2 = try one(.signingCertificateV2)
    certificateV1 = try one(.signingCertificate)
    hasSigningTime = try one(.signingTime) != nil
    hasOthers = attributes.count > 3 + (hasSigningTime ? 1 : 0)
  }
}

/// Finds the signer's certificate and holds it against the signed attribute that names it.
enum SignerMatch {
  /// The one certificate that the SignerInfo's identifier means.
  static func signer(of info: SignedDataStructure.Signer, in certificates: [Certificate]) throws -> Certificate {
    let found: [Certificate]
    if info.identifier.identifier == .sequence {
      guard info.version == 1 else { throw PKIError(.malformed, "The signer's version does not fit its identifier.") }
      let wanted = info.identifier.encodedBytes
      found = certificates.filter {
        wanted.elementsEqual(Encode.sequence(Array($0.issuerDER), Array($0.serialNumberDER)))
      }
    } else {
      guard info.version == 3 else { throw PKIError(.malformed, "The signer's version does not fit its identifier.") }
      let wanted = try info.identifier.primitive(.context(0))
      found = certificates.filter { $0.subjectKeyIdentifier.map { wanted.elementsEqual($0) } ?? false }
    }
    guard let signer = found.first, Set(found).count == 1 else {
      throw PKIError(.wrongSigningCertificate, "The signer's certificate is missing or ambiguous.")
    }
    return signer
  }

  /// The first ESSCertID must carry the hash of exactly this certificate: without it a certificate could be exchanged
  /// for another
  /// with the same key (RFC 5035 §1).
  static func check(_ attributes: SignedAttributes, names signer: Certificate, allowingSHA1: Bool) throws {
    let wrong = PKIError(.wrongSigningCertificate, "The signed attributes name another certificate than the signer's.")
    if let v2 = attributes.certificateV2 {
      var identifier = try firstIdentifier(v2)
      var algorithm = DigestAlgorithm.sha256
      if let node = identifier.nextIf(.sequence) { algorithm = try DigestAlgorithm(node) }
      let hash = try identifier.next(.octetString).primitive(.octetString)
      guard digest(signer.der, algorithm).elementsEqual(hash) else { throw wrong }
      try checkIssuer(&identifier, signer)
    }
    // Both forms may stand there, and then say the same. Time-stamping services still write the old one alone; the token's own
    // signature is of SHA-2 all the same.
    if let v1 = attributes.certificateV1, allowingSHA1 || attributes.certificateV2 != nil {
      var identifier = try firstIdentifier(v1)
      let hash = try identifier.next(.octetString).primitive(.octetString)
      guard LegacyDigest.sha1(signer.der).elementsEqual(hash) else { throw wrong }
      try checkIssuer(&identifier, signer)
    } else if attributes.certificateV2 == nil {
      throw PKIError(.wrongSigningCertificate, "The signed attributes do not name the signing certificate.")
    }
  }

  /// SEQUENCE { SEQUENCE OF ESSCertID, policies OPTIONAL }: the first of them.
  private static func firstIdentifier(_ node: ASN1Node) throws -> DERCursor {
    var outer = try node.cursor()
    var list = try outer.next(.sequence).cursor()
    _ = outer.nextIf(.sequence)
    try outer.finish()
    return try list.next(.sequence).cursor()
  }

  /// IssuerSerial, when present, must be the signer's too.
  private static func checkIssuer(_ identifier: inout DERCursor, _ signer: Certificate) throws {
    guard let issuerSerial = identifier.nextIf(.sequence) else { return try identifier.finish() }
    try identifier.finish()
    let expected = Encode.sequence(
      Encode.sequence(Encode.context(4, Array(signer.issuerDER))), Array(signer.serialNumberDER))
    guard issuerSerial.encodedBytes.elementsEqual(expected) else {
      throw PKIError(.wrongSigningCertificate, "The signed attributes name another issuer or serial number.")
    }
  }
}

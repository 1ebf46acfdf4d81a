import Foundation
import SwiftASN1

/// What a SignedData says, after its signature has been found to hold. Whether the signer is trusted is
/// ``TrustAnchors``' question.
public struct SignedDataVerification: Sendable {
  /// What is unusual but not forged; the caller's policy decides.
  public enum Finding: String, Sendable, Codable, CaseIterable {
    /// The signed attribute signing-time, which PAdES forbids (EN 319 142-1 §6.3).
    case signingTimePresent = "signing-time-present"
    /// More signed attributes than content-type, message-digest and signing-certificate-v2.
    case otherSignedAttributes = "other-signed-attributes"
    /// Unsigned attributes other than one time-stamp token.
    case otherUnsignedAttributes = "other-unsigned-attributes"
    /// The signed attributes don't name the signer's certificate: another one of the same key could take its place.
    case certificateUnnamed = "certificate-unnamed"
    /// The chain or the digest list is not in DER's order: harmless, but not written by us.
    case unorderedCertificates = "unordered-certificates"
  }

  public let signer: Certificate
  /// Every certificate in the structure, the signer's first.
  public let certificates: [Certificate]
  /// The content when it is inside; nil for a detached signature.
  public let content: Data?
  public let digestAlgorithm: DigestAlgorithm
  public let signatureAlgorithm: SignatureAlgorithm
  /// The signature value: what the time-stamp token covers.
  public let signatureValue: Data
  public let hasSigningTime: Bool
  /// The time-stamp token (DER) in the unsigned attributes, not judged yet: ``TimeStamp/verify(token:imprint:)``.
  public let timeStampToken: Data?
  public let findings: [Finding]
}

/// Reads and judges SignedData from outside. Anything unreadable, double or contradictory throws; nothing is repaired.
public enum SignedDataReader {
  /// Verifies a signature with exactly one signer.
  /// - Parameters:
  ///   - cms: DER. At most 128 KiB when detached, 16 MiB with content.
  ///   - detachedDigest: digest of the content, made with ``digestAlgorithm(of:zeroPadded:)``; nil when the content
  ///     must be inside.
  ///   - zeroPadded: allow zero bytes after the DER, as in a PDF's /Contents.
  ///   - isLegacy: a signature of before CAdES (adbe.pkcs7.detached): the signed attributes need not name the certificate,
  ///     which ``SignedDataVerification/Finding/certificateUnnamed`` then says.
  /// - Throws: ``PKIError`` whose code names the first rule broken (CAdES, EN 319 122-1; pdf-signing rules).
  public static func verify(
    cms: Data, detachedDigest: Data?, zeroPadded: Bool = false, isLegacy: Bool = false
  ) throws -> SignedDataVerification {
    let limit: SignedDataStructure.Limit = detachedDigest == nil ? .large : .contents
    guard cms.count <= limit.rawValue else {
      throw PKIError(.tooLarge, "The signature is larger than \(limit.rawValue) bytes.")
    }
    let exact = zeroPadded ? try SignedDataStructure.withoutPadding(cms) : cms
    let structure = try SignedDataStructure(exact, limit: limit)
    return try verify(
      structure, contentType: .data, detachedDigest: detachedDigest, isLegacy: isLegacy)
  }

  /// Which digest of the content the signature speaks of.
  public static func digestAlgorithm(of cms: Data, zeroPadded: Bool = false) throws -> DigestAlgorithm {
    guard cms.count <= SignedDataStructure.Limit.contents.rawValue else {
      throw PKIError(.tooLarge, "The signature is too large.")
    }
    let exact = zeroPadded ? try SignedDataStructure.withoutPadding(cms) : cms
    return try DigestAlgorithm(SignedDataStructure(exact, limit: .contents).signer.digestAlgorithm)
  }

  /// Whether the algorithms of a signature are ones that are judged at all; nothing is computed.
  /// - Throws: ``PKIError/Code/algorithmWeak``, ``PKIError/Code/algorithmUnsupported``, or what reading the structure throws.
  public static func checkAlgorithms(of cms: Data) throws {
    let signer = try SignedDataStructure(cms, limit: .contents).signer
    _ = try SignatureAlgorithm(
      signer.signatureAlgorithm, digest: try DigestAlgorithm(signer.digestAlgorithm))
  }

  /// - Parameter contentType: id-data, or id-ct-TSTInfo for a time-stamp token.
  static func verify(
    _ structure: SignedDataStructure, contentType: OID, detachedDigest: Data?,
    isLegacy: Bool = false
  ) throws -> SignedDataVerification {
    let signerInfo = structure.signer
    let isToken = contentType.dotted == OID.tstInfo.dotted
    // RFC 5652 §5.1, §5.3: version 1 with issuerAndSerialNumber, 3 otherwise.
    guard structure.version == (isToken || signerInfo.version == 3 ? 3 : 1),
      structure.contentType.isObject(contentType)
    else {
      throw PKIError(.contentInvalid, "The content is of another type or version.")
    }
    let digestAlgorithm = try DigestAlgorithm(signerInfo.digestAlgorithm)
    guard structure.digestAlgorithms.count == 1, try DigestAlgorithm(structure.digestAlgorithms[0]) == digestAlgorithm
    else { throw PKIError(.algorithmUnsupported, "The digests named in the signature contradict one another.") }
    let signatureAlgorithm = try SignatureAlgorithm(signerInfo.signatureAlgorithm, digest: digestAlgorithm)

    let contentDigest = try digestOfContent(structure, digestAlgorithm, detachedDigest)
    let attributes = try SignedAttributes(signerInfo.signedAttributes)
    guard attributes.contentType.isObject(contentType) else {
      throw PKIError(.contentInvalid, "The signed content-type is another one.")
    }
    guard attributes.messageDigest.elementsEqual(contentDigest) else {
      throw PKIError(.wrongDigest, "The content is not the one that was signed.")
    }

    let certificates = try structure.certificateNodes.map { try CertificateCache.read(Data($0.encodedBytes)) }
    let signer = try SignerMatch.signer(of: signerInfo, in: certificates)
    let isNamed = attributes.certificateV2 != nil || attributes.certificateV1 != nil
    if isNamed || !isLegacy {
      try SignerMatch.check(attributes, names: signer, allowingSHA1: isToken || isLegacy)
    }

    // The signature covers the attributes under their universal tag SET OF (RFC 5652 §5.4); they stand in DER's order
    // already.
    var covered = Data(signerInfo.signedAttributesNode.encodedBytes)
    covered[covered.startIndex] = 0x31
    let key = try PublicKey(of: signer)
    let signature = Data(signerInfo.signature)
    guard key.isRSA == (signatureAlgorithm != .ecdsa),
      key.verifies(signature, of: covered, digestAlgorithm, pss: signatureAlgorithm == .rsaPSS)
    else { throw PKIError(.signatureInvalid, "The signature does not hold.") }

    CertificateCache.remember(certificates)

    let tokens = signerInfo.unsignedAttributes.filter { $0.kind.isObject(.timeStampToken) }
    guard tokens.count <= 1 else { throw PKIError(.attributeInvalid, "There is more than one time-stamp token.") }
    var findings: [SignedDataVerification.Finding] = []
    if attributes.hasSigningTime { findings.append(.signingTimePresent) }
    if !isNamed { findings.append(.certificateUnnamed) }
    if attributes.hasOthers { findings.append(.otherSignedAttributes) }
    if signerInfo.unsignedAttributes.count > tokens.count { findings.append(.otherUnsignedAttributes) }
    let isOrdered = zip(structure.certificateNodes, structure.certificateNodes.dropFirst())
      .allSatisfy { $0.encodedBytes.lexicographicallyPrecedes($1.encodedBytes) }
    if !isOrdered { findings.append(.unorderedCertificates) }
    return SignedDataVerification(
      signer: signer, certificates: [signer] + certificates.filter { $0 != signer },
      content: structure.content.map { Data($0) }, digestAlgorithm: digestAlgorithm,
      signatureAlgorithm: signatureAlgorithm, signatureValue: signature, hasSigningTime: attributes.hasSigningTime,
      timeStampToken: tokens.first.map { Data($0.value.encodedBytes) }, findings: findings)
  }

  private static func digestOfContent(
    _ structure: SignedDataStructure, _ algorithm: DigestAlgorithm, _ detached: Data?
  ) throws -> Data {
    switch (structure.content, detached) {
    case (nil, let detached?):
      guard detached.count == algorithm.length else {
        throw PKIError(.wrongDigest, "The signature is over another digest than the one computed.")
      }
      return detached
    case (let content?, nil): return digest(Data(content), algorithm)
    case (nil, nil): throw PKIError(.contentInvalid, "The signature should carry its content and does not.")
    case (_?, _?): throw PKIError(.contentInvalid, "The signature carries content although it must not.")
    }
  }
}

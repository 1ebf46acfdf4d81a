import Foundation
import SwiftASN1

/// A successful basic OCSP response (RFC 6960 §4.2), read strictly as DER. Reading says nothing about who signed it: see
/// ``isSigned(for:)``.
public final class OCSPResponse: Sendable {
  /// The longest response read, in bytes.
  public static let maximumLength = 65_536
  private static let maximumAnswers = 100
  private static let maximumCertificates = 10

  /// What the responder says of one certificate.
  struct Answer: Sendable {
    let about: OCSPCertificateID
    let status: Status
    let thisUpdate: Date
    /// nil: newer information is always to be had (RFC 6960 §4.2.2.1), so it speaks for no time after `thisUpdate`.
    let nextUpdate: Date?
  }

  enum Status: Sendable, Equatable {
    case good
    case revoked(Date)
    case unknown
  }

  private enum Responder: Sendable {
    case name([UInt8])
    case keyHash([UInt8])
  }

  public let der: Data
  /// When the response was signed.
  public let producedAt: Date
  let answers: [Answer]
  /// Certificates that the responder sent along.
  public let certificates: [Certificate]

  private let responder: Responder
  private let signedPart: Data
  private let signature: Data
  private let digestAlgorithm: DigestAlgorithm
  private let signatureAlgorithm: SignatureAlgorithm

  /// Reads an OCSPResponse.
  /// - Throws: ``PKIError/Code/revocationResponseInvalid`` where the responder gave no answer; ``PKIError/Code/malformed``,
  ///   ``PKIError/Code/tooLarge``, ``PKIError/Code/algorithmUnsupported``.
  public convenience init(der: Data) throws {
    guard der.count <= Self.maximumLength else { throw PKIError(.tooLarge, "The OCSP response is too large.") }
    var outer = try ASN1Node.strict(ArraySlice(der)).cursor()
    let status = try outer.next(.enumerated).primitive(.enumerated)
    guard status.elementsEqual([0]) else {
      throw PKIError(
        .revocationResponseInvalid, "The OCSP responder gave no answer (status \(status.first.map { "\($0)" } ?? "?"))."
      )
    }
    var wrapper = try outer.next(.context(0)).cursor(.context(0))
    try outer.finish()
    var response = try wrapper.next(.sequence).cursor()
    try wrapper.finish()
    guard try response.next(.objectIdentifier).isObject(.ocspBasic) else {
      throw PKIError(.revocationResponseInvalid, "The OCSP response is of an unknown type.")
    }
    let basic = try response.next(.octetString).primitive(.octetString)
    try response.finish()
    try self.init(der: der, basic: basic)
  }

  private init(der: Data, basic: ArraySlice<UInt8>) throws {
    self.der = Data(der)
    var parts = try ASN1Node.strict(basic).cursor()
    let data = try parts.next(.sequence)
    let algorithmNode = try parts.next(.sequence)
    let bits = try parts.next(.bitString).primitive(.bitString)
    guard bits.first == 0 else { throw PKIError(.malformed, "An OCSP signature is cut within a byte.") }
    signature = Data(bits.dropFirst())
    if let explicit = parts.nextIf(.context(0)) {
      var inner = try explicit.cursor(.context(0))
      let nodes = try inner.next(.sequence).children(.sequence)
      try inner.finish()
      guard nodes.count <= Self.maximumCertificates else {
        throw PKIError(.tooLarge, "The OCSP response carries too many certificates.")
      }
      certificates = try nodes.map { try Certificate(der: Data($0.encodedBytes)) }
    } else {
      certificates = []
    }
    try parts.finish()
    (digestAlgorithm, signatureAlgorithm) = try Self.algorithms(algorithmNode)
    signedPart = Data(data.encodedBytes)

    var fields = try data.cursor()
    if let version = fields.nextIf(.context(0)) {
      var inner = try version.cursor(.context(0))
      guard try inner.next(.integer).smallInteger() == 0 else {
        throw PKIError(.malformed, "The OCSP response is of another version.")
      }
    }
    if let byName = fields.nextIf(.context(1)) {
      var inner = try byName.cursor(.context(1))
      responder = .name(Array(try inner.next(.sequence).encodedBytes))
      try inner.finish()
    } else {
      var inner = try fields.next(.context(2)).cursor(.context(2))
      responder = .keyHash(Array(try inner.next(.octetString).primitive(.octetString)))
      try inner.finish()
    }
    producedAt = try GeneralizedTimeText.read(try fields.next(.generalizedTime).primitive(.generalizedTime))
    let answerNodes = try fields.next(.sequence).children(.sequence)
    guard (1...Self.maximumAnswers).contains(answerNodes.count) else {
      throw PKIError(.tooLarge, "The OCSP response holds no answer, or too many.")
    }
    answers = try answerNodes.map(Self.readAnswer)
    if let extensions = fields.nextIf(.context(1)) { try Self.refuseCritical(extensions, .context(1)) }
    try fields.finish()
  }

  /// SingleResponse.
  private static func readAnswer(_ node: ASN1Node) throws -> Answer {
    var parts = try node.cursor()
    let about = try OCSPCertificateID(try parts.next(.sequence))
    let statusNode = try parts.next()
    let status: Status
    switch statusNode.identifier {
    case .context(0): status = .good
    case .context(1):
      var revoked = try statusNode.cursor(.context(1))
      status = .revoked(
        try GeneralizedTimeText.read(try revoked.next(.generalizedTime).primitive(.generalizedTime)))
    case .context(2): status = .unknown
    default: throw PKIError(.malformed, "An OCSP answer says neither good nor revoked nor unknown.")
    }
    let thisUpdate = try GeneralizedTimeText.read(try parts.next(.generalizedTime).primitive(.generalizedTime))
    var nextUpdate: Date?
    if let explicit = parts.nextIf(.context(0)) {
      var inner = try explicit.cursor(.context(0))
      nextUpdate = try GeneralizedTimeText.read(try inner.next(.generalizedTime).primitive(.generalizedTime))
      try inner.finish()
    }
    if let extensions = parts.nextIf(.context(1)) { try refuseCritical(extensions, .context(1)) }
    try parts.finish()
    return Answer(about: about, status: status, thisUpdate: thisUpdate, nextUpdate: nextUpdate)
  }

  /// An extension that must be understood is not: nothing is known of what the answer then means.
  private static func refuseCritical(_ node: ASN1Node, _ identifier: ASN1Identifier) throws {
    var outer = try node.cursor(identifier)
    for item in try outer.next(.sequence).children(.sequence) {
      var parts = try item.cursor()
      _ = try parts.next(.objectIdentifier)
      if let flag = parts.nextIf(.boolean), try flag.primitive(.boolean).first != 0 {
        throw PKIError(.revocationResponseInvalid, "The OCSP response has a critical extension.")
      }
    }
  }

  private static func algorithms(_ node: ASN1Node) throws -> (DigestAlgorithm, SignatureAlgorithm) {
    for digest in DigestAlgorithm.allCases {
      // rsaEncryption alone names no digest; here only algorithms with their digest are meant.
      guard try node.children(.sequence).first?.isObject(.rsaEncryption) == false else { break }
      if let algorithm = try? SignatureAlgorithm(node, digest: digest) { return (digest, algorithm) }
    }
    throw PKIError(.algorithmUnsupported, "The OCSP response is signed with an algorithm that is not accepted.")
  }

  // MARK: Who signed it

  /// Is the response signed by whoever may speak for this issuer: the issuer itself, or a responder whose certificate the
  /// issuer signed for that (RFC 6960 §4.2.2.2)? - Returns: the signer's certificate.
  public func signer(for issuer: Certificate) -> Certificate? {
    for candidate in [issuer] + certificates where isNamed(candidate) {
      guard candidate == issuer || mayRespond(candidate, issuer: issuer) else { continue }
      guard let key = try? PublicKey(of: candidate), key.isRSA == (signatureAlgorithm != .ecdsa),
        key.verifies(signature, of: signedPart, digestAlgorithm, pss: signatureAlgorithm == .rsaPSS)
      else { continue }
      return candidate
    }
    return nil
  }

  private func isNamed(_ certificate: Certificate) -> Bool {
    switch responder {
    case .name(let name): return certificate.subjectDER.elementsEqual(name)
    case .keyHash(let hash):
      guard let bits = try? certificate.keyBits else { return false }
      return OCSPCertificateID.hash(bits, .sha1) == hash
    }
  }

  private func mayRespond(_ responder: Certificate, issuer: Certificate) -> Bool {
    responder.extendedKeyUsages.contains(OID.ocspSigning.dotted) && responder.isSigned(by: issuer)
      && (!responder.hasKeyUsage || !responder.keyUsage.isDisjoint(with: [.digitalSignature, .nonRepudiation]))
      && responder.notBefore <= producedAt && producedAt <= responder.notAfter
  }
}

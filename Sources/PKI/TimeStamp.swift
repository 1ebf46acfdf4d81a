import Foundation
import SwiftASN1

/// What a time-stamp token says, after its signature has been found to hold. Trust in the signer: ``TrustAnchors``
/// with the purpose
/// ``CertificatePurpose/timeStamping``.
public struct TimeStampVerification: Sendable {
  /// genTime, UTC.
  public let time: Date
  public let signer: Certificate
  /// Every certificate in the token, the signer's first.
  public let certificates: [Certificate]
  /// The policy, dotted.
  public let policyOID: String
  /// The digest that the token's imprint is of.
  public let digestAlgorithm: DigestAlgorithm
  /// The digest over which the service signed the token.
  public let signatureDigest: DigestAlgorithm
  /// The token's serial number, big-endian.
  public let serialNumber: Data
}

/// The asking and judging side of the Time-Stamp Protocol (RFC 3161, RFC 5816).
public enum TimeStamp {
  /// The longest response or token read, in bytes.
  public static let maximumLength = 65_536

  /// TimeStampReq for an imprint, certificates wanted.
  /// - Parameters:
  ///   - imprint: of SHA-256, SHA-384 or SHA-512, told apart by their lengths; of another length the service refuses it.
  ///   - nonce: at least 8 random bytes; the answer must repeat them.
  public static func request(imprint: Data, nonce: Data) -> Data {
    Data(
      Encode.sequence(
        Encode.integer(1), messageImprint(Array(imprint)), Encode.integer(bytes: nonce), Encode.yes))
  }

  static func messageImprint(_ imprint: [UInt8]) -> [UInt8] {
    let algorithm = DigestAlgorithm(length: imprint.count) ?? .sha256
    return Encode.sequence(
      Encode.sequence(algorithm.oid.encoded, Encode.null), Encode.octetString(imprint))
  }

  /// Takes the token out of a TimeStampResp, having verified that it was granted, is over the imprint and repeats the
  /// nonce.
  /// - Throws: ``PKIError/Code/timeStampRefused`` with the service's words; else as ``verify(token:imprint:)``.
  public static func token(inResponse response: Data, imprint: Data, nonce: Data) throws -> Data {
    guard response.count <= maximumLength else { throw PKIError(.tooLarge, "The time-stamping answer is too large.") }
    var outer = try ASN1Node.strict(ArraySlice(response)).cursor()
    var status = try outer.next(.sequence).cursor()
    let verdict = try status.next(.integer).smallInteger()
    guard verdict <= 1 else {
      let words = (try? status.next(.sequence).children(.sequence)) ?? []
      let text = words.compactMap { try? $0.primitive(.utf8String) }.map {
        String(decoding: $0.prefix(200), as: UTF8.self)
      }
      throw PKIError(.timeStampRefused, "The time-stamping service refused (status \(verdict)).", underlying: text)
    }
    let token = Data(try outer.next(.sequence).encodedBytes)
    try outer.finish()
    let read = try read(token: token, imprint: imprint)
    guard let echoed = read.info.nonce, echoed.elementsEqual(Encode.integer(bytes: nonce)) else {
      throw PKIError(.timeStampInvalid, "The time-stamping answer does not repeat the nonce.")
    }
    return token
  }

  /// Verifies a token's signature, that its certificate may stamp, and that it is over this imprint.
  public static func verify(token: Data, imprint: Data) throws -> TimeStampVerification {
    try read(token: token, imprint: imprint).verification
  }

  /// The same, for an imprint of another digest: asks for the bytes' digest by the algorithm that the token names.
  public static func verify(token: Data, imprint: (DigestAlgorithm) throws -> Data) throws -> TimeStampVerification {
    let (signed, info) = try open(token)
    return try judge(signed, info, imprint: imprint(info.digestAlgorithm))
  }

  /// Whether the algorithms of a token, and of what it is over, are ones that are judged at all; nothing is computed.
  /// - Throws: ``PKIError/Code/algorithmWeak``, ``PKIError/Code/algorithmUnsupported``, or what reading the token throws.
  public static func checkAlgorithms(of token: Data) throws {
    try SignedDataReader.checkAlgorithms(of: token)
    guard let content = try SignedDataStructure(token, limit: .contents).content else {
      throw PKIError(.timeStampInvalid, "The token is empty.")
    }
    _ = try TimeStampInfo(Data(content))
  }

  private static func read(token: Data, imprint: Data) throws -> (
    info: TimeStampInfo, verification: TimeStampVerification
  ) {
    let (signed, info) = try open(token)
    return (info, try judge(signed, info, imprint: imprint))
  }

  private static func open(_ token: Data) throws -> (SignedDataVerification, TimeStampInfo) {
    guard token.count <= maximumLength else { throw PKIError(.tooLarge, "The time-stamp token is too large.") }
    let structure = try SignedDataStructure(token, limit: .contents)
    let signed = try SignedDataReader.verify(structure, contentType: .tstInfo, detachedDigest: nil)
    guard let content = signed.content else { throw PKIError(.timeStampInvalid, "The token is empty.") }
    return (signed, try TimeStampInfo(content))
  }

  private static func judge(_ signed: SignedDataVerification, _ info: TimeStampInfo, imprint: Data) throws
    -> TimeStampVerification
  {
    guard info.imprint.elementsEqual(imprint), imprint.count == info.digestAlgorithm.length else {
      throw PKIError(.timeStampInvalid, "The time-stamp is over something else.")
    }
    // RFC 3161 §2.3: this usage only, and critical.
    guard signed.signer.extendedKeyUsages == [OID.timeStamping.dotted], signed.signer.isExtendedKeyUsageCritical else {
      throw PKIError(.purposeUnsuitable, "The token's certificate is not one for time-stamping.")
    }
    guard signed.signer.notBefore <= info.time, info.time <= signed.signer.notAfter else {
      throw PKIError(.timeStampInvalid, "The token's time lies outside its certificate's validity.")
    }
    return TimeStampVerification(
      time: info.time, signer: signed.signer, certificates: signed.certificates,
      policyOID: info.policyOID,
      digestAlgorithm: info.digestAlgorithm, signatureDigest: signed.digestAlgorithm,
      serialNumber: info.serialNumber)
  }
}

/// TSTInfo (RFC 3161 §2.4.2), read strictly.
struct TimeStampInfo {
  let policyOID: String
  let digestAlgorithm: DigestAlgorithm
  let imprint: ArraySlice<UInt8>
  let serialNumber: Data
  let time: Date
  /// The INTEGER as it stands.
  let nonce: ArraySlice<UInt8>?

  init(_ der: Data) throws {
    var info = try ASN1Node.strict(ArraySlice(der)).cursor()
    guard try info.next(.integer).smallInteger() == 1 else {
      throw PKIError(.malformed, "The token is of another version.")
    }
    let policy = try info.next(.objectIdentifier)
    var messageImprint = try info.next(.sequence).cursor()
    digestAlgorithm = try DigestAlgorithm(try messageImprint.next(.sequence))
    imprint = try messageImprint.next(.octetString).primitive(.octetString)
    try messageImprint.finish()
    serialNumber = Data(try info.next(.integer).primitive(.integer))
    time = try GeneralizedTimeText.read(try info.next(.generalizedTime).primitive(.generalizedTime))
    _ = info.nextIf(.sequence)  // accuracy
    _ = info.nextIf(.boolean)  // ordering
    nonce = info.nextIf(.integer)?.encodedBytes
    _ = info.nextIf(.context(0))  // the service's name
    if let extensions = info.nextIf(.context(1)) { try Self.refuseCritical(extensions) }
    try info.finish()
    do { policyOID = try ASN1ObjectIdentifier(derEncoded: policy).description } catch {
      throw PKIError(.malformed, "The token's policy cannot be read.")
    }
  }

  /// An extension that must be understood is not (RFC 3161 §2.4.2): nothing is known of what the token then means.
  private static func refuseCritical(_ node: ASN1Node) throws {
    for item in try node.children(.context(1)) {
      var parts = try item.cursor()
      _ = try parts.next(.objectIdentifier)
      if let flag = parts.nextIf(.boolean), try flag.primitive(.boolean).first != 0 {
        throw PKIError(.timeStampInvalid, "The token has a critical extension.")
      }
    }
  }
}

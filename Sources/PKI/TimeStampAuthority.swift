import Foundation
import SwiftASN1

/// The answering side of the Time-Stamp Protocol (RFC 3161 §2.4.2). Keeps no state: the caller gives time and serial
/// number.
public struct TimeStampAuthority: Sendable {
  public let certificate: Certificate
  private let chain: [Certificate]
  private let key: any SigningKey
  private let policy: OID

  /// The longest request read, in bytes.
  public static let maximumRequestLength = 4096

  /// - Parameters:
  ///   - certificate: issued with ``CertificateProfile/timeStamping``.
  ///   - chain: sent along after the certificate when the asker wants certificates; without the root.
  ///   - policyOID: dotted; named in every token.
  public init(certificate: Certificate, chain: [Certificate] = [], key: any SigningKey, policyOID: String) throws {
    guard certificate.extendedKeyUsages == [OID.timeStamping.dotted], certificate.isExtendedKeyUsageCritical else {
      throw PKIError(.purposeUnsuitable, "The certificate is not one for time-stamping.")
    }
    guard (try? ASN1ObjectIdentifier(dotRepresentation: Substring(policyOID))) != nil else {
      throw PKIError(.malformed, "“\(policyOID)” is no object identifier.")
    }
    self.certificate = certificate
    self.chain = chain
    self.key = key
    policy = OID(policyOID)
  }

  /// Answers a TimeStampReq with a TimeStampResp. A request that cannot be served gets a refusal (status rejection),
  /// as the protocol
  /// wants; only a key that does not sign throws.
  /// - Parameters:
  ///   - time: whole seconds are written.
  ///   - serial: big-endian, never used twice; at most 20 bytes.
  public func respond(to request: Data, at time: Date, serial: Data) throws -> Data {
    let asked: Request
    do { asked = try Request(request, policy: policy) } catch let refusal as Refusal {
      return Self.rejection(refusal)
    } catch { return Self.rejection(.badDataFormat) }
    let info = Encode.sequence(
      of: [
        Encode.integer(1), policy.encoded, Array(asked.imprint), Encode.integer(bytes: serial.suffix(20)),
        Encode.generalizedTime(time), Encode.sequence(Encode.integer(1)),  // accurate to 1 s
        Array(asked.nonce ?? []),
      ])
    // Whoever asks over a stronger digest does so because the weaker one ages: the token must not rest on that one.
    let algorithm = key.digests.contains(asked.algorithm) ? asked.algorithm : .sha256
    let token = try SignedDataBuilder.build(
      version: 3, contentType: .tstInfo, content: info,
      digest: Array(digest(Data(info), algorithm)),
      algorithm: algorithm,
      certificates: [certificate] + chain, includingCertificates: asked.wantsCertificates, key: key
    ).cms
    return Data(Encode.sequence(Encode.sequence(Encode.integer(0)), token))
  }

  /// PKIFailureInfo bits (RFC 3161 §2.4.2).
  private enum Refusal: Int, Error {
    case badAlg = 0
    case badDataFormat = 5
    case unacceptedPolicy = 15
    case unacceptedExtension = 16
  }

  /// PKIStatusInfo with status 2 and one failure bit, the BIT STRING without trailing zero bits.
  private static func rejection(_ refusal: Refusal) -> Data {
    var bits = [UInt8](repeating: 0, count: refusal.rawValue / 8 + 1)
    bits[refusal.rawValue / 8] = 0x80 >> UInt8(refusal.rawValue % 8)
    let failure = Encode.bitString(bits, unusedBits: UInt8(7 - refusal.rawValue % 8))
    return Data(Encode.sequence(Encode.sequence(Encode.integer(2), failure)))
  }

  /// TimeStampReq.
  private struct Request {
    let imprint: ArraySlice<UInt8>
    let algorithm: DigestAlgorithm
    let nonce: ArraySlice<UInt8>?
    let wantsCertificates: Bool

    init(_ der: Data, policy: OID) throws {
      guard der.count <= TimeStampAuthority.maximumRequestLength else { throw Refusal.badDataFormat }
      var request = try ASN1Node.strict(ArraySlice(der)).cursor()
      guard try request.next(.integer).smallInteger() == 1 else { throw Refusal.badDataFormat }
      let imprintNode = try request.next(.sequence)
      var parts = try imprintNode.cursor()
      let algorithmNode = try parts.next(.sequence)
      guard let algorithm = try? DigestAlgorithm(algorithmNode) else { throw Refusal.badAlg }
      self.algorithm = algorithm
      let hash = try parts.next(.octetString).primitive(.octetString)
      try parts.finish()
      guard hash.count == algorithm.length else { throw Refusal.badDataFormat }
      imprint = imprintNode.encodedBytes
      if let wanted = request.nextIf(.objectIdentifier), !wanted.isObject(policy) { throw Refusal.unacceptedPolicy }
      nonce = request.nextIf(.integer)?.encodedBytes
      guard (nonce?.count ?? 0) <= 40 else { throw Refusal.badDataFormat }
      if let flag = request.nextIf(.boolean) {
        wantsCertificates = try flag.primitive(.boolean).elementsEqual([0xFF])
      } else {
        wantsCertificates = false
      }
      if request.nextIf(.context(0)) != nil { throw Refusal.unacceptedExtension }
      try request.finish()
    }
  }
}

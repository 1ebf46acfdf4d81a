import Foundation
import SwiftASN1

/// The parts of a SignedData with exactly one signer, read strictly as DER. Nothing is judged here but the shape.
struct SignedDataStructure {
  /// How many bytes of CMS are read at most.
  enum Limit: Int {
    /// A PDF's /Contents (pdf-signing rule: 128 KiB).
    case contents = 131_072
    /// CMS that carries a body, such as a batch of acknowledgements.
    case large = 16_777_216
  }

  struct Attribute {
    let kind: ASN1Node
    /// The one value.
    let value: ASN1Node
    let node: ASN1Node
  }

  struct Signer {
    let version: Int
    /// issuerAndSerialNumber, or [0] subjectKeyIdentifier.
    let identifier: ASN1Node
    let digestAlgorithm: ASN1Node
    /// [0] IMPLICIT SET OF as it stands.
    let signedAttributesNode: ASN1Node
    let signedAttributes: [Attribute]
    let signatureAlgorithm: ASN1Node
    let signature: ArraySlice<UInt8>
    let unsignedAttributes: [Attribute]
    let partsBeforeUnsigned: [ASN1Node]
  }

  let version: Int
  let digestAlgorithms: [ASN1Node]
  let contentType: ASN1Node
  let content: ArraySlice<UInt8>?
  let certificateNodes: [ASN1Node]
  let signer: Signer
  let partsBeforeSigners: [ASN1Node]

  init(_ cms: Data, limit: Limit) throws {
    guard cms.count <= limit.rawValue else {
      throw PKIError(.tooLarge, "The signature is larger than \(limit.rawValue) bytes.")
    }
    var outer = try ASN1Node.strict(ArraySlice(cms)).cursor()
    guard try outer.next().isObject(.signedData) else { throw PKIError(.malformed, "This is no SignedData.") }
    var wrapper = try outer.next(.context(0)).cursor(.context(0))
    try outer.finish()
    var body = try wrapper.next(.sequence).cursor()
    try wrapper.finish()

    let versionNode = try body.next(.integer)
    let digestsNode = try body.next(.set)
    let contentNode = try body.next(.sequence)
    version = try versionNode.smallInteger()
    digestAlgorithms = try digestsNode.orderedMembers(.set)
    var contentParts = try contentNode.cursor()
    contentType = try contentParts.next(.objectIdentifier)
    if let explicit = contentParts.nextIf(.context(0)) {
      var inner = try explicit.cursor(.context(0))
      content = try inner.next(.octetString).primitive(.octetString)
      try inner.finish()
    } else {
      content = nil
    }
    try contentParts.finish()

    var before = [versionNode, digestsNode, contentNode]
    if let certificates = body.nextIf(.context(0)) {
      // Not held to DER's order: many signers write the chain in its natural one.
      certificateNodes = try certificates.children(.context(0))
      before.append(certificates)
    } else {
      certificateNodes = []
    }
    guard certificateNodes.count <= 20 else {
      throw PKIError(.tooLarge, "The signature carries too many certificates.")
    }
    if let lists = body.nextIf(.context(1)) { before.append(lists) }
    partsBeforeSigners = before
    let signers = try body.next(.set).children(.set)
    try body.finish()
    guard signers.count == 1 else {
      throw PKIError(.notOneSigner, "There must be exactly one signer, not \(signers.count).")
    }
    signer = try Self.readSigner(signers[0])
  }

  /// SignerInfo (RFC 5652 §5.3).
  private static func readSigner(_ node: ASN1Node) throws -> Signer {
    let parts = try node.children(.sequence)
    var cursor = DERCursor(parts)
    let version = try cursor.next(.integer).smallInteger()
    let identifier = try cursor.next()
    let digestAlgorithm = try cursor.next(.sequence)
    guard let signedNode = cursor.nextIf(.context(0)) else {
      throw PKIError(.noSignedAttributes, "The signature has no signed attributes.")
    }
    let signatureAlgorithm = try cursor.next(.sequence)
    let signature = try cursor.next(.octetString).primitive(.octetString)
    let unsignedNode = cursor.nextIf(.context(1))
    try cursor.finish()
    return Signer(
      version: version, identifier: identifier, digestAlgorithm: digestAlgorithm, signedAttributesNode: signedNode,
      signedAttributes: try signedNode.orderedMembers(.context(0)).map(readAttribute),
      signatureAlgorithm: signatureAlgorithm, signature: signature,
      unsignedAttributes: try unsignedNode?.children(.context(1)).map(readAttribute) ?? [],
      partsBeforeUnsigned: unsignedNode == nil ? parts : Array(parts.dropLast()))
  }

  private static func readAttribute(_ node: ASN1Node) throws -> Attribute {
    var cursor = try node.cursor()
    let kind = try cursor.next(.objectIdentifier)
    let values = try cursor.next(.set).children(.set)
    try cursor.finish()
    guard values.count == 1 else { throw PKIError(.attributeInvalid, "An attribute must have exactly one value.") }
    return Attribute(kind: kind, value: values[0], node: node)
  }

  /// Cuts zero padding off a DER value: what a PDF's /Contents holds.
  /// - Throws: ``PKIError/Code/trailingData`` when anything but zeros follows.
  static func withoutPadding(_ bytes: Data) throws -> Data {
    let header = [UInt8](bytes.prefix(6))
    guard header.count >= 2, header[0] == 0x30 else {
      throw PKIError(.malformed, "The bytes do not begin like a signature.")
    }
    var length = Int(header[1])
    var start = 2
    if length >= 0x80 {
      let digits = length & 0x7F
      guard (1...4).contains(digits), header.count >= 2 + digits else {
        throw PKIError(.malformed, "The bytes are not DER.")
      }
      length = header[2..<(2 + digits)].reduce(0) { $0 << 8 | Int($1) }
      start += digits
    }
    guard length <= bytes.count - start else { throw PKIError(.malformed, "The signature is cut off.") }
    let tail = bytes.dropFirst(start + length)
    guard tail.allSatisfy({ $0 == 0 }) else {
      throw PKIError(.trailingData, "Bytes other than padding follow the signature.")
    }
    return Data(bytes.prefix(start + length))
  }
}

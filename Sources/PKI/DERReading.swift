import Foundation
import SwiftASN1

/// Strict walking over DER that swift-asn1 has parsed. Every surprise is ``PKIError/Code/malformed``.
struct DERCursor {
  private var rest: ArraySlice<ASN1Node>

  init(_ nodes: [ASN1Node]) { rest = nodes[...] }

  var isAtEnd: Bool { rest.isEmpty }
  var peek: ASN1Node? { rest.first }

  mutating func next() throws -> ASN1Node {
    guard let node = rest.popFirst() else { throw PKIError(.malformed, "A structure ends too early.") }
    return node
  }

  mutating func next(_ identifier: ASN1Identifier) throws -> ASN1Node {
    let node = try next()
    guard node.identifier == identifier else {
      throw PKIError(.malformed, "An unexpected element stands in a structure.")
    }
    return node
  }

  /// The next node if it has that identifier.
  mutating func nextIf(_ identifier: ASN1Identifier) -> ASN1Node? {
    rest.first?.identifier == identifier ? rest.popFirst() : nil
  }

  mutating func finish() throws {
    guard rest.isEmpty else { throw PKIError(.malformed, "A structure has elements it should not have.") }
  }
}

extension ASN1Node {
  /// Parses one DER value that fills the bytes exactly.
  static func strict(_ bytes: ArraySlice<UInt8>) throws -> ASN1Node {
    do { return try DER.parse(bytes) } catch {
      throw PKIError(.malformed, "The bytes are not DER.", underlying: ["\(error)"])
    }
  }

  func children(_ identifier: ASN1Identifier) throws -> [ASN1Node] {
    guard self.identifier == identifier, case .constructed(let collection) = content else {
      throw PKIError(.malformed, "An unexpected element stands in a structure.")
    }
    return Array(collection)
  }

  func cursor(_ identifier: ASN1Identifier = .sequence) throws -> DERCursor { DERCursor(try children(identifier)) }

  func primitive(_ identifier: ASN1Identifier) throws -> ArraySlice<UInt8> {
    guard self.identifier == identifier, case .primitive(let bytes) = content else {
      throw PKIError(.malformed, "An unexpected element stands in a structure.")
    }
    return bytes
  }

  /// The members of a SET OF, which must stand in DER's order (X.690 §11.6) without repetition.
  func orderedMembers(_ identifier: ASN1Identifier) throws -> [ASN1Node] {
    let members = try children(identifier)
    for (left, right) in zip(members, members.dropFirst())
    where !left.encodedBytes.lexicographicallyPrecedes(right.encodedBytes) {
      throw PKIError(.malformed, "The members of a set are not in DER's order.")
    }
    return members
  }

  func isObject(_ oid: OID) -> Bool { encodedBytes.elementsEqual(oid.encoded) }

  /// A small non-negative INTEGER.
  func smallInteger() throws -> Int {
    let bytes = try primitive(.integer)
    guard (1...4).contains(bytes.count), let first = bytes.first, first < 0x80 else {
      throw PKIError(.malformed, "A number is out of its range.")
    }
    return bytes.reduce(0) { $0 << 8 | Int($1) }
  }
}

extension ASN1Identifier {
  /// A context-specific tag.
  static func context(_ number: UInt) -> ASN1Identifier {
    ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
  }
}

import CCrypto
import Foundation
import SwiftASN1

/// What a certificate's key may be used for (RFC 5280 §4.2.1.3).
public struct KeyUsage: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let digitalSignature = KeyUsage(rawValue: 0x80)
  /// Also called contentCommitment.
  public static let nonRepudiation = KeyUsage(rawValue: 0x40)
  public static let keyEncipherment = KeyUsage(rawValue: 0x20)
  public static let certificateSigning = KeyUsage(rawValue: 0x04)
  public static let revocationListSigning = KeyUsage(rawValue: 0x02)
}

extension Certificate {
  /// Empty when the extension is absent (see ``hasKeyUsage``).
  public var keyUsage: KeyUsage {
    hasKeyUsage ? KeyUsage(rawValue: withPointer { X509_get_key_usage($0) }) : []
  }
  public var hasKeyUsage: Bool { withPointer { X509_get_extension_flags($0) } & UInt32(EXFLAG_KUSAGE) != 0 }

  /// The extended key usages as dotted identifiers; empty when the extension is absent.
  public var extendedKeyUsages: [String] {
    guard let list = try? nodes(of: NID_ext_key_usage)?.list else { return [] }
    return list.compactMap { try? ASN1ObjectIdentifier(derEncoded: $0).description }
  }
  /// Is the extended key usage marked critical?
  public var isExtendedKeyUsageCritical: Bool { (try? nodes(of: NID_ext_key_usage)?.isCritical) ?? false }

  /// URIs of the subject alternative name, such as `urn:congvan:unit:…`.
  public var subjectAlternativeURIs: [String] { alternativeNames(6) }
  /// DNS names of the subject alternative name.
  public var subjectAlternativeDNSNames: [String] { alternativeNames(2) }

  /// The subject key identifier; nil when absent.
  var subjectKeyIdentifier: [UInt8]? {
    withPointer { x509 in
      guard let identifier = X509_get0_subject_key_id(x509), let start = ASN1_STRING_get0_data(identifier) else {
        return nil
      }
      return [UInt8](UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(identifier))))
    }
  }

  private func alternativeNames(_ tag: UInt) -> [String] {
    let wanted = ASN1Identifier(tagWithNumber: tag, tagClass: .contextSpecific)
    guard let list = try? nodes(of: NID_subject_alt_name)?.list else { return [] }
    return list.compactMap { node in
      guard node.identifier == wanted, case .primitive(let bytes) = node.content else { return nil }
      return String(validating: bytes, as: UTF8.self)
    }
  }

  /// The members of an extension that is a SEQUENCE OF; nil when absent or unreadable.
  func nodes(of extensionKind: Int32) throws -> (list: [ASN1Node], isCritical: Bool)? {
    let found: (bytes: [UInt8], isCritical: Bool)? = withPointer { x509 in
      let index = X509_get_ext_by_NID(x509, extensionKind, -1)
      guard index >= 0, let ext = X509_get_ext(x509, index), let value = X509_EXTENSION_get_data(ext),
        let start = ASN1_STRING_get0_data(value)
      else { return nil }
      let bytes = [UInt8](UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(value))))
      return (bytes, X509_EXTENSION_get_critical(ext) == 1)
    }
    guard let found else { return nil }
    return (try DER.parse(found.bytes).children(.sequence), found.isCritical)
  }
}

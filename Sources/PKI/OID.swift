/// An object identifier with its DER encoding at hand.
struct OID: Sendable {
  /// Tag, length and value.
  let encoded: [UInt8]
  let dotted: String

  init(_ dotted: String) {
    let arcs = dotted.split(separator: ".").compactMap { UInt64($0) }
    var content: [UInt8] = []
    for (index, arc) in arcs.enumerated() where index > 0 {
      let value = index == 1 ? arcs[0] * 40 + arc : arc
      var digits: [UInt8] = [UInt8(value & 0x7F)]
      var rest = value >> 7
      while rest > 0 {
        digits.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      content += digits.reversed()
    }
    encoded = Encode.tlv(0x06, content)
    self.dotted = dotted
  }

  // Content types (RFC 5652, RFC 3161)
  static let data = OID("1.2.840.113549.1.7.1")
  static let signedData = OID("1.2.840.113549.1.7.2")
  static let tstInfo = OID("1.2.840.113549.1.9.16.1.4")

  // Attributes (RFC 5652 §11, RFC 5035, RFC 2634, RFC 3161 appendix A)
  static let contentType = OID("1.2.840.113549.1.9.3")
  static let messageDigest = OID("1.2.840.113549.1.9.4")
  static let signingTime = OID("1.2.840.113549.1.9.5")
  static let signingCertificate = OID("1.2.840.113549.1.9.16.2.12")
  static let signingCertificateV2 = OID("1.2.840.113549.1.9.16.2.47")
  static let timeStampToken = OID("1.2.840.113549.1.9.16.2.14")

  // Digests and signatures (RFC 5754, RFC 5758, RFC 4055)
  static let sha1 = OID("1.3.14.3.2.26")
  static let md5 = OID("1.2.840.113549.2.5")
  static let md5WithRSA = OID("1.2.840.113549.1.1.4")
  static let sha1WithRSA = OID("1.2.840.113549.1.1.5")
  static let ecdsaWithSHA1 = OID("1.2.840.10045.4.1")
  static let sha256 = OID("2.16.840.1.101.3.4.2.1")
  static let sha384 = OID("2.16.840.1.101.3.4.2.2")
  static let sha512 = OID("2.16.840.1.101.3.4.2.3")
  static let rsaEncryption = OID("1.2.840.113549.1.1.1")
  static let sha256WithRSA = OID("1.2.840.113549.1.1.11")
  static let sha384WithRSA = OID("1.2.840.113549.1.1.12")
  static let sha512WithRSA = OID("1.2.840.113549.1.1.13")
  static let rsaPSS = OID("1.2.840.113549.1.1.10")
  static let mgf1 = OID("1.2.840.113549.1.1.8")
  static let ecdsaWithSHA256 = OID("1.2.840.10045.4.3.2")
  static let ecdsaWithSHA384 = OID("1.2.840.10045.4.3.3")
  static let ecdsaWithSHA512 = OID("1.2.840.10045.4.3.4")

  // Names (X.520)
  static let commonName = OID("2.5.4.3")
  static let country = OID("2.5.4.6")
  static let organization = OID("2.5.4.10")

  // Certificate and list extensions (RFC 5280 §4.2, §5.2)
  static let subjectKeyIdentifier = OID("2.5.29.14")
  static let keyUsage = OID("2.5.29.15")
  static let subjectAlternativeName = OID("2.5.29.17")
  static let basicConstraints = OID("2.5.29.19")
  static let crlNumber = OID("2.5.29.20")
  static let authorityKeyIdentifier = OID("2.5.29.35")
  static let extendedKeyUsage = OID("2.5.29.37")

  // Revocation (RFC 6960, RFC 5280 §4.2.2.1)
  static let ocspBasic = OID("1.3.6.1.5.5.7.48.1.1")
  static let ocspNoCheck = OID("1.3.6.1.5.5.7.48.1.5")
  static let accessOCSP = OID("1.3.6.1.5.5.7.48.1")
  static let accessIssuers = OID("1.3.6.1.5.5.7.48.2")

  // Extended key usages
  static let serverAuth = OID("1.3.6.1.5.5.7.3.1")
  static let clientAuth = OID("1.3.6.1.5.5.7.3.2")
  static let emailProtection = OID("1.3.6.1.5.5.7.3.4")
  static let timeStamping = OID("1.3.6.1.5.5.7.3.8")
  /// RFC 6960 §4.2.2.2.
  static let ocspSigning = OID("1.3.6.1.5.5.7.3.9")
  /// RFC 9336.
  static let documentSigning = OID("1.3.6.1.5.5.7.3.36")
  static let anyExtendedKeyUsage = OID("2.5.29.37.0")
  static let microsoftDocumentSigning = OID("1.3.6.1.4.1.311.10.3.12")
  static let adobeAuthenticDocuments = OID("1.2.840.113583.1.1.5")
}

extension DigestAlgorithm {
  var oid: OID {
    switch self {
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    }
  }

  /// AlgorithmIdentifier without parameters (RFC 5754 §2: the preferred form).
  var identifier: [UInt8] { Encode.sequence(oid.encoded) }
}

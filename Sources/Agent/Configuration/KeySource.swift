import PKI

/// Where a key for signing documents lies.
public enum KeySource: Sendable, Equatable {
  /// Absolute path of an unencrypted PEM file, mode 0600.
  case pem(String)
  /// Absolute path of a PKCS#12 file (.p12, .pfx), mode 0600.
  case pkcs12(String)
  case token(TokenURI)

  /// `pkcs11:…`, or an absolute path, which means PKCS#12 where it ends in .p12 or .pfx.
  /// - Throws: `PKIError`; its message repeats nothing of a URI, since somebody may have put a PIN into it.
  public init(_ text: String) throws {
    if text.hasPrefix("pkcs11:") {
      self = .token(try TokenURI(text))
    } else if text.hasPrefix("/"), text.utf8.count < 4096, !text.contains("\0") {
      let name = text.lowercased()
      self = name.hasSuffix(".p12") || name.hasSuffix(".pfx") ? .pkcs12(text) : .pem(text)
    } else {
      throw PKIError(.keyUnreadable, "A key is a path that starts with /, or a URI that starts with pkcs11:.")
    }
  }

  /// For messages and `file` of errors; holds no secret.
  public var name: String {
    switch self {
    case .pem(let path), .pkcs12(let path): path
    case .token(let uri): "\(uri)"
    }
  }
}

import Foundation

/// An authority that isn't the hub's, made with openssl: a root, an authority below it, and certificates for signers.
struct ForeignAuthority {
  let folder: URL

  /// Root and intermediate, as an administrator puts them into `trust`.
  var anchors: URL { folder.appending(component: "anchors.pem") }
  var revocationList: URL { folder.appending(component: "list.crl") }

  struct Signer {
    let key: URL
    /// The certificate, then the intermediate.
    let chain: URL
    let certificate: URL
  }

  init(in parent: URL) async throws {
    folder = parent.appending(component: "foreign-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let configuration = """
      [req]
      distinguished_name = dn
      [dn]
      [root]
      basicConstraints = critical,CA:TRUE
      keyUsage = critical,keyCertSign,cRLSign
      subjectKeyIdentifier = hash
      [between]
      basicConstraints = critical,CA:TRUE,pathlen:0
      keyUsage = critical,keyCertSign,cRLSign
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid
      [ca]
      default_ca = below
      [below]
      database = \(path("index.txt"))
      unique_subject = no
      default_md = sha256
      default_crl_days = 30
      """
    try Data(configuration.utf8).write(to: file("openssl.cnf"))
    try Data().write(to: file("index.txt"))
    let settings = ["-config", path("openssl.cnf")]
    try await openssl(
      ["req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "3650", "-subj", "/C=VN/O=Cơ yếu/CN=Root CA thử"]
        + ["-utf8", "-extensions", "root", "-keyout", path("root.key"), "-out", path("root.pem")] + settings)
    try await openssl(
      ["req", "-newkey", "rsa:3072", "-nodes", "-subj", "/C=VN/O=Cơ yếu/CN=CA cấp dưới", "-utf8"]
        + ["-keyout", path("between.key"), "-out", path("between.csr")] + settings)
    try await openssl(
      ["x509", "-req", "-in", path("between.csr"), "-CA", path("root.pem"), "-CAkey", path("root.key")]
        + ["-CAcreateserial", "-days", "1825", "-extfile", path("openssl.cnf"), "-extensions", "between"]
        + ["-out", path("between.pem")])
    try (Data(contentsOf: file("root.pem")) + Data(contentsOf: file("between.pem"))).write(to: anchors)
  }

  /// - Parameter extra: a line of the certificate's extensions.
  func certify(_ name: String, extra: String = "") async throws -> Signer {
    let extensions = """
      basicConstraints = critical,CA:FALSE
      keyUsage = critical,digitalSignature,nonRepudiation
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid
      \(extra)
      """
    try Data(extensions.utf8).write(to: file("\(name).ext"))
    try await openssl(
      ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/C=VN/O=Cơ yếu/CN=\(name)", "-utf8", "-config"]
        + [path("openssl.cnf"), "-keyout", path("\(name).key"), "-out", path("\(name).csr")])
    try await openssl(
      ["x509", "-req", "-in", path("\(name).csr"), "-CA", path("between.pem"), "-CAkey", path("between.key")]
        + ["-CAcreateserial", "-days", "365", "-extfile", path("\(name).ext"), "-out", path("\(name).pem")])
    chmod(path("\(name).key"), 0o600)
    let chain = file("\(name).chain.pem")
    try (Data(contentsOf: file("\(name).pem")) + Data(contentsOf: file("between.pem"))).write(to: chain)
    return Signer(key: file("\(name).key"), chain: chain, certificate: file("\(name).pem"))
  }

  /// Of the root, with nothing on it.
  var rootList: URL { folder.appending(component: "root.crl") }

  /// Writes both revocation lists: the intermediate's with these certificates on it, after those of before.
  func revoke(_ signers: [Signer]) async throws {
    let configuration = try String(contentsOf: file("openssl.cnf"), encoding: .utf8)
    try Data(configuration.replacing("index.txt", with: "root-index.txt").utf8).write(to: file("root.cnf"))
    try Data().write(to: file("root-index.txt"))
    try await openssl(
      ["ca", "-gencrl", "-out", rootList.path, "-config", path("root.cnf"), "-cert", path("root.pem"), "-keyfile"]
        + [path("root.key")])
    let settings = ["-config", path("openssl.cnf"), "-cert", path("between.pem"), "-keyfile", path("between.key")]
    for signer in signers { try await openssl(["ca", "-revoke", signer.certificate.path] + settings) }
    try await openssl(["ca", "-gencrl", "-out", revocationList.path] + settings)
  }

  private func file(_ name: String) -> URL { folder.appending(component: name) }
  private func path(_ name: String) -> String { file(name).path }

  private func openssl(_ arguments: [String]) async throws {
    let result = try await Command.run(URL(fileURLWithPath: "/usr/bin/env"), ["openssl"] + arguments)
    guard result.status == 0 else { throw Failure("openssl \(arguments.prefix(2)): \(result.errors)") }
  }
}

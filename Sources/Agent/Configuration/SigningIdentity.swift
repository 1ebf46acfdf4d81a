import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers
import PKI

/// A private key with its certificate, and what stands above it.
public struct SigningIdentity: Sendable {
  public let key: PrivateKey
  /// The key's own certificate first.
  public let certificates: [Certificate]
  /// PEM of certificates, and of the key: what libcurl is given.
  public let certificatePEM: Data
  public let keyPEM: Data

  public var certificate: Certificate { certificates[0] }

  /// - Throws: `PKIError.Code.keyMismatch` where no certificate is the key's.
  public init(key: PrivateKey, certificates: [Certificate]) throws {
    guard let own = certificates.first(where: { $0.matches(key) }) else {
      throw PKIError(.keyMismatch, "None of the \(certificates.count) certificates belongs to the key.")
    }
    self.key = key
    self.certificates = [own] + certificates.filter { $0 != own }
    certificatePEM = Data(self.certificates.map(\.pem).joined())
    keyPEM = try key.pem
  }

  /// Reads both files, which may be one.
  /// - Throws: `ConfigurationError`: a key that the group or the world may read is refused, as is a pair that doesn't match.
  public static func load(keyFile: String, certificateFile: String? = nil) throws(ConfigurationError) -> SigningIdentity
  {
    let key = try PrivateKeyFile.read(keyFile)
    let certificateFile = certificateFile ?? keyFile
    let text: Data
    do { text = try WholeFile.read(certificateFile, atMost: 1 << 20) } catch {
      throw ConfigurationError(.badKey, file: certificateFile, "the certificate: \(Messages(.english).why(error))")
    }
    do { return try SigningIdentity(key: key, certificates: Certificate.all(pem: text)) } catch {
      throw ConfigurationError(.badKey, file: certificateFile, "\(error)")
    }
  }

  /// Both in one file, the form in which they are kept.
  public var pem: Data { keyPEM + certificatePEM }
}

/// Private keys on disk: mode 0600, regular files.
enum PrivateKeyFile {
  static func read(_ path: String) throws(ConfigurationError) -> PrivateKey {
    let text = try bytes(path)
    do { return try PrivateKey(pem: text) } catch { throw ConfigurationError(.badKey, file: path, "\(error)") }
  }

  /// The bytes of a file with a key, at most 1 MiB, that nobody but its owner may read.
  static func bytes(_ path: String) throws(ConfigurationError) -> Data {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let why = SystemError(call: "stat", path: path)
      throw ConfigurationError(
        .badKey, file: path,
        why.code == ENOENT
          ? "the key does not exist: enrol with `congvan enroll`" : "the key: \(Messages(.english).why(why))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(.badKey, file: path, "the key is not a plain file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw ConfigurationError(
        .exposedKey, file: path,
        "others may read this private key: run `chmod 600 \(path)`, and ask for a new one if they did")
    }
    do { return try WholeFile.read(path, atMost: 1 << 20) } catch {
      throw ConfigurationError(
        .badKey, file: path, "the key cannot be read (\(error)): is this program running as its owner?")
    }
  }
}

/// The identities in use: the machine's, and one per unit, by which it speaks to the hub and, unless `signing.key` names
/// another key, signs its documents. Ask for one at each use: renewal swaps it.
public final class IdentityStore: Sendable {
  private struct Identities {
    var machine: SigningIdentity
    var units: [UnitID: SigningIdentity]
  }

  private let identities: NIOLockedValueBox<Identities>
  /// Of units whose documents are signed by another key (a token's, an authority's elsewhere).
  private let signers: [UnitID: DocumentSigner]
  /// What the units' signatures look like.
  public let seals: UnitSeals

  public init(
    machine: SigningIdentity, units: [UnitID: SigningIdentity], signers: [UnitID: DocumentSigner] = [:],
    seals: UnitSeals = UnitSeals()
  ) {
    self.signers = signers
    self.seals = seals
    identities = NIOLockedValueBox(Identities(machine: machine, units: units))
  }

  /// Reads all that the configuration names.
  public static func load(_ configuration: AgentConfiguration) throws(ConfigurationError) -> IdentityStore {
    let machine = try SigningIdentity.load(keyFile: configuration.paths.machineIdentity)
    var units: [UnitID: SigningIdentity] = [:]
    for unit in configuration.units {
      let identity = try SigningIdentity.load(keyFile: unit.keyFile, certificateFile: unit.certificateFile)
      try check(identity.certificate, names: unit)
      units[unit.unit] = identity
    }
    var signers: [UnitID: DocumentSigner] = [:]
    let tries = PINGuard(folder: configuration.paths.tokens)
    for unit in configuration.units {
      guard let source = unit.signing.key else { continue }
      do {
        signers[unit.unit] = try DocumentSigner.load(
          source, certificateFile: unit.signing.certificate, pin: unit.signing.pin, tries: tries)
      } catch let error as ConfigurationError { throw error } catch {
        throw ConfigurationError(.badKey, file: source.name, "\(error)")
      }
    }
    return IdentityStore(
      machine: machine, units: units, signers: signers, seals: try UnitSeals.load(configuration.units))
  }

  /// What another unit's certificate signs, the hub refuses letter by letter: better not to begin.
  private static func check(_ certificate: Certificate, names unit: UnitConfiguration) throws(ConfigurationError) {
    guard !certificate.subjectAlternativeURIs.contains(unit.unit.certificateURI) else { return }
    let named = certificate.subjectAlternativeURIs.compactMap { UnitID(certificateURI: $0)?.rawValue }.joined(
      separator: ", ")
    throw ConfigurationError(
      .badKey, file: unit.certificateFile,
      "the certificate is \(named.isEmpty ? "no unit's" : "that of the unit \(named)"), and the configuration says `unit: \(unit.unit)`: mend `unit` in the unit's file, or enrol \(unit.unit) with `congvan enroll`"
    )
  }

  public var machine: SigningIdentity { identities.withLockedValue { $0.machine } }
  public func identity(of unit: UnitID) -> SigningIdentity? { identities.withLockedValue { $0.units[unit] } }

  /// What signs the unit's documents.
  public func signer(of unit: UnitID) -> DocumentSigner? {
    signers[unit] ?? identity(of: unit).map(DocumentSigner.init)
  }

  /// The key that `signing.key` names, which is nobody's here to renew.
  func foreignSigner(of unit: UnitID) -> DocumentSigner? { signers[unit] }

  func replaceMachine(_ identity: SigningIdentity) { identities.withLockedValue { $0.machine = identity } }
  func replace(_ identity: SigningIdentity, of unit: UnitID) {
    identities.withLockedValue { $0.units[unit] = identity }
  }
}

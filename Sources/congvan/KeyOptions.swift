import Agent
import ArgumentParser
import Foundation
import PKI

/// Which key signs: of a PEM file, of a PKCS#12 file, or in a token. Needs no daemon, hub or configuration.
struct KeyOptions: ParsableArguments {
  @Option(help: "The private key, PEM, readable by its owner alone.")
  var key: String?
  @Option(
    name: [.customLong("cert"), .customLong("certificate")],
    help: "Its certificate and those above it, PEM, leaf first; by default in the key's file, or in the token.")
  var certificate: String?
  @Option(help: "Key and certificates in a PKCS#12 file, readable by its owner alone.")
  var p12: String?
  @Option(
    help: ArgumentHelp(
      "The key in a token, by RFC 7512: pkcs11:token=…;object=…?module-path=/usr/lib/….so", valueName: "URI"))
  var pkcs11: String?
  @Option(
    help: ArgumentHelp(
      "The file with the token's PIN or the PKCS#12 file's password, one line, mode 0600.", valueName: "FILE"))
  var pinFile: String?

  func validate() throws {
    guard [key, p12, pkcs11].compactMap({ $0 }).count == 1 else {
      throw ValidationError("say which key signs: one of --key, --p12 and --pkcs11")
    }
    guard pinFile == nil || key == nil else { throw ValidationError("--pin-file is for --p12 and --pkcs11") }
  }

  /// Where the key is, and where its certificate is, as the user named them. A token's URI is not repeated: somebody may have
  /// put a PIN into it.
  var named: String { p12 ?? key ?? "--pkcs11" }
  var certificateNamed: String { certificate ?? named }

  func signer() throws -> DocumentSigner {
    let source: KeySource
    if let pkcs11 {
      source = .token(try TokenURI(pkcs11))
    } else if let p12 {
      source = .pkcs12(Self.absolute(p12))
    } else {
      source = .pem(Self.absolute(key ?? ""))
    }
    return try DocumentSigner.load(
      source, certificateFile: certificate.map(Self.absolute), pin: pinFile.map { .file(Self.absolute($0)) },
      tries: Self.tries)
  }

  /// Where refused PINs are remembered without a daemon: the user's state folder (XDG Base Directory Specification).
  static var tries: PINGuard {
    let environment = ProcessInfo.processInfo.environment
    let state =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? "\(FileManager.default.homeDirectoryForCurrentUser.path)/.local/state"
    return PINGuard(folder: "\(state)/congvan/tokens")
  }

  private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}

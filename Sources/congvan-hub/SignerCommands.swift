import ArgumentParser
import Exchange
import Foundation
import Hub
import PKI

extension UnitCommand {
  /// Certificates of other authorities with which units sign.
  struct SignerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "signer",
      abstract: "Signing certificates of other authorities (such as the Government's), registered for a unit.",
      subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Registers a certificate: documents that its key signs are the unit's.",
        discussion: "Its authority must stand in `trust` of hub.yaml. Compare the fingerprint with what the unit says.")
      @OptionGroup var data: DataOption
      @Argument var unit: UnitID
      @Argument(help: "PEM; the signer's certificate first, then its chain if wanted.") var file: String

      func run() async throws {
        guard let pem = FileManager.default.contents(atPath: file), pem.count <= 1 << 20 else {
          throw ValidationError("\(file) cannot be read")
        }
        let certificate = try await HubAdministration(dataFolder: data.folder).addSigner(pem: pem, of: unit)
        print("\(certificate.subject)\nSHA-256 \(Hex.encode(certificate.fingerprint))\nsigns for \(unit) from now on.")
      }
    }

    struct List: AsyncParsableCommand {
      static let configuration = CommandConfiguration(abstract: "Lists the registered certificates.")
      @OptionGroup var data: DataOption
      @Argument(help: "By default all units'.") var unit: UnitID?

      func run() async throws {
        for signer in try await HubAdministration(dataFolder: data.folder).signers(of: unit) {
          let certificate = signer.certificate
          print(
            "\(signer.unit)\t\(Hex.encode(certificate.fingerprint))\t\(certificate.subject)\tuntil \(Instant(certificate.notAfter))"
          )
        }
      }
    }

    struct Remove: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Takes a registration back, from now on; what was accepted before stays the unit's.")
      @OptionGroup var data: DataOption
      @Argument var unit: UnitID
      @Argument(help: "The certificate's SHA-256, or 8 digits or more of its beginning.") var fingerprint: String

      func run() async throws {
        let certificate = try await HubAdministration(dataFolder: data.folder).removeSigner(fingerprint, of: unit)
        print("\(certificate.subject) signs for \(unit) no more.")
      }
    }
  }
}

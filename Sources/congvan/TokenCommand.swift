import Agent
import ArgumentParser
import Exchange
import Foundation
import PKI

/// Keys in tokens: what is there, does it sign, try again.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Signing keys in PKCS #11 tokens.",
    subcommands: [TokenListCommand.self, TokenTestCommand.self, TokenRetryCommand.self])
}

struct TokenListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What a PKCS #11 library offers, without logging in.")

  @OptionGroup var output: JSONOption
  @Argument(help: "The library: /usr/lib/….so, or a name such as softhsm2.")
  var module: String

  func run() async throws {
    try await reportingErrors {
      defer { Tokens.finish() }
      let inventory = try TokenInventory.read(module.hasPrefix("/") ? .path(module) : .name(module))
      if output.json { return try Output.json(inventory) }
      var lines: [String] = []
      for token in inventory.tokens where token.isInitialised {
        let state = token.isLocked ? ", LOCKED" : token.isLastTry ? ", one PIN left before it locks" : ""
        lines.append("\(token.label) (\(token.manufacturer) \(token.model), serial \(token.serial)\(state))")
        lines.append("  \(token.uri)")
        for certificate in token.certificates {
          lines.append(
            "  id=\(certificate.id) \(certificate.label): \(certificate.subject), until \(Instant(certificate.notAfter))"
          )
        }
      }
      Output.lines(lines.isEmpty ? ["no token is plugged in"] : lines)
    }
  }
}

struct TokenTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Logs in to a token, signs a few bytes, and checks the signature by the certificate."
  )

  @OptionGroup var keyOptions: KeyOptions

  func run() async throws {
    try await reportingErrors {
      defer { Tokens.finish() }
      let signer = try keyOptions.signer()
      _ = try signer.key.sign(Data("congvan token test".utf8))
      Output.lines(["\(signer.certificate.subject): \(signer.key.algorithm.rawValue), signs"])
    }
  }
}

struct TokenRetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Lets the PIN of tokens that refused it be tried once more: the agent's here, and this user's own.")

  @OptionGroup var common: CommonOptions
  @Flag(help: "Even where a wrong one locks the token.")
  var lastTry = false

  func run() async throws {
    try await reportingErrors {
      var guards = [KeyOptions.tries]
      let configuration = try? common.configuration()
      if let configuration { guards.append(PINGuard(folder: configuration.paths.tokens)) }
      var count = 0
      for tries in guards { count += try tries.release(lastTry: lastTry) }
      Output.lines([
        common.messages(configuration).say(
          "Mã PIN của \(count) thiết bị ký số được thử lại một lần.",
          "The PIN of \(count) tokens may be tried once more.")
      ])
    }
  }
}

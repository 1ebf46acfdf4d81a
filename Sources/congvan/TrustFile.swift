import Agent
import ArgumentParser
import Durable
import Foundation
import PDFSignature
import PKI

extension SignatureLevel: ExpressibleByArgument {}

/// What is trusted: a file of the user's, or the hub's root as pinned at enrolment, with the authorities that the province
/// recognises or that the machine's configuration names.
enum TrustFile {
  /// There is nothing to trust.
  struct Missing: Error {
    /// Stable: `trust-missing`, `trust-unreadable` or `trust-empty`.
    let code: String
    let sentence: String
  }

  /// - Returns: also by which rules signatures are units', where the user named no roots of their own.
  static func anchors(
    _ trust: String?, _ configuration: AgentConfiguration?, _ messages: Messages
  ) async throws -> (anchors: TrustAnchors, rules: DocumentTrust.Rules?) {
    guard let path = trust ?? configuration?.paths.hubRoot else {
      throw Missing(
        code: "trust-missing",
        sentence: messages.say(
          "không có chứng thư gốc để tin cậy: dùng --trust root.pem, hoặc --config của máy đã đăng ký",
          "no root certificate to trust: give --trust root.pem, or --config of an enrolled machine")
      )
    }
    let pem: Data
    do { pem = try WholeFile.read(path, atMost: 1 << 20) } catch {
      throw Missing(
        code: "trust-unreadable",
        sentence: messages.say(
          "chứng thư gốc để tin cậy, \(path): \(messages.why(error))",
          "the root certificate to trust, \(path): \(messages.why(error))"))
    }
    guard let found = try? Certificate.all(pem: pem), !found.isEmpty else {
      throw Missing(
        code: "trust-empty",
        sentence: messages.say(
          "\(path) không có chứng thư PEM nào đọc được: chỉ tệp chứng thư gốc ở --trust",
          "\(path) holds no readable PEM certificate: name the root's file after --trust"))
    }
    guard trust == nil, let configuration else { return (TrustAnchors(found), nil) }
    // The journal may be another user's: then the hub's own authority and the configuration's files have to do.
    let directory = try? await Journal(reading: configuration.paths.journal).directory()
    let rules = try DocumentTrust(configuration, root: found[0]).rules(directory)
    return (rules.anchors, rules)
  }
}

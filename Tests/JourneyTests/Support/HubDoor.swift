import Exchange
import Foundation
import PKI

/// The hub's door as an outsider knocks at it: curl with a machine's certificate, not our own client.
struct HubDoor {
  let province: Province
  let office: Office

  struct Answer {
    var status: Int
    var headers: String
    var body: Data
    /// The last part of the problem's type, where the answer is one.
    var problem: String? {
      guard headers.lowercased().contains("application/problem+json") else { return nil }
      return (try? JSONDecoder().decode(Problem.self, from: body))?.type?.rawValue
    }

    func header(_ name: String) -> String? {
      headers.split(whereSeparator: \.isNewline).last { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { $0.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces) }
    }
  }

  var machine: String { office.state.appending(components: "keys", "machine.pem").path }

  func ask(_ method: String, _ path: String, _ headers: [String] = [], body: Data? = nil) async throws -> Answer {
    let folder = province.folder.appending(component: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (head, out, input) = (
      folder.appending(component: "head"), folder.appending(component: "body"), folder.appending(component: "input")
    )
    var arguments = [
      "curl", "-s", "--max-time", "30", "--cacert", province.root.path, "--cert", machine, "--key", machine, "-D",
      head.path,
      "-o", out.path, "-w", "%{http_code}",
    ]
    arguments += method == "HEAD" ? ["-I"] : ["-X", method]
    for header in headers + ["Expect:"] { arguments += ["-H", header] }
    if let body {
      try body.write(to: input)
      arguments += ["--data-binary", "@\(input.path)"]
    }
    let result = try await Command.run(URL(fileURLWithPath: "/usr/bin/env"), arguments + [province.apiURL + path])
    guard result.status == 0 else { throw Failure("curl exited \(result.status) at \(path)") }
    return Answer(
      status: Int(result.output) ?? 0, headers: (try? String(contentsOf: head, encoding: .utf8)) ?? "",
      body: (try? Data(contentsOf: out)) ?? Data())
  }

  func upload(_ bytes: Data) async throws -> UploadID {
    let answer = try await ask(
      "POST", "/v1/uploads",
      ["Tus-Resumable: 1.0.0", "Upload-Length: \(bytes.count)", "Content-Type: application/offset+octet-stream"],
      body: bytes)
    guard answer.status == 201, let name = answer.header("location")?.split(separator: "/").last else {
      throw Failure("upload answered \(answer.status)")
    }
    return try UploadID(name)
  }

  /// Submits what the caller likes to declare, signed by the unit's real key.
  func submit(_ submission: Submission, signedBy unit: String) async throws -> Answer {
    try await put(try CanonicalJSON.encode(submission), as: submission.document, signedBy: unit)
  }

  /// Puts any bytes where a submission belongs, signed by the unit's real key.
  func put(_ record: Data, as document: DocumentID, signedBy unit: String) async throws -> Answer {
    let pem = try Data(contentsOf: office.state.appending(components: "keys", "unit-\(unit).pem"))
    let cms = try SignedDataBuilder.encapsulated(
      record, certificates: try Certificate.all(pem: pem), key: try PrivateKey(pem: pem))
    return try await ask(
      "PUT", "/v1/documents/\(document)/submission", ["Content-Type: application/pkcs7-mime"], body: cms)
  }
}

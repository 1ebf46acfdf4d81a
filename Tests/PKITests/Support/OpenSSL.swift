import Foundation
import Judging
import Testing

/// The judge: OpenSSL's command line in a folder of its own.
final class OpenSSL {
  private let workshop: Workshop
  var folder: URL { workshop.folder }

  init() throws { workshop = try Workshop() }

  /// Puts a file into the folder.
  func put(_ name: String, _ data: Data) throws { _ = try workshop.write(data, name) }

  func get(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

  /// Runs `openssl` with the arguments (split at spaces) in the folder.
  @discardableResult
  func run(_ arguments: String) throws -> (status: Int32, output: String) {
    try workshop.run("openssl", arguments.split(separator: " ").map(String.init))
  }

  /// Demands that the judge says yes.
  func accepts(_ arguments: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (status, output) = try run(arguments)
    #expect(status == 0, "openssl \(arguments)\n\(output)", sourceLocation: sourceLocation)
  }
}

import Durable
import Exchange
import Foundation
import Yams

/// What a hub needs to know of itself: `hub.yaml` in its data folder.
public struct HubConfiguration: Codable, Equatable, Sendable {
  /// For people, such as `LĐLĐ tỉnh Bến Tre`.
  public var name: String
  /// The unit to which an outbox's bare folder goes.
  public var province: UnitID
  /// Base URL of the listener that asks for no certificate: website, enrolment, time-stamps.
  public var publicURL: String
  /// Base URL of the API, which requires a machine's certificate.
  public var apiURL: String
  /// `host:port` to listen at; by default every address, and the URL's port.
  public var publicListen: String?
  public var apiListen: String?
  /// The largest signed PDF that is taken, in bytes.
  public var documentSize: Int64
  /// Uploads that one machine may have open.
  public var openUploads: Int
  /// PEM files of other authorities whose certificates may sign documents, where they are registered for the unit; paths
  /// are relative to the data folder.
  public var trust: [String]?
  /// Files with those authorities' revocation lists or OCSP responses, read again when they change.
  public var revocationLists: [String]?
  /// Whether a signature by such a certificate is refused where nothing tells that it wasn't revoked; false.
  public var requireRevocation: Bool?

  /// What is wrong with a configuration, and where.
  public struct Wrong: Error, CustomStringConvertible {
    public let description: String
  }

  private static let keys: Set<String> = [
    "name", "province", "publicURL", "apiURL", "publicListen", "apiListen", "documentSize", "openUploads",
    "trust", "revocationLists", "requireRevocation",
  ]

  public init(name: String, province: UnitID, publicURL: String, apiURL: String) {
    self.name = name
    self.province = province
    self.publicURL = publicURL
    self.apiURL = apiURL
    documentSize = Limits.documentSize
    openUploads = Limits.openUploads
  }

  /// - Throws: `Wrong`, naming the file and the key.
  public static func load(dataFolder: String) throws -> HubConfiguration {
    let path = "\(dataFolder)/hub.yaml"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Wrong(
        description: "\(path) cannot be read: make a hub with `congvan-hub init`, or name its folder with --data")
    }
    let text = String(decoding: data, as: UTF8.self)
    guard let mapping = try Yams.compose(yaml: text)?.mapping else {
      throw Wrong(description: "\(path) holds no settings")
    }
    for key in mapping.keys {
      guard let name = key.string, keys.contains(name) else {
        throw Wrong(
          description:
            "\(path): there is no setting \(key.string ?? "?"); known are \(keys.sorted().joined(separator: ", "))")
      }
    }
    do {
      let configuration = try YAMLDecoder().decode(HubConfiguration.self, from: text)
      _ = try (configuration.publicAddress, configuration.apiAddress)
      return configuration
    } catch let wrong as Wrong {
      throw Wrong(description: "\(path): \(wrong)")
    } catch {
      throw Wrong(description: "\(path): \(error)")
    }
  }

  func save(dataFolder: String) throws {
    let encoder = YAMLEncoder()
    // People read and edit it: no letter of their language becomes an escape.
    encoder.options.allowUnicode = true
    let text = "# congvan-hub: see docs/protocol.md and README.md for each setting.\n" + (try encoder.encode(self))
    try DurableFile.replace(FilePath("\(dataFolder)/hub.yaml"), with: Data(text.utf8), permissions: 0o640)
  }

  var publicAddress: (host: String, port: Int) { get throws { try Self.address(publicListen, publicURL) } }
  var apiAddress: (host: String, port: Int) { get throws { try Self.address(apiListen, apiURL) } }

  private static func address(_ listen: String?, _ url: String) throws -> (host: String, port: Int) {
    if let listen {
      guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
        throw Wrong(description: "\(listen) is not host:port")
      }
      return (String(listen[..<colon]), Int(port))
    }
    guard let parts = URLComponents(string: url), parts.scheme == "https", parts.host != nil, parts.path.isEmpty else {
      throw Wrong(description: "\(url) is not of the form https://host:port")
    }
    return ("0.0.0.0", parts.port ?? 443)
  }

  /// The names and addresses that the server's certificate must carry.
  var hosts: (names: [String], addresses: [String]) {
    let given = [publicURL, apiURL].compactMap { URLComponents(string: $0)?.host }
    let isAddress = { (host: String) in host.allSatisfy { $0.isNumber || $0 == "." } || host.contains(":") }
    let names = Set(given.filter { !isAddress($0) } + ["localhost"]).sorted()
    return (names, Set(given.filter(isAddress) + ["127.0.0.1"]).sorted())
  }
}

import Foundation

/// Keeps a token from being locked by tries of a wrong PIN: a PIN that a token refused is not tried again until somebody says
/// so. What is remembered lies in a file per token, so that restarts, however many, try nothing. The PIN itself is never
/// written, in no form: four digits would be found from any digest.
///
/// Told it is by `congvan token retry`, or by a PIN file that changed (a systemd credential is copied anew at each start, so
/// there only the command counts). Not by SIGHUP, which programs send too.
public struct PINGuard: Sendable {
  /// Absolute path of a folder of mode 0700; made where it is missing.
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// What is remembered of a token.
  public struct Marker: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable {
      /// A try began, and how it ended isn't known (yet).
      case trying
      /// The token refused the PIN.
      case wrong
      /// The token locked itself.
      case locked
      /// The token says that the next wrong PIN locks it; nothing was tried.
      case lastTry = "last-try"
      /// Somebody allowed one try, even the last.
      case allowed
    }

    public var state: State
    /// Label and serial number, for people.
    public var token: String
    public var at: Date
    /// Tries whose end isn't known.
    var unknown = 0
    /// Of the PIN file; no secret.
    var pinMark: String
  }

  enum Verdict: Equatable {
    case go
    case withhold(Marker.State)
  }

  /// Whether the PIN may be tried.
  /// - Parameters:
  ///   - isLow: CKF_USER_PIN_COUNT_LOW: a wrong PIN was tried since the last right one.
  ///   - isFinal: CKF_USER_PIN_FINAL_TRY.
  static func verdict(_ marker: Marker?, pinMark: String, isLow: Bool, isFinal: Bool) -> Verdict {
    if let marker {
      let isNewFile = !pinMark.hasPrefix("credential:") && pinMark != marker.pinMark
      switch marker.state {
      case .allowed: return .go
      case .wrong, .locked: if !isNewFile { return .withhold(marker.state) }
      case .lastTry: break
      // Killed in the middle of one try, the next start may try once more, unless the token saw a wrong PIN.
      case .trying: if !isNewFile, isLow || marker.unknown > 1 { return .withhold(.wrong) }
      }
    }
    return isFinal ? .withhold(.lastTry) : .go
  }

  /// Remembers that a try begins; call it just before C_Login.
  /// - Throws: ``PKIError/Code/pinWithheld``; also where it cannot be remembered.
  func begin(_ token: Cryptoki.Token, pinMark: String, isLow: Bool, isFinal: Bool) throws {
    let name = Self.name(token)
    let marker = try read(name)
    switch Self.verdict(marker, pinMark: pinMark, isLow: isLow, isFinal: isFinal) {
    case .go:
      let earlier = marker?.state == .trying && marker?.pinMark == pinMark ? marker?.unknown ?? 0 : 0
      try write(name, of: token, .trying, pinMark: pinMark, unknown: earlier + 1)
    case .withhold(let state):
      if state == .lastTry { try write(name, of: token, .lastTry, pinMark: pinMark) }
      throw Self.withheld(token.label, state)
    }
  }

  /// Remembers how the try ended.
  func finish(_ token: Cryptoki.Token, refused: Marker.State?, pinMark: String) throws {
    let name = Self.name(token)
    guard let refused else { return try remove(name) }
    try write(name, of: token, refused, pinMark: pinMark)
  }

  static func withheld(_ label: String, _ state: Marker.State) -> PKIError {
    switch state {
    case .lastTry:
      PKIError(
        .pinWithheld,
        "The token \(label.debugDescription) allows one more PIN before it locks, so none is tried. "
          + "Check the PIN file, then run `congvan token retry --last-try`.")
    case .locked:
      PKIError(
        .pinLocked,
        "The token \(label.debugDescription) has locked itself. Have its maker's tool or its issuer unlock it, then run "
          + "`congvan token retry`.")
    default:
      PKIError(
        .pinWithheld,
        "The token \(label.debugDescription) refused the PIN, which is not tried again: tokens lock. "
          + "Put the right one into the PIN file, or run `congvan token retry`.")
    }
  }

  // MARK: - Orders and questions

  /// What is remembered here, by file name. What cannot be read is left out.
  public func markers() -> [Marker] {
    names().compactMap { try? read($0) }.filter { $0.state != .allowed }.sorted { $0.token < $1.token }
  }

  /// Lets the PIN be tried again, once.
  /// - Parameter lastTry: even where a wrong one locks the token.
  /// - Returns: of how many tokens something was remembered.
  @discardableResult public func release(lastTry: Bool = false) throws -> Int {
    let names = names()
    for name in names {
      if lastTry, var marker = try? read(name) {
        marker.state = .allowed
        try put(name, JSONEncoder().encode(marker))
      } else {
        try remove(name)
      }
    }
    return names.count
  }

  private func names() -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return all.filter { $0.hasPrefix("token-") && $0.hasSuffix(".json") }.sorted()
  }

  // MARK: - Files

  private static func name(_ token: Cryptoki.Token) -> String {
    let identity = [token.manufacturer, token.model, token.serial, token.label].joined(separator: "\u{0}")
    return "token-\(sha256(Data(identity.utf8)).prefix(8).map { String(format: "%02x", $0) }.joined()).json"
  }

  /// nil where nothing is remembered. What is there and cannot be read withholds.
  private func read(_ name: String) throws -> Marker? {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw Self.unusable(path) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard let data = try? handle.read(upToCount: 64 << 10),
      let marker = try? JSONDecoder().decode(Marker.self, from: data)
    else { throw Self.unusable(path) }
    return marker
  }

  private func write(
    _ name: String, of token: Cryptoki.Token, _ state: Marker.State, pinMark: String, unknown: Int = 0
  ) throws {
    let marker = Marker(
      state: state, token: "\(token.label) \(token.serial)", at: Date(), unknown: unknown, pinMark: pinMark)
    try put(name, JSONEncoder().encode(marker))
  }

  /// Durable before it returns: the next thing may be the try.
  private func put(_ name: String, _ data: Data) throws {
    if mkdir(folder, 0o700) != 0, errno != EEXIST {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let path = "\(folder)/\(name)"
    let temporary = "\(folder)/.\(name).\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.unusable(temporary) }
    let isWritten = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == data.count
    // Root's command leaves it to the daemon's user, whose folder it is.
    var owner = stat()
    if geteuid() == 0, stat(folder, &owner) == 0 { _ = fchown(descriptor, owner.st_uid, owner.st_gid) }
    let isSynced = fsync(descriptor) == 0
    close(descriptor)
    guard isWritten, isSynced, rename(temporary, path) == 0 else { throw Self.unusable(path) }
    try syncFolder()
  }

  private func remove(_ name: String) throws {
    guard unlink("\(folder)/\(name)") == 0 || errno == ENOENT else { throw Self.unusable("\(folder)/\(name)") }
    try syncFolder()
  }

  private func syncFolder() throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw Self.unusable(folder) }
  }

  private static func unusable(_ path: String) -> PKIError {
    PKIError(
      .pinWithheld,
      "\(path): tries of a PIN cannot be remembered here (\(String(cString: strerror(errno)))), so none is made.")
  }
}

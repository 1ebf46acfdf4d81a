import CPKCS11
import Foundation
import NIOConcurrencyHelpers

/// A loaded PKCS #11 library: one per file and process, initialised once (PKCS #11 2.40 §5.4), called on one thread of its
/// own. It stays for the process's life, because vendors' libraries leave threads behind under which no code may be unloaded.
final class PKCS11Module: @unchecked Sendable {
  // Sendable: what changes is touched on the thread alone.
  private let path: String
  private let thread = TokenThread()
  private var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
  private var isInitialised = false
  private var lastRestart = Date.distantPast
  /// Counts C_Initialize: sessions of an earlier generation are void.
  private(set) var generation = 0

  /// A card that makes 4096-bit signatures takes seconds; one that says nothing for this long is not well.
  static let callLimit: TimeInterval = 30
  /// Finalising voids the sessions of every token of the library, so not at each retry of one that is away.
  private static let restartInterval: TimeInterval = 60

  private static let loaded = NIOLockedValueBox<[String: PKCS11Module]>([:])

  /// The module of the URI. Nothing is loaded yet.
  /// - Throws: ``PKIError/Code/tokenModuleUnusable``.
  static func open(_ module: TokenURI.Module) throws -> PKCS11Module {
    let path = try located(module)
    return loaded.withLockedValue { loaded in
      if let known = loaded[path] { return known }
      let new = PKCS11Module(path)
      loaded[path] = new
      return new
    }
  }

  private init(_ path: String) { self.path = path }

  /// Runs the closure on the module's thread, with the library initialised, and waits: blocks.
  func perform<Value: Sendable>(
    limit: TimeInterval = PKCS11Module.callLimit, _ body: @escaping @Sendable (Cryptoki) throws -> Value
  ) throws -> Value {
    do {
      return try thread.run(limit: limit) { [self] in
        try body(Cryptoki(initialised()))
      }
    } catch let fault as TokenFault {
      throw fault.error
    }
  }

  /// Closes a session whose key nobody holds any more: some tokens allow few. Waits for nothing.
  func discard(_ session: TokenSession) {
    thread.post { [self] in
      // A handle of an earlier generation may be another session's by now.
      guard isInitialised, session.generation == generation, let list else { return }
      session.close(Cryptoki(list))
    }
  }

  /// The library's functions, loaded and initialised where they aren't yet.
  @discardableResult private func initialised() throws -> UnsafeMutablePointer<CK_FUNCTION_LIST> {
    let list = try list ?? load()
    self.list = list
    guard !isInitialised else { return list }
    let code = cp_initialize(list)
    guard code == CKR_OK || code == CKR_CRYPTOKI_ALREADY_INITIALIZED else { throw TokenFault("C_Initialize", code) }
    isInitialised = true
    generation += 1
    return list
  }

  private func load() throws -> UnsafeMutablePointer<CK_FUNCTION_LIST> {
    var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
    var why: UnsafePointer<CChar>?
    let code = cp_load(path, &list, &why)
    guard code == CKR_OK, let list else {
      let reason = why.map { String(cString: $0) } ?? "code 0x\(String(code, radix: 16))"
      throw PKIError(.tokenModuleUnusable, "\(path): the PKCS #11 library cannot be loaded: \(reason).")
    }
    return list
  }

  /// Has the library finalised and initialised anew: some never see a reader, or a pcscd, that came after them. At most once a
  /// minute. Call it on the thread.
  /// - Returns: whether it was done.
  func restart() throws -> Bool {
    guard Date().timeIntervalSince(lastRestart) >= Self.restartInterval else { return false }
    lastRestart = Date()
    finalise()
    try initialised()
    return true
  }

  private func finalise() {
    guard isInitialised else { return }
    isInitialised = false
    _ = list?.pointee.C_Finalize?(nil)
  }

  /// Finalises every library: logs out of the tokens. For a program's end; a token used later is initialised again.
  static func finaliseAll() {
    for module in loaded.withLockedValue({ Array($0.values) }) {
      try? module.thread.run(limit: 2) { module.finalise() }
    }
  }

  // MARK: - Where modules lie

  private static let folders = [
    "/usr/lib/x86_64-linux-gnu/pkcs11", "/usr/lib/aarch64-linux-gnu/pkcs11", "/usr/lib/pkcs11", "/usr/lib64/pkcs11",
    "/usr/local/lib/pkcs11", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
    "/usr/lib/softhsm",
    "/usr/local/lib", "/usr/lib",
  ]

  /// The library's real path. One that others could replace is not loaded into the program that holds the keys.
  private static func located(_ module: TokenURI.Module) throws -> String {
    let candidates: [String]
    let name: String
    switch module {
    case .path(let path): (candidates, name) = ([path], path)
    case .name(let given):
      name = given
      candidates = folders.flatMap { ["\($0)/\(given).so", "\($0)/lib\(given).so"] }
    }
    guard let found = candidates.lazy.compactMap({ realpath($0, nil) }).first else {
      throw PKIError(.tokenModuleUnusable, "\(name): there is no such PKCS #11 library; install the token's driver.")
    }
    defer { free(found) }
    let path = String(cString: found)
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PKIError(.tokenModuleUnusable, "\(path): the PKCS #11 library is not a plain file.")
    }
    guard status.st_mode & 0o022 == 0, status.st_uid == 0 || status.st_uid == geteuid() else {
      throw PKIError(
        .tokenModuleUnusable,
        "\(path): others may change this PKCS #11 library: run `chown root \(path); chmod go-w \(path)`.")
    }
    return path
  }
}

/// The program's end, for tokens.
public enum Tokens {
  /// Logs out of every token and lets its library go.
  public static func finish() { PKCS11Module.finaliseAll() }
}

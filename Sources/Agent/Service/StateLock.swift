import Durable

/// One daemon per state folder: two would send each document twice.
public typealias StateLock = FolderLock

extension FolderLock {
  /// - Throws: `Held`, or `ConfigurationError` where the file cannot be made.
  convenience init(path: String) throws {
    do {
      try self.init(path: path, folder: "state folder")
    } catch let error as SystemError {
      throw ConfigurationError(.unreadable, file: path, "cannot be opened: check the state folder's owner (\(error))")
    }
  }
}

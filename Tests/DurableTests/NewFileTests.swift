import Foundation
import Testing

@testable import Durable

@Suite struct NewFileTests {
  private func inFolder(_ body: (FilePath) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-new-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(FilePath(folder.path))
  }

  private func names(_ folder: FilePath) throws -> [String] { try Folder.list(folder).map(\.text).sorted() }

  @Test(
    "a new file appears whole or not at all, leaves nothing when it is given up, and never takes another's name",
    arguments: [true, false], [true, false])
  func whole(mayBeNameless: Bool, durably: Bool) throws {
    try inFolder { folder in
      let target = folder.appending("thư.pdf")
      func new() throws -> NewFile {
        let file = try NewFile(for: target, permissions: 0o640, mayBeNameless: mayBeNameless)
        try Data("first ".utf8).withUnsafeBytes { try file.write($0) }
        #expect(try !names(folder).contains("thư.pdf"))
        if !mayBeNameless { #expect(try names(folder).count == 1, "the fallback is what is tested") }
        try Data("second".utf8).withUnsafeBytes { try file.write($0) }
        return file
      }
      do { _ = try new() }
      #expect(try names(folder) == [], "given up")
      do { try new().publish(durably: durably) }
      #expect(try names(folder) == ["thư.pdf"])
      #expect(FileManager.default.contents(atPath: "\(target)") == Data("first second".utf8))
      let other = try NewFile(for: target, mayBeNameless: mayBeNameless)
      let taken = #expect(throws: SystemError.self) { try other.publish(durably: durably) }
      #expect(taken?.code == EEXIST)
      #expect(FileManager.default.contents(atPath: "\(target)") == Data("first second".utf8))
    }
  }

  @Test("replacing shows the old bytes or the new ones, and one that fails leaves the old ones and nothing else")
  func replaced() throws {
    try inFolder { folder in
      let target = folder.appending("a")
      let before = umask(0o077)
      try DurableFile.replace(target, with: Data("old".utf8), permissions: 0o644)
      umask(before)
      var status = stat()
      #expect(lstat("\(target)", &status) == 0 && status.st_mode & 0o777 == 0o644, "whatever the umask says")
      try Folder.make(folder.appending("folder"))
      #expect(throws: SystemError.self) { try DurableFile.replace(folder.appending("folder"), with: Data("x".utf8)) }
      #expect(try names(folder) == ["a", "folder"])
      #expect(FileManager.default.contents(atPath: "\(target)") == Data("old".utf8))
    }
  }
}

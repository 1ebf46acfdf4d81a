import Durable
import Exchange
import Foundation

/// The signed copies in a unit's sent/, looked for by their bytes: a clerk may have renamed or moved them there. Blocking.
final class SignedCopies {
  private let bySize: [Int64: [FilePath]]

  /// Deeper than years and months a clerk may sort; what lies deeper still isn't found.
  private static let levels = 6
  private static let most = 1_000_000

  init(in folder: FilePath) throws {
    bySize = Dictionary(grouping: try Self.files(in: folder), by: \.size).mapValues { $0.map(\.path) }
  }

  /// All files with names of PDFs, hidden ones left out.
  static func files(in folder: FilePath) throws -> [(path: FilePath, size: Int64)] {
    var files: [(path: FilePath, size: Int64)] = []
    var folders = [(folder, 0)]
    while let (folder, level) = folders.popLast() {
      guard try Folder.look(folder)?.kind == .folder else { continue }
      for entry in try Folder.list(folder) where entry.name.first != 0x2E {
        let path = folder.appending(entry.name)
        if entry.kind == .folder, level < levels {
          folders.append((path, level + 1))
        } else if entry.kind == .regular, OutboxScan.isPDF(entry.text), files.count < most {
          files.append((path, entry.identity.size))
        }
      }
    }
    return files
  }

  /// The copy with just these bytes; nil where there is none.
  func find(_ digest: SHA256Digest, size: Int64) throws -> FilePath? {
    try bySize[size]?.first { try Placement.digest(of: $0) == digest }
  }

  /// The hash of a file's first bytes.
  static func digest(of path: FilePath, first length: Int64) throws -> SHA256Digest {
    try SHA256Digest(bytes: try TakeIn.rehash(path, size: length).resume().finalize())
  }
}

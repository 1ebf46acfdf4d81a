import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers
import PDFSignature
import PKI

/// The signed copies in a unit's sent/, looked for by their bytes: a clerk may have renamed or moved them there. Blocking.
final class SignedCopies: Sendable {
  private let bySize: [Int64: [FilePath]]
  /// Each file is read once, however many are looked for.
  private let digests = NIOLockedValueBox<[FilePath: SHA256Digest]>([:])

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
    try bySize[size]?.first { path in
      if let known = digests.withLockedValue({ $0[path] }) { return known == digest }
      let found = try Placement.digest(of: path)
      digests.withLockedValue { $0[path] = found }
      return found == digest
    }
  }

  /// The hash of what was dropped, as the signed copy shows it: all before the revision that the newest signature closes,
  /// with the end of its last line. It is wanted in order to know the same letter when it is dropped again, and nil where the
  /// copy doesn't say.
  static func original(of path: FilePath, trust: TrustAnchors) throws -> SHA256Digest? {
    guard let file = try? PDFFile(path: "\(path)") else { return nil }
    let report = PDFVerifier.verify(file, trust: trust, at: Date())
    guard let signature = report.signatures.filter({ !$0.isDocumentTimeStamp }).max(by: { $0.revision < $1.revision }),
      let end = report.revisions.first(where: { $0.number == signature.revision - 1 })?.length
    else { return nil }
    var next: [UInt8] = []
    let descriptor = try OwnedDescriptor(opening: "\(path)", flags: O_RDONLY | O_NOFOLLOW)
    try DurableFile.readPart(descriptor, path: path, from: end, length: 2) { next.append(contentsOf: $0) }
    let lineEnd: Int64 = next == [0x0D, 0x0A] ? 2 : [0x0D, 0x0A].contains(next.first) ? 1 : 0
    return try digest(of: path, first: end + lineEnd)
  }

  /// The hash of a file's first bytes.
  static func digest(of path: FilePath, first length: Int64) throws -> SHA256Digest {
    try SHA256Digest(bytes: try TakeIn.rehash(path, size: length).resume().finalize())
  }
}

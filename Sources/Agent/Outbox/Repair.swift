import Durable
import Foundation
import PDFSignature

/// Writes a PDF anew where its structure is refused but a repairing program can still read it: qpdf, in a process of its own,
/// under limits, in an empty folder, without a shell. What it writes is read by our strict reader like any other file.
public struct Repair: Sendable {
  /// Why it was not repaired.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// qpdf is not on this machine.
    case notInstalled
    /// The reason of the refusal is not one that writing the file anew would take away, or it must not be taken away.
    case notRepairable
    /// qpdf gave up, or broke a limit; its words.
    case failed(String)
    /// The file carries signatures, which writing it anew would break.
    case signed

    public var description: String {
      switch self {
      case .notInstalled: "the file could be repaired, but the program qpdf is not installed (package qpdf)"
      case .notRepairable: "repairing does not help against this"
      case .failed(let words): "qpdf could not repair it: \(words)"
      case .signed: "it carries signatures, which repairing would break"
      }
    }
  }

  private let executable: String?

  /// - Parameter executable: absolute path of qpdf; by default where Debian installs it, nil if it is nowhere.
  public init(executable: String? = LimitedProcess.installed("qpdf")) { self.executable = executable }

  /// Structure that qpdf rewrites: two kinds of cross-references, wrong or missing ones, a /Size too small, junk before the
  /// header. Never what is cut off (pages would be missing), encrypted, or refused for what it holds.
  private static let repairable: Set<PDFRefusal.Code> = [.hybrid, .damaged, .notPDF]

  /// Writes the file anew as `repaired.pdf` in `folder`, which must be empty and ours alone. Blocks for as long as qpdf runs.
  /// - Parameters:
  ///   - refusal: why the file was refused.
  ///   - source: absolute path of a copy that nobody changes meanwhile.
  /// - Returns: the new file's path, and what qpdf complained of, for the log and the journal.
  public func normalise(
    _ source: String, refusedFor refusal: PDFRefusal, into folder: String
  ) throws -> (path: String, complaints: String) {
    guard Self.repairable.contains(refusal.code), let size = Self.size(of: source),
      refusal.code != .notPDF
        || Self.hasHeaderLater(source)
    else { throw Failure.notRepairable }
    guard let executable else { throw Failure.notInstalled }
    let target = folder + "/repaired.pdf"
    var limits = LimitedProcess.Limits()
    limits.memory = 1 << 30
    limits.processorSeconds = 30
    limits.wallTime = .seconds(60)
    limits.output = 1 << 20
    // Content is copied as it is; only the structure around it grows.
    limits.fileSize = UInt64(size) * 2 + (16 << 20)
    let process = LimitedProcess(
      executable: executable,
      arguments: ["--stream-data=preserve", "--object-streams=disable", "--deterministic-id", source, target],
      limits: limits, folder: folder)
    let result = try process.runBlocking()
    // 3: done, with warnings, which is the point.
    guard [.exited(0), .exited(3)].contains(result.ending), let written = Self.size(of: target), written > 0 else {
      let words = result.diagnostics.split(separator: "\n").last.map(String.init) ?? "no words"
      throw Failure.failed(result.ending == .exited(2) ? words : "\(result.ending)")
    }
    guard try !PDFSignatures.areIn(PDFFile(path: target)) else { throw Failure.signed }
    return (target, result.diagnostics)
  }

  private static func size(of path: String) -> Int64? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }

  /// Junk before the header, not some other kind of file: `%PDF-` stands in the first 1,024 bytes, where readers look.
  private static func hasHeaderLater(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 1024) else {
      return false
    }
    return head.range(of: Data("%PDF-".utf8)) != nil
  }
}

import Foundation
import PKI

/// Digests of the file and of what each signature covers. The covered ranges all begin at byte 0, so one pass over the file
/// gives the states at each gap; only the bytes after a gap are hashed again. Almost every signature is over SHA-256; another
/// algorithm costs one more pass, however many signatures use it. Lives within one call, on one thread.
final class SignedDigests {
  /// SHA-256 of the whole file.
  let whole: Data

  private let file: PDFFile
  private let shapes: [SignatureShape]
  private var signed: [DigestAlgorithm: [Data]] = [:]

  /// - Parameter shapes: one for a revision at most, so that the bytes after the gaps are no more than the file.
  init(_ file: PDFFile, shapes: [SignatureShape]) throws {
    self.file = file
    self.shapes = shapes
    let (whole, covered) = try Self.digests(file, shapes, .sha256)
    self.whole = whole
    signed[.sha256] = covered
  }

  /// The digest of the bytes that a shape covers, by its place among the shapes.
  func covered(by place: Int, _ algorithm: DigestAlgorithm) throws -> Data {
    if let known = signed[algorithm] { return known[place] }
    let covered = try Self.digests(file, shapes, algorithm).covered
    signed[algorithm] = covered
    return covered[place]
  }

  private static func digests(
    _ file: PDFFile, _ shapes: [SignatureShape], _ algorithm: DigestAlgorithm
  ) throws -> (whole: Data, covered: [Data]) {
    let running = DigestHasher(algorithm)
    var position: Int64 = 0
    var signed = [Data](repeating: Data(), count: shapes.count)
    for index in shapes.indices.sorted(by: { shapes[$0].gapStart < shapes[$1].gapStart }) {
      let shape = shapes[index]
      try file.stream(position..<shape.gapStart) { running.update($0) }
      position = shape.gapStart
      let covered = running.copy()
      try file.stream(shape.gapEnd..<shape.coveredEnd) { covered.update($0) }
      signed[index] = Data(covered.finalize())
    }
    try file.stream(position..<file.size) { running.update($0) }
    return (Data(running.finalize()), signed)
  }
}

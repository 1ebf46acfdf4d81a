import Foundation
import PKI

/// Digests of the file and of what each signature covers. The covered ranges all begin at byte 0, so one pass over the file
/// gives the states at each gap; only the bytes after a gap are hashed again.
struct SignedDigests {
  /// SHA-256 of the whole file.
  let whole: Data
  /// SHA-256 of the covered bytes, in the order of the shapes.
  let signed: [Data]

  init(_ file: PDFFile, shapes: [SignatureShape]) throws {
    let running = SHA256Hasher()
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
    whole = Data(running.finalize())
    self.signed = signed
  }
}

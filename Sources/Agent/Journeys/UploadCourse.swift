import Exchange

/// How a document's bytes are brought to the hub (tus 1.0.0): which request comes next, given the answers so far.
struct UploadCourse: Sendable {
  enum Request: Equatable, Sendable {
    /// HEAD: how far is it?
    case offset(of: UploadID)
    /// POST: begin; a small document goes along at once.
    case create(withBytes: Bool)
    /// PATCH: the bytes from here on.
    case append(UploadID, from: Int64, length: Int64)
  }

  enum Answer: Equatable, Sendable {
    case offset(Int64)
    case created(UploadID, offset: Int64)
    case appended(to: Int64)
    /// The hub knows better how far it is: an answer was lost.
    case mismatch
    /// Expired, or the hub was restored from a backup.
    case gone
  }

  /// nil when all bytes are there.
  private(set) var next: Request?
  /// The name that the hub gave.
  private(set) var upload: UploadID?

  private let size: Int64
  private let chunk: Int64
  private var isResumed: Bool
  private var corrections = 0

  private static let correctionsAllowed = 8

  /// - Parameters:
  ///   - size: in bytes.
  ///   - resuming: the upload that an earlier attempt began.
  ///   - chunk: bytes of one request, and of a small document.
  init(size: Int64, resuming: UploadID?, chunk: Int64 = Int64(Limits.uploadChunk)) {
    self.size = size
    self.chunk = chunk
    upload = resuming
    isResumed = resuming != nil
    next = resuming.map { .offset(of: $0) } ?? .create(withBytes: size <= chunk)
  }

  /// Whether an upload is worth going on with after a restart; a small one is one request, which is repeated.
  static func isWorthResuming(size: Int64, chunk: Int64 = Int64(Limits.uploadChunk)) -> Bool { size > chunk }

  /// Takes an answer in.
  /// - Returns: false where the answer is a fault that ends this attempt.
  mutating func take(_ answer: Answer) -> Bool {
    switch (next, answer) {
    case (.create, .created(let name, let offset)):
      upload = name
      return go(from: offset)
    case (.offset, .offset(let offset)): return go(from: offset)
    case (.append(_, let from, _), .appended(let offset)):
      // A hub that takes bytes without moving on would be sent to for ever.
      return offset > from && go(from: offset)
    case (.append(let name, _, _), .mismatch):
      guard corrections < Self.correctionsAllowed else { return false }
      corrections += 1
      next = .offset(of: name)
      return true
    case (.offset, .gone) where isResumed, (.append, .gone) where isResumed:
      isResumed = false
      upload = nil
      next = .create(withBytes: size <= chunk)
      return true
    default: return false
    }
  }

  private mutating func go(from offset: Int64) -> Bool {
    guard let upload, (0...size).contains(offset) else { return false }
    next = offset == size ? nil : .append(upload, from: offset, length: min(chunk, size - offset))
    return true
  }
}

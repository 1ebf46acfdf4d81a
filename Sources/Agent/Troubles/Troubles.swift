import Exchange
import Foundation

/// What keeps the daemon from its work now, as far as it met it itself. What other files tell already (a hub that dismissed
/// the machine, a unit whose right was withdrawn, a folder that is away) isn't told again here.
public struct Troubles: Codable, Sendable, Equatable {
  /// The hub gives no answer, or something else answers in its place.
  public struct Hub: Codable, Sendable, Equatable {
    /// When it was last heard; nil where this daemon never heard it.
    public var lastContact: Instant?
    /// When it was first missed.
    public var since: Instant
    public var cause: DelayCause
    /// For administrators.
    public var detail: String
  }

  /// Where in a unit's folder something is in the way.
  public enum Place: String, Codable, Sendable, CaseIterable {
    /// It, or a folder in it, can't be read.
    case outbox
    /// Nothing can be put into these.
    case inbox, sent, rejected
  }

  public struct Folder: Codable, Sendable, Equatable {
    public var unit: UnitID
    public var place: Place
    /// Absolute.
    public var path: String
    public var since: Instant
    public var cause: DelayCause
    /// For administrators.
    public var detail: String
  }

  /// Files that wait in outboxes, since their recipient isn't in the directory that is known here, and the hub can't be asked.
  public struct Unaddressed: Codable, Sendable, Equatable {
    public var count: Int
    /// Absolute paths of some of them, in order.
    public var files: [String]
  }

  /// Files that wait in outboxes, since it isn't clear to whom they go; a note beside each says why.
  public struct Puzzling: Codable, Sendable, Equatable {
    public var count: Int
    /// Absolute paths of some of them, in order.
    public var files: [String]
  }

  /// The disk of the state folder is full, or its quota is used up.
  public struct FullDisk: Codable, Sendable, Equatable {
    public var since: Instant
    /// For administrators.
    public var detail: String
  }

  public private(set) var hub: Hub?
  /// By unit, place and path; at most `mostFolders`.
  public private(set) var folders: [Folder] = []
  public private(set) var unaddressed: Unaddressed?
  public private(set) var puzzling: Puzzling?
  public private(set) var fullDisk: FullDisk?

  /// Whoever may write to an outbox can make folders in it that can't be read, as many as they like.
  static let mostFolders = 50
  /// How many names of files that wait are told.
  static let mostFiles = 3

  public init() {}

  public var isEmpty: Bool { self == Troubles() }

  /// The hub answered.
  mutating func hubAnswered() { hub = nil }

  /// It didn't. What is known of when that began stays.
  mutating func hubMissed(_ fault: HubFault, lastContact: Instant?, now: Instant) {
    let cause = DelayCause(fault)
    guard hub?.cause != cause else { return }
    hub = Hub(
      lastContact: hub?.lastContact ?? lastContact, since: hub?.since ?? now, cause: cause, detail: fault.detail)
  }

  /// An outbox was looked through, or could not be: these are all of it that can't be read.
  mutating func outboxRead(of unit: UnitID, except errors: [(path: String, error: any Error)], now: Instant) {
    let paths = Set(errors.map(\.path))
    folders.removeAll { $0.unit == unit && $0.place == .outbox && !paths.contains($0.path) }
    for (path, error) in errors { blocked(.outbox, path, of: unit, by: error, now: now) }
  }

  /// Something could not be done there.
  mutating func blocked(_ place: Place, _ path: String, of unit: UnitID, by error: any Error, now: Instant) {
    let cause = DelayCause(error)
    let known = folders.firstIndex { $0.unit == unit && $0.place == place && $0.path == path }
    guard known.map({ folders[$0].cause != cause }) ?? (folders.count < Self.mostFolders) else { return }
    let since = known.map { folders[$0].since } ?? now
    if let known { folders.remove(at: known) }
    folders.append(Folder(unit: unit, place: place, path: path, since: since, cause: cause, detail: "\(error)"))
    folders.sort { ($0.unit.rawValue, $0.place.rawValue, $0.path) < ($1.unit.rawValue, $1.place.rawValue, $1.path) }
  }

  /// Something was done there.
  mutating func cleared(_ place: Place, of unit: UnitID) {
    folders.removeAll { $0.unit == unit && $0.place == place }
  }

  /// - Parameter files: some of them.
  mutating func wait(_ count: Int, files: [String]) {
    unaddressed = count == 0 ? nil : Unaddressed(count: count, files: files.prefix(Self.mostFiles).sorted())
  }

  /// - Parameter files: some of them.
  mutating func puzzle(_ count: Int, files: [String]) {
    puzzling = count == 0 ? nil : Puzzling(count: count, files: files.prefix(Self.mostFiles).sorted())
  }

  mutating func diskIsFull(_ error: any Error, now: Instant) {
    if fullDisk == nil { fullDisk = FullDisk(since: now, detail: "\(error)") }
  }

  mutating func diskHasRoom() { fullDisk = nil }
}

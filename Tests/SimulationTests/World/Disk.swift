import Durable
import Foundation

/// Where a file stands.
struct Place: Hashable, Comparable, CustomStringConvertible {
  let folder: String
  let name: String

  var description: String { "\(folder)/\(name)" }
  var path: FilePath { FilePath("\(folder)/\(name)") }
  static func < (left: Self, right: Self) -> Bool { (left.folder, left.name) < (right.folder, right.name) }

  init(_ folder: String, _ name: String) {
    self.folder = folder
    self.name = name
  }

  init(_ path: FilePath) {
    folder = "\(path.folder)"
    name = String(decoding: path.name, as: UTF8.self)
  }
}

/// A disk that promises what POSIX does and no more: bytes last once the file was synced; names last once their folder was
/// synced, or together with a later change that did, because a file system's journal keeps the order. What wasn't synced may
/// last or vanish, bytes also in part.
final class Disk {
  private struct File {
    var bytes: [UInt8]
    var synced: [UInt8]
    var modified: Int64
  }

  private enum Change {
    case link(Place, inode: Int)
    case unlink(Place)
    case rename(Place, Place)

    func touches(_ folder: String) -> Bool {
      switch self {
      case .link(let place, _), .unlink(let place): place.folder == folder
      case .rename(let from, let to): from.folder == folder || to.folder == folder
      }
    }
  }

  private typealias Names = [String: [String: Int]]

  private var files: [Int: File] = [:]
  private var names: Names = [:]
  private var durable: Names = [:]
  /// Changes of names that aren't durable yet, in their order.
  private var pending: [Change] = []
  private var lastInode = 0
  private var ticks: Int64 = 0
  /// Called before each act of the process that owns the disk, with the place that a rename leads to: there it may fail, be
  /// interrupted or die.
  var beforeAct: (_ call: String, _ place: Place, _ target: Place?) throws -> Void = { _, _, _ in }

  // MARK: - Looking

  func look(_ place: Place) -> FileIdentity? {
    guard let inode = names[place.folder]?[place.name], let file = files[inode] else { return nil }
    return FileIdentity(
      device: 1, inode: UInt64(inode), size: Int64(file.bytes.count), modified: file.modified, changed: file.modified)
  }

  func list(_ folder: String) -> [(name: String, bytes: [UInt8])] {
    (names[folder] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, files[$0.value]?.bytes ?? []) }
  }

  func folders(below prefix: String) -> [String] { names.keys.filter { $0.hasPrefix(prefix) }.sorted() }

  /// What would still be there after a power cut now; nil when nothing would.
  func durableBytes(_ place: Place) -> [UInt8]? {
    durable[place.folder]?[place.name].flatMap { files[$0]?.synced }
  }

  /// The files of a folder as a power cut now would leave them.
  func durableFiles(_ folder: String) -> [[UInt8]] {
    (durable[folder] ?? [:]).values.compactMap { files[$0]?.synced }
  }

  func bytes(_ place: Place) -> [UInt8]? { names[place.folder]?[place.name].flatMap { files[$0]?.bytes } }

  // MARK: - Acts of the process

  func read(_ place: Place) throws -> [UInt8] {
    try beforeAct("read", place, nil)
    guard let bytes = bytes(place) else { throw SystemError(call: "open", path: "\(place)", code: ENOENT) }
    return bytes
  }

  /// Makes the file where it is missing.
  func write(_ place: Place, _ change: (inout [UInt8]) -> Void) throws {
    try beforeAct("write", place, nil)
    let inode: Int
    if let found = names[place.folder]?[place.name] {
      inode = found
    } else {
      inode = make([])
      apply(.link(place, inode: inode))
    }
    ticks += 1
    if var file = files[inode] {
      change(&file.bytes)
      file.modified = ticks
      files[inode] = file
    }
  }

  func sync(_ place: Place) throws {
    try beforeAct("fdatasync", place, nil)
    guard let inode = names[place.folder]?[place.name], var file = files[inode] else {
      throw SystemError(call: "open", path: "\(place)", code: ENOENT)
    }
    file.synced = file.bytes
    files[inode] = file
  }

  func syncFolder(_ folder: String) throws {
    try beforeAct("fsync", Place(folder, "."), nil)
    guard let last = pending.lastIndex(where: { $0.touches(folder) }) else { return }
    harden(last + 1)
  }

  func rename(_ from: Place, _ to: Place, keeping: Bool) throws {
    try beforeAct("rename", from, to)
    guard names[from.folder]?[from.name] != nil else {
      throw SystemError(call: "rename", path: "\(from)", code: ENOENT)
    }
    guard !keeping || names[to.folder]?[to.name] == nil else {
      throw SystemError(call: "rename", path: "\(to)", code: EEXIST)
    }
    apply(.rename(from, to))
  }

  func remove(_ place: Place) throws {
    try beforeAct("unlink", place, nil)
    if names[place.folder]?[place.name] != nil { apply(.unlink(place)) }
  }

  // MARK: - Acts of people, durable at once

  func put(_ bytes: [UInt8], at place: Place) {
    harden(pending.count)
    let inode = make(bytes)
    files[inode]?.synced = bytes
    apply(.link(place, inode: inode))
    harden(pending.count)
  }

  func overwrite(_ place: Place, _ bytes: [UInt8]) {
    harden(pending.count)
    guard let inode = names[place.folder]?[place.name] else { return }
    ticks += 1
    files[inode] = File(bytes: bytes, synced: bytes, modified: ticks)
  }

  /// The file under a name, as a program holds it that has it open: it stays the same whatever becomes of the name.
  func handle(_ place: Place) -> Int? { names[place.folder]?[place.name] }

  /// Writes to an open file, wherever it stands by now.
  /// - Returns: false when it has no name any more.
  func overwrite(handle: Int, _ bytes: [UInt8]) -> Bool {
    for (folder, entries) in names {
      guard let entry = entries.first(where: { $0.value == handle }) else { continue }
      overwrite(Place(folder, entry.key), bytes)
      return true
    }
    return false
  }

  func take(_ place: Place) {
    apply(.unlink(place))
    harden(pending.count)
  }

  // MARK: - Power

  /// - Returns: whether something that wasn't synced is lost.
  func cutPower(_ chance: inout Chance) -> Bool {
    let kept = chance.below(pending.count + 1)
    var isLost = kept < pending.count
    harden(kept)
    pending = []
    names = durable
    for inode in files.keys.sorted() {
      guard var file = files[inode], file.bytes != file.synced else { continue }
      switch chance.below(3) {
      case 0: file.bytes = file.synced
      case 1: file.bytes = Array(file.bytes.prefix(chance.below(file.bytes.count + 1)))
      default: break
      }
      isLost = true
      file.synced = file.bytes
      files[inode] = file
    }
    return isLost
  }

  // MARK: - Inside

  private func make(_ bytes: [UInt8]) -> Int {
    lastInode += 1
    ticks += 1
    files[lastInode] = File(bytes: bytes, synced: [], modified: ticks)
    return lastInode
  }

  private func apply(_ change: Change) {
    Self.apply(change, to: &names)
    pending.append(change)
  }

  private func harden(_ count: Int) {
    for change in pending.prefix(count) { Self.apply(change, to: &durable) }
    pending.removeFirst(count)
  }

  private static func apply(_ change: Change, to names: inout Names) {
    switch change {
    case .link(let place, let inode): names[place.folder, default: [:]][place.name] = inode
    case .unlink(let place): names[place.folder]?[place.name] = nil
    case .rename(let from, let to):
      guard let inode = names[from.folder]?[from.name] else { return }
      names[from.folder]?[from.name] = nil
      names[to.folder, default: [:]][to.name] = inode
    }
  }
}

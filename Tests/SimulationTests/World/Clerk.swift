import Exchange
import Foundation

/// The people at the folders: they drop, save over, copy slowly, change their minds, and put files of their own everywhere.
final class Clerk {
  /// A whole file that somebody put into an outbox.
  struct Drop {
    let unit: UnitID
    let place: Place
    let bytes: [UInt8]
    let kind: Kind
    /// The clerk took it away or wrote over it: it may have been sent before, and must not have been sent twice.
    var isWithdrawn = false
  }

  enum Kind { case letter, unreadable, misaddressed, repeated }

  private unowned let world: World
  private(set) var drops: [Drop] = []
  /// Files that are open for writing, and what they will be.
  private var writing: [(place: Place, handle: Int, unit: UnitID, kind: Kind, whole: [UInt8])] = []
  /// Files of the clerks' own in our folders, which nobody may touch.
  private(set) var own: [(place: Place, unit: UnitID, bytes: [UInt8])] = []
  private var count = 0

  private static let names = ["a.pdf", "báo cáo.pdf", "78-LĐLĐ.pdf"]

  init(world: World) { self.world = world }

  func isWriting(_ place: Place) -> Bool { writing.contains { $0.place == place } }

  func act() {
    guard let unit = world.chance.pick(World.units), let agent = world.agent(of: unit) else { return }
    switch world.chance.below(20) {
    case 0..<11: drop(for: unit, agent.disk)
    case 11, 12: writeSlowly(for: unit, agent.disk)
    case 13, 14: finishOne()
    case 15: takeAway(agent.disk, unit)
    case 16: repeatDrop(unit, agent.disk)
    case 17, 18: putOwn(unit, agent.disk)
    default: editInPlace(unit, agent.disk)
    }
  }

  private func text() -> [UInt8] {
    count += 1
    let padding = world.chance.happens(400) ? 20 + world.chance.below(90) : world.chance.below(12)
    return Letters.plain("\(count)" + String(repeating: "x", count: padding))
  }

  /// The folder of an outbox, and whether something addressed to it can be sent.
  private func folder(_ unit: UnitID) -> (folder: String, kind: Kind) {
    let outbox = "/\(unit)/outbox"
    let own: (String, Kind) = (outbox, unit == World.province ? .misaddressed : .letter)
    switch world.chance.below(10) {
    case 0, 1, 2: return own
    case 3, 4: return ("\(outbox)/khoi", .letter)
    case 5: return ("\(outbox)/ai do", .misaddressed)
    case 6: return unit == World.late ? own : ("\(outbox)/\(World.late)", .letter)
    default:
      guard let to = world.chance.pick(World.groupMembers), to != unit else { return own }
      // By its name, without diacritics, as people write it.
      return ("\(outbox)/cong doan \(to)", .letter)
    }
  }

  private func drop(for unit: UnitID, _ disk: Disk) {
    let (folder, kind) = folder(unit)
    let isBroken = world.chance.happens(60)
    let bytes = isBroken ? (world.chance.happens(500) ? [] : Array("no PDF \(count)".utf8)) : text()
    put(bytes, unit, Place(folder, world.chance.pick(Self.names) ?? "a.pdf"), isBroken ? .unreadable : kind, disk)
    // Copied twice, as with a mouse that clicks twice.
    if !isBroken, kind == .letter, world.chance.happens(60) {
      put(bytes, unit, Place(folder, "bản sao \(count).pdf"), .repeated, disk)
    }
  }

  /// As a program saves: what stood there is replaced.
  private func put(_ bytes: [UInt8], _ unit: UnitID, _ place: Place, _ kind: Kind, _ disk: Disk) {
    guard !isWriting(place) else { return }
    withdraw(place, disk)
    disk.put(bytes, at: place)
    // An empty file tells nothing apart: only whole letters are followed.
    if !bytes.isEmpty { drops.append(Drop(unit: unit, place: place, bytes: bytes, kind: kind)) }
    world.note("dropped \(place): \(String(decoding: bytes.prefix(12), as: UTF8.self))")
  }

  /// Whatever stands under a name in an outbox is no longer there by the clerk's will.
  private func withdraw(_ place: Place, _ disk: Disk) {
    guard let bytes = disk.bytes(place) else { return }
    for index in drops.indices where drops[index].place == place && drops[index].bytes == bytes {
      drops[index].isWithdrawn = true
    }
  }

  private func writeSlowly(for unit: UnitID, _ disk: Disk) {
    let (folder, kind) = folder(unit)
    let place = Place(folder, world.chance.pick(Self.names) ?? "a.pdf")
    guard !isWriting(place) else { return }
    let whole = text()
    withdraw(place, disk)
    disk.put(Array(whole.prefix(world.chance.below(whole.count))), at: place)
    if let handle = disk.handle(place) { writing.append((place, handle, unit, kind, whole)) }
    world.note("begins to write \(place)")
  }

  private func finishOne() {
    guard !writing.isEmpty else { return }
    let (place, handle, unit, kind, whole) = writing.remove(at: world.chance.below(writing.count))
    guard let disk = world.agent(of: unit)?.disk, disk.overwrite(handle: handle, whole) else {
      return world.checker.lostWhileWriting(place)
    }
    drops.append(Drop(unit: unit, place: place, bytes: whole, kind: kind))
    world.note("has written \(place)")
  }

  func finishWriting() { while !writing.isEmpty { finishOne() } }

  private func takeAway(_ disk: Disk, _ unit: UnitID) {
    let standing = drops.indices.filter { drops[$0].unit == unit && disk.bytes(drops[$0].place) == drops[$0].bytes }
    guard let index = world.chance.pick(standing), !isWriting(drops[index].place) else { return }
    drops[index].isWithdrawn = true
    disk.take(drops[index].place)
    world.note("takes \(drops[index].place) away")
  }

  private func repeatDrop(_ unit: UnitID, _ disk: Disk) {
    guard let old = world.chance.pick(drops.filter { $0.unit == unit && $0.kind == .letter }) else { return }
    put(old.bytes, unit, Place(old.place.folder, "lần nữa \(count).pdf"), .repeated, disk)
  }

  /// The same file, other bytes.
  private func editInPlace(_ unit: UnitID, _ disk: Disk) {
    let standing = drops.filter { $0.unit == unit && $0.kind == .letter && disk.bytes($0.place) == $0.bytes }
    guard let drop = world.chance.pick(standing), !isWriting(drop.place) else { return }
    let bytes = text()
    withdraw(drop.place, disk)
    disk.overwrite(drop.place, bytes)
    drops.append(Drop(unit: unit, place: drop.place, bytes: bytes, kind: .letter))
    world.note("edits \(drop.place)")
  }

  /// Somebody acts on the very file, or takes the very name, that the agent is about to act on: what people do at any moment,
  /// at the worst one.
  func meddle(with target: Place, from source: Place, on disk: Disk) {
    guard let unit = world.unit(ofFolder: target.folder) ?? world.unit(ofFolder: source.folder) else { return }
    let outbox = "/\(unit)/outbox"
    // Also while a file that was set aside gets its name back.
    let dropped = source.name.hasPrefix(".") ? target : source
    if dropped.folder.hasPrefix(outbox), !dropped.name.hasPrefix("."), world.chance.happens(500) {
      put(text(), unit, dropped, kind(of: dropped.folder, unit), disk)
    } else if !target.folder.hasPrefix(outbox), !target.name.hasPrefix("."), target.name.hasSuffix(".pdf") {
      putOwn(at: target, unit, disk)
    }
  }

  private func kind(of folder: String, _ unit: UnitID) -> Kind {
    switch folder {
    case "/\(unit)/outbox": unit == World.province ? .misaddressed : .letter
    case "/\(unit)/outbox/ai do": .misaddressed
    default: .letter
    }
  }

  private func putOwn(_ unit: UnitID, _ disk: Disk) {
    let civil = world.now.inVietnam
    let month = "/\(unit)/sent/\(civil.year)/\(civil.dateText.dropFirst(5).prefix(2))"
    let number = "000\(1 + world.chance.below(4)) \(civil.dateText)"
    guard let name = world.chance.pick(Self.names) else { return }
    let choices = [Place(month, name), Place("/\(unit)/rejected", name), Place("/\(unit)/inbox", "\(number) \(name)")]
    if let place = world.chance.pick(choices) { putOwn(at: place, unit, disk) }
  }

  private func putOwn(at place: Place, _ unit: UnitID, _ disk: Disk) {
    guard disk.look(place) == nil else { return }
    count += 1
    let bytes = Array("own \(count)".utf8)
    disk.put(bytes, at: place)
    own.append((place, unit, bytes))
  }
}

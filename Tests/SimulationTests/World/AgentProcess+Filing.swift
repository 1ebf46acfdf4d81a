import Durable
import Exchange
import Foundation
import Letter

@testable import Agent

/// The end of the way out: sent/ or rejected/, as Filing, Original and Rejecting do it.
extension AgentProcess {
  func sentTarget(_ record: OutgoingRecord, at now: Instant) throws -> FilePath {
    let civil = now.inVietnam
    let folder = "\(folder(record.unit, "sent"))/\(civil.year)/\(civil.dateText.dropFirst(5).prefix(2))"
    let name = SafeFileName(dropped: record.nameText)
    let free = FreeName.first(name) { disk.look(Place(folder, $0.text)) == nil }
    return Place(folder, (free ?? name).text).path
  }

  /// As `Filing.run`, with `OutgoingWorker.file` around it.
  func file(_ first: OutgoingRecord) throws -> OutgoingRecord {
    var record = first
    guard let path = record.target, let digest = record.signedDigest else { return record }
    let copy = spooled(record.document)
    let target = Place(path)
    if world.mutation == .originalFirst { try removeOriginal(record) }
    while true {
      let isSpooled = disk.look(copy) != nil
      var decision = FilingDecision.decide(isSpooled: isSpooled, target: try standing(target, digest))
      if world.mutation == .sentReplaced, decision == .nameTaken { decision = .place }
      switch decision {
      case .place:
        do { try move(copy, to: target, hidden: ".congvan-\(record.document).tmp") } catch let error as SystemError {
          guard error.code == EEXIST else { throw error }
        }
      case .removeSpooled:
        world.met(.spooledRemovedAfterCrash)
        try disk.remove(copy)
      case .removeOriginal:
        if first.journey.attempts > 0 || life > 0 { world.met(.originalAfterCrash) }
        try removeOriginal(record)
        advance(&record, .filed)
        try save(record)
        return record
      case .nameTaken:
        world.met(.sentNameTaken)
        record.target = try sentTarget(record, at: now)
        try save(record)
        return record
      case .missing: throw SystemError(call: "find", path: "\(target)", code: ENOENT)
      }
    }
  }

  /// As `Placement.move`: the share may be another file system than the spool.
  private func move(_ source: Place, to target: Place, hidden: String) throws {
    guard world.isShareApart else { return try publish(source, to: target) }
    let temporary = Place(target.folder, hidden)
    try disk.remove(temporary)
    let bytes = try disk.read(source)
    try disk.write(temporary) { $0 = bytes }
    try publish(temporary, to: target)
    try disk.remove(source)
  }

  private func publish(_ source: Place, to target: Place) throws {
    try disk.sync(source)
    try disk.rename(source, target, keeping: world.mutation != .sentReplaced)
    try disk.syncFolder(target.folder)
  }

  private func standing(_ place: Place, _ digest: SHA256Digest) throws -> Standing {
    guard disk.look(place) != nil else { return .nothing }
    return Letters.digest(try disk.read(place)) == digest ? .ours : .another
  }

  /// As `Original.remove`.
  private func removeOriginal(_ record: OutgoingRecord) throws {
    let source = Place(record.source)
    let aside = Place(source.folder, ".congvan-\(record.document)")
    if world.mutation == .originalByName { return try disk.remove(source) }
    var isChanged = false
    while true {
      let there = disk.look(source)
      if let there, !there.isSameContent(as: record.identity) { world.met(.originalReplaced) }
      switch OriginalDecision.decide(aside: disk.look(aside), source: there, taken: record.identity) {
      case .setAside: try setAside(source, aside)
      case .removeAside: try disk.remove(aside)
      case .giveBack:
        world.met(.originalGivenBack)
        try disk.rename(aside, source, keeping: true)
      case .done:
        if isChanged { try disk.syncFolder(source.folder) }
        return
      }
      isChanged = true
    }
  }

  private func setAside(_ source: Place, _ aside: Place) throws {
    do { try disk.rename(source, aside, keeping: true) } catch let error as SystemError {
      guard error.code == ENOENT else { throw error }
    }
  }

  /// As `Rejecting.run`, with `OutgoingWorker.reject` around it.
  func reject(_ first: OutgoingRecord) throws -> OutgoingRecord {
    var record = first
    let folder = folder(record.unit, "rejected")
    if record.target == nil {
      let name = SafeFileName(dropped: record.nameText)
      let free = FreeName.first(name) {
        disk.look(Place(folder, $0.text)) == nil && disk.look(Place(folder, $0.text + Messages.reasonSuffix)) == nil
      }
      record.target = Place(folder, (free ?? name).text).path
      try save(record)
    }
    guard let path = record.target else { return record }
    let target = Place(path)
    let source = Place(record.source)
    let reason = Place(folder, target.name + Messages.reasonSuffix)
    let aside = Place(source.folder, ".congvan-\(record.document)")
    while true {
      let there = disk.look(source)
      let decision = RejectingDecision.decide(
        aside: disk.look(aside), source: there, taken: record.identity, isTargetTaken: disk.look(target) != nil)
      switch decision {
      case .setAside: try setAside(source, aside)
      // The bug: what was set aside is moved, whatever it is.
      case .giveBack where world.mutation == .rejectedByName:
        try disk.rename(aside, target, keeping: true)
      case .giveBack:
        world.met(.refusedGivenBack)
        try disk.rename(aside, source, keeping: true)
      case .nameTaken: return try chooseAgain(record)
      case .move:
        try disk.write(reason) { $0 = Array("reason".utf8) }
        try disk.sync(reason)
        try disk.syncFolder(folder)
        do { try disk.rename(aside, target, keeping: true) } catch let error as SystemError {
          guard error.code == EEXIST else { throw error }
          try disk.remove(reason)
          return try chooseAgain(record)
        }
      case .moved, .nothingToExplain:
        if decision == .nothingToExplain {
          world.met(.nothingToExplain)
          try disk.remove(reason)
        } else if first.journey.attempts > 0 || life > 0 {
          world.met(.rejectedAfterCrash)
        }
        try disk.syncFolder(folder)
        try disk.syncFolder(source.folder)
        try disk.remove(spooled(record.document))
        advance(&record, .moved)
        try save(record)
        return record
      }
    }
  }

  private func chooseAgain(_ record: OutgoingRecord) throws -> OutgoingRecord {
    world.met(.rejectedNameTaken)
    var record = record
    record.target = nil
    try save(record)
    return record
  }
}

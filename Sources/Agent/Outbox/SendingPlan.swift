import Durable
import Exchange
import Foundation
import Letter
import LetterReading
import PDFSignature
import PKI

/// What would become of a file if it were handed to the outbox now: the agent's own checks, in its order, beside the running
/// daemon and without changing anything.
public struct SendingPlan: Sendable {
  /// What the person who sends it says.
  public struct Order: Sendable {
    /// Absolute.
    public var file: String
    /// Under which it is sent.
    public var name: String
    /// Units and groups, by identifier, name or alias; none: as for a file in the bare outbox.
    public var recipients: [String]
    public var urgency: Urgency
    public var replyTo: DocumentID?
    public var paperFollows: Bool

    public init(
      file: String, name: String, recipients: [String] = [], urgency: Urgency = .normal, replyTo: DocumentID? = nil,
      paperFollows: Bool = false
    ) {
      self.file = file
      self.name = name
      self.recipients = recipients
      self.urgency = urgency
      self.replyTo = replyTo
      self.paperFollows = paperFollows
    }
  }

  /// Why it would not go.
  public enum Obstacle: Sendable {
    case refused(Refusal)
    /// One of the order's recipients.
    case recipient(Refusal)
    /// It isn't clear to whom.
    case unclear(Unclear)
  }

  /// What of the letter's words isn't understood; `Messages.explain` says it.
  public struct Unclear: Sendable { let puzzle: LetterAddressing.Puzzle }

  public let order: Order
  /// Sorted; empty where an obstacle came before.
  public private(set) var addressees: [Addressee] = []
  /// The order's or the letter's, whichever is greater.
  public private(set) var urgency: Urgency
  /// `78-LĐLĐ gửi nhận văn bản điện tử`, where the letter says it clearly.
  public private(set) var title: String?
  public private(set) var obstacle: Obstacle?

  /// What goes beside the letter.
  public var slip: Slip {
    Slip(
      addressees: addressees, urgency: order.urgency, replyTo: order.replyTo,
      paperFollows: order.paperFollows)
  }

  /// - Throws: `SystemError` where the file can't be looked at.
  public static func make(
    _ order: Order, from unit: UnitConfiguration, directory: Directory, journal: Journal, limit: Int64
  ) async throws -> SendingPlan {
    var plan = SendingPlan(order: order, urgency: order.urgency)
    do throws(Stop) {
      try await plan.look(from: unit, directory, journal, limit)
    } catch {
      switch error {
      case .obstacle(let obstacle): plan.obstacle = obstacle
      case .failure(let error): throw error
      }
    }
    return plan
  }

  private init(order: Order, urgency: Urgency) {
    self.order = order
    self.urgency = urgency
  }

  private enum Stop: Error {
    case obstacle(Obstacle)
    case failure(any Error)
  }

  /// Reading a file and its hash is not for the few threads of Swift's tasks.
  private static let threads = IOThreads(count: 1, name: "plan")

  private mutating func look(from unit: UnitConfiguration, _ directory: Directory, _ journal: Journal, _ limit: Int64)
    async throws(Stop)
  {
    let path = FilePath(order.file)
    let sentName = order.name
    let digest: SHA256Digest
    do {
      digest = try await Self.threads.run {
        guard let found = try Folder.look(path) else { throw SystemError(call: "open", path: "\(path)", code: ENOENT) }
        // As it will stand in the outbox.
        let name = SafeFileName(dropped: sentName).text
        let file = DroppedFile(
          path: path.folder.appending(name), kind: found.kind, identity: found.identity, recipient: nil)
        if OutboxScan.isTemporary(name) { throw Refused(.nameUnusable) }
        if let refusal = TakeIn.refusal(file, limit: limit) { throw Refused(refusal) }
        do {
          // What isn't sound may yet be made so.
          if !unit.repair { try PDFSigner.check(try PDFFile(path: "\(path)")) }
        } catch let refusal as PDFRefusal {
          throw Refused(.pdf(refusal.code))
        }
        return try Placement.digest(of: path)
      }
    } catch let refused as Refused {
      throw .obstacle(.refused(refused.refusal))
    } catch {
      throw .failure(error)
    }
    let outcome = await LetterReader().read(order.file)
    if case .failed(.notNow(let error)) = outcome { throw .failure(error) }
    let finding = LetterCheck.judge(outcome, secretsMayGo: unit.secretsMayGo)
    title = InboxFiling.title(of: outcome)
    urgency = max(urgency, finding.urgency)
    if let refusal = finding.refusal { throw .obstacle(.refused(refusal)) }
    addressees = try address(unit, directory, finding.names)
    do {
      guard
        let earlier = try await journal.earlierCopy(of: digest, unit: unit.unit, addressees: addressees)
      else { return }
      throw Stop.obstacle(
        .refused(.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber)))
    } catch let stop as Stop { throw stop } catch { throw .failure(error) }
  }

  private func address(_ unit: UnitConfiguration, _ directory: Directory, _ names: LetterCheck.Finding.Names?)
    throws(Stop) -> [Addressee]
  {
    let addressing = Addressing(directory: directory, sender: unit.unit)
    do throws(Refused) {
      if !order.recipients.isEmpty {
        var found: Set<Addressee> = []
        for name in order.recipients { found.insert(try addressing.addressee(folder: name)) }
        return found.sorted()
      }
      if case .addressee(let addressee) = try addressing.destination(folder: nil) { return [addressee] }
    } catch {
      throw .obstacle(.recipient(error.refusal))
    }
    let letter = LetterAddressing(directory: directory, sender: unit.unit, elsewhere: unit.elsewhere)
    switch names.map({ letter.resolve(addressees: $0.addressees, copies: $0.copies) }) ?? .puzzle(.unread) {
    case .addressees(let addressees): return addressees
    case .puzzle(let puzzle): throw .obstacle(.unclear(Unclear(puzzle: puzzle)))
    }
  }
}

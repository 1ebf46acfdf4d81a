import Exchange
import Foundation
import Testing

@Suite(.serialized) struct HubRestoreTests {
  private let unit = "cdcs-thpt"

  enum Restore: String, CaseIterable {
    /// All of it came back, and the administrator says so.
    case said
    /// The ledger alone came back.
    case ledgerAlone
    /// All of it came back, and nobody says anything.
    case unsaid
  }

  private func drop(
    _ names: Range<Int>, into dropped: inout [String: Data], _ office: Office, from sender: String,
    to recipient: String? = nil
  ) throws {
    for index in names {
      let name = "\(sender) \(index).pdf"
      dropped[name] = Letters.small("\(sender) letter \(index)", padding: 3000)
      try office.drop(dropped[name] ?? Data(), as: name, from: sender, to: recipient)
    }
  }

  private func sent(_ unit: String, _ door: HubDoor) async throws -> [AcceptedSending] {
    let answer = try await door.ask("GET", "/v1/units/\(unit)/sent?limit=500")
    return try CanonicalJSON.decode(SentPage.self, from: answer.body).items
  }

  private func handedOver(_ unit: String, _ door: HubDoor) async throws -> Int {
    var count = 0
    for item in try await sent(unit, door) {
      let answer = try await door.ask("GET", "/v1/documents/\(item.document)/recipients")
      let states = try CanonicalJSON.decode([DeliveryStatus].self, from: answer.body)
      if states.allSatisfy({ $0.event == .contentHandover }) { count += 1 }
    }
    return count
  }

  private func areHandedOver(_ sent: Int, _ up: HubDoor, _ received: Int, _ down: HubDoor) async throws -> Bool {
    guard try await handedOver(unit, up) == sent else { return false }
    return try await handedOver(Province.office, down) == received
  }

  @Test(
    "a hub restored from yesterday's backup is sent again what it forgot: nothing is lost, nothing is filed twice, and what comes later arrives",
    .timeLimit(.minutes(3)), arguments: Restore.allCases)
  func restored(_ restore: Restore) async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let school = try await province.open("truong", units: [unit])
    for office in [office, school] {
      await office.agent.stop()
      // The pauses before the stream of notices is tried again grow; the test needn't wait for them.
      try office.set("pollEvery: 1s")
      try office.agent.start()
    }
    let (up, down) = (HubDoor(province: province, office: school), HubDoor(province: province, office: office))
    var toProvince: [String: Data] = [:]
    var toSchool: [String: Data] = [:]
    try drop(0..<2, into: &toProvince, school, from: unit)
    try drop(0..<1, into: &toSchool, office, from: Province.office, to: unit)
    try await eventually("yesterday's are handed over") {
      try await areHandedOver(2, up, 1, down)
    }
    #expect(
      try await down.ask("GET", "/v1/units/\(unit)/sent").problem == "not-yours", "of another's unit nothing is told")
    #expect(try await up.ask("GET", "/v1/units/\(unit)/sent?after=1").problem == "malformed")
    await province.hub.stop()
    let yesterday = province.folder.appending(component: "yesterday")
    try FileManager.default.copyItem(at: province.hubData, to: yesterday)

    try await province.startHub()
    try drop(2..<5, into: &toProvince, school, from: unit)
    try drop(1..<3, into: &toSchool, office, from: Province.office, to: unit)
    try await eventually("today's are handed over") {
      try await areHandedOver(5, up, 3, down)
    }
    await province.hub.stop()
    let files = FileManager.default
    if restore == .ledgerAlone {
      for suffix in ["", "-wal", "-shm"] {
        let name = "ledger.sqlite\(suffix)"
        try? files.removeItem(at: province.hubData.appending(component: name))
        try? files.copyItem(
          at: yesterday.appending(component: name), to: province.hubData.appending(component: name))
      }
    } else {
      try files.removeItem(at: province.hubData)
      try files.copyItem(at: yesterday, to: province.hubData)
    }
    if restore == .said { try await Program.hub.run(["restored", "--data", province.hubData.path]) }
    try await province.startHub()
    try await eventually("both agents notice", within: .seconds(40)) {
      school.agent.hasSaid("ledger is another one") && office.agent.hasSaid("ledger is another one")
    }
    if restore == .ledgerAlone { #expect(province.hub.hasSaid("restored from a backup")) }
    try drop(5..<6, into: &toProvince, school, from: unit)
    try await eventually("the hub has everything again, and knows who has it", within: .seconds(60)) {
      try await areHandedOver(6, up, 3, down)
    }
    try await eventually("and the senders have filed it") {
      school.documents("sent", of: unit).count == 6 && office.documents("sent", of: Province.office).count == 3
    }
    #expect(try Checker(dropped: toProvince).violations(from: school, unit, to: [(office, Province.office)]) == [])
    #expect(try Checker(dropped: toSchool).violations(from: office, Province.office, to: [(school, unit)]) == [])
    await province.close()
  }

  @Test(
    "a letter that the hub forgot, and whose signed copy is gone, is told of: in the log and in its history",
    .timeLimit(.minutes(2)))
  func bytesGone() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, unit])
    await province.hub.stop()
    let yesterday = province.folder.appending(component: "yesterday")
    try FileManager.default.copyItem(at: province.hubData, to: yesterday)
    try await province.startHub()
    var dropped: [String: Data] = [:]
    try drop(0..<1, into: &dropped, office, from: unit)
    try await eventually("it is filed") {
      office.documents("inbox", of: Province.office).count == 1 && office.documents("sent", of: unit).count == 1
    }
    for copy in office.documents("sent", of: unit).values { try FileManager.default.removeItem(at: copy) }
    await province.hub.stop()
    try FileManager.default.removeItem(at: province.hubData)
    try FileManager.default.copyItem(at: yesterday, to: province.hubData)
    try await Program.hub.run(["restored", "--data", province.hubData.path])
    try await province.startHub()
    try await eventually("it is told", within: .seconds(40)) { office.agent.hasSaid("cannot be sent again") }
    #expect(try await office.log().contains("\"lost\""))
    await province.close()
  }
}

import Exchange
import Testing

@testable import Agent

@Suite struct AddressingTests {
  private let directory = Directory(
    version: 1, province: UnitID(unchecked: "ldld-tinh"),
    units: [
      .init(id: UnitID(unchecked: "ldld-tinh"), name: "LĐLĐ tỉnh"),
      .init(id: UnitID(unchecked: "thpt-a"), name: "CĐCS Trường Lê Lợi"),
      .init(id: UnitID(unchecked: "thcs-b"), name: "CĐCS Trường Lê Lợi"),
      .init(id: UnitID(unchecked: "cu"), name: "Nhà máy Giấy", isActive: false),
      .init(id: UnitID(unchecked: "moi"), name: "Nhà máy Giấy"),
      .init(id: UnitID(unchecked: "het"), name: "Nhà máy Đường", isActive: false),
    ], groups: [.init(id: GroupID(unchecked: "truong-hoc"), name: "Các trường học", members: [])])

  private func addressee(_ folder: String, from sender: String = "ldld-tinh") throws(Refused) -> Addressee {
    try Addressing(directory: directory, sender: UnitID(unchecked: sender)).addressee(folder: folder)
  }

  @Test("a clerk who named a recipient that isn't clear is shown names with identifiers, and each of them leads there")
  func listed() throws {
    for (asked, expected) in [
      ("cdcs truong le loi", ["CĐCS Trường Lê Lợi (thpt-a)", "CĐCS Trường Lê Lợi (thcs-b)"]),
      ("cac truong hoc tinh", ["Các trường học (truong-hoc)"]),
    ] {
      let refused = #expect(throws: Refused.self) { try addressee(asked) }
      guard let refusal = refused?.refusal else { continue }
      let happened = Messages(.vietnamese).sentence(refusal, fileName: "a.pdf").happened
      for name in expected {
        #expect(happened.contains("- \(name)"))
        let id = name.split(separator: "(").last.map { String($0.dropLast()) }
        #expect(try addressee(id ?? "") == addressee(name), "also where the whole line becomes the folder's name")
      }
    }
  }

  @Test(
    "a unit that took the name of a closed one is reached by it; one that nobody took the name of is told as closed")
  func closed() throws {
    #expect(try addressee("Nhà máy Giấy") == .unit(UnitID(unchecked: "moi")))
    #expect(throws: Refused.self) { try addressee("Nhà máy Đường") }
    #expect(throws: Refused.self) { try addressee("LĐLĐ tỉnh") }
    let alike = #expect(throws: Refused.self, "nothing goes to whoever is called like the sender") {
      try addressee("CĐCS Trường Lê Lợi", from: "thpt-a")
    }
    guard case .recipientAmbiguous(_, ["CĐCS Trường Lê Lợi (thcs-b)"]) = alike?.refusal else {
      Issue.record("\(String(describing: alike))")
      return
    }
    #expect(try addressee("thcs-b", from: "thpt-a") == .unit(UnitID(unchecked: "thcs-b")))
  }
}

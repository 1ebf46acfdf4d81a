import Exchange
import Testing

@testable import Agent

@Suite struct LetterAddressingTests {
  private static func unit(_ id: String, _ name: String, _ aliases: [String] = [], isActive: Bool = true)
    -> Directory.Unit
  {
    Directory.Unit(id: UnitID(unchecked: id), name: name, aliases: aliases, isActive: isActive)
  }

  private let addressing = LetterAddressing(
    directory: Directory(
      version: 1, province: UnitID(unchecked: "ldld-tinh"),
      units: [
        unit("ldld-tinh", "LĐLĐ tỉnh Bến Tre", ["LĐLĐ tỉnh"]),
        unit("ldld-ba-tri", "LĐLĐ huyện Ba Tri"), unit("ldld-giong-trom", "LĐLĐ huyện Giồng Trôm"),
        unit("ldld-tp", "Liên đoàn Lao động thành phố Bến Tre"),
        unit("cdn-y-te", "Công đoàn ngành Y tế"),
        unit("cdn-giao-duc", "Công đoàn Giáo dục tỉnh Bến Tre", ["CĐ Giáo dục"]),
        unit("cdvc", "Công đoàn Viên chức tỉnh", ["CĐVC"]),
        unit("cd-kcn", "Công đoàn các Khu công nghiệp tỉnh", ["CĐCKCN"]),
        unit("hoa-sen", "CĐCS Mầm non Hoa Sen"), unit("cu", "CĐCS Nhà máy Đường", isActive: false),
      ],
      groups: [
        .init(
          id: GroupID(unchecked: "huyen"), name: "LĐLĐ các huyện, thành phố",
          members: [
            UnitID(unchecked: "ldld-ba-tri"), UnitID(unchecked: "ldld-giong-trom"), UnitID(unchecked: "ldld-tp"),
          ]
        ),
        .init(id: GroupID(unchecked: "nganh"), name: "Các Công đoàn ngành", members: [UnitID(unchecked: "cdn-y-te")]),
        .init(
          id: GroupID(unchecked: "cdcs"), name: "Công đoàn cơ sở", aliases: ["Các CĐCS trực thuộc LĐLĐ tỉnh"],
          members: [UnitID(unchecked: "hoa-sen")]),
      ]), sender: UnitID(unchecked: "ldld-tinh"), elsewhere: ["Thường trực Tỉnh ủy"])

  private func goes(_ addressees: [String], _ copies: [String] = ["Như kính gửi", "Lưu: VT, VP (05)"]) -> [String]? {
    guard case .addressees(let found) = addressing.resolve(addressees: addressees, copies: copies) else { return nil }
    return found.map(\.identifier)
  }

  /// The first line that isn't understood, and the names that are offered in its place.
  private func stumbles(_ addressees: [String], _ copies: [String] = ["Lưu VT"]) -> (line: String, near: [String])? {
    guard case .puzzle(.lines(let problems)) = addressing.resolve(addressees: addressees, copies: copies) else {
      return nil
    }
    switch problems[0] {
    case .unknown(let line, let near): return (line, near)
    case .ambiguous(let line, let candidates): return (line, candidates)
    case .closed(let line, let name): return (line, [name])
    }
  }

  @Test("a letter goes to everyone whom Kính gửi and Nơi nhận name, however a clerk writes their names")
  func named() {
    // Dispatch 78/LĐLĐ.
    #expect(
      goes([
        "Liên đoàn Lao động huyện, thành phố", "Các Công đoàn ngành, CĐVC, CĐCKCN", "Các CĐCS trực thuộc LĐLĐ tỉnh",
      ]) == ["cdcs", "huyen", "nganh", "cd-kcn", "cdvc"])
    #expect(goes(["LĐLĐ các huyện, thành phố"]) == ["huyen"])
    #expect(goes(["LIEN DOAN LAO DONG CAC HUYEN VA THANH PHO"]) == ["huyen"])
    #expect(goes(["Công đoàn ngành Y tế"], ["Như trên", "LĐLĐ TP Bến Tre (để phối hợp)"]) == ["cdn-y-te", "ldld-tp"])
    #expect(goes(["Ban Thường vụ LĐLĐ huyện Ba Tri"]) == ["ldld-ba-tri"])
    #expect(goes(["LĐLĐ huyện Ba Tri, Giồng Trôm"]) == ["ldld-ba-tri", "ldld-giong-trom"], "“huyện” said once")
    #expect(goes(["Công đoàn Giáo dục và Công đoàn ngành Y tế"]) == ["cdn-giao-duc", "cdn-y-te"])
    #expect(goes([], ["CĐCS", "Lưu VT"]) == ["cdcs"], "a letter without Kính gửi")
  }

  @Test(
    "whom the letter names twice gets it once; the sender's own house, and who gets it on paper, don't hold it back")
  func once() {
    #expect(
      goes(["LĐLĐ các huyện, thành phố", "LĐLĐ huyện Ba Tri"]) == ["huyen", "ldld-ba-tri"],
      "whether it still belongs to the group is the hub's to know, and it gets one copy")
    #expect(
      goes(
        ["CĐN Y tế"],
        ["Như trên", "Thường trực LĐLĐ tỉnh (b/c)", "Thường trực Tỉnh ủy (để báo cáo)", "Ban Thường vụ", "Lưu VP"])
        == ["cdn-y-te"])
  }

  @Test("what only resembles a name, or says who is left out, sends nothing to anybody")
  func doubtful() {
    for line in [
      "LĐLĐ huyện Ba Trị", "CĐCS Mầm non Hoà Sen", "Các CĐCS trực thuộc LĐLĐ tỉnh (trừ CĐCS Mầm non Hoa Sen)",
      "CĐCS Mầm non Hoa Sen (huyện Mỏ Cày)", "CĐCS Mầm non Hoa Sen (để b/c, LĐLĐ huyện Ba Tri", "TT Y tế",
      "CĐCS Mầm non Hoa Sen, UBND tỉnh", "Trường Hoa Sen, LĐLĐ huyện Ba Tri",
    ] { #expect(stumbles([line])?.line == line, "\(line)") }
    #expect(goes(["Công đoàn ngành Y tế (để thực hiện)", "Ban Chấp hành LĐLĐ huyện Giồng Trôm (02)"]) != nil)
    #expect(goes(["CĐCS MẦM NON HOA SEN"]) == ["hoa-sen"])
  }

  @Test("one line that leads to nobody, or to two, holds the whole letter back, and near names are told")
  func heldBack() {
    #expect(stumbles(["Công đoàn ngành Y tế", "Chủ tịch LĐLĐ các huyện"])?.line == "Chủ tịch LĐLĐ các huyện")
    let misspelt = stumbles(["LDLD huyen Ba Tri", "LĐLĐ huyen Giong Tron"])
    #expect(misspelt?.line == "LĐLĐ huyen Giong Tron", "who writes without accents means any, but not other letters")
    #expect(misspelt?.near.contains("LĐLĐ huyện Giồng Trôm (ldld-giong-trom)") == true)
    #expect(stumbles(["Công đoàn ngành Y tế"], ["Như Điều 3", "Lưu VT"])?.line == "Như Điều 3")
    #expect(stumbles([], ["Như kính gửi", "Lưu VT"])?.line == "Như kính gửi", "there is no Kính gửi")
    #expect(stumbles(["CĐCS Nhà máy Đường"])?.near == ["CĐCS Nhà máy Đường"])
    #expect(stumbles(["LĐLĐ huyện Ba Tri, Mỏ Cày"]) != nil, "half a line is no line")
    #expect(addressing.resolve(addressees: [], copies: ["Lưu VT"]) == .puzzle(.nobody))
    #expect(addressing.resolve(addressees: ["LĐLĐ tỉnh"], copies: ["Như trên"]) == .puzzle(.nobody))
    #expect(addressing.resolve(addressees: ["LĐLĐ huyện Ba Tri"], copies: []) == .puzzle(.copiesMissing))
    let long = String(repeating: "LĐLĐ huyện Ba Tri, ", count: 20_000)
    #expect(stumbles([long]) != nil)
  }
}

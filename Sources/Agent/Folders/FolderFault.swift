import Exchange
import Foundation

/// Why a unit's shared folder isn't worked in now. None of these is a refusal: letters wait until the folder is back.
public enum FolderFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing stands at its path.
  case absent
  /// A folder stands there, without the mark that ours has: most likely the disk below a share that isn't mounted.
  case unmarked
  /// No folder was ever marked for this unit.
  case neverMarked
  /// It is another unit's.
  case foreign(UnitID)
  /// It is marked for this unit, but it isn't the one that we know.
  case otherFolder
  /// It is marked as the unit's, and not by us: another machine serves it, or did; or our state was lost.
  case servedElsewhere
  /// The system doesn't let us look; the value of `errno`.
  case unreadable(Int32)
  /// Its share doesn't answer: a call of the system doesn't come back.
  case notAnswering

  /// Stable; stands in `--json`.
  public var code: String {
    switch self {
    case .absent: "absent"
    case .unmarked: "unmarked"
    case .neverMarked: "never-marked"
    case .foreign: "foreign"
    case .otherFolder: "other-folder"
    case .servedElsewhere: "served-elsewhere"
    case .unreadable: "unreadable"
    case .notAnswering: "not-answering"
    }
  }

  /// For the log.
  public var description: String {
    switch self {
    case .absent: "the unit's folder is not there"
    case .unmarked:
      "the folder lacks the mark \(FolderMark.fileName): the share is not mounted, or the mark was deleted"
    case .neverMarked: "the folder was never marked as the unit's"
    case .foreign(let unit): "the folder is marked as that of \(unit)"
    case .otherFolder:
      "the folder is marked as the unit's, but is not the one known here, or another machine took it over"
    case .servedElsewhere: "the folder is marked as the unit's, by another machine or before this one's state was lost"
    case .unreadable(let code): "the folder cannot be read: \(String(cString: strerror(code)))"
    case .notAnswering: "the share does not answer"
    }
  }
}

extension FolderFault: Encodable {
  private enum CodingKeys: CodingKey { case code, detail }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(code, forKey: .code)
    try container.encode(description, forKey: .detail)
  }
}

extension Messages {
  /// What is the matter with a unit's folder, and what to do: two sentences.
  public func sentence(_ fault: FolderFault, of unit: UnitID, folder: String) -> (happened: String, remedy: String) {
    (text(FolderText.happened(fault, folder: folder)), text(FolderText.remedy(fault, of: unit)))
  }
}

/// What is said when a unit's folder isn't there.
enum FolderText {
  static func happened(_ fault: FolderFault, folder: String) -> Phrase {
    let folder = Messages.shown(folder)
    return switch fault {
    case .absent:
      Phrase("Không thấy thư mục của đơn vị (\(folder)).", "The unit's folder \(folder) is not there.")
    case .unmarked:
      Phrase(
        "Thư mục \(folder) không có tệp đánh dấu \(FolderMark.fileName): ổ chia sẻ chưa được kết nối, hoặc tệp đã bị xóa.",
        "The folder \(folder) lacks the mark \(FolderMark.fileName): the share is not mounted, or the mark was deleted."
      )
    case .neverMarked:
      Phrase(
        "Thư mục \(folder) chưa được đánh dấu là của đơn vị.", "The folder \(folder) was never marked as the unit's.")
    case .foreign(let other):
      Phrase("Thư mục \(folder) là của đơn vị \(other).", "The folder \(folder) is that of the unit \(other).")
    case .otherFolder:
      Phrase(
        "Thư mục \(folder) mang dấu của đơn vị nhưng không phải là thư mục đã dùng đến nay, hoặc một máy khác đã nhận phục vụ nó.",
        "The folder \(folder) is marked as the unit's, but is not the one that was used so far, or another machine took it over."
      )
    case .servedElsewhere:
      Phrase(
        "Thư mục \(folder) đang do một máy khác phục vụ, hoặc dữ liệu của máy này đã mất.",
        "The folder \(folder) is served by another machine, or this machine's state was lost.")
    case .unreadable(let code):
      Phrase(
        "Không đọc được thư mục \(folder) (\(String(cString: strerror(code)))).",
        "The folder \(folder) cannot be read (\(String(cString: strerror(code)))).")
    case .notAnswering:
      Phrase(
        "Ổ chia sẻ của thư mục \(folder) không trả lời.", "The share of the folder \(folder) does not answer.")
    }
  }

  static func remedy(_ fault: FolderFault, of unit: UnitID) -> Phrase {
    let adopt = "congvan folder adopt \(unit)"
    return switch fault {
    case .absent:
      Phrase(
        "Kết nối lại ổ chia sẻ, hoặc sửa `folder` trong tệp cấu hình của đơn vị; văn bản chờ đến khi có lại thư mục.",
        "Mount the share, or mend `folder` in the unit's file; letters wait until the folder is back.")
    case .unmarked, .otherFolder:
      Phrase(
        "Kết nối lại ổ chia sẻ; văn bản chờ đến khi có lại thư mục. Chỉ khi đúng là thư mục này, chạy: \(adopt)",
        "Mount the share; letters wait until the folder is back. Only if this is the right folder, run: \(adopt)")
    case .servedElsewhere:
      Phrase(
        "Mỗi thư mục chỉ do một máy phục vụ, nếu không văn bản sẽ được gửi hai lần. Chỉ khi máy kia không còn dùng nữa, chạy: \(adopt) (khi đăng ký: thêm --take-over)",
        "One machine alone serves a folder, else letters are sent twice. Only if the other one is no longer used, run: \(adopt) (when enrolling: add --take-over)"
      )
    case .neverMarked:
      Phrase(
        "Kiểm tra ổ chia sẻ đã được kết nối, rồi chạy: \(adopt)", "See that the share is mounted, then run: \(adopt)")
    case .foreign:
      Phrase(
        "Sửa `folder` trong tệp cấu hình của đơn vị \(unit).", "Mend `folder` in the file of the unit \(unit).")
    case .unreadable:
      Phrase(
        "Kiểm tra ổ chia sẻ và quyền của thư mục; văn bản chờ đến khi đọc được.",
        "Check the share and the folder's permissions; letters wait until it can be read.")
    case .notAnswering:
      Phrase(
        "Kiểm tra máy chủ của ổ chia sẻ và mạng; văn bản chờ đến khi ổ trả lời, các đơn vị khác không bị ảnh hưởng.",
        "Check the share's server and the network; letters wait until it answers, and other units go on.")
    }
  }
}

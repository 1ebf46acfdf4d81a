import Durable
import Foundation
import GRDB
import PKI

/// Why a document waits, as people are told it. The text of the error stands beside it, for whoever helps them.
public enum DelayCause: String, Codable, Sendable, CaseIterable {
  case hubAway = "hub-away"
  /// The hub isn't who it should be, or something in between breaks the encryption open.
  case hubUnproven = "hub-unproven"
  case machineDismissed = "machine-dismissed"
  case hubBusy = "hub-busy"
  case hubFull = "hub-full"
  /// The hub said no, but not for good.
  case hubHesitates = "hub-hesitates"
  /// Something else than the hub answered: a portal's page, a proxy.
  case answerStrange = "answer-strange"
  case diskFull = "disk-full"
  case diskForbids = "disk-forbids"
  case diskFails = "disk-fails"
  case folderAway = "folder-away"
  case tokenAway = "token-away"
  case pinRefused = "pin-refused"
  case keyFails = "key-fails"
  /// The unit's certificate has ended, has not begun, or is not for signing documents.
  case certificateUnfit = "certificate-unfit"
  /// Signed with a key that is no longer the unit's.
  case keyReplaced = "key-replaced"
  case unitNotServed = "unit-not-served"
  case other

  init(_ error: any Error) {
    switch error {
    case let fault as HubFault: self.init(fault)
    case is FolderFault: self = .folderAway
    case is UnitNotServed: self = .unitNotServed
    case is NoRoom: self = .diskFull
    case let error as SystemError: self.init(errno: error.code)
    case let error as PKIError: self.init(error.code)
    case let error as DatabaseError where error.resultCode == .SQLITE_FULL: self = .diskFull
    default: self = .other
    }
  }

  private init(_ fault: HubFault) {
    switch fault.kind {
    case .unreachable: self = .hubAway
    case .tls: self = .hubUnproven
    case .unauthorised: self = .machineDismissed
    case .busy: self = .hubBusy
    case .full: self = .hubFull
    case .refused: self = .hubHesitates
    case .protocolViolation: self = .answerStrange
    case .local(let code): self.init(errno: code)
    case .cancelled: self = .other
    }
  }

  private init(errno code: Int32) {
    switch code {
    case ENOSPC, EDQUOT: self = .diskFull
    case EACCES, EPERM, EROFS: self = .diskForbids
    case ENOKEY: self = .keyFails
    default: self = .diskFails
    }
  }

  private init(_ code: PKIError.Code) {
    switch code {
    case .tokenUnavailable, .tokenNotAnswering: self = .tokenAway
    case .pinWrong, .pinWithheld, .pinLocked, .pinMissing, .pinFileExposed, .pinFileUnreadable, .passwordWrong:
      self = .pinRefused
    case .certificateExpired, .certificateNotYetValid, .purposeUnsuitable: self = .certificateUnfit
    default: self = .keyFails
    }
  }

  /// The facts of an event that tells of a delay: the code, and the error's own words.
  static func facts(_ error: any Error) -> [String: String] {
    ["cause": DelayCause(error).rawValue, "error": "\(error)"]
  }
}

import CPKCS11

/// Logs in to a token: the PIN is read when it is needed, tried once, and wiped.
struct TokenLogin: Sendable {
  /// nil for tokens that ask for none.
  let pin: PINSource?
  let tries: PINGuard

  func logIn(_ calls: Cryptoki, _ session: Cryptoki.Session, _ token: Cryptoki.Token) throws {
    guard token.has(CKF_LOGIN_REQUIRED) else { return }
    try enter(calls, session, token, CK_USER_TYPE(CKU_USER))
  }

  /// For keys that want the PIN with each signature (CKA_ALWAYS_AUTHENTICATE).
  func confirm(_ calls: Cryptoki, _ session: Cryptoki.Session, _ token: Cryptoki.Token) throws {
    // Its flags may have changed since the session was opened.
    try enter(calls, session, calls.token(in: token.slot), CK_USER_TYPE(CKU_CONTEXT_SPECIFIC))
  }

  private func enter(_ calls: Cryptoki, _ session: Cryptoki.Session, _ token: Cryptoki.Token, _ user: CK_USER_TYPE)
    throws
  {
    guard !token.has(CKF_USER_PIN_LOCKED) else { throw PINGuard.withheld(token.label, .locked) }
    guard let pin else {
      throw PKIError(
        .pinMissing,
        "The token \(token.label.debugDescription) asks for a PIN: name its file (`signing.pin`, --pin-file, or "
          + "`pin-source` in the URI).")
    }
    let reading = try pin.read()
    try tries.begin(
      token, pinMark: reading.mark, isLow: token.has(CKF_USER_PIN_COUNT_LOW), isFinal: token.has(CKF_USER_PIN_FINAL_TRY)
    )
    do {
      try calls.login(session, user, reading.secret)
    } catch let fault as TokenFault {
      switch fault.code {
      case CKR_USER_ALREADY_LOGGED_IN: break  // another of our sessions: logging in holds for all of a token's
      case CKR_PIN_LOCKED:
        try tries.finish(token, refused: .locked, pinMark: reading.mark)
        throw PINGuard.withheld(token.label, .locked)
      case _ where fault.isWrongPIN:
        try tries.finish(token, refused: .wrong, pinMark: reading.mark)
        throw PKIError(
          .pinWrong,
          "The token \(token.label.debugDescription) refused the PIN of \(pin). It was tried once and is not tried again: "
            + "put the right one into the file, or run `congvan token retry`.")
      case CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT, CKR_SESSION_HANDLE_INVALID:
        // Pulled out before it judged.
        try tries.finish(token, refused: nil, pinMark: reading.mark)
        throw fault
      default: throw fault  // whether the PIN was judged isn't known, and so it stays remembered
      }
    }
    try tries.finish(token, refused: nil, pinMark: reading.mark)
  }
}

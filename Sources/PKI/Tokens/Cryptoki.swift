import CPKCS11
import Foundation

/// PKCS #11's calls as Swift ones: bounded, their codes as ``TokenFault``. It exists only on its module's thread, inside
/// ``PKCS11Module/perform(_:)``.
struct Cryptoki {
  typealias Session = CK_SESSION_HANDLE
  typealias Object = CK_OBJECT_HANDLE

  /// What a token says of itself (CK_TOKEN_INFO).
  struct Token: Sendable, Equatable {
    let slot: UInt
    let label: String
    let manufacturer: String
    let model: String
    let serial: String
    let flags: UInt

    func has(_ flag: UInt) -> Bool { flags & flag != 0 }
  }

  private let list: UnsafeMutablePointer<CK_FUNCTION_LIST>

  init(_ list: UnsafeMutablePointer<CK_FUNCTION_LIST>) { self.list = list }

  private func call(_ name: String, _ body: (CK_FUNCTION_LIST) -> CK_RV?) throws {
    guard let code = body(list.pointee) else { throw TokenFault(name, CKR_FUNCTION_NOT_SUPPORTED) }
    guard code == CKR_OK else { throw TokenFault(name, code) }
  }

  /// The tokens that are in now. A slot whose token is pulled out while it is asked is passed over.
  func tokens() throws -> [Token] {
    var count: CK_ULONG = 0
    // Asking without a list lets a module look for new slots (PKCS #11 2.40 §5.5, C_GetSlotList).
    try call("C_GetSlotList") { $0.C_GetSlotList?(CK_BBOOL(CK_TRUE), nil, &count) }
    guard count > 0 else { return [] }
    var slots = [CK_SLOT_ID](repeating: 0, count: Int(min(count, 256)))
    count = CK_ULONG(slots.count)
    try call("C_GetSlotList") { $0.C_GetSlotList?(CK_BBOOL(CK_TRUE), &slots, &count) }
    return try slots.prefix(Int(min(count, 256))).compactMap { slot in
      do { return try token(in: slot) } catch let fault as TokenFault where fault.isRemoval { return nil }
    }
  }

  func token(in slot: CK_SLOT_ID) throws -> Token {
    var info = CK_TOKEN_INFO()
    try call("C_GetTokenInfo") { $0.C_GetTokenInfo?(slot, &info) }
    return Token(
      slot: slot, label: Self.text(info.label), manufacturer: Self.text(info.manufacturerID),
      model: Self.text(info.model), serial: Self.text(info.serialNumber), flags: info.flags)
  }

  /// A field of fixed width, padded with spaces; others pad with zeros.
  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { bytes in
      let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Whether the token signs by this mechanism.
  func signs(_ mechanism: CK_MECHANISM_TYPE, slot: CK_SLOT_ID) -> Bool {
    var info = CK_MECHANISM_INFO()
    guard (try? call("C_GetMechanismInfo", { $0.C_GetMechanismInfo?(slot, mechanism, &info) })) != nil else {
      return false
    }
    return info.flags & CK_FLAGS(CKF_SIGN) != 0
  }

  func openSession(_ slot: CK_SLOT_ID) throws -> Session {
    var session: Session = 0
    try call("C_OpenSession") { $0.C_OpenSession?(slot, CK_FLAGS(CKF_SERIAL_SESSION), nil, nil, &session) }
    return session
  }

  func close(_ session: Session) { try? call("C_CloseSession") { $0.C_CloseSession?(session) } }

  /// - Parameter user: CKU_USER, or CKU_CONTEXT_SPECIFIC between C_SignInit and C_Sign.
  func login(_ session: Session, _ user: CK_USER_TYPE, _ pin: Secret) throws {
    try pin.withBytes { bytes in
      try call("C_Login") {
        // Declared without const; no module may change it.
        $0.C_Login?(session, user, UnsafeMutablePointer(mutating: bytes.baseAddress), CK_ULONG(bytes.count))
      }
    }
  }

  /// Objects that match, at most 64.
  func find(_ session: Session, _ wanted: [(CK_ATTRIBUTE_TYPE, [UInt8])]) throws -> [Object] {
    try Self.withTemplate(wanted) { template, count in
      try call("C_FindObjectsInit") { $0.C_FindObjectsInit?(session, template, count) }
    }
    defer { try? call("C_FindObjectsFinal") { $0.C_FindObjectsFinal?(session) } }
    var objects: [Object] = []
    while objects.count < 64 {
      var some = [Object](repeating: 0, count: 16)
      var count: CK_ULONG = 0
      try call("C_FindObjects") { $0.C_FindObjects?(session, &some, 16, &count) }
      if count == 0 { break }
      objects += some.prefix(Int(min(count, 16)))
    }
    return objects
  }

  private static func withTemplate<T>(
    _ attributes: [(CK_ATTRIBUTE_TYPE, [UInt8])], _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) throws -> T
  ) rethrows -> T {
    var storage = attributes.flatMap(\.1)
    return try storage.withUnsafeMutableBytes { bytes in
      var offset = 0
      var template = attributes.map { type, value in
        defer { offset += value.count }
        return CK_ATTRIBUTE(
          type: type, pValue: bytes.baseAddress?.advanced(by: offset), ulValueLen: CK_ULONG(value.count))
      }
      return try body(&template, CK_ULONG(template.count))
    }
  }

  /// One attribute's bytes; nil where the object has none, or more than the limit.
  func attribute(_ session: Session, _ object: Object, _ type: CK_ATTRIBUTE_TYPE, limit: Int) throws -> Data? {
    var attribute = CK_ATTRIBUTE(type: type, pValue: nil, ulValueLen: 0)
    do {
      try call("C_GetAttributeValue") { $0.C_GetAttributeValue?(session, object, &attribute, 1) }
    } catch let fault as TokenFault where [CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE].contains(fault.code) {
      return nil
    }
    guard attribute.ulValueLen <= CK_ULONG(limit) else { return nil }  // also CK_UNAVAILABLE_INFORMATION
    let length = Int(attribute.ulValueLen)
    var value = Data(count: length)
    guard length > 0 else { return value }
    try value.withUnsafeMutableBytes { bytes in
      attribute = CK_ATTRIBUTE(type: type, pValue: bytes.baseAddress, ulValueLen: CK_ULONG(length))
      try call("C_GetAttributeValue") { $0.C_GetAttributeValue?(session, object, &attribute, 1) }
    }
    guard attribute.ulValueLen <= CK_ULONG(length) else { return nil }
    return value.prefix(Int(attribute.ulValueLen))
  }

  /// - Parameter authenticate: called between C_SignInit and C_Sign, for keys that want the PIN each time.
  func sign(
    _ session: Session, _ key: Object, _ mechanism: CK_MECHANISM_TYPE, _ input: [UInt8], authenticate: () throws -> Void
  ) throws -> [UInt8] {
    var chosen = CK_MECHANISM(mechanism: mechanism, pParameter: nil, ulParameterLen: 0)
    try call("C_SignInit") { $0.C_SignInit?(session, &chosen, key) }
    try authenticate()
    var input = input
    var output = [UInt8](repeating: 0, count: 1024)  // an RSA key of 8192 bits
    var length = CK_ULONG(output.count)
    try call("C_Sign") { $0.C_Sign?(session, &input, CK_ULONG(input.count), &output, &length) }
    return Array(output.prefix(Int(min(length, 1024))))
  }
}

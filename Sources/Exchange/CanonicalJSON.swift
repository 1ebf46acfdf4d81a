import Foundation

/// The one way in which records become bytes: JSON with sorted keys and without escaped slashes. For the values used here
/// (objects with ASCII keys, strings, integers, arrays) this is the canonical form of RFC 8785, so that a signed record can
/// be made again by others, byte for byte.
public enum CanonicalJSON {
  public static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    try JSONDecoder().decode(type, from: data)
  }
}

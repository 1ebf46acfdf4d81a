/// Values held for the next use of them, up to a weight. What is used stays: a value goes when it was not asked for while as
/// much as half of the limit came after it. What is heavier than a quarter of the limit is held alone.
struct Cache<Key: Hashable, Value> {
  private let limit: Int
  private var young: [Key: (value: Value, weight: Int)] = [:]
  private var old: [Key: (value: Value, weight: Int)] = [:]
  private var weight = 0

  /// What an entry takes besides its value.
  private static var overhead: Int { 256 }

  /// - Parameter limit: of the weights of all values together, in bytes.
  init(limit: Int) { self.limit = limit }

  subscript(key: Key) -> Value? {
    mutating get {
      if let known = young[key] { return known.value }
      guard let known = old[key] else { return nil }
      if known.weight <= limit / 4 { insert(known.value, for: key, weight: known.weight) }
      return known.value
    }
  }

  mutating func insert(_ value: Value, for key: Key, weight added: Int) {
    if added > limit / 4 {
      young = [:]
      old = added <= limit ? [key: (value, added)] : [:]
      weight = 0
      return
    }
    if weight + added + Self.overhead > limit / 2 {
      old = young
      young = [:]
      weight = 0
    }
    if let before = young.updateValue((value, added), forKey: key) { weight -= before.weight + Self.overhead }
    weight += added + Self.overhead
  }
}

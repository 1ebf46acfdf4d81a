/// A page with what it inherits from the page tree (ISO 32000-1 §7.7.3.4).
package struct FoundPage {
  package let reference: PDFReference
  package let dictionary: PDFDictionary
  /// What it does not have itself, from the nearest node above that has it.
  let inherited: InheritedAttributes
  /// 1 for the first; nil where the pages before it were not walked.
  let number: Int?

  /// The attribute, the page's own or the nearest inherited one.
  package func attribute(_ key: String) -> PDFObject? { dictionary[key] ?? inherited[key] }
}

/// The attributes that a page may leave to the nodes above it: four, whatever else those hold (§7.7.3.3, table 30).
struct InheritedAttributes {
  private static let keys = ["Resources", "MediaBox", "CropBox", "Rotate"]
  private var values: [PDFObject?] = Array(repeating: nil, count: keys.count)

  var isComplete: Bool { values.allSatisfy { $0 != nil } }

  subscript(key: String) -> PDFObject? { Self.keys.firstIndex(of: key).flatMap { values[$0] } }

  /// Takes from a node what none below it had. False where it had nothing.
  mutating func take(from node: PDFDictionary) -> Bool {
    var isTaken = false
    for (index, key) in Self.keys.enumerated() where values[index] == nil {
      if let value = node[key] { (values[index], isTaken) = (value, true) }
    }
    return isTaken
  }
}

/// A page with what it inherits from the page tree (ISO 32000-1 §7.7.3.4).
package struct FoundPage {
  package let reference: PDFReference
  package let dictionary: PDFDictionary
  /// Attributes of the nodes above, the nearest first.
  let inherited: [PDFDictionary]
  /// 1 for the first; nil where the pages before it were not walked.
  let number: Int?

  /// The attribute, the page's own or the nearest inherited one.
  package func attribute(_ key: String) -> PDFObject? {
    for dictionary in [dictionary] + inherited {
      if let value = dictionary[key] { return value }
    }
    return nil
  }
}

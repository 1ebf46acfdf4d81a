/// The outside of a signature: which bytes it covers and where its CMS stands (pdf-signing.md 5.2, 5.3 rows 1–3, 9, 11, 12).
struct SignatureShape {
  let dictionary: PDFDictionary
  /// Bytes that the dictionary takes in memory.
  let weight: Int
  let subFilter: String
  /// The decoded /Contents, zero padding included.
  let contents: [UInt8]
  /// First uncovered byte (`<`), first covered byte after it, and the end of what is covered.
  let gapStart: Int64
  let gapEnd: Int64
  let coveredEnd: Int64
  /// The revision that the signature covers.
  let revision: Int
  let coversWholeFile: Bool
  /// A signature of ISO 32000-1 rather than PAdES.
  var isLegacy: Bool { subFilter == "adbe.pkcs7.detached" }
  var isDocumentTimeStamp: Bool { subFilter == "ETSI.RFC3161" }

  /// Throws a finding: whatever is not exactly right is an error, never "no signature".
  init(_ field: SignatureField, in document: PDFDocument) throws(SignatureFault) {
    let dictionary: PDFDictionary
    let object: IndirectObject
    do {
      guard let reference = field.value?.reference else {
        throw SignatureFault("signature-direct", "the signature is not an indirect object")
      }
      guard let found = try document.object(reference, in: document.last), case .dictionary(let value) = found.value
      else {
        throw SignatureFault("signature-missing", "the field names a signature that is not there")
      }
      (object, dictionary) = (found, value)
    } catch let fault as SignatureFault {
      throw fault
    } catch {
      throw SignatureFault("signature-unreadable", "\(error)")
    }
    guard let objectStart = object.start, let objectEnd = object.end else {
      throw SignatureFault("signature-compressed", "the signature is inside an object stream")
    }
    guard let type = dictionary["Type"]?.name ?? Optional("Sig"), type == "Sig" || type == "DocTimeStamp",
      dictionary["Filter"]?.name != nil, let subFilter = dictionary["SubFilter"]?.name
    else { throw SignatureFault("signature-type", "no usable /Type, /Filter or /SubFilter") }
    let numbers = dictionary["ByteRange"]?.array?.compactMap(\.integer) ?? []
    guard numbers.count == 4, dictionary["ByteRange"]?.array?.count == 4, numbers.allSatisfy({ $0 >= 0 }),
      let contents = dictionary["Contents"]?.string, let place = dictionary.entry("Contents")
    else { throw SignatureFault("byte-range-missing", "/ByteRange or /Contents is missing or of the wrong kind") }
    let size = document.file.size
    guard numbers[0] == 0, numbers[1] <= size, numbers[2] <= size, numbers[3] <= size - numbers[2] else {
      throw SignatureFault("byte-range-wrong", "/ByteRange is not inside the file")
    }
    guard numbers[1] == place.start, numbers[2] == place.end, place.start > objectStart, place.end < objectEnd else {
      throw SignatureFault("byte-range-gap", "the gap of /ByteRange is not exactly /Contents")
    }
    // Only hexadecimal digits stand in the gap: no white space, no odd digit, and not a literal string.
    guard !contents.isEmpty, place.end - place.start == Int64(contents.count) * 2 + 2,
      (try? document.budget.read(contents.count * 2, making: 0)) != nil,
      let written = try? document.file.bytes(at: place.start, count: Int(place.end - place.start)),
      written.first == UInt8(ascii: "<"), Self.isPlainHex(written.dropFirst().dropLast())
    else { throw SignatureFault("contents-form", "/Contents is not a plain hexadecimal string") }
    guard contents.count <= Limits.signatureContents else {
      throw SignatureFault("contents-too-large", "/Contents is over 128 KiB")
    }
    guard contents[0] == 0x30 else { throw SignatureFault("contents-not-der", "/Contents is no DER sequence") }
    let coveredEnd = numbers[2] + numbers[3]
    guard let revision = document.revisions.firstIndex(where: { Self.ends($0, at: coveredEnd, in: document.file) })
    else {
      throw SignatureFault("coverage", "the signature does not end where a revision ends")
    }
    // The signature belongs to the revision it closes: an older one could not have covered it, a newer one is a copy.
    // Where the older one has no end mark of its own (ExifTool puts a comment before it), its cross-references must suffice.
    let older = revision > 0 ? document.revisions[revision - 1] : nil
    let earlier = older.map { $0.end ?? $0.sectionsEnd } ?? 0
    guard objectStart >= earlier,
      objectEnd <= document.revisions[revision].xrefOffset || document.revisions[revision].sections.count > 1
    else { throw SignatureFault("coverage", "the signature is not part of the revision it covers") }
    self.dictionary = dictionary
    weight = object.weight
    self.subFilter = subFilter
    self.contents = contents
    gapStart = place.start
    gapEnd = place.end
    self.coveredEnd = coveredEnd
    self.revision = revision
    coversWholeFile =
      revision == document.last && Self.isEndOrOneLineEnd(from: coveredEnd, to: size, in: document.file)
  }

  /// Hexadecimal digits alone, in pairs, their letters all large or all small: no writer mixes them, and nobody can then
  /// change one unnoticed.
  private static func isPlainHex(_ digits: ArraySlice<UInt8>) -> Bool {
    guard digits.count.isMultiple(of: 2) else { return false }
    return digits.withUnsafeBufferPointer { digits in
      var (hasLarge, hasSmall) = (false, false)
      for digit in digits {
        guard digit.hexDigit != nil else { return false }
        if digit >= 97 { hasSmall = true } else if digit >= 65 { hasLarge = true }
      }
      return !(hasLarge && hasSmall)
    }
  }

  /// `offset` is the end of the revision's %%EOF, or one line end after it.
  private static func ends(_ revision: Revision, at offset: Int64, in file: PDFFile) -> Bool {
    guard let end = revision.end else { return false }
    return isEndOrOneLineEnd(from: end, to: offset, in: file)
  }

  static func isEndOrOneLineEnd(from start: Int64, to end: Int64, in file: PDFFile) -> Bool {
    guard start < end else { return start == end }
    guard end - start <= 2, let bytes = try? file.bytes(at: start, count: Int(end - start)) else { return false }
    return bytes == [10] || bytes == [13] || bytes == [13, 10]
  }
}

/// Why a signature is no signature.
struct SignatureFault: Error {
  let finding: Finding
  init(_ code: String, _ detail: String) { finding = .error(code, detail) }
}

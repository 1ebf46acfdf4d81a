/// Writes PDF values back as bytes.
package enum PDFSerialiser {
  package static func append(_ value: PDFObject, to output: inout [UInt8]) {
    switch value {
    case .null: output += "null".utf8
    case .boolean(let flag): output += (flag ? "true" : "false").utf8
    case .integer(let number): output += String(number).utf8
    case .real(let digits): output += digits
    case .string(let bytes): append(string: bytes, to: &output)
    case .name(let name): append(name: name, to: &output)
    case .reference(let reference): output += "\(reference.number) \(reference.generation) R".utf8
    case .array(let items):
      output.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { output.append(32) }
        append(item, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .dictionary(let dictionary): append(dictionary, to: &output)
    // Streams are never rewritten: only their dictionary could be asked for.
    case .stream(let stream): append(stream.dictionary, to: &output)
    }
  }

  static func append(_ dictionary: PDFDictionary, to output: inout [UInt8]) {
    output += "<<".utf8
    for entry in dictionary.entries {
      append(name: entry.key, to: &output)
      output.append(32)
      append(entry.value, to: &output)
    }
    output += ">>".utf8
  }

  static func append(name: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "/"))
    for scalar in name.unicodeScalars {
      // Names hold Latin-1 characters, one per byte.
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      if byte > 32, byte < 127, byte.isPDFRegular, byte != UInt8(ascii: "#") {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "#"))
        appendHex(byte, to: &output)
      }
    }
  }

  static func append(string bytes: [UInt8], to output: inout [UInt8]) {
    let plain = bytes.allSatisfy {
      $0 >= 32 && $0 < 127 && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "\\")
    }
    output.append(UInt8(ascii: plain ? "(" : "<"))
    if plain {
      output += bytes
    } else {
      for byte in bytes { appendHex(byte, to: &output) }
    }
    output.append(UInt8(ascii: plain ? ")" : ">"))
  }

  /// Two hexadecimal digits.
  static func appendHex(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(hexDigit(byte >> 4))
    output.append(hexDigit(byte & 15))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
}

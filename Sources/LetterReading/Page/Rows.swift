/// Puts the words of a page into lines by where they stand. The extractor's own order is not used: in a head of two columns
/// it weaves one into the other.
enum Rows {
  /// More begin a new row; a line of A4 has about 25. It bounds the work on pages made of thousands of tiny boxes.
  private static let wordsPerRow = 200

  /// - Parameter isRecognised: then words are apart where the recogniser says so, however near they stand.
  static func of(_ page: TextLayer.Page, number: Int, isRecognised: Bool) -> [Line] {
    let sorted = page.words.sorted { ($0.box.centre, $0.box.left) < ($1.box.centre, $1.box.left) }
    var rows: [(centre: Double, height: Double, words: [TextLayer.Word])] = []
    for word in sorted {
      var placed = false
      for index in rows.indices.reversed().prefix(6) {
        let row = rows[index]
        // Same height on the page, same size of letters, and nothing printed over: a stamp on a line is no part of it.
        let near = abs(row.centre - word.box.centre) < 0.4 * min(row.height, word.box.height)
        let alike = max(row.height, word.box.height) < 1.7 * min(row.height, word.box.height)
        guard near, alike, row.words.count < wordsPerRow, !row.words.contains(where: { overlap($0.box, word.box) })
        else { continue }
        rows[index].words.append(word)
        placed = true
        break
      }
      if !placed { rows.append((word.box.centre, word.box.height, [word])) }
    }
    return rows.sorted { $0.centre < $1.centre }
      .compactMap {
        let words = $0.words.sorted { $0.box.left < $1.box.left }
        return Line(page: number, words: isRecognised ? words : joined(words))
      }
  }

  /// Puts together what touches. The extractor parts words at a gap of a tenth of the font's size, but also where a producer
  /// wrote the pieces of a word out of order.
  private static func joined(_ words: [TextLayer.Word]) -> [TextLayer.Word] {
    var result: [TextLayer.Word] = []
    for word in words {
      if let last = result.last, last.touches(word) {
        result[result.count - 1] = TextLayer.Word(
          text: last.text + word.text, box: last.box.union(word.box), line: last.line)
      } else {
        result.append(word)
      }
    }
    return result
  }

  private static func overlap(_ a: Box, _ b: Box) -> Bool {
    min(a.right, b.right) - max(a.left, b.left) > 0.3 * min(a.width, b.width) + 0.5
  }

  /// The x between two columns: the widest stretch, within bounds, that the fewest lines cross. nil where there is none.
  static func gutter(_ lines: [Line], from low: Double, to high: Double) -> Double? {
    guard high > low else { return nil }
    var edges: [(x: Double, change: Int)] = []
    for line in lines {
      // A gap of less than a letter's height within a line may be a space; only more may be a gutter.
      for word in line.words { edges += [(word.box.left, 1), (word.box.right, -1)] }
    }
    edges.sort { ($0.x, $0.change) < ($1.x, $1.change) }
    var best: (x: Double, crossed: Int, width: Double)?
    var depth = 0
    for (index, edge) in edges.enumerated() {
      depth += edge.change
      guard index + 1 < edges.count else { break }
      let left = max(edge.x, low)
      let right = min(edges[index + 1].x, high)
      guard right - left > 0.5 else { continue }
      if best.map({ (depth, $0.width) < ($0.crossed, right - left) }) ?? true {
        best = ((left + right) / 2, depth, right - left)
      }
    }
    return best?.x
  }
}

extension TextLayer.Word {
  /// Whether no space was meant before the next word. Boxes are about 1.1 of the font's size high.
  fileprivate func touches(_ next: TextLayer.Word) -> Bool {
    let gap = next.box.left - box.right
    let height = min(box.height, next.box.height)
    return gap < 0.08 * height && gap > -0.15 * height && abs(box.centre - next.box.centre) < 0.1 * height
      && max(box.height, next.box.height) < 1.1 * height
  }
}

/// The parameters of a content stream that tell where text stands (ISO 32000-1 §8.4, §9.3); `q` saves and `Q` restores them.
struct TextState {
  /// From the page's units to points from its upper left corner as it is seen.
  var page: Matrix
  /// Tm and Tlm, set by `BT`.
  var text = Matrix()
  var line = Matrix()
  var font: FontChoice?
  var size = 0.0
  /// Tc, Tw, TL and Ts; Tz as a factor.
  var characterSpace = 0.0
  var wordSpace = 0.0
  var leading = 0.0
  var rise = 0.0
  var scale = 1.0

  /// Moves to the start of a line that stands so far from the start of this one.
  mutating func move(_ x: Double, _ y: Double) {
    line = Matrix(e: x, f: y).then(line)
    text = line
  }

  /// Moves along the line, in units of the text.
  @inline(__always) mutating func advance(_ distance: Double) {
    text.e += distance * text.a
    text.f += distance * text.b
  }
}

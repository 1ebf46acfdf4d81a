/// A transformation of the plane (ISO 32000-1 §8.3.3): x' = ax + cy + e, y' = bx + dy + f.
struct Matrix {
  var a = 1.0
  var b = 0.0
  var c = 0.0
  var d = 1.0
  var e = 0.0
  var f = 0.0

  /// This one first, then the other.
  func then(_ other: Matrix) -> Matrix {
    Matrix(
      a: a * other.a + b * other.c, b: a * other.b + b * other.d, c: c * other.a + d * other.c,
      d: c * other.b + d * other.d, e: e * other.a + f * other.c + other.e, f: e * other.b + f * other.d + other.f)
  }

  func applied(_ x: Double, _ y: Double) -> (x: Double, y: Double) { (a * x + c * y + e, b * x + d * y + f) }

  /// The box around a box.
  func bounds(_ box: Box) -> Box {
    let corners = [
      applied(box.left, box.top), applied(box.right, box.top), applied(box.left, box.bottom),
      applied(box.right, box.bottom),
    ]
    let xs = corners.map(\.x)
    let ys = corners.map(\.y)
    return Box(left: xs.min() ?? 0, top: ys.min() ?? 0, right: xs.max() ?? 0, bottom: ys.max() ?? 0)
  }
}

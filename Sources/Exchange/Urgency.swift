/// Độ khẩn, how soon a letter must be handled (Decree 30/2020/NĐ-CP, Annex I). Greater is more urgent.
public enum Urgency: Int, Comparable, Codable, Sendable, CaseIterable {
  case normal = 0
  /// Khẩn
  case urgent = 1
  /// Thượng khẩn
  case veryUrgent = 2
  /// Hỏa tốc
  case express = 3

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

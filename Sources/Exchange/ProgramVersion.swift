/// The version of all three programs, in one place. CHANGELOG.md says what each brought.
public enum ProgramVersion {
  /// As Semantic Versioning 2.0.0 writes it; `-dev` until it is released.
  public static let text = "0.1.0-dev"
}

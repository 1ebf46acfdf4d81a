import Agent
import ArgumentParser
import Foundation
import PDFSignature

/// The letters in which sheets are printed.
enum SheetFontFile {
  /// Debian's fonts-liberation and fonts-dejavu-core; the former looks like the Times that Decree 30/2020/NĐ-CP asks for.
  private static let usual = [
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
  ]

  /// - Throws: `ExitCode`, told.
  static func load(_ path: String?, _ messages: Messages) throws -> SealFont {
    guard let path = path ?? usual.first(where: FileManager.default.fileExists(atPath:)) else {
      Output.errorLine(
        messages.say(
          "máy này chưa có phông chữ tiếng Việt: cài gói fonts-liberation, hoặc chỉ ra một tệp .ttf bằng --font",
          "this machine has no font with Vietnamese letters: install fonts-liberation, or name a .ttf file with --font")
      )
      throw ExitCode.impossible
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      Output.errorLine(messages.say("không đọc được phông chữ \(path)", "the font \(path) can't be read"))
      throw ExitCode.impossible
    }
    do throws(SealProblem) { return try SealFont(data: data) } catch {
      Output.errorLine("\(path): \(error)")
      throw ExitCode.impossible
    }
  }
}

import Agent
import ArgumentParser
import Durable
import Foundation
import PDFSignature

/// The letters in which sheets are printed.
enum SheetFontFile {
  /// As for seals, and what else Debian has; Liberation Serif looks like the Times that Decree 30/2020/NĐ-CP asks for.
  private static let usual = SealConfiguration.usualFonts + ["/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"]

  /// - Throws: `ExitCode`, told.
  static func load(_ path: String?, _ messages: Messages) throws -> SealFont {
    let candidates = path.map { [$0] } ?? usual.filter(FileManager.default.fileExists(atPath:))
    var faults: [String] = []
    for candidate in candidates {
      let data: Data
      do {
        data = try WholeFile.read(candidate, atMost: SealFont.fileLimit)
      } catch {
        faults.append("\(candidate): \(messages.why(error))")
        continue
      }
      do throws(SealProblem) {
        let font = try SealFont(data: data)
        if font.hasVietnamese { return font }
        faults.append(
          messages.say(
            "phông chữ \(candidate) không có chữ tiếng Việt", "the font \(candidate) has no Vietnamese letters"))
      } catch { faults.append("\(candidate): \(error)") }
    }
    Output.errorLine(
      (faults + [
        messages.say(
          "cài gói fonts-liberation2, hoặc chỉ ra một tệp .ttf có chữ tiếng Việt bằng --font",
          "install fonts-liberation2, or name a .ttf file with Vietnamese letters with --font")
      ]).joined(separator: "; "))
    throw ExitCode.impossible
  }
}

import CFuzzer
import Foundation

// Fuzz TARGET [libFuzzer's options and corpus folders]
guard CommandLine.argc > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
  FileHandle.standardError.write(Data("which: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " | "))\n".utf8))
  exit(2)
}
let chosen = target
var count = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { data, size in
    chosen.run(Data(UnsafeRawBufferPointer(start: data, count: size)))
    return 0
  })

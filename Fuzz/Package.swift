// swift-tools-version: 6.2
import PackageDescription

// The parsers under libFuzzer and Address Sanitizer; built by scripts/fuzz, never with the programs. Sources of the project
// are linked in, so that they alone are instrumented.
let instrumented: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .unsafeFlags(["-sanitize=fuzzer,address"]),
]

let package = Package(
  name: "congvan-fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("z")]),
    .target(name: "CFuzzer"),
    .target(name: "CPKCS11"),
    .target(name: "Exchange", swiftSettings: instrumented),
    .target(
      name: "PKI",
      dependencies: [
        "CCrypto", "CPKCS11", .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ],
      swiftSettings: instrumented),
    .target(name: "PDFSignature", dependencies: ["PKI", "CCrypto"], swiftSettings: instrumented),
    // What reads letters without another process.
    .target(name: "LetterReading", dependencies: ["PDFSignature"], swiftSettings: instrumented),
    .executableTarget(
      name: "Fuzz", dependencies: ["CFuzzer", "Exchange", "PKI", "PDFSignature", "LetterReading"],
      swiftSettings: instrumented,
      // gold, the default, fails on the sanitizer's debug information.
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)

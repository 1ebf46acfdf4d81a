// swift-tools-version: 6.2
import PackageDescription

/// Rules of our own Swift targets: the Swift 6 language mode comes with the tools version; a warning is an error.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "congvan",
  products: [
    .executable(name: "congvand", targets: ["congvand"]),
    .executable(name: "congvan", targets: ["congvan"]),
    .executable(name: "congvan-hub", targets: ["congvan-hub"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: headers and the few C lines that let Swift call C libraries. No logic.
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(name: "CLinux"),
    .target(name: "CPKCS11"),
    .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("z")]),

    // Floor 1: vocabulary and tools. Values, keys, durable files.
    .target(name: "Exchange", swiftSettings: strict),
    .target(
      name: "PKI",
      dependencies: [
        "CCrypto", "CPKCS11", .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ],
      swiftSettings: strict),
    .target(
      name: "Durable",
      dependencies: [
        "CLinux", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      ],
      swiftSettings: strict),

    // Floor 2: the document.
    .target(
      name: "PDFSignature",
      dependencies: ["PKI", "CCrypto"],
      swiftSettings: strict),
    .target(name: "Letter", dependencies: ["Exchange"], swiftSettings: strict),

    // Floor 3: what stands in it, and the lists of many. Not "Dispatch": that is the module of libdispatch.
    .target(name: "LetterReading", dependencies: ["Durable", "PDFSignature"], swiftSettings: strict),
    .target(name: "Registers", dependencies: ["PDFSignature", "CCrypto"], swiftSettings: strict),

    // Floor 4: the two parties. They never import each other.
    .target(
      name: "Agent",
      dependencies: [
        "CCurl", "CLinux", "Exchange", "PKI", "Durable", "PDFSignature", "Letter", "LetterReading",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .target(
      name: "Hub",
      dependencies: [
        "Exchange", "PKI", "Durable", "PDFSignature", "Letter",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // Floor 5: the programs. Arguments and configuration in, exit code out.
    .executableTarget(
      name: "congvand",
      dependencies: [
        "Agent", "Exchange", .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "congvan",
      dependencies: [
        "Agent", "Durable", "Exchange", "LetterReading", "PDFSignature", "PKI", "Registers",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "congvan-hub",
      dependencies: [
        "Hub", "Durable", "Exchange", "PKI", .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // What is promised, proven: named after the promises, with outside judges where there are any.
    .target(name: "Judging", path: "Tests/Judging", swiftSettings: strict),
    .testTarget(name: "ExchangeTests", dependencies: ["Exchange"], swiftSettings: strict),
    .testTarget(
      name: "DurableTests",
      dependencies: ["Durable", .product(name: "NIOConcurrencyHelpers", package: "swift-nio")],
      swiftSettings: strict),
    .testTarget(name: "LetterTests", dependencies: ["Letter", "Exchange"], swiftSettings: strict),
    .testTarget(
      name: "LetterReadingTests", dependencies: ["LetterReading", "Durable", "PDFSignature"], swiftSettings: strict),
    .testTarget(name: "RegistersTests", dependencies: ["Registers", "PDFSignature", "Judging"], swiftSettings: strict),
    .testTarget(name: "PKITests", dependencies: ["PKI", "Judging"], swiftSettings: strict),
    .testTarget(name: "PDFSignatureTests", dependencies: ["PDFSignature", "PKI", "Judging"], swiftSettings: strict),
    .testTarget(
      name: "AgentTests",
      dependencies: [
        "Agent", "Durable", "Exchange", "LetterReading", "PDFSignature", "PKI",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "HubTests", dependencies: ["Hub", "Exchange", "Durable", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "Agent", "Hub", "Exchange", "Durable", "Letter", "PDFSignature", "PKI",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "JourneyTests",
      dependencies: [
        "congvand", "congvan", "congvan-hub", "Exchange", "PKI",
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),
  ]
)

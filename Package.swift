// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ocisandbox",
  products: [
    .library(name: "OCISandbox", targets: ["OCISandbox"]),
    .library(name: "SandboxExecution", targets: ["SandboxExecution"]),
    .library(name: "SandboxTesting", targets: ["SandboxTesting"]),
    .library(name: "SandboxRefinement", targets: ["SandboxRefinement"]),
    .library(name: "SandboxEvaluation", targets: ["SandboxEvaluation"]),
    .executable(name: "ocisandbox", targets: ["ocisandbox"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(
      name: "CCapability", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
    .target(
      name: "CSandboxLauncher",
      dependencies: ["CSeccomp"],
      cSettings: [.enableWarning("all"), .enableWarning("extra")]),
    // What the command does before its main. Not part of CSandboxLauncher: nothing of it is to be in a library.
    .target(
      name: "CCommandStart",
      dependencies: ["CSandboxLauncher"],
      cSettings: [.enableWarning("all"), .enableWarning("extra")]),
    .target(name: "SandboxExecution", dependencies: ["CSandboxLauncher"]),
    .target(name: "SandboxDiagnostics", dependencies: ["SandboxExecution"]),
    .target(name: "SandboxLanguages", dependencies: ["SandboxDiagnostics", "SandboxExecution"]),
    .target(
      name: "SandboxCatalog",
      dependencies: [
        "SandboxDiagnostics", "SandboxExecution", "SandboxLanguages",
        .product(name: "Yams", package: "Yams"),
      ]),
    // Not part of OCISandbox: who only runs programs needs no HTTP client. It depends on SandboxEvaluation,
    // and not the other way round, so that who judges programs needs none either.
    .target(
      name: "SandboxRefinement",
      dependencies: [
        "SandboxDiagnostics", "SandboxEvaluation", "SandboxExecution", "SandboxLanguages",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    // Judges programs and scores samples.
    .target(
      name: "SandboxEvaluation",
      dependencies: [
        "SandboxDiagnostics", "SandboxExecution", "SandboxLanguages",
      ],
      // Each file becomes bytes in the program: an installed command has no folder to look for them in.
      resources: [.embedInCode("Python"), .embedInCode("Together")]),
    .target(
      name: "OCISandbox",
      dependencies: [
        "SandboxCatalog", "SandboxDiagnostics", "SandboxExecution", "SandboxLanguages",
      ],
      plugins: ["EmbedDefinitions"]),
    // Compiles Languages/ and Policies/ into OCISandbox. The links to them in the tool's folder are
    // there because SwiftPM asks a plugin again only when a target's folder gains or loses a file.
    .plugin(name: "EmbedDefinitions", capability: .buildTool, dependencies: ["embed-definitions"]),
    .executableTarget(
      name: "embed-definitions",
      dependencies: [
        "SandboxCatalog", "SandboxDiagnostics", "SandboxExecution", "SandboxLanguages",
      ],
      exclude: ["Languages", "Policies"]),
    // What a policy promises, tried from inside.
    .target(
      name: "SandboxTesting",
      dependencies: ["SandboxDiagnostics", "SandboxExecution", "SandboxLanguages"],
      exclude: ["Probe"], plugins: ["EmbedProbe"]),
    .plugin(name: "EmbedProbe", capability: .buildTool, dependencies: ["embed-probe"]),
    .executableTarget(name: "embed-probe"),
    .executableTarget(
      name: "ocisandbox",
      dependencies: [
        "CCommandStart", "OCISandbox", "SandboxEvaluation", "SandboxRefinement",
        "SandboxTesting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "SandboxExecutionTests",
      dependencies: ["CSandboxLauncher", "RepeatableNumbers", "SandboxExecution"]),
    .testTarget(
      name: "SandboxDiagnosticsTests",
      dependencies: ["OCISandbox", "SandboxDiagnostics", "SandboxExecution", "SandboxLanguages"],
      exclude: [
        "Fixtures/c", "Fixtures/javascript", "Fixtures/python", "Fixtures/swift", "Schemas",
      ]),
    .testTarget(name: "SandboxLanguagesTests", dependencies: ["SandboxLanguages"]),
    .testTarget(
      name: "SandboxRefinementTests",
      dependencies: [
        "OCISandbox", "SandboxEvaluation", "SandboxRefinement",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "SandboxEvaluationTests", dependencies: ["OCISandbox", "SandboxEvaluation"]),
    .testTarget(name: "SandboxCatalogTests", dependencies: ["OCISandbox", "SandboxCatalog"]),
    .testTarget(
      name: "SandboxTestingTests", dependencies: ["OCISandbox", "SandboxTesting", "ocisandbox"]),
    .testTarget(name: "OCISandboxTests", dependencies: ["OCISandbox"]),
    .testTarget(name: "CommandTests", dependencies: ["ocisandbox"]),
    // Programs that mean harm. The launcher is named for the numbers of system calls.
    .testTarget(
      name: "HostileTests",
      dependencies: ["CSandboxLauncher", "OCISandbox", "SandboxExecution", "ocisandbox"]),
    .target(name: "RepeatableNumbers", path: "Tests/RepeatableNumbers"),
    // What reads bytes of strangers, and the bytes that were found to be worth keeping.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "CSandboxLauncher", "SandboxCatalog", "SandboxDiagnostics", "SandboxExecution",
        "SandboxLanguages",
      ], path: "Tests/FuzzTargets"),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "RepeatableNumbers"],
      resources: [.copy("Corpus")]),
    .testTarget(
      name: "BenchmarkDataTests", dependencies: ["OCISandbox"], resources: [.copy("Fixtures")]),
  ],
  swiftLanguageModes: [.v6]
)

// Every Swift target is compiled with the same upcoming features, and no warning is let through.
for target in package.targets
where !["CCommandStart", "CSandboxLauncher"].contains(target.name) && target.type != .system
  && target.type != .plugin
{
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
}

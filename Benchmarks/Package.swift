// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "ocisandbox", path: "..")],
  targets: [
    .target(name: "CBareSpawn"),
    .target(name: "Ratios"),
    .executableTarget(
      name: "executor-benchmark",
      dependencies: [
        "CBareSpawn", "Ratios", .product(name: "SandboxExecution", package: "ocisandbox"),
      ]),
    .executableTarget(
      name: "warm-benchmark",
      dependencies: ["CBareSpawn", "Ratios", .product(name: "OCISandbox", package: "ocisandbox")]),
    .executableTarget(
      name: "ahead-benchmark",
      dependencies: ["Ratios", .product(name: "OCISandbox", package: "ocisandbox")]),
    .executableTarget(
      name: "compiled-benchmark",
      dependencies: ["CBareSpawn", "Ratios", .product(name: "OCISandbox", package: "ocisandbox")]),
    .executableTarget(
      name: "humaneval-benchmark",
      dependencies: [
        "Ratios", .product(name: "OCISandbox", package: "ocisandbox"),
        .product(name: "SandboxEvaluation", package: "ocisandbox"),
      ]),
    .executableTarget(
      name: "feedback-proof", dependencies: [.product(name: "OCISandbox", package: "ocisandbox")]),
  ],
  swiftLanguageModes: [.v6]
)

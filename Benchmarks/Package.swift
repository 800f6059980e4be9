// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "ocisandbox", path: "..")],
  targets: [
    .target(name: "CBareSpawn"),
    .executableTarget(
      name: "executor-benchmark",
      dependencies: [
        "CBareSpawn", .product(name: "SandboxExecution", package: "ocisandbox"),
      ]),
    .executableTarget(
      name: "feedback-proof", dependencies: [.product(name: "OCISandbox", package: "ocisandbox")]),
  ],
  swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ocisandbox",
  products: [
    .library(name: "SandboxExecution", targets: ["SandboxExecution"])
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
    .target(name: "SandboxExecution", dependencies: ["CSandboxLauncher"]),
    .testTarget(
      name: "SandboxExecutionTests",
      dependencies: ["SandboxExecution"]),
  ],
  swiftLanguageModes: [.v6]
)

// Every Swift target is compiled with the same upcoming features, and no warning is let through.
for target in package.targets where target.name != "CSandboxLauncher" && target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
}

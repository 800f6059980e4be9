import ArgumentParser

@main
struct OCISandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ocisandbox")
}

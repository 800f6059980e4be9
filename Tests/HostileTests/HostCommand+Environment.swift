import Foundation
import SandboxExecution

/// Starts a command of the host with the environment of this process; see ``askHost(_:_:environment:within:)``.
func askHost(
  _ executable: String, _ arguments: [String], within limit: Duration
) async -> String? {
  await askHost(
    executable, arguments, environment: ProcessInfo.processInfo.environment, within: limit)
}

import SandboxCatalog
import SandboxExecution
import SandboxLanguages

extension FuzzTarget {
  /// A policy's file.
  static func policies(_ bytes: [UInt8]) -> Broken? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let policy: Policy
    do {
      policy = try Policy(yaml: text, file: "fuzz.yaml")
    } catch {
      return broken("an error says something", unless: !"\(error)".isEmpty)
    }
    let limits = policy.limits
    guard let written = try? policy.yaml(),
      let again = try? Policy(yaml: written, file: "again.yaml")
    else { return Broken("what was read can be written and read again") }
    return first(
      broken("it is the same then", unless: again == policy),
      broken(
        "limits are positive",
        unless: limits.cpuTime > .zero && limits.wallTime > .zero && limits.memory.bytes > 0
          && limits.processes > 0 && limits.files > 0 && limits.output.bytes > 0),
      broken(
        "what is in no list is not allowed",
        unless: policy.systemCalls.answer(to: "ptrace") != .allowed
          || policy.systemCalls.allow.contains("ptrace")
          || policy.systemCalls.allow.contains("@privileged")),
      broken("it can be expanded", unless: policy.effective.id == policy.id))
  }

  /// A language's manifest.
  static func manifests(_ bytes: [UInt8]) -> Broken? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    do {
      let manifest = try LanguageManifest(yaml: text, file: "fuzz.yaml")
      return broken("it has an id and a command", unless: !manifest.id.isEmpty)
    } catch {
      return broken("an error says something", unless: !"\(error)".isEmpty)
    }
  }

  /// What a model answered, out of which a program is taken.
  static func answers(_ bytes: [UInt8]) -> Broken? {
    let text = String(decoding: bytes, as: UTF8.self)
    let blocks = CodeBlock.blocks(in: text)
    let program = PythonExtraction(entryPoint: "f", opening: "def f(x):\n").program(in: text)
    _ = CodeBlock.program(in: text, labels: ["python", "py", ""])
    return first(
      broken(
        "code that was in the answer",
        unless: blocks.allSatisfy { $0.code.utf8.count <= text.utf8.count }),
      broken(
        "a program not much longer than the answer",
        unless: program.utf8.count <= 2 * text.utf8.count + 1000))
  }
}

internal import SandboxLanguages

extension BenchmarkTask {
  /// The whole program that a model's answer gives.
  ///
  /// In Python as ``SandboxLanguages/PythonExtraction`` finds it. In other languages the longest code block
  /// with a label of the language, or without one; where it has not the last line of the prompt, which
  /// declares the function, it goes on from the prompt.
  public func extractedProgram(from answer: String) -> String {
    guard language != "python" else {
      return PythonExtraction(entryPoint: entryPoint, opening: opening).program(in: answer)
    }
    let labels: Set<String> =
      language == "javascript" ? ["javascript", "js", "node"] : [language]
    let code = CodeBlock.program(in: answer, labels: labels) ?? answer
    let declaration = opening.split(whereSeparator: \.isNewline).last {
      !$0.allSatisfy(\.isWhitespace)
    }
    let words = (declaration ?? "").split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    let name = words.first { !["func", "function", "const", "let", "var", "async"].contains($0) }
    guard let name else { return code }
    let isDeclared = ["func \(name)", "function \(name)", "const \(name)", "let \(name)"]
      .contains { code.contains($0) }
    return isDeclared ? code : opening + code
  }
}

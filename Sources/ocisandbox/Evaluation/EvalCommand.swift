public import ArgumentParser
import OCISandbox
public import SandboxEvaluation
import SandboxRefinement

#if canImport(Glibc)
  import Glibc
#endif

struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Score a model, or samples of one, on a benchmark.",
    discussion: """
      Without --samples a model is asked: it answers every task, is told what the judge found, and answers \
      again, until it passes or --rounds answers are given. One run gives the single-turn score and that after \
      each round, with what was fixed and broken. By default the feedback shows inputs and results of the \
      hidden tests, as the paper's did; --exposure public does not.

      SAMPLES has one {"task_id", "solution"} or {"task_id", "completion"} a line, packed by gzip or not; or \
      is a folder such as EvalPlus writes, HumanEval_0/0.py. Each is judged in the sandbox. Python functions \
      are judged apart from their tests: they never hold what is right.

      BENCHMARKS, and where on github.com DATA comes from (nothing is ever fetched)
        humaneval        openai/human-eval: data/HumanEval.jsonl.gz
        humaneval+       evalplus/humanevalplus_release: HumanEvalPlus.jsonl.gz
                         or HumanEvalPlus-Mini.jsonl.gz, of a release
        mbpp             google-research/google-research: mbpp/mbpp.jsonl, or
                         mbpp/sanitized-mbpp.json
        mbpp+            evalplus/mbppplus_release: MbppPlus.jsonl.gz, of a release
        humaneval-x-js   THUDM/CodeGeeX: codegeex/benchmark/humaneval-x/js/data/
                         humaneval_js.jsonl.gz
        multipl-e-swift, multipl-e-js
                         not there, but huggingface.co/datasets/nuprl/MultiPL-E,
                         humaneval-swift and humaneval-js, saved as JSONL

      With --output DIR, an evaluation that was ended in the middle goes on by the same command, and DIR holds
        journal.jsonl       the verdicts, as they come
        score.json          what --json prints
        eval_results.json   as EvalPlus writes it
        results.jsonl       as human-eval writes it
        report.html         a page to look at, which needs no network

      EXAMPLES
        ocisandbox eval humaneval --data HumanEval.jsonl.gz --samples s.jsonl
        ocisandbox eval humaneval --data HumanEval.jsonl.gz --output out \\
          --model qwen2.5-coder --base-url http://127.0.0.1:11434/v1
        ocisandbox eval humaneval --data HumanEval.jsonl.gz --profile oci \\
          --feedback human --critic NAME
        ocisandbox eval humaneval+ --data HumanEvalPlus.jsonl.gz --output out \\
          --samples s.jsonl
        ocisandbox eval mbpp --data sanitized-mbpp.json --canonical   # do they pass?

      EXIT STATUS
        0    the samples are scored, whatever the score
        64   the command was used wrongly, or DATA or SAMPLES is not what it
             should be
        66   a file is not readable
        69   the model could not be asked; the same command goes on where
             --output is given
        73   --output cannot be written
        125  at least one sample was not judged: the sandbox could not do its
             work, or the task's own solution fails its tests
        130, 143  Ctrl-C or SIGTERM
      """)

  @Argument(help: "The benchmark.") var benchmark: Benchmark.Kind

  @Option(help: ArgumentHelp("The benchmark's tasks.", valueName: "file"))
  var data: String

  @Option(help: ArgumentHelp("The answers to score.", valueName: "file|dir"))
  var samples: String?

  @Flag(help: "Score the benchmark's own solutions instead.")
  var canonical = false

  @Flag(
    help: "Take the program out of each sample: it is a model's answer, with prose and code blocks."
  )
  var extract = false

  @Option(
    help: ArgumentHelp(
      "Samples, or tasks of a model, at once; by default one a processor.", valueName: "n"))
  var workers: Int?

  @Option(
    name: .customLong("k"), help: ArgumentHelp("The k of pass@k. Repeatable.", valueName: "k"))
  var ks: [Int] = []

  @Option(help: ArgumentHelp("A folder for the results.", valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("CPU seconds that each sample may use.", valueName: "seconds"))
  var minTime = 5.0

  @Option(
    help: ArgumentHelp("And so many times those of the reference solution.", valueName: "factor"))
  var timeFactor = 4.0

  @Flag(help: "Print the score as a JSON document.") var json = false

  @Option(
    help: ArgumentHelp("The policy: its name, or the path of a file.", valueName: "name|path"))
  var policy = "default"

  @Flag(
    help: "Start each Python program, instead of forking it from an interpreter that is up already."
  )
  var cold = false

  @Flag(help: "Run although layers of the isolation are missing on this host.")
  var allowDegraded = false

  @OptionGroup(title: "Asking a model") var roundOptions: RoundOptions
  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup var catalogOptions: CatalogOptions

  /// Whether a model is asked, and not samples read.
  private var asksModel: Bool { samples == nil && !canonical }

  func validate() throws {
    guard samples == nil || !canonical else {
      throw ValidationError("--samples and --canonical each name answers: give one of them")
    }
    let model = modelOptions.model ?? modelOptions.answers ?? modelOptions.modelCommand
    guard asksModel || model ?? modelOptions.baseURL == nil else {
      throw ValidationError(
        "a model is asked, or answers are read: leave out --samples and --canonical, or the model")
    }
    guard asksModel || roundOptions.beside.isEmpty else {
      throw ValidationError("--beside is for the report on a model")
    }
    guard !asksModel || output != nil || roundOptions.beside.isEmpty else {
      throw ValidationError("--beside is for the report, which --output makes")
    }
    guard !asksModel || !extract && ks.isEmpty else {
      throw ValidationError("--extract and --k are for --samples; a model gives one answer a round")
    }
    guard (workers ?? 1) >= 1 else { throw ValidationError("--workers must be at least 1") }
    guard ks.allSatisfy({ $0 >= 1 }) else { throw ValidationError("--k must be at least 1") }
    guard minTime > 0, timeFactor >= 0, minTime + timeFactor < 1e6 else {
      throw ValidationError("--min-time must be above 0, and --time-factor not below")
    }
  }

  func run() async throws {
    let (result, signal) = await Interruptible.attempting { try await evaluate() }
    if signal > 0 { Glibc.exit(128 + signal) }
    let notJudged = try result.get()
    if notJudged > 0 { Glibc.exit(Failure.sandbox) }
  }

  /// Returns the number of samples that were not judged.
  private func evaluate() async throws -> Int {
    let catalog = catalogOptions.catalog
    let count = workers ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let executor = SandboxExecutor(maximumConcurrentRuns: count)
    let sandbox = Sandbox(
      catalog: catalog, executor: executor, startsWarm: !cold, expectsMany: true)
    var policy = try catalog.policy(named: policy).value
    if allowDegraded {
      for layer in IsolationLayer.allCases { policy.enforcement[layer] = .bestEffort }
    }
    var limits = SampleJudge.Limits()
    (limits.minimumTime, limits.factor) = (minTime, timeFactor)
    // Read once, and not for each sample.
    let language = ManifestLanguage(try catalog.language(named: benchmark.language).value)
    let judge = SampleJudge(
      executor: executor, policy: policy, limits: limits,
      cacheFolder: HostEnvironment.cachePath("ground-truth")
    ) { program, name, policy in
      guard name == language.id else {
        return try await sandbox.run(program, language: name, under: policy)
      }
      return try await sandbox.run(program, in: language, under: policy)
    }
    let tasks = try await Benchmark.read(benchmark, from: data, with: executor)
    if asksModel {
      return try await ask(tasks, judge, limits, policy, sandbox, workers: count)
    }
    let list = try await answers(tasks, executor)
    let journal = try output.map { folder in
      try ResultFolder.make(folder)
      return try SampleJournal(
        folder + "/journal.jsonl",
        for: SampleSubject(benchmark: tasks, samples: list, limits: limits, policy: policy.id))
    }
    let display = EvalDisplay()
    let clock = ContinuousClock()
    let start = clock.now
    let judged = try await Evaluation(tasks, list, judge: judge, workers: count)
      .run(journal: journal) { display.show($0) }
    display.end()
    let score = Score(
      tasks, judged, ks: ks.isEmpty ? [1, 10, 100] : ks,
      wallTime: (clock.now - start) / .seconds(1))
    if let output { try ResultFolder.write(score, of: tasks, to: output) }
    if json {
      Terminal.output.write(try score.json())
    } else {
      Terminal.output.writeVisible(score.table)
    }
    Terminal.error.writeVisible(score.remarks)
    let unknown = ks.filter { k in !score.base.contains { $0.k == k } }.map { "pass@\($0)" }
    if !unknown.isEmpty, score.notJudged < list.count {
      Terminal.error.writeVisible(
        "\(unknown.joined(separator: ", ")) has no value: a task has fewer samples that were judged\n"
      )
    }
    return score.notJudged
  }

  /// Asks a model. Returns the number of tasks that were not judged.
  private func ask(
    _ whole: Benchmark, _ judge: SampleJudge, _ limits: SampleJudge.Limits, _ policy: Policy,
    _ sandbox: Sandbox, workers: Int
  ) async throws -> Int {
    let tasks = Benchmark(
      kind: whole.kind, tasks: Array(whole.tasks.prefix(roundOptions.limit ?? .max)),
      digest: whole.digest)
    let beside = try ResultFolder.rows(roundOptions.beside, of: tasks.kind)
    let manifest = try sandbox.catalog.language(named: tasks.kind.language).value
    let settings = try roundOptions.settings(
      facts: await SandboxFacts(manifest, policy, sandbox).values)
    var model = try await modelOptions.resolved(requests: workers)
    var critic: (any Model)?
    if let name = roundOptions.loop.critic {
      critic = try await modelOptions.critic(named: name, requests: workers)
    }
    if let path = roundOptions.answerCache {
      let cache = try AnswerCache(path, for: AnswerCacheSubject())
      model = CachedModel(model, cache: cache)
      critic = critic.map { CachedModel($0, cache: cache) }
    }
    let subject = ModelEvaluationSubject(
      benchmark: tasks, model: model.name,
      critic: roundOptions.loop.usesCritic ? (critic ?? model).name : nil,
      options: modelOptions.generation, settings: settings, limits: limits, policy: policy.id)
    let journal = try output.map { folder in
      try ResultFolder.make(folder)
      return try Journal<ModelEvaluationSubject, TaskRounds>(
        folder + "/journal.jsonl", for: subject)
    }
    let display = EvalDisplay()
    let clock = ContinuousClock()
    let start = clock.now
    // Recorded answers are given in the order of the tasks.
    let evaluation = ModelEvaluation(
      tasks, judge: judge, model: model, critic: critic, options: modelOptions.generation,
      settings: settings, workers: modelOptions.answers == nil ? workers : 1)
    let answers: [TaskRounds]
    do {
      answers = try await evaluation.run(journal: journal) { display.show($0) }
    } catch {
      display.end()
      throw error
    }
    display.end()
    let wallTime = (clock.now - start) / .seconds(1)
    guard
      let rounds = RoundScore(
        answers, rounds: settings.maximumRounds, hasPlus: tasks.kind.hasPlus)
    else {
      throw Failure(
        "no task was judged: the sandbox, or the task's own solution, failed in all of them",
        status: Failure.sandbox)
    }
    let scoring = ModelScoring(
      subject: subject, rounds: rounds, answers: answers,
      notJudged: tasks.tasks.count - answers.count, wallTime: wallTime)
    if let output {
      let score = Score(tasks, answers.lastSamples, ks: [1], wallTime: wallTime)
      try ResultFolder.write(score, of: tasks, model: scoring, beside: beside, to: output)
    }
    if json {
      Terminal.output.write(try scoring.json())
    } else {
      Terminal.output.writeVisible(scoring.table)
    }
    Terminal.error.writeVisible(scoring.remarks)
    return scoring.notJudged
  }

  private func answers(_ tasks: Benchmark, _ executor: SandboxExecutor) async throws -> [Sample] {
    if let samples {
      let list = try await Sample.read(samples, for: tasks, with: executor)
      guard extract else { return list }
      let known = Dictionary(tasks.tasks.map { ($0.id, $0) }) { first, _ in first }
      return list.map { sample in
        let text = known[sample.task]?.extractedProgram(from: sample.text.characters)
        return Sample(
          task: sample.task, number: sample.number,
          text: .solution(text ?? sample.text.characters))
      }
    }
    let list = tasks.tasks.compactMap { task in
      task.reference.map { Sample(task: task.id, number: 0, text: .solution($0)) }
    }
    guard !list.isEmpty else {
      throw Failure(
        "\(benchmark.rawValue) has no solutions of its own: give --samples", status: Failure.usage)
    }
    return list
  }
}

extension Benchmark.Kind: ExpressibleByArgument {}

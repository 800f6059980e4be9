#!/usr/bin/env python3
"""What diagnostics cost a run that succeeds: the same programs, with and without, side by side.

    Scripts/diagnostics-cost.py [--runs 200] [--command .build/release/ocisandbox]

"Without" is the same manifest, but for the drivers, the stop signal and the settings of running: the program is started
by the bare command. Both compile in the same way, and what compiled is kept. Prints medians in milliseconds, and the
median of the differences of pairs, with its 95 % interval.
"""
import argparse, os, random, shutil, statistics, subprocess, tempfile, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--runs", type=int, default=200)
parser.add_argument("--command", default=".build/release/ocisandbox")
parser.add_argument("--language", action="append")
options = parser.parse_args()
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")

# About 50 ms of work and more: a start without any is the worst case, and stands beside it.
WORK = {
    "python": ("py", "print(1)\n", "print(sum(i * i % 7 for i in range(3_000_000)))\n"),
    "javascript": ("js", "console.log(1);\n", "let t = 0;\nfor (let i = 0; i < 3e8; i++) t += i % 7;\nconsole.log(t);\n"),
    "c": ("c", "#include <stdio.h>\nint main(void) { puts(\"1\"); }\n",
          "#include <stdio.h>\nint main(void) {\n  volatile long t = 0;\n  for (long i = 0; i < 150000000; i++) t += i % 7;\n  printf(\"%ld\\n\", t);\n}\n"),
    "swift": ("swift", "print(1)\n", "var t = 0\nfor i in 0..<20_000_000 { t = (t &+ i) % 7 }\nprint(t)\n"),
}


def bare(language):
    """The manifest, but a program that is run reports nothing. A second run, which success has none of, stays."""
    text = open(os.path.join(root, "Languages", language + ".yaml")).read()
    start = text.index("\nrun:\n") + 1
    end = min(i for i in (text.find("\n\n", start), len(text)) if i > 0)
    run = {
        "python": 'run:\n  command: ["{toolchain}", -E, -s, -B, -X, utf8, "{source}", "{arguments}"]\n',
        "javascript": 'run:\n  command: ["{toolchain}", "{source}", "{arguments}"]\n',
    }.get(language, 'run:\n  command: ["{artifact}", "{arguments}"]\n')
    return text[:start] + run + text[end:]


def once(command, environment):
    begin = time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    taken = (time.perf_counter() - begin) * 1000
    assert done.returncode == 0, done.stderr.decode()
    return taken


with tempfile.TemporaryDirectory(dir=os.path.expanduser("~")) as folder:
    definitions = os.path.join(folder, "Languages")
    os.makedirs(definitions, 0o755)
    for language in WORK:
        with open(os.path.join(definitions, language + ".yaml"), "w") as file:
            file.write(bare(language))
    # Both read their manifest and its drivers from files, so that reading them is no difference.
    own = os.path.join(root, "Languages")
    for name in os.listdir(own):
        if not name.endswith(".yaml"):
            shutil.copy(os.path.join(own, name), definitions)
    for name in ("C", "W"):
        os.makedirs(os.path.join(folder, name))
    print("| language | program | without | with | difference |\n|---|---|---|---|---|")
    for language, (ending, *texts) in WORK.items():
        if options.language and language not in options.language:
            continue
        for title, text in zip(("starts and ends", "works"), texts):
            source = os.path.join(folder, "main." + ending)
            with open(source, "w") as file:
                file.write(text)
            commands = {
                name: [options.command, "run", source, "--languages", place]
                for name, place in (("without", definitions), ("with", own))
            }
            times = {"without": [], "with": []}
            count = options.runs if title != "works" else max(10, options.runs // 4)
            for turn in range(count + 2):
                order = list(commands)
                random.Random(turn).shuffle(order)
                for name in order:
                    taken = once(commands[name], os.environ)
                    if turn >= 2:
                        times[name].append(taken)
            differences = sorted(b - a for a, b in zip(times["without"], times["with"]))
            n = len(differences)
            step = int(0.98 * n ** 0.5)
            low, middle, high = differences[n // 2 - step], statistics.median(differences), differences[min(n - 1, n // 2 + step)]
            base = statistics.median(times["without"])
            print("| %s | %s | %.1f ms | %.1f ms | %+.1f ms (%+.1f to %+.1f), %+.1f %% |" % (
                language, title, base, statistics.median(times["with"]), middle, low, high, 100 * middle / base), flush=True)

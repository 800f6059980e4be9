#!/usr/bin/env python3
"""What becomes of the same answers by `ocisandbox eval --extract` and by EvalPlus's `sanitize`.

    python3 -m venv /opt/scorers
    /opt/scorers/bin/pip install numpy psutil tqdm termcolor tempdir wget appdirs fire tree_sitter tree-sitter-python
    /opt/scorers/bin/pip install --no-deps evalplus
    Scripts/beside-sanitize.py HumanEval.jsonl.gz SAMPLES OUTPUT --venv /opt/scorers

EvalPlus gets a completion as its own command gives it to `sanitize`: after the prompt and a line end. Both programs are
then judged by HumanEval's tests. Prints how many pass, each verdict that differs, and how long EvalPlus took; both
programs of each answer are in OUTPUT. --venv must not lie in /tmp. `sanitize` runs in the sandbox, for the answers are
text that nobody has read.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

POLICY = """
schema: 1
id: sanitize
description: EvalPlus's sanitize, on all answers.
limits: { cpu-time: 600m, wall-time: 600m, memory: 4GiB, processes: 64, open-files: 1024, file-size: 1GiB, disk: 1GiB,
          files: 10000, output: 256MiB }
filesystem: { read: [/usr, /lib, /lib64, /bin, "{toolchain-prefix}", "%s"], write: ["{workspace}"] }
"""

PROGRAM = """
import glob, gzip, json, sys, time, types
sys.path[:0] = glob.glob(%r + "/lib/python3*/site-packages")
# What only fetching data, or asking a model, needs.
sys.modules["datasets"] = types.ModuleType("datasets")
sys.modules["datasets"].load_dataset = None
import psutil
psutil.virtual_memory = lambda: types.SimpleNamespace(total=1 << 40)
from evalplus.sanitize import sanitize
with gzip.open(%r, "rt") as file:
    tasks = {task["task_id"]: task for task in map(json.loads, file)}
start = time.process_time()
for line in open("samples.jsonl"):
    sample = json.loads(line)
    task = tasks[sample["task_id"]]
    text = sample["solution"] if "solution" in sample else task["prompt"] + "\\n" + sample["completion"]
    try:
        code = sanitize(code=text, entrypoint=task["entry_point"])
    except Exception as error:
        code = "raise SystemExit(" + repr("sanitize failed: " + repr(error)[:200]) + ")"
    print(json.dumps({"task_id": sample["task_id"], "solution": code}))
print(time.process_time() - start, file=sys.stderr)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--venv", type=pathlib.Path, required=True)
    parser.add_argument("--command", default="ocisandbox")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    theirs = options.output / "sanitized.jsonl"
    venv = options.venv.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "policy.yaml").write_text(POLICY % venv)
        (folder / "main.py").write_text(PROGRAM % (str(venv), options.data.name))
        done = subprocess.run(
            [options.command, "run", folder / "main.py", "--policy", folder / "policy.yaml",
             "--file", "%s:samples.jsonl" % options.samples, "--file", options.data], capture_output=True)
        if done.returncode:
            raise SystemExit(done.stderr.decode())
        theirs.write_bytes(done.stdout)
        print("sanitize took %.1f s of CPU time" % float(done.stderr.split()[-1]))
    own = judged(options, options.samples, "ocisandbox", ["--extract"])
    other = judged(options, theirs, "sanitize", [])
    groups = {}
    for index, (ours, sanitized) in enumerate(zip(own, other, strict=True)):
        if ours["passed"] != sanitized["passed"]:
            words = "only ocisandbox's passes" if ours["passed"] else "only sanitize's passes"
            groups.setdefault(words, []).append(index)
            print("%s, answer %d: %s" % (ours["task_id"], index, words))
    print("ocisandbox: %d of %d pass, sanitize: %d" % (
        sum(row["passed"] for row in own), len(own), sum(row["passed"] for row in other)))
    for words, found in groups.items():
        print("%d: %s" % (len(found), words))


def judged(options, samples, name, more):
    folder = options.output / name
    subprocess.run(
        [options.command, "eval", "humaneval", "--data", options.data, "--samples", samples, "--output", folder, "--json"]
        + more, check=True, stdout=subprocess.DEVNULL)
    return [json.loads(line) for line in open(folder / "results.jsonl")]


main()

#!/usr/bin/env python3
"""Whether the verdicts on samples depend on how busy the machine is.

    Scripts/same-verdicts.py humaneval HumanEval.jsonl.gz SAMPLES OUTPUT [--extract] [--command PATH]

Judges the samples with 1, 2 and 8 workers, and with 2 workers beside two busy processes for each processor. Prints the
time that each took, and every verdict that differs; the exit status is 1 where one does.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

CONDITIONS = [("1 worker", 1, 0), ("2 workers", 2, 0), ("8 workers", 8, 0), ("2 workers, busy neighbours", 2, 2)]


def verdicts(journal):
    found = {}
    for line in list(open(journal))[1:]:
        entry = json.loads(line)
        value = entry["value"]
        found[entry["key"]] = [value.get(key) for key in ("base", "plus", "failedBase", "failedPlus")]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark")
    parser.add_argument("data")
    parser.add_argument("samples")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--extract", action="store_true")
    parser.add_argument("--command", default="ocisandbox")
    options = parser.parse_args()
    # So that the neighbours end with it.
    signal.signal(signal.SIGTERM, lambda *rest: sys.exit(143))
    first, differences = None, 0
    for name, workers, neighbours in CONDITIONS:
        folder = options.output / name.replace(" ", "-").replace(",", "")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        busy = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"])
            for _ in range(neighbours * (os.cpu_count() or 1))]
        start = time.monotonic()
        try:
            subprocess.run(
                [options.command, "eval", options.benchmark, "--data", options.data, "--samples", options.samples,
                 "--workers", str(workers), "--output", folder, "--json"]
                + (["--extract"] if options.extract else []), check=True, stdout=subprocess.DEVNULL)
        finally:
            for process in busy:
                process.kill()
                process.wait()
        found = verdicts(folder / "journal.jsonl")
        first = first or found
        for key in sorted(found.keys() | first.keys()):
            if found.get(key) != first.get(key):
                differences += 1
                print("%s: %s with %s, %s with %s" % (key, first.get(key), CONDITIONS[0][0], found.get(key), name))
        print("%s: %d samples, %.1f s" % (name, len(found), time.monotonic() - start), flush=True)
    print("%d verdicts differ" % differences)
    sys.exit(1 if differences else 0)


main()

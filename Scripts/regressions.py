#!/usr/bin/env python3
"""Says which ratios got slower, by more than noise, since they were last recorded.

    Scripts/regressions.py [--times 5] [--rounds 15] [--runs 400]     measure, and compare with Benchmarks/ratios.json
    Scripts/regressions.py --record                                     measure, and record that from now on
    Scripts/regressions.py --measured FILE                              compare what was measured before

Every ratio is of two things that were measured side by side, so that it can be compared between days; a wish for a
quiet machine remains. Noise of a ratio is twice the spread of both measurements together (the median distance from
their medians, taken as that of a normal distribution), and at least 5 %. Exit status: 0 nothing got slower, 1 something
did, 2 there is nothing to compare with.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Benchmarks"
LEAST_NOISE = 0.05


def measure(times, rounds, runs):
    subprocess.run(["swift", "build", "-c", "release"], cwd=FOLDER, check=True, stdout=sys.stderr)
    ratios = {}
    for _ in range(times):
        with tempfile.NamedTemporaryFile("r") as file:
            for words in (["executor-benchmark", str(rounds * 40)], ["warm-benchmark", str(rounds), str(runs)],
                          ["ahead-benchmark", str(runs // 4)], ["compiled-benchmark", str(rounds)]):
                subprocess.run(
                    [FOLDER / ".build/release" / words[0], *words[1:]], check=True, stdout=subprocess.DEVNULL,
                    env={**os.environ, "RATIOS": file.name})
            for line in file:
                name, value, better = line.rstrip("\n").split("\t")
                ratios.setdefault(name, {"better": better, "values": []})["values"].append(round(float(value), 4))
    return {"host": f"{platform.machine()}, {os.cpu_count()} processors, Linux {'.'.join(platform.release().split('.')[:2])}", "ratios": ratios}


def spread(values):
    middle = statistics.median(values)
    return 1.4826 * statistics.median(abs(value - middle) for value in values)


def compare(now, then):
    """Rows of name, value then, value now, change for the worse, noise (both as parts), and a word."""
    rows = []
    for name in [*then, *(name for name in now if name not in then)]:
        if name not in now or name not in then:
            rows.append((name, None, None, None, None, "not measured" if name not in now else "new"))
            continue
        old, new = statistics.median(then[name]["values"]), statistics.median(now[name]["values"])
        worse = (new - old) / old if then[name]["better"] == "lower" else (old - new) / old
        noise = 2 * (spread(now[name]["values"]) ** 2 + spread(then[name]["values"]) ** 2) ** 0.5 / old
        noise = max(LEAST_NOISE, noise)
        rows.append((name, old, new, worse, noise, "slower" if worse > noise else "faster" if worse < -noise else ""))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--measured", type=pathlib.Path)
    parser.add_argument("--recorded", type=pathlib.Path, default=FOLDER / "ratios.json")
    options = parser.parse_args()
    now = json.loads(options.measured.read_text()) if options.measured else measure(
        options.times, options.rounds, options.runs)
    if options.record:
        options.recorded.write_text(json.dumps(now, indent=1) + "\n")
        print(f"recorded {len(now['ratios'])} ratios in {options.recorded}")
        return 0
    if not options.recorded.exists():
        print(f"error: no ratios are recorded in {options.recorded}; record some with --record", file=sys.stderr)
        return 2
    then = json.loads(options.recorded.read_text())
    if now["host"] != then["host"]:
        print(f"recorded on {then['host']}, measured on {now['host']}")
    rows = compare(now["ratios"], then["ratios"])
    print("| ratio | recorded | now | worse by | noise | |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, old, new, worse, noise, word in rows:
        if old is None:
            print(f"| {name} | | | | | {word} |")
        else:
            print(f"| {name} | {old:.2f} | {new:.2f} | {worse:+.0%} | {noise:.0%} | {word} |")
    slower = [row[0] for row in rows if row[5] == "slower"]
    print("\nslower: " + ", ".join(slower) if slower else "\nnothing got slower by more than noise")
    return 1 if slower else 0


sys.exit(main())

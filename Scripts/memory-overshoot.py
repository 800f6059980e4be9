#!/usr/bin/env python3
"""Measures how far a run passes its memory limit where no cgroup bounds it, and how late it is ended.

usage: Scripts/memory-overshoot.py [RUNS [UID]]

With UID as that user, for whom nothing goes before programs. Needs root, to hide the cgroups from the command in a mount namespace. The program fills fresh memory as fast as it
can, by one process or by as many as there are processors, and writes down after each MiB how much it holds and when.
`over` is the most that it held above the limit, `late` the time from the limit to the last MiB. Needs cc, and
ocisandbox, which OCISANDBOX or .build names.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(int count, char **arguments) {
  int processes = atoi(arguments[1]);
  volatile long *held = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 1; i < processes; i++) if (fork() == 0) break;
  for (;;) {
    char *more = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), line[64];
    if (more == MAP_FAILED) pause();
    memset(more, 1, 1 << 20);
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    long now = __sync_add_and_fetch(held, 1);
    int length = snprintf(line, sizeof line, "%ld %.3f\n", now, time.tv_sec * 1e3 + time.tv_nsec / 1e6);
    if (write(1, line, length) < 0) pause();
    (void)count;
  }
}
"""


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    user = sys.argv[2] if len(sys.argv) > 2 else None
    change = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    root = pathlib.Path(__file__).resolve().parent.parent
    command = os.environ.get("OCISANDBOX") or next(
        str(path) for kind in ("release", "debug") if (path := root / ".build" / kind / "ocisandbox").exists())
    print(f"{'limit':>8} {'processes':>9} {'over, median':>13} {'over, worst':>12} {'late, median':>13} {'late, worst':>12}")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        source = pathlib.Path(folder, "fill.c")
        source.write_text(SOURCE)
        for limit in (64, 256, 512):
            for processes in sorted({1, os.cpu_count()}):
                over, late = [], []
                for _ in range(runs):
                    text = subprocess.run(
                        ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "sh", *change, command,
                         "run", str(source), "--memory", f"{limit}MiB", "--wall-time", "60s", "--cpu-time", "60s",
                         "--output-limit", "1MiB", "--json", "--", str(processes)], capture_output=True, text=True).stdout
                    result = json.loads(text)
                    assert result["verdict"] == "memory_limit" and result["enforcement"]["cgroup"] is None, text
                    steps = [line.split() for line in result["run"]["stdout"].splitlines()]
                    steps = sorted((float(step[1]), int(step[0])) for step in steps if len(step) == 2)
                    over.append(max(held for _, held in steps) / limit - 1)
                    passed = [time for time, held in steps if held >= limit]
                    late.append(steps[-1][0] - passed[0] if passed else 0)
                over.sort(), late.sort()
                print(f"{limit:>4} MiB {processes:>9} {over[runs // 2]:>13.1%} {over[-1]:>12.1%}"
                      f" {late[runs // 2]:>10.1f} ms {late[-1]:>9.1f} ms", flush=True)


main()

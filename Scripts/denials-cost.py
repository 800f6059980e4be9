#!/usr/bin/env python3
"""Measures what it costs a call that is allowed that refused calls are reported.

usage: Scripts/denials-cost.py [ROUNDS]

The calls of the policy `default` are allowed by two filters that differ in one thing: what is not allowed fails in
the kernel (SECCOMP_RET_ERRNO), or is put to a supervisor who can report it (SECCOMP_RET_USER_NOTIF), as in the
sandbox. Under each, and under none, a program makes allowed calls; the three take turns. Printed are the shortest
times in nanoseconds a call, for what else the machine does only adds to them, and the ratio of the two filters. Needs cc and libseccomp's headers, and ocisandbox, which
OCISANDBOX or .build names.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = r"""
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int count, char **arguments) {
  if (strcmp(arguments[1], "none") != 0) {
    scmp_filter_ctx filter = seccomp_init(strcmp(arguments[1], "notify") == 0 ? SCMP_ACT_NOTIFY : SCMP_ACT_ERRNO(38));
    for (int i = 2; i < count; i++) {
      int number = seccomp_syscall_resolve_name(arguments[i]);
      if (number >= 0) seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
    }
    if (seccomp_load(filter) != 0) return 1;
  }
  enum { short_calls = 300000, files = 30000 };
  double begin = now();
  for (int i = 0; i < short_calls; i++) syscall(SYS_getppid);
  double between = now();
  for (int i = 0; i < files; i++) close(open("/dev/null", O_RDONLY));
  printf("%f %f\n", (between - begin) / short_calls, (now() - between) / files);
  return 0;
}
"""


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    root = pathlib.Path(__file__).resolve().parent.parent
    command = os.environ.get("OCISANDBOX") or next(
        str(path) for kind in ("release", "debug") if (path := root / ".build" / kind / "ocisandbox").exists())
    shown = subprocess.run([command, "policy", "show", "--effective", "default"], capture_output=True, text=True, check=True).stdout
    allowed = re.search(r"^  allow:(.*?)^  \w", shown, re.S | re.M).group(1)
    calls = sorted(set(re.findall(r"[a-z_0-9]{2,}", allowed)))
    assert "openat" in calls and "getppid" in calls, shown
    with tempfile.TemporaryDirectory() as folder:
        program = folder + "/calls"
        subprocess.run(["cc", "-O1", "-x", "c", "-o", program, "-", "-lseccomp"], input=SOURCE, text=True, check=True)
        kinds = ["none", "errno", "notify"]
        times = {kind: [] for kind in kinds}
        for number in range(rounds):
            for kind in kinds if number % 2 else reversed(kinds):
                text = subprocess.run([program, kind, *calls], capture_output=True, text=True, check=True).stdout
                times[kind].append([float(word) for word in text.split()])
    print(f"{len(calls)} calls allowed, {rounds} rounds, nanoseconds a call (the shortest)")
    print(f"{'':18}{'no filter':>12}{'errno':>12}{'reported':>12}{'reported/errno':>18}")
    for index, name in enumerate(("getppid", "open and close")):
        best = [min(row[index] for row in times[kind]) for kind in kinds]
        print(f"{name:18}" + "".join(f"{value:12.1f}" for value in best) + f"{best[2] / best[1]:18.3f}")


main()

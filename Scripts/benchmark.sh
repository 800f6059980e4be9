#!/usr/bin/env bash
# Measures what the sandbox costs, always beside the same work without it, in one run. Prints the tables of
# docs/performance.md. Wants a quiet machine; hyperfine, bubblewrap, gcc, python3 and nodejs.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-1000}

echo "## One run through the library"
echo
(cd Benchmarks && swift build -c release 2>&1 | grep -E "error" || true)
Benchmarks/.build/release/executor-benchmark "$rounds"

echo
echo "## One command from a cold start"
echo
ocisandbox=$(Scripts/install.sh .build-release/installed | tail -1)
work=$(mktemp -d /var/tmp/ocisandbox-benchmark.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir box
printf 'print("hello")\n' >hello.py
printf 'console.log("hello")\n' >hello.js
printf '#include <stdio.h>\nint main(void) { puts("hello"); }\n' >hello.c
printf 'print("hello")\n' >hello.swift
printf 'import Foundation\nprint(Date.now > .distantPast)\n' >foundation.swift
cp hello.* foundation.swift box/

# The executables themselves, not the shims of a version manager.
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
node=$(node -p process.execPath)
swiftc=$(command -v swiftc || true)
binds=(--ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin
  --ro-bind-try /etc/alternatives /etc/alternatives)
for tool in "$python" "$node" ${swiftc:+"$swiftc"}; do
  prefix=$(dirname "$(dirname "$tool")")
  case $prefix in /usr | /) ;; *) binds+=(--ro-bind "$prefix" "$prefix") ;; esac
done
wrap="bwrap --unshare-all ${binds[*]} --proc /proc --dev /dev --tmpfs /tmp --bind $work/box /workspace --chdir /workspace"

gcc_run='gcc -std=gnu17 -O1 -g -Wall -Wextra -o program hello.c -lm && ./program'
swift_run="$swiftc -Onone -gline-tables-only -use-ld=lld -o program"
cat >bare-c <<SH
#!/bin/sh
$gcc_run
SH
cat >bare-swift <<SH
#!/bin/sh
$swift_run hello.swift && ./program
SH
cat >bare-foundation <<SH
#!/bin/sh
$swift_run foundation.swift && ./program
SH
chmod +x bare-*
cp bare-* box/

# All three with the same small environment: a variable such as NODE_EXTRA_CA_CERTS, which the sandbox does not
# pass on, more than doubles the start of the bare program. And all write into a pipe, as what is read by anybody does, and what
# the sandbox runs: for /dev/null Node leaves out what it loads for a pipe or a terminal, which takes 1 ms.
measure() { # name, bare command, sandboxed command, bubblewrap command
  env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 hyperfine -N --output pipe --warmup 3 --runs "$5" --export-json result.json "$2" "$3" "$4" >/dev/null 2>&1
  "$python" - "$1" <<'PY'
import json, sys
bare, ours, theirs = [r["median"] * 1000 for r in json.load(open("result.json"))["results"]]
print(f"| {sys.argv[1]} | {bare:.1f} | {ours:.1f} | {theirs:.1f} | {ours - bare:.1f} | {theirs - bare:.1f} | {ours / bare:.2f} | {theirs / bare:.2f} |")
PY
}

echo "| program | bare ms | ocisandbox ms | bubblewrap ms | added by ocisandbox | added by bubblewrap | ratio | bubblewrap's |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
measure Python "$python -E -s -B -X utf8 hello.py" "$ocisandbox run hello.py" \
  "$wrap $python -E -s -B -X utf8 hello.py" 40
measure JavaScript "$node hello.js" "$ocisandbox run hello.js" "$wrap $node hello.js" 20
# Compiled anew each time, as by the other two.
measure C "./bare-c" "$ocisandbox run --no-cache hello.c" "$wrap /bin/sh ./bare-c" 20
if [ -n "$swiftc" ]; then
  measure Swift "./bare-swift" "$ocisandbox run --no-cache hello.swift" "$wrap /bin/sh ./bare-swift" 10
  measure "Swift, Foundation" "./bare-foundation" "$ocisandbox run --no-cache foundation.swift" \
    "$wrap /bin/sh ./bare-foundation" 10
fi

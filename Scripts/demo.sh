#!/usr/bin/env bash
# Installs what is missing, builds, and runs a program that is right and some that are not.
set -euo pipefail
cd "$(dirname "$0")/.."

Scripts/setup.sh
swift build --product ocisandbox
run() {
  echo
  echo "\$ ocisandbox $*"
  .build/debug/ocisandbox "$@" || echo "(exit status $?)"
}
run run Examples/hello.py
run run Examples/broken.py
run run Examples/broken.c
run run Examples/endless.js --cpu-time 1s
run run Examples/escape.py

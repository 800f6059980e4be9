#!/usr/bin/env bash
# Judges every record of the benchmark data, where `swift test` judges a part of them, and prints how
# many were ok, which were not, and why. Exits with 0 where all is as docs/benchmark-data.md says.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in python3 node swiftc gzip; do
  command -v "$tool" >/dev/null || {
    echo "missing: $tool" >&2
    echo "hint: Scripts/test.sh says what to install" >&2
    exit 1
  }
done
OCISANDBOX_WHOLE_DATA=1 exec swift test --filter BenchmarkDataTests "$@"

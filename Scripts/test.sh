#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests. Needs root only where something is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

# Perl is the language that the tests add by a manifest; the rest is what hostile programs are tried with.
Scripts/setup.sh perl=perl setpriv=util-linux /usr/bin/python3=python3

# The small real model. Without it the tests that ask it are skipped, and say so.
swift build --product ocisandbox
.build/debug/ocisandbox model serve --install-only ||
  echo "the small model is not installed: the tests that ask it are skipped" >&2
exec swift test

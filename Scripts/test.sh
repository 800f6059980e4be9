#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests. Needs root only where something is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

# Perl is the language that the tests add by a manifest; the rest is what hostile programs are tried with.
Scripts/setup.sh perl=perl setpriv=util-linux /usr/bin/python3=python3

# SwiftPM itself can die of a signal while it builds (swift-corelibs-libdispatch#949). A build that did is begun
# again, once; tests never are.
build() {
  local status=0
  swift build "$@" || status=$?
  if ((status > 128)); then swift build "$@"; else return "$status"; fi
}

# The small real model. Without it the tests that ask it are skipped, and say so.
build --product ocisandbox
.build/debug/ocisandbox model serve --install-only ||
  echo "the small model is not installed: the tests that ask it are skipped" >&2
build --build-tests
# All at once are slower than a few: most start processes, and wait for them. Older SwiftPM has no such option.
width=()
option=--experimental-maximum-parallelization-width
if [[ $(swift test --help-hidden) == *"$option"* ]]; then width=("$option" $((3 * $(nproc)))); fi
exec swift test --skip-build "${width[@]}"

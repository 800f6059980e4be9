#!/usr/bin/env bash
# Builds the release, one static executable that needs nothing beside it, and puts it in a folder:
#
#     Scripts/install.sh [FOLDER]     the default is ~/.local/bin
set -euo pipefail
folder=$(realpath -m "${1:-$HOME/.local/bin}")
cd "$(dirname "$0")/.."

Scripts/setup.sh
# The linker warns of what Foundation holds and the command does not call: dlopen(3), getpwnam(3), mktemp(3).
swift build -c release --scratch-path .build-release --static-swift-stdlib \
  -Xswiftc -static-executable --product ocisandbox 2>&1 |
  grep -vE "in statically linked applications|the use of .mktemp. is dangerous" >&2
mkdir -p "$folder"
install -s -m 755 .build-release/release/ocisandbox "$folder/ocisandbox"
echo "$folder/ocisandbox"

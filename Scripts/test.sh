#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests. Needs root only where something is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
[ -e /usr/include/seccomp.h ] || missing+=(libseccomp-dev)
[ -e /usr/include/sys/capability.h ] || missing+=(libcap-dev)
command -v gcc >/dev/null || missing+=(gcc)
[ -x /usr/bin/python3 ] || missing+=(python3)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "missing packages: ${missing[*]}" >&2
    echo "hint: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "installing: ${missing[*]}"
  apt-get update -qq
  apt-get install -y -qq "${missing[@]}"
fi

exec swift test

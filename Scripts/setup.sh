#!/usr/bin/env bash
# Installs what building and the built-in languages need, as Debian packages: only what is missing, and
# nothing, without root, where nothing is. Further packages to look for may be given as COMMAND=PACKAGE.
set -euo pipefail

missing=()
[ -e /usr/include/seccomp.h ] || missing+=(libseccomp-dev)
[ -e /usr/include/sys/capability.h ] || missing+=(libcap-dev)
for pair in cc=gcc python3=python3 node=nodejs "$@"; do
  command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "missing packages: ${missing[*]}" >&2
    echo "hint: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "installing: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"
fi
if ! command -v swift >/dev/null; then
  echo "swift is not on PATH" >&2
  echo "hint: install Swift 6.2 or newer from https://swift.org/install" >&2
  exit 1
fi

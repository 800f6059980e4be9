# Compiles a C program: `c-compile.sh link|check COMPILER ARGUMENT...`. gold links a short one in half the time of
# the linker that is the default, whose messages say more: when gold finds fault, the other one is asked.
read -r key <&5  # what is written to the report goes behind that
exec 6>&5 5>&-
mode=$1
shift

# What the compiler found stands on standard error, for people. It is asked for it once more in a form for programs, which
# has fix-its, ends of ranges, and columns as others count them: gcc for JSON, up to gcc 15, or SARIF; clang for what it
# serializes, which is more than its SARIF, without options and fix-its, has.
finish() { # status
  if [ -s /tmp/messages ]; then
    cat /tmp/messages >&2
    again json "$@" || serialize "$@" || again sarif-stderr "$@"
  fi
  exit $status
}

again() { # format, arguments
  format=$1
  shift
  "$compiler" "$@" -fsyntax-only -fdiagnostics-format=$format >/dev/null 2>/tmp/structured 6>&-
  read -r line </tmp/structured
  case $line in '['* | '{'*) cat /tmp/structured >&6 ;; *) return 1 ;; esac
}

serialize() { # arguments
  "$compiler" "$@" -fsyntax-only --serialize-diagnostics /tmp/serialized >/dev/null 2>&1 6>&-
  [ -s /tmp/serialized ] && base64 /tmp/serialized >&6
}

compiler=$1
shift
if [ $mode = link ] && [ -x /usr/bin/ld.gold ]; then
  "$compiler" "$@" -fuse-ld=gold 2>/tmp/messages 6>&-
  status=$?
  if [ $status -eq 0 ] || ! grep -q 'ld returned\|linker command failed\|cannot find .ld.\|invalid linker' /tmp/messages; then
    finish "$@"
  fi
fi
"$compiler" "$@" 2>/tmp/messages 6>&-
status=$?
finish "$@"

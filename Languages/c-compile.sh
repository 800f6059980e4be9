# Compiles a C program: `c-compile.sh link|check COMPILER ARGUMENT...`. gold links a short one in half the time of
# the linker that is the default, whose messages say more: when gold finds fault, the other one is asked.
read -r key <&5  # what is written to the report goes behind that
exec 6>&5 5>&-
mode=$1
shift

# What the compiler found stands on standard error, for people. gcc is asked for it once more as JSON, which has
# fix-its, ends of ranges, and columns as others count them; clang has all that in its text, and its SARIF less.
finish() { # status
  if [ -s /tmp/messages ]; then
    cat /tmp/messages >&2
    "$compiler" "$@" -fsyntax-only -fdiagnostics-format=json >/dev/null 2>/tmp/structured 6>&-
    read -r line </tmp/structured
    case $line in '['*) cat /tmp/structured >&6 ;; esac
  fi
  exit $status
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

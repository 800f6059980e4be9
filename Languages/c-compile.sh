# Compiles a C program: `c-compile.sh COMPILER ARGUMENT...`. gold links a short one in half the time of the
# linker that is the default, whose messages say more: when gold finds fault, the other one is asked.
exec 5>&-
if [ -x /usr/bin/ld.gold ]; then
  "$@" -fuse-ld=gold 2>/tmp/messages
  status=$?
  if [ $status -eq 0 ] || ! grep -q 'ld returned\|linker command failed\|cannot find .ld.\|invalid linker' /tmp/messages; then
    [ -s /tmp/messages ] && cat /tmp/messages >&2
    exit $status
  fi
fi
exec "$@"

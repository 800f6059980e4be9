# Compiles a C program together with its tests, and refuses one that would stand between them and the C library:
# what it defines under a name that they take from there, they would call.
#   together-c.sh COMPILER ARTIFACT OPTION... -- COMMAND...
compiler=$1 artifact=$2
shift 2
options=
while [ "$1" != -- ]; do
  options="$options $1"
  shift
done
shift
"$@" || exit
exec 5>&-
export LC_ALL=C

refuse() {
  echo "cc: error: $1" >&2
  exit 1
}

for source in tests ocisandbox_tests; do
  "$compiler" $options -w -c $source.c -o /tmp/$source.o || exit
done
nm=$("$compiler" -print-prog-name=nm)
names() { "$nm" -P "$@" 2>/dev/null | cut -d ' ' -f 1; }
{
  names -u /tmp/tests.o /tmp/ocisandbox_tests.o
  echo __libc_start_main
} | sort -u >/tmp/needed
# What is in it but the C library's has `@` and a version behind its name.
names --defined-only "$artifact" | grep -v @ | sort -u >/tmp/defined
for library in libc.so.6 libm.so.6 libc.so; do
  path=$("$compiler" -print-file-name=$library)
  [ "$path" = $library ] || names -D --defined-only "$path"
done | sed 's/@.*//' | sort -u >/tmp/library
if ! [ -s /tmp/defined ] || ! [ -s /tmp/library ]; then
  refuse "what the program defines cannot be seen: install the binutils, which have nm"
fi
own=$(comm -12 /tmp/needed /tmp/defined | comm -12 - /tmp/library | tr '\n' ' ')
[ -z "$own" ] || refuse "the program has functions of its own with names of the C library's that its tests call: ${own% }; rename them"
if "$nm" -P --defined-only "$artifact" | grep -q ' i '; then
  refuse "the program chooses functions while it is loaded (ifunc), before its tests can begin"
fi
if ! "$("$compiler" -print-prog-name=size)" -A "$artifact" | grep -q '^\.preinit_array  *[48] '; then
  refuse "the program has code that runs before its tests can begin (.preinit_array)"
fi

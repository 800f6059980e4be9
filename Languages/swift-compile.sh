# Compiles a Swift program as `swiftc` would, without swiftc's own driver, which takes longer than the compiler:
# it starts the compiler for each step again, and begins with an empty module cache.
#   swift-compile.sh prepare SWIFTC
#   swift-compile.sh compile SWIFTC PREPARED ARTIFACT SOURCE...
#   swift-compile.sh watch SWIFTC PREPARED ARTIFACT DRIVER SOURCE...    with a driver in C linked in, to tell a place
#   swift-compile.sh note SWIFTC PREPARED ARTIFACT DRIVER SOURCE...     the same, to tell what an assertion compared
#   swift-compile.sh denials SWIFTC PREPARED ARTIFACT DRIVER SOURCE...  the same, to tell in which lines calls were refused
#   swift-compile.sh check SWIFTC PREPARED SOURCE...
# PREPARED is the folder that `prepare` made: it is there where this way works with this toolchain, and where it
# is not, or a program has several sources, or linking fails, `swiftc` does the work.
# Where `compile` is started before there is a program (docs/languages.md, "Started ahead"), it starts compiler and linker,
# whose start is half of their time, and both wait for their words.
mode=$1 swiftc=$2 prepared=$3
shift 2
prefix=${swiftc%/bin/*}
cache=/tmp/module-cache object=/tmp/program.o messages=/tmp/messages serialized=/tmp/serialized encoded=/tmp/encoded
style="-diagnostic-style llvm -no-color-diagnostics -module-cache-path $cache"

driver= wrap= access= told= compiling= linking=

compiler() { # action, source
  set -- -frontend "$1" -primary-file "$2" $style -Onone -gline-tables-only \
    ${told:+-serialize-diagnostics-path $told} -enable-anonymous-context-mangled-names -file-compilation-dir "$PWD" -module-name program \
    -in-process-plugin-server-path "$prefix/lib/swift/host/libSwiftInProcPluginServer.so" \
    -plugin-path "$prefix/lib/swift/host/plugins" $access ${3:+-o "$3"}
  if [ "$compiling" ]; then
    tell "$@"
    wait $compiling
  else
    "$prefix/bin/swift-frontend" "$@" 6>&-
  fi
}

first() { # finds the first of some paths that is there; not to be echoed, for each $(...) is a process
  for found; do [ -e "$found" ] && return; done
  return 1
}

# What `clang` would start. The object names the libraries that it needs: a word that only looks like one of them
# is in the program's own text, and links one more library of Swift.
link() { # artifact
  first "$prefix"/lib/swift/linux/*/swiftrt.o && runtime=$found &&
    first /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 && loader=$found &&
    first /usr/lib/*-linux-gnu/Scrt1.o /usr/lib64/Scrt1.o && libc=${found%/*} &&
    first /usr/lib/gcc/*/*/crtbeginS.o && gcc=${found%/*} || return
  libraries=$(LC_ALL=C grep -aoE -e '-l(swift[A-Za-z_]+|_?Foundation[A-Za-z]*|dispatch|BlocksRuntime|pthread|util|dl|m)' $object)
  set -- --threads=1 --hash-style=gnu --eh-frame-hdr -pie -dynamic-linker "$loader" -o "$1" \
    "$libc/Scrt1.o" "$libc/crti.o" "$gcc/crtbeginS.o" -L"$prefix/lib/swift/linux" -L"$gcc" -L"$libc" \
    -rpath "$prefix/lib/swift/linux" "$runtime" $object $driver $wrap $libraries -lswiftCore -lgcc --as-needed -lgcc_s \
    --no-as-needed -lc -lgcc "$gcc/crtendS.o" "$libc/crtn.o"
  if [ "$linking" ]; then
    printf '"%s"\n' "$@" >/tmp/ld.lld # it opens that twice, the second time as a file
    tell "$@"
  else
    "$prefix/bin/ld.lld" "$@" 2>/dev/null
  fi
}

start() { # a program of PREFIX/bin, which reads its words from a pipe of that name
  "$prefix/bin/$1" "@/tmp/$1"
  started=$?
  true 2>/dev/null <"/tmp/$1" # where it has not opened that, who waits until it has is not to wait without end
  return $started
}

tell() { # what descriptor 7 leads to: its words
  trap '' PIPE # it may have ended
  printf '"%s"\n' "$@" >&7
  exec 7>&-
  trap - PIPE
}

# The compiler's end takes as long as a third of linking: when it opens what it serializes into, the object is whole.
link_ahead() { # artifact
  exec 7>&8 8>&- # the other is not to stay open here
  exec 9<$serialized 9<&-
  [ -s $object ] && link "$1"
}

start_ahead() { # PREPARED ARTIFACT SOURCE...
  case $prefix$* in *[\"\\]*) return ;; esac # what quotes words
  [ -d "$prepared" ] && [ $# -eq 3 ] || return
  cp -rs "$prepared" $cache && mkfifo /tmp/swift-frontend /tmp/ld.lld $serialized || {
    rm -rf $cache $serialized
    return
  }
  base64 <$serialized >$encoded &
  encoding=$!
  start swift-frontend 2>$messages &
  compiling=$!
  start ld.lld 2>/dev/null &
  linking=$!
  exec 7>/tmp/swift-frontend 8>/tmp/ld.lld
  rm /tmp/swift-frontend /tmp/ld.lld
  link_ahead "$2" &
  exec 8>&-
}

case $mode in
compile | check)
  # What was said goes into the report, too, as `swiftc` serializes it, with fix-its and ranges.
  read -r key <&5 # it goes behind that
  if [ -z "$key" ]; then
    start_ahead "$@"
    kill -0 1073741808 # waits; without redirection, for what is on 2 is the run's when it returns
    read -r key <&5
  fi
  exec 6>&5
  ;;
esac
exec 5>&-

case $mode in
prepare)
  # Without the C library's headers there is no Foundation.
  for import in 'import Foundation' ''; do
    printf '%s\nprint("ready")\n' "$import" >/tmp/main.swift
    if compiler -c /tmp/main.swift $object && link program && [ "$(./program)" = ready ]; then
      cp -r $cache module-cache
      exit
    fi
  done
  exit 1
  ;;
compile)
  artifact=$2 action=-c told=$serialized options="-Onone -gline-tables-only -use-ld=lld -o"
  shift 2
  ;;
watch | note | denials)
  artifact=$2 action=-c options="-Onone -gline-tables-only -use-ld=lld -o" driver=/tmp/driver.o
  "$prefix/bin/clang" -c -fno-omit-frame-pointer "$3" -o $driver || exit
  # Calls that look after exclusive access have no line of their own, and a loop may be in them most of the time.
  [ $mode = watch ] && wrap='--wrap=exit --wrap=swift_errorInMain' access=-enforce-exclusivity=unchecked
  if [ $mode = denials ]; then
    # What reads the lines of addresses comes with gcc, whose libraries the linker needs anyway.
    first /usr/lib/gcc/*/*/libbacktrace.a || exit
    wrap="--undefined=backtrace_pcinfo --undefined=backtrace_create_state $found"
  fi
  shift 3
  ;;
check) artifact= action=-typecheck options=-typecheck object= told=$serialized && shift ;;
esac

if [ -d "$prepared" ] && [ $# -eq 1 ] && { [ "$compiling" ] || cp -rs "$prepared" $cache; }; then
  compiler $action "$1" $object 2>$messages
  status=$?
  # A compiler that crashed is left to swiftc, which says so; and one that finds the module cache out of date,
  # which it cannot write.
  if [ $status -le 1 ] && { [ ! -s $messages ] || ! grep -q "open output file '$cache/" $messages; }; then
    if [ "$compiling" ]; then
      exec 9<>$serialized # should the compiler not have opened it
      wait $linking
      linked=$?
      exec 9>&-
    fi
    if [ -s $messages ]; then
      cat $messages >&2
      if [ "$compiling" ]; then wait $encoding && cat $encoded >&6; elif [ -s "$told" ]; then base64 $told >&6; fi
    fi
    [ $status -eq 1 ] || [ $mode = check ] && exit $status
    if [ "$compiling" ]; then [ $linked -eq 0 ]; else link "$artifact"; fi && exit
    options="-suppress-warnings $options" told=
  fi
fi
[ -d $cache ] && rm -rf $cache $serialized
for option in $wrap; do driver="$driver -Xlinker $option"; done
[ $# -eq 1 ] || told=
"$swiftc" $style $access ${told:+-Xfrontend -serialize-diagnostics-path -Xfrontend $told} $options \
  ${artifact:+"$artifact"} "$@" $driver 6>&-
status=$?
[ -s "$told" ] && base64 $told >&6
exit $status

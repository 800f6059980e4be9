import OCISandbox
import Testing

/// A Python program that has to come to the same whichever way it is started.
struct ConformanceProgram: Sendable, CustomTestStringConvertible {
  let name: String
  let source: String
  var input = ""
  var arguments: [String] = []
  var files: [String: String] = [:]
  var cpuTime: Duration?
  var wallTime: Duration?
  var output: ByteCount?

  init(
    _ name: String, _ source: String, input: String = "", arguments: [String] = [],
    files: [String: String] = [:], cpuTime: Duration? = nil, wallTime: Duration? = nil,
    output: ByteCount? = nil
  ) {
    self.name = name
    self.source = source
    self.input = input
    self.arguments = arguments
    self.files = files
    self.cpuTime = cpuTime
    self.wallTime = wallTime
    self.output = output
  }

  var testDescription: String { name }

  static let all = ends + errors + surroundings + work + limits

  /// The ways in which a program can end.
  private static let ends =
    ([
      ("falls off the end", "print('hello')"),
      ("exit without a status", "import sys\nsys.exit()"),
      ("exit 3", "import sys\nsys.exit(3)"),
      ("exit None", "import sys\nsys.exit(None)"),
      ("exit True", "import sys\nsys.exit(True)"),
      ("exit -1", "import sys\nsys.exit(-1)"),
      ("exit 2**40", "import sys\nsys.exit(2**40)"),
      ("exit with a text", "import sys\nprint('out')\nsys.exit('a text')"),
      ("exit with a tuple", "raise SystemExit((1, 2))"),
      ("exit() of site", "exit(4)"),
      ("os._exit", "import os\nprint('lost')\nos._exit(7)"),
      ("os._exit after a flush", "import os\nprint('kept', flush=True)\nos._exit(0)"),
      (
        "exit in a thread",
        "import sys, threading\nthreading.Thread(target=sys.exit, args=(9,)).start()"
      ),
      (
        "exit in a function of atexit",
        "import atexit, sys\natexit.register(sys.exit, 5)\nprint('x')"
      ),
      (
        "atexit in its order",
        "import atexit\nfor i in range(3): atexit.register(print, i)\nprint('main')"
      ),
      ("atexit that raises", "import atexit\natexit.register(lambda: 1 / 0)\nprint('main')"),
      (
        "an object that outlives the module",
        """
        import gc, sys
        class Last:
            def __init__(self, name): self.name = name
            def __del__(self): print('gone', self.name, flush=True)
        a = Last('a'); _b = Last('b'); c = [Last('c')]; c.append(c)
        print('end')
        """
      ),
      (
        "an object that uses globals as it goes",
        """
        import json
        class Last:
            def __del__(self): print(json, value, flush=True)
        value = 7
        kept = Last()
        """
      ),
      (
        "a module of its own that is taken down",
        "import other\nprint('main')"
      ),
      (
        "a generator that is open at the end",
        "def g():\n  try: yield 1\n  finally: print('closed')\nx = g(); next(x)"
      ),
      (
        "finalizers",
        "import weakref\nclass A: pass\na = A(); weakref.finalize(a, print, 'finalized')\nprint('end')"
      ),
      ("a coroutine never awaited", "async def f(): pass\nx = f()"),
      ("logging at the end", "import logging\nlogging.warning('hm')\nlogging.shutdown()"),
      (
        "gc and atexit imported",
        "import gc, atexit\nclass A:\n  def __del__(self): print('x', gc is None)\na = A(); a.a = a"
      ),
      (
        "modules removed",
        "import sys\nfor n in list(sys.modules):\n  if n not in ('sys', 'builtins', '__main__'): del sys.modules[n]\nprint('ok')"
      ),
      ("all modules removed", "import sys\nprint('ok')\nsys.modules.clear()"),
      ("a closed stream", "import sys\nsys.stdout.close()"),
      ("closed and printed to", "import sys\nsys.stdout.close()\nprint('x')"),
      ("a stream of its own", "import sys, io\nsys.stdout = io.StringIO()\nprint('lost')"),
      ("descriptor 1 closed", "import os\nprint('x')\nos.close(1)"),
      ("killed by SIGTERM", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)"),
      (
        "killed by SIGKILL",
        "import os, signal\nprint('x', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
      ),
      ("SIGINT", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)"),
      ("abort", "import os\nos.abort()"),
      ("a read of address 0", "import ctypes\nctypes.string_at(0)"),
      ("exit status 137", "import sys\nsys.exit(137)"),
      ("SIGXCPU of its own", "import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)"),
    ] as [(String, String)]).map {
      ConformanceProgram(
        $0, $1,
        files: [
          "other.py":
            "class A:\n  def __del__(self): print('other gone', flush=True)\na = A()\nprint('loaded', __name__)"
        ])
    }

  /// What a program does wrong.
  private static let errors =
    ([
      ("a name that is not there", "def f(x):\n  return x + undefined\nf(1)"),
      ("no syntax", "def f(:\n  pass"),
      ("no indentation", "def f():\npass"),
      ("tabs and spaces", "if 1:\n\tx = 1\n        y = 2"),
      ("a byte that is no UTF-8", "x = 1\n# \u{e9}"),
      ("division by zero below", "def a(): return b()\ndef b(): return 1 / 0\na()"),
      ("a cause", "try:\n  {}['k']\nexcept KeyError as e:\n  raise ValueError('bad') from e"),
      ("a context", "try:\n  {}['k']\nexcept KeyError:\n  int('x')"),
      ("a group", "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])"),
      ("a note", "e = ValueError('x'); e.add_note('a note'); raise e"),
      (
        "an exception whose text raises",
        "class E(Exception):\n  def __str__(self): raise KeyError(1)\nraise E()"
      ),
      ("an assertion", "def f(x): return x - 1\nassert f(3) == 3, 'not three'"),
      ("an assertion of values", "a = [1, 2, 3]\nassert sum(a) == 7"),
      (
        "a thread that raises",
        "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='worker'); t.start(); t.join()"
      ),
      ("recursion without end", "def f(n): return f(n + 1)\nf(0)"),
      (
        "how deep it may go",
        "import sys\ndef f(n):\n  try: return f(n + 1)\n  except RecursionError: return n\nprint(f(0), sys.getrecursionlimit())"
      ),
      ("an error in a module of its own", "import broken"),
      ("a module that is not there", "import nowhere"),
      ("an error in a comprehension", "x = [1 / (i - 2) for i in range(4)]"),
      (
        "a warning",
        "import warnings\nwarnings.warn('careful')\nwarnings.warn('old', DeprecationWarning)"
      ),
      (
        "an error that nobody can raise",
        "class A:\n  def __del__(self): 1 / 0\na = A()\ndel a\nprint('on')"
      ),
      ("input that ends", "a = input(); b = input()"),
      ("KeyboardInterrupt", "raise KeyboardInterrupt"),
      (
        "traceback.print_exc",
        "import traceback\ndef f(): 1 / 0\ntry: f()\nexcept Exception: traceback.print_exc()"
      ),
      (
        "a hook for exceptions",
        "import sys\nsys.excepthook = lambda *a: print('hook', a[1])\n1 / 0"
      ),
      ("a file that is not shown", "open('/etc/shadow')"),
      ("a socket", "import socket\nsocket.create_connection(('127.0.0.1', 9))"),
      ("an unknown attribute", "[].push(1)"),
      ("a text that cannot be written", "print('\\ud800')"),
    ] as [(String, String)]).map {
      ConformanceProgram(
        $0, $1, input: "one\n", files: ["broken.py": "def f():\n  return [][1]\nf()"])
    }

  /// What a program can see of where it is.
  private static let surroundings =
    ([
      ("sys.argv", "import sys\nprint(sys.argv)"),
      ("sys.orig_argv", "import sys\nprint(sys.orig_argv)"),
      // Of one that is forked it ends with more zeros, for there was a longer one.
      ("/proc/self/cmdline", "print(open('/proc/self/cmdline').read().rstrip('\\0').split('\\0'))"),
      (
        "the IPC namespace",
        "import ctypes\nc = ctypes.CDLL(None)\nprint(c.shmget(1, 4096, 0), c.msgget(1, 0), c.semget(1, 1, 0))\ntry: print(open('/proc/sysvipc/shm').read())\nexcept OSError as e: print(e)"
      ),
      (
        "sys.flags",
        "import sys\nprint(sys.flags, sys._xoptions, sys.warnoptions, sys.dont_write_bytecode)"
      ),
      (
        "sys.path",
        "import sys\nprint(sys.path, sys.path_hooks, sys.meta_path, sorted(sys.path_importer_cache))"
      ),
      ("sys.modules", "import sys\nprint(sorted(sys.modules))"),
      (
        "sys",
        "import sys\nprint(sorted(n for n in dir(sys)), sys.executable, sys.prefix, sys.getswitchinterval(), sys.gettrace(), sys.getprofile(), sys.excepthook is sys.__excepthook__)"
      ),
      ("builtins", "import builtins\nprint(sorted(dir(builtins)), __builtins__)"),
      (
        "__main__",
        "print(sorted(globals()), __name__, __file__, __spec__, __doc__, __package__, __loader__.name, __loader__.path, type(__loader__), __cached__ if '__cached__' in globals() else '-')"
      ),
      ("import __main__", "import __main__\nx = 4\nprint(__main__.x, __main__.__file__)"),
      (
        "its own source",
        "import inspect, linecache\ndef f(): return 1\nprint(inspect.getsource(f), linecache.getline(__file__, 1))"
      ),
      (
        "pickle",
        "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))), pickle.dumps(A())[:30])"
      ),
      ("gc", "import gc\nprint(gc.get_threshold(), gc.isenabled(), gc.get_debug(), gc.callbacks)"),
      (
        "threads",
        "import threading, _thread\nprint([t.name for t in threading.enumerate()], threading.main_thread().name, threading.stack_size(), _thread._count())"
      ),
      (
        "signals",
        "import signal\nprint([(s.name, str(signal.getsignal(s))) for s in signal.Signals], signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigpending(), signal.getitimer(signal.ITIMER_REAL))"
      ),
      (
        "limits of resources",
        "import resource as r\nprint([(n, r.getrlimit(getattr(r, n))) for n in dir(r) if n.startswith('RLIMIT') and n != 'RLIMIT_NPROC'])"
      ),
      (
        "ids",
        "import os\nprint(os.getpid(), os.getpgrp(), os.getsid(0), os.getresuid(), os.getresgid(), os.getgroups(), os.umask(0), os.getcwd())"
      ),
      (
        "the environment",
        "import os\nprint(sorted(os.environ.items()), open('/proc/self/environ').read().split('\\0'))"
      ),
      (
        "descriptors",
        "import os, stat\nprint([(n, oct(stat.S_IFMT(os.fstat(n).st_mode)), os.get_inheritable(n)) for n in range(64) if os.path.lexists('/proc/self/fd/%d' % n) and n < 6])"
      ),
      (
        "the file system",
        "import os\nprint(sorted(os.listdir('/')), sorted(os.listdir('.')), os.listdir('/tmp'), sorted(os.listdir('/dev')), os.stat('.').st_mode, os.stat('.').st_uid)"
      ),
      ("mounts", "print(sorted(line.split(' ', 3)[3] for line in open('/proc/self/mountinfo')))"),
      (
        "processes",
        "import os\nprint(sorted(p for p in os.listdir('/proc') if p.isdigit()), os.listdir('/proc/self/task'))"
      ),
      (
        "/proc/self/status",
        """
        keys = 'Name Umask Tgid Uid Gid FDSize Groups Threads SigPnd ShdPnd SigBlk SigIgn SigCgt CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Seccomp_filters Cpus_allowed Mems_allowed'.split()
        for line in open('/proc/self/status'):
            if line.split(':')[0] in keys and not line.startswith('FDSize'): print(line, end='')
        """
      ),
      (
        "/proc/self",
        "for n in ('cgroup', 'limits', 'oom_score_adj', 'coredump_filter', 'personality', 'uid_map', 'gid_map', 'setgroups', 'comm', 'timerslack_ns', 'loginuid', 'sessionid'):\n  try: print(n, *(l for l in open('/proc/self/' + n) if not l.startswith('Max processes')))\n  except OSError as e: print(n, e)"
      ),
      (
        "shared memory of the process",
        "print([line.split(' ', 1)[1] for line in open('/proc/self/maps') if line.split()[1][3] == 's'])"
      ),
      (
        "scheduling",
        "import os\nprint(os.sched_getaffinity(0), os.nice(0), os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0))"
      ),
      (
        "dumpable",
        "import ctypes\nc = ctypes.CDLL(None)\nprint([c.prctl(n, 0, 0, 0, 0) for n in (3, 7, 21, 27, 39)])"
      ),
      (
        "used so far",
        "import resource, time\nu = resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(u.ru_utime, u.ru_maxrss, time.process_time() < 5)"
      ),
      (
        "streams",
        "import sys\nfor s in (sys.stdin, sys.stdout, sys.stderr): print(s.name, s.mode, s.encoding, s.errors, s.line_buffering, s.write_through, s.newlines, s.fileno(), s.isatty(), s.seekable(), s.buffer.seekable())"
      ),
      (
        "where the input is",
        "import sys\nprint(sys.stdin.buffer.tell(), sys.stdin.readline(), sys.stdin.tell(), sys.stdin.read())"
      ),
      (
        "text",
        "import locale, sys\nprint(locale.getlocale(), locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.getdefaultencoding(), '\u{e9}\u{20ac}\u{1f600}')"
      ),
      ("warnings", "import warnings\nprint(warnings.filters, warnings.defaultaction)"),
      ("the clock", "import time\nprint(time.tzname, time.get_clock_info('monotonic'))"),
      (
        "namespaces",
        "import os\nprint(sorted(os.listdir('/proc/self/ns')), open('/proc/self/uid_map').read())"
      ),
      (
        "faulthandler",
        "import faulthandler, sys\nprint(faulthandler.is_enabled(), sys.unraisablehook is sys.__unraisablehook__)"
      ),
      (
        "decimal and float",
        "import decimal, sys\nprint(decimal.getcontext(), sys.float_repr_style, sys.int_info)"
      ),
    ] as [(String, String)]).map {
      ConformanceProgram($0, $1, input: "a\nb\n", arguments: ["", "--x", "\u{e4} b", "last"])
    }

  /// What programs do.
  private static let work =
    ([
      ("reads its input", "import sys\nprint(sum(int(line) for line in sys.stdin))"),
      ("input with a prompt", "print(input('? '), input())"),
      (
        "threads",
        "import threading\nr = []\nts = [threading.Thread(target=lambda i=i: r.append(i * i)) for i in range(8)]\n[t.start() for t in ts]; [t.join() for t in ts]\nprint(sorted(r))"
      ),
      (
        "a thread that goes on after main",
        "import threading, time\ndef f():\n  time.sleep(0.05); print('late')\nthreading.Thread(target=f).start()\nprint('main')"
      ),
      (
        "a daemon thread",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nprint('main')"
      ),
      (
        "a pool of threads",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as p: print(list(p.map(str, range(9))))"
      ),
      (
        "subprocess",
        "import subprocess, sys\nprint(subprocess.run(['/bin/echo', 'hi'], capture_output=True), subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv); sys.exit(3)', 'x'], capture_output=True, text=True))"
      ),
      (
        "fork",
        "import os\np = os.fork()\nif not p:\n  print('child'); os._exit(5)\nprint('parent', os.waitpid(p, 0)[1])"
      ),
      (
        "a child that exits as Python does",
        "import os, sys\nif not os.fork():\n  print('child'); sys.exit(4)\nprint(os.wait()[1])"
      ),
      (
        "an orphan",
        "import os, time\nif not os.fork():\n  if not os.fork():\n    time.sleep(0.1); print(os.getppid(), flush=True); os._exit(0)\n  os._exit(0)\nos.wait(); time.sleep(0.5)"
      ),
      (
        "multiprocessing",
        "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n  m.set_start_method('fork')\n  q = m.SimpleQueue()\n  p = m.Process(target=lambda: q.put(f(7))); p.start(); p.join(); print(q.get(), p.exitcode)"
      ),
      (
        "multiprocessing by spawn",
        "import multiprocessing as m\ndef f(x): print(x * x, flush=True)\nif __name__ == '__main__':\n  m.set_start_method('spawn')\n  p = m.Process(target=f, args=(7,)); p.start(); p.join(); print(p.exitcode)"
      ),
      (
        "asyncio",
        "import asyncio\nasync def f(i):\n  await asyncio.sleep(0.01); return i\nasync def main(): print(await asyncio.gather(*map(f, range(3))))\nasyncio.run(main())"
      ),
      (
        "a handler of signals",
        "import signal, os\nsignal.signal(signal.SIGUSR1, lambda n, f: print('got', n))\nos.kill(os.getpid(), signal.SIGUSR1)"
      ),
      (
        "an alarm",
        "import signal, time\nsignal.signal(signal.SIGALRM, lambda n, f: print('alarm'))\nsignal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.2)"
      ),
      ("exec", "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'print(7)'])"),
      (
        "files",
        "open('a', 'w').write('x'); print(open('a').read(), __import__('os').path.getsize('a'))"
      ),
      (
        "tempfile",
        "import tempfile\nwith tempfile.TemporaryDirectory() as d: print(d.startswith('/tmp/'))"
      ),
      (
        "random is not seeded",
        "import random\nrandom.seed(3); print(random.random(), random.sample(range(99), 4))"
      ),
      ("much output", "for i in range(20000): print(i)"),
      (
        "both streams",
        "import sys\nfor i in range(3): print(i, flush=True); print(-i, file=sys.stderr)"
      ),
      ("ctypes", "import ctypes\nprint(ctypes.CDLL(None).abs(-4))"),
      (
        "dataclasses and typing",
        "from dataclasses import dataclass\nimport typing\n@dataclass\nclass P:\n  x: int\n  y: 'typing.List[int]'\nprint(P(1, [2]), typing.get_type_hints(P))"
      ),
      (
        "a deep recursion that is allowed",
        "import sys\nsys.setrecursionlimit(5000)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(4000))"
      ),
      ("big numbers", "print(len(str(3 ** 8000)))"),
      (
        "json, re, collections",
        "import json, re, collections\nprint(json.dumps(collections.Counter(re.findall('[a-z]', 'banana'))))"
      ),
      (
        "decimal, fractions, datetime",
        "import decimal, fractions, datetime\nprint(decimal.Decimal(1) / 7, fractions.Fraction(3, 9), datetime.date(2020, 1, 1))"
      ),
      (
        "unittest",
        "import unittest\nclass T(unittest.TestCase):\n  def test(self): self.assertEqual(1, 2)\nunittest.main(exit=True, verbosity=0, argv=['x'], testRunner=unittest.TextTestRunner(stream=open('/dev/null', 'w')))"
      ),
      ("exec and eval", "exec('x = 3'); print(eval('x + 1'))"),
    ] as [(String, String)]).map { ConformanceProgram($0, $1, input: "1\n2\n3\n") }

  /// What runs into limits.
  private static let limits = [
    ConformanceProgram("CPU time", "def f():\n  while True: pass\nf()", cpuTime: .seconds(1)),
    ConformanceProgram(
      "time on the clock", "import time\ndef f():\n  time.sleep(600)\nf()", wallTime: .seconds(2)),
    ConformanceProgram(
      "memory at once", "x = bytearray(2 << 30)\nfor i in range(0, len(x), 4096): x[i] = 1"),
    ConformanceProgram(
      "memory bit by bit", "x = []\nwhile True: x.append(bytearray(b'x' * (1 << 20)))"),
    ConformanceProgram("output", "while True: print('x' * 1000)", output: ByteCount(kibibytes: 4)),
    ConformanceProgram("a file that is too large", "open('a', 'wb').write(b'x' * (65 << 20))"),
    ConformanceProgram(
      "the disk", "for i in range(9): open(str(i), 'wb').write(b'x' * (32 << 20))"),
    ConformanceProgram("open files", "x = [open('/dev/null') for i in range(999)]"),
    ConformanceProgram(
      "processes",
      // Held for longer than they are counted apart where there is no cgroup.
      "import os, time\ntry:\n  for i in range(200):\n    if not os.fork(): time.sleep(9); os._exit(0)\nexcept OSError:\n  time.sleep(1)\n  raise"
    ),
    ConformanceProgram(
      "threads",
      "import threading, time\ntry:\n  for i in range(200): threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\nexcept RuntimeError:\n  time.sleep(1)\n  raise"
    ),
  ]
}

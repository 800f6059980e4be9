# The parent of warm Python programs. After its own text (python.yaml) come those of python-driver.py and python-report.py, the
# modules to load ahead, `--`, and the sources to compile ahead, each after its path.
# Forks for each run; what it forks stops itself, and is put into its sandbox from outside.
import sys, posix, faulthandler
def serve(sys=sys, posix=posix):
    modules = sys.modules
    # What comes of `-c`, and not of a file.
    sys.path_importer_cache.pop("/", None)
    if sys.version_info >= (3, 13):
        modules.pop("linecache", None)
    own = set(modules)
    base = set(own)
    import atexit, gc
    place = "/box/drivers/python-driver.py"
    words, split = sys.argv, sys.argv.index("--")
    # Not to be freed in what is forked, when it gets its own.
    sys.argv = words[:1]
    if hasattr(sys, "orig_argv"):  # Python 3.10
        sys.orig_argv = []
    driver = compile(words[1].rpartition("\nstart()()\n")[0], place, "exec", 0, True)
    # What it holds by now, so does an interpreter that is started; what comes on top is not taken from the programs.
    posix.write(3, b"s")
    posix.read(3, 1)

    class Ending:
        """Notes how the program ended. What is called besides it is none of the depth that a program may have."""
        status, starter = [], []
        def __enter__(self):
            return self.starter
        def __exit__(self, kind, error, trace):
            code = 0 if kind is None else error.code if kind is SystemExit else ""
            if code is None or type(code) is int and -2**31 <= code < 2**31:
                self.status.append((code or 0) & 0xFF)

    # Ends as Python does, but for what the parent has made: taking that down takes longer than most programs, for all
    # of its memory would have to be copied, and nobody could tell.
    leaving = """
def leave():
    if not status or len(sys._current_frames()) != 1:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        return  # as Python tells it
    for name in ("path", "argv", "last_type", "last_value", "last_traceback", "path_hooks", "path_importer_cache", "meta_path"):
        setattr(sys, name, None)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    # Their own come after the parent's, as a rule: what is looked at is copied, so no more than is needed is.
    own, names, more = [], [], len(modules) - len(base)
    for name in reversed(modules):
        if name is last and len(names) == more:
            break
        if name not in base:
            names.append(name)
    for name in [*names, "__main__"]:
        module = modules.pop(name, None)
        if isinstance(module, type(sys)):
            own.append(reference(module))
    module = None
    collect()
    for link in own:
        module = link()
        if module is None:
            continue
        space = space_of(module)
        for key in list(space):
            if type(key) is str and key[:1] == "_" and key[1:2] != "_":
                space[key] = None
        for key in list(space):
            if type(key) is str and key != "__builtins__":
                space[key] = None
    module = space = None
    collect()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        leave_now(status[-1])
"""
    # All in one line of `sys`: where a warning is said to come from once no program is left.
    nowhere, line = ("<sys>", 0) if sys.version_info >= (3, 13) else ("sys", 1)
    tree = compile(leaving, nowhere, "exec", 0x400)
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        for name in node._attributes:
            setattr(node, name, line if "lineno" in name else 0)
        for name in node._fields:
            inner = getattr(node, name, None)
            nodes += [item for item in (inner if type(inner) is list else [inner]) if hasattr(item, "_fields")]
    ending = Ending()
    space = {
        "__name__": "sys", "sys": sys, "modules": modules, "base": base, "status": ending.status, "collect": gc.collect,
        "reference": modules["_weakref"].ref, "space_of": type(sys).__dict__["__dict__"].__get__, "leave_now": posix._exit}
    exec(compile(tree, nowhere, "exec"), space)
    # Registered first, so called last, when threads are joined and the program's own have been called.
    atexit.register(space.pop("leave"))

    for name in words[3:split]:
        try:
            __import__(name)
        except BaseException:
            pass  # the program that needs it is told
    base.update(modules)
    for name in ("atexit", "gc"):
        if name not in own:
            del modules[name]
            base.discard(name)
    space["last"] = next(reversed(modules))
    # What the driver is made of, all but its call. It has the names of Python for itself, and what is compiled ahead.
    driven = {"__name__": "__main__", "__builtins__": modules["builtins"]}
    exec(driver, driven)
    del driven["__name__"], driven["__builtins__"]
    compiled = {}
    # Executed ahead, too: with names of its own, as where the driver does it.
    told = {"__name__": "python-report", "__builtins__": driven["start"].__globals__["__builtins__"]}
    exec(compile(words[2], "/box/drivers/python-report.py", "exec", 0, True), told)
    driven["start"].__defaults__ = (*driven["start"].__defaults__[:-2], compiled, told)
    sources, errors = iter(words[split + 1:]), sys.stderr
    for path, source in zip(sources, sources):
        path, sys.stderr = "/workspace/" + path, modules["_io"].StringIO()
        try:
            code = compile(source, path, "exec", 0, True)
            if not sys.stderr.getvalue():
                compiled[path, source] = code
        except BaseException:
            pass
        # Of errors and warnings the program that starts with it is told.
        sys.stderr = errors
    # Compiled once, so that what it needs is there.
    text = "class A: pass\ndef f(x):\n  return ['%s' % x, {x: A()}]\nf(1)\n"
    exec(compile(text, place, "exec"), {})
    loader = modules["_frozen_importlib_external"].SourceFileLoader
    def take(words):
        words = [word.decode("utf-8", "surrogateescape") for word in words.split(b"\0")[:-1]]
        if hasattr(sys, "orig_argv"):
            sys.orig_argv[:] = words
        sys.argv[:] = words[words.index(place):]
    def rehearse():
        take(place.encode() + b"\0")
        posix.getcwd()
        modules["_io"].StringIO().getvalue()
        exec(compile("x = 1", place, "exec", 0, True), {"__builtins__": modules["builtins"]})
        type(sys)("__main__").__dict__["__loader__"] = loader("__main__", place)
    # Nothing is left to be freed in what is forked: its pages would be copied for that.
    words = tree = nodes = node = inner = sources = code = None
    space["kept"] = own, driven
    # Where it has one thread and no more, finding that out in what is forked takes a fifth of a fork.
    threads = modules.get("threading")
    if threads and threads.active_count() > 1:
        threads = None
    if threads:
        after_fork, threads._after_fork.__code__ = threads._after_fork.__code__, (lambda: None).__code__
    gc.collect()
    gc.freeze()
    # A module of its own for the program, for what is in the parent's is never taken down, and so after that; and what
    # starts it, up to where that has to know the program.
    old = modules["__main__"].__dict__
    made = modules["__main__"] = type(sys)("__main__")
    main = made.__dict__
    main["__loader__"] = loader("__main__", place)
    if "__annotations__" in old:
        main["__annotations__"] = {}
    main["__builtins__"] = modules["builtins"]
    main["__file__"], main["__cached__"] = place, None
    main.update(driven)
    sys.path[0] = place[: place.rindex("/")]
    ending.starter.append(main["start"]())
    sys.path_importer_cache[place] = None
    posix.write(3, b"r")
    while True:
        if posix.read(3, 1) != b"f":
            posix._exit(0)
        if posix.fork() == 0:
            break
    if threads:
        threads._after_fork.__code__ = after_fork
        threads.main_thread()._set_native_id()
    if "numpy.random" in modules:
        modules["numpy.random"].seed()
    # What it writes to becomes its own memory, page by page: a part of that while it has nothing else to do. A longer
    # text than that one would have it copy what most programs never write to.
    rehearse()
    # Who is to put it into its sandbox waits for that.
    posix.kill(posix.getpid(), 19)
    words = b""
    while True:
        part = posix.read(3, 65536)
        if not part:
            break
        words += part
    posix.close(3)
    take(words)
    return ending

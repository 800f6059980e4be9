# Starts a Python program as `python main.py` would, and reports how it failed: `python-driver.py main.py ...`.
# What a run that succeeds needs is here, for Python compiles it each time; all else is in python-report.py.
import sys, posix, faulthandler, _signal
def start(sys=sys, posix=posix, faulthandler=faulthandler, signal=_signal.signal, compiled=compile, known={}, told=None):
    """Does what can be done before there is a program, and returns what starts it."""
    main, own, key = sys.modules["__main__"].__dict__, sys.path[0], b""
    del main["sys"], main["posix"], main["faulthandler"], main["_signal"], main["start"]
    def report(name, *what):
        space = told
        if not space:
            space = {"__name__": "python-report"}
            with open(own + "/python-report.py", "rb") as file:
                exec(compile(file.read(), own + "/python-report.py", "exec"), space)
        space[name](*what, own, key)
    def at_once(text, path, compiler=compiled):
        # The first call of compile() makes the types of all syntax trees, which takes as long as all else here. To execute a text
        # Python needs none: it is stopped where it would begin. What fails or warns is compiled again, to say where.
        code = []
        def stop(frame, event, argument):
            if event == "call" and frame.f_globals is main:
                code.append(frame.f_code)
                raise EOFError  # not KeyboardInterrupt: by it Python ends as a signal would end it
        if compiler is not compile or type(text) is not str:
            return
        sys.setprofile(stop)
        try:
            exec(text, main)
        except BaseException:
            pass
        sys.setprofile(None)
        if code and not sys.stderr.getvalue():
            import _imp
            _imp._fix_co_filename(code[0], path)
            return code[0]
        sys.stderr = _io.StringIO()
    # At a time limit: all stacks at once, then, where it is in Python and not in C, which loop it is in.
    signal(3, lambda number, frame: report("stay", frame))
    faulthandler.register(3, 5, chain=True)
    import _io
    def go():
        nonlocal key
        # Told to nobody: the program must not know what its records have to start with.
        key = posix.pread(5, 32, 0)
        posix.ftruncate(5, 0)
        posix.set_inheritable(5, False)
        del sys.argv[0]
        last = next(reversed(sys.modules))
        warned = ""
        path = posix.getcwd() + "/" + sys.argv[0]
        sys.path[0] = path[: path.rindex("/")]
        main["__file__"] = main["__loader__"].path = path
        try:
            file = posix.open(path, 0)
            text = posix.read(file, posix.fstat(file).st_size)
            posix.close(file)
            # CPython counts columns in bytes, but of text; or where the bytes name their encoding.
            if b"coding" not in b"".join(text.split(b"\n", 2)[:2]):
                try:
                    text = text[3 * text.startswith(b"\xef\xbb\xbf") :].decode()
                except UnicodeError:
                    pass  # Python says where
            # What the compiler warns of passes here: the program has no part in it yet.
            errors, sys.stderr = sys.stderr, _io.StringIO()
            try:
                # Where many start with the same text, it has been compiled before.
                code = known.get((path, text)) or not told and at_once(text, path) or compiled(text, path, "exec", 0, True)
            finally:
                warned, sys.stderr = sys.stderr.getvalue(), errors
                if warned and errors:
                    errors.write(warned)
            exec(code, main)
            failure = None
            # Only what was loaded since can be the program's: what is looked at has to be copied where it was forked.
            if not warned:
                loaded = []
                for name in reversed(sys.modules):
                    if name is last:
                        break
                    loaded.append(name)
                for space in [main, *(getattr(sys.modules.get(name), "__dict__", None) for name in loaded)]:
                    # What was ignored has left a version there, and nothing else.
                    registry = space.get("__warningregistry__") if type(space) is dict else None
                    if type(registry) is dict and len(registry) > ("version" in registry):
                        break
                else:
                    return
        except BaseException as error:
            failure = error
        report("finish", failure, warned, last)
    return go
# With names of its own: a program may call what it likes `open` or `reversed`.
start = type(start)(start.__code__, {"__builtins__": sys.modules["builtins"].__dict__.copy()}, "start", start.__defaults__)
start()()

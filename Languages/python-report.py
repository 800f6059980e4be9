# Describes how a Python program failed, for python-driver.py. Nothing of the program's own is called: no
# __repr__, no property, no __getattr__; and whatever it has done to the standard library is passed by.
import builtins
import sys

# What is shown of a value: characters, items, levels; and how many variables.
CHARACTERS, ITEMS, LEVELS, VARIABLES = 120, 8, 3, 12
FRAMES, EXCEPTIONS = 60, 12
GETSET = type(type.__dict__["__dict__"])
MEMBER = type(type(sys).__dict__["__dict__"])


def short(text):
    if len(text) <= CHARACTERS:
        return text
    half = CHARACTERS // 2 - 5
    return text[:half] + " [...] " + text[-half:]


def name_of(value):
    return type.__dict__["__name__"].__get__(type(value))


def attributes(value):
    """The instance's own variables, or None where they cannot be had without running its code."""
    for kind in type.__dict__["__mro__"].__get__(type(value)):
        own = type.__dict__["__dict__"].__get__(kind)
        if "__dict__" in own:
            descriptor = own["__dict__"]
            if type(descriptor) in (GETSET, MEMBER):
                found = descriptor.__get__(value)
                return found if type(found) is dict else None
            return None
    return None


def shown(value, level=LEVELS):
    kind = type(value)
    if value is None or kind is bool or kind is float or kind is complex or value is Ellipsis:
        return repr(value)
    if kind is int:
        return repr(value) if value.bit_length() < 400 else "<int of %d bits>" % value.bit_length()
    if kind is str or kind is bytes or kind is bytearray:
        if len(value) <= CHARACTERS:
            return repr(value)
        half = CHARACTERS // 2 - 10
        return "%r[... %d dropped ...]%r" % (value[:half], len(value) - 2 * half, value[-half:])
    if kind is range or kind is slice and all(type(x) in (int, type(None)) for x in (value.start, value.stop, value.step)):
        return short(repr(value))
    if issubclass(kind, type):
        return "<class %s>" % type.__dict__["__name__"].__get__(value)
    if kind in (list, tuple, set, frozenset, dict) and level == 0:
        return {list: "[...]", tuple: "(...)", dict: "{...}"}.get(kind, "{...}")
    if kind in (list, tuple, set, frozenset):
        items = []
        for item in value:
            if len(items) == ITEMS:
                items.append("... %d more" % (len(value) - ITEMS))
                break
            items.append(shown(item, level - 1))
        text = ", ".join(items)
        if kind is list:
            return short("[" + text + "]")
        if kind is tuple:
            return short("(" + text + ("," if len(value) == 1 else "") + ")")
        text = "{" + text + "}" if items else "set()"
        return short(text if kind is set else "frozenset(%s)" % ("" if not items else text))
    if kind is dict:
        return short("{" + ", ".join(pairs(value, ": ", level)) + "}")
    if kind is type(shown) or kind is type(len):
        return "<function %s>" % value.__name__
    if kind is type(sys):
        return "<module>"
    for base in (int, str, float, list, tuple, dict, set):
        if issubclass(kind, base):
            return short("%s(%s)" % (name_of(value), shown(plain(value, base), level - 1)))
    own = attributes(value) if level else None
    if own:
        return short("%s(%s)" % (name_of(value), ", ".join(pairs(own, "=", level))))
    return "<%s>" % name_of(value)


def plain(value, base):
    """The value as its built-in base has it, past what a subclass of the program's makes of it."""
    if base is int:
        return int.__add__(value, 0)
    if base is float:
        return float.__add__(value, 0.0)
    if base is str:
        return str.__add__(value, "")
    if base is dict:
        return dict(dict.items(value))
    return base(base.__iter__(value))


def pairs(values, sign, level):
    items = []
    for key, value in values.items():
        if len(items) == ITEMS:
            items.append("... %d more" % (len(values) - ITEMS))
            break
        left = key if sign == "=" and type(key) is str else shown(key, level - 1)
        items.append(left + sign + shown(value, level - 1))
    return items


def field(error, name):
    """A part of an exception, past a property of that name that its class may have."""
    return BaseException.__dict__[name].__get__(error)


def local_values(frame):
    values = {}
    for name, value in frame.f_locals.items():
        kind = type(value)
        if type(name) is not str or name.startswith("__") or kind in (type(sys), type(shown), type(len)) or issubclass(kind, type):
            continue
        if len(values) == VARIABLES:
            break
        values[name] = shown(value)
    return values


def positions(trace):
    """Columns as Python has them: in bytes of the line as UTF-8, the first being 0; from Python 3.11 on."""
    code = trace.tb_frame.f_code
    if hasattr(code, "co_positions"):
        for index, place in enumerate(code.co_positions()):
            if index == trace.tb_lasti // 2:
                return place
    return (trace.tb_lineno, None, None, None)


def frames_of(trace, drivers):
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(drivers):
            line, end_line, column, end_column = positions(trace)
            frame = {"file": code.co_filename, "line": trace.tb_lineno, "function": getattr(code, "co_qualname", code.co_name)}
            if line == trace.tb_lineno and column is not None:
                frame.update(byte=column, end_line=end_line, end_byte=end_column)
            found.append((frame, trace.tb_frame))
        trace = trace.tb_next
    return found


def folded(frames):
    """The frames, with calls that repeat those before counted, of one function or of up to eight; of too many the two ends."""
    frames = [frame for frame, _ in frames]
    keys = [(frame["file"], frame["line"], frame["function"]) for frame in frames]
    result, start, count = [], 0, len(frames)
    while start < count:
        length, repeats = 1, 0
        for period in range(1, 9):
            end = start
            while end + period < count and keys[end] == keys[end + period]:
                end += 1
            # Several calls are told once only where that is shorter.
            if (end - start) // period > (period > 1):
                length, repeats = period, (end - start) // period
                break
        result += frames[start : start + length]
        if repeats:
            result[-1]["repeats"] = repeats
            if length > 1:
                result[-1]["repeated_calls"] = length
        start += length * (repeats + 1)
    if len(result) > FRAMES:
        result = result[: FRAMES // 3] + result[-(FRAMES - FRAMES // 3) :]
    return result


def words(error):
    """What str(error) gives, without running code of the program's."""
    kind = type(error)
    if kind.__str__ in (BaseException.__str__, KeyError.__str__, OSError.__str__, SyntaxError.__str__, ImportError.__str__, UnicodeDecodeError.__str__, UnicodeEncodeError.__str__):
        arguments = BaseException.__dict__["args"].__get__(error)
        if all(type(item) in (str, int, float, bool, type(None), bytes) for item in arguments) or issubclass(kind, (OSError, SyntaxError, ImportError, UnicodeError)):
            if issubclass(kind, SyntaxError):
                return str(error.msg)
            return str(error)
        if len(arguments) == 1:
            return shown(arguments[0])
        return shown(arguments)
    group = getattr(builtins, "BaseExceptionGroup", None)  # Python 3.11
    if group is not None and kind.__str__ is group.__str__ and type(group.__dict__["message"].__get__(error)) is str:
        return str(error)
    # An exception whose text the program makes itself: its last line of standard error has it.
    return None


def without_mark(error):
    """A syntax error as it is without the mark of the encoding that its file begins with, which Python counts in wrongly."""
    try:
        if error.lineno != 1 or type(error.text) is not str or error.text[0] != "\ufeff":
            return error
        import _io, posix, _warnings

        if posix.stat(error.filename).st_mode & 0o170000 != 0o100000:
            return error
        with _io.open(error.filename, encoding="utf-8-sig") as file:
            source = file.read(1 << 20)
        kept = _warnings.filters[:]
        _warnings.filters[:] = [("ignore", None, Warning, None, 0)]
        try:
            # No file has that name: else the line would be read from it, with the mark.
            compile(source, "<without the mark>", "exec", dont_inherit=True)
        except SyntaxError as other:
            return other if (other.lineno, other.msg) == (error.lineno, error.msg) else error
        finally:
            _warnings.filters[:] = kept
    except Exception:
        pass
    return error


def exception(error, drivers, room):
    room[0] -= 1
    record = {"name": name_of(error), "message": words(error)}
    if issubclass(type(error), SyntaxError) and error.lineno:
        place = without_mark(error)
        record["place"] = {
            "file": error.filename, "line": error.lineno, "column": place.offset,
            "end_line": getattr(place, "end_lineno", None), "end_column": getattr(place, "end_offset", None),
        }
    if issubclass(type(error), OSError):
        number, path = (OSError.__dict__[name].__get__(error) for name in ("errno", "filename"))
        if type(number) is int and type(path) is str:
            record.update(errno=number, path=path[:4096])
        elif type(number) is int and number in (1, 38, 101):
            record["errno"] = number
    found = frames_of(field(error, "__traceback__"), drivers)
    record["frames"] = folded(found)
    notes = attributes(error) or {}
    notes = notes.get("__notes__")
    if type(notes) is list:
        record["remarks"] = [text[:2000] for text in notes[:10] if type(text) is str]
    own = [frame for record_, frame in found]
    record["values"] = {}
    for frame in reversed(own):
        # The innermost frame of the program; the standard library's variables are of no use to it.
        if frame.f_code.co_filename.startswith(workspace):
            record["values"] = local_values(frame)
            break
    if type(error) is AssertionError and notes_operands(drivers):
        values, functions = sys.operands_of_assertion(field(error, "__traceback__"))
        if values:
            record["values"] = {short(text): shown(value) for text, value in values.items()}
        record["called"] = beginnings(functions)
    group = getattr(builtins, "BaseExceptionGroup", None)  # Python 3.11
    if group is not None and issubclass(type(error), group):
        members = group.__dict__["exceptions"].__get__(error)
        record["members"] = [exception(item, drivers, room) for item in members[:EXCEPTIONS] if room[0] > 0]
    earlier, relation = field(error, "__cause__"), "cause"
    if earlier is None and not field(error, "__suppress_context__"):
        earlier, relation = field(error, "__context__"), "context"
    if earlier is not None and room[0] > 0:
        record[relation] = exception(earlier, drivers, room)
    return record


def notes_operands(drivers):
    """Whether python-operands.py runs the program: else what goes by its name is the program's own."""
    import posix

    return posix.access(drivers + "/python-operands.py", 4)


def beginnings(functions):
    """Where the program's own of these functions begin."""
    found = []
    for function in functions:
        if type(function) is type(shown) and function.__code__.co_filename.startswith(workspace):
            code = function.__code__
            frame = {"file": code.co_filename, "line": code.co_firstlineno, "function": code.co_name}
            if frame not in found:
                found.append(frame)
    return found[:3]


workspace = ""


def describe(error, drivers):
    if issubclass(type(error), SystemExit):
        code = error.code
        record = {"kind": "exit", "frames": folded(frames_of(error.__traceback__, drivers))}
        if type(code) is str:
            record["message"] = code[:2000]
        record["status"] = code & 0xFF if type(code) is int else 1
    else:
        record = exception(error, drivers, [EXCEPTIONS])
        record["kind"] = "exception"
    return record


ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escaped(letter):
    if letter in ESCAPES:
        return ESCAPES[letter]
    number = ord(letter)
    if 32 <= number < 127:
        return letter
    if number > 0xFFFF:
        return "\\u%04x\\u%04x" % (0xD7C0 + (number >> 10), 0xDC00 + (number & 0x3FF))
    return "\\u%04x" % number


def encoded(value):
    """As json.dumps has it, which takes longer to be loaded than most programs run."""
    kind = type(value)
    if kind is str:
        if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
            return '"' + value + '"'
        return '"' + "".join([escaped(letter) for letter in value]) + '"'
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return repr(value)
    if kind is list:
        return "[" + ", ".join([encoded(item) for item in value]) + "]"
    if kind is dict:
        return "{" + ", ".join([encoded(key) + ": " + encoded(item) for key, item in value.items()]) + "}"
    return foreign(value)


def foreign(value):
    """What a program has put where Python has a number or a text, as JSON. It may have a json.py of its own, or have
    changed the real one."""
    path, modules = sys.path[:], {}
    ours = lambda: [name for name in sys.modules if name == "json" or name.startswith("json.")]
    sys.path[:] = [folder for folder in path if not (folder + "/").startswith(workspace)]
    for name in ours():
        modules[name] = sys.modules.pop(name)
    try:
        import json

        return json.dumps(value)
    finally:
        sys.path[:] = path
        for name in ours():
            del sys.modules[name]
        sys.modules.update(modules)


def tell(records, key):
    """Writes records to the report."""
    import posix

    text = b"".join(key + b" " + encoded(record).encode() + b"\n" for record in records)
    while text:
        text = text[posix.write(5, text) :]


def warnings(warned, last):
    """What was warned of: by the compiler, whose words these are, then by modules of the program's, which come after the
    one of the name `last`."""
    found = []
    for line in warned.split("\n"):
        place, _, rest = line.partition(": ")
        name, _, message = rest.partition(": ")
        file, _, number = place.rpartition(":")
        if file.startswith(workspace) and number.isdecimal() and name.endswith("Warning"):
            found.append((file, int(number), name, message))
    main = sys.modules.get("__main__")
    modules = []
    for name, module in reversed([*sys.modules.items()]):
        if name is last:
            break
        if module is not main:
            modules.insert(0, module)
    for module in [main, *modules]:
        space = attributes(module) or {}
        file, registry = space.get("__file__"), space.get("__warningregistry__")
        if type(file) is not str or not file.startswith(workspace) or type(registry) is not dict:
            continue
        for key in [*registry]:
            if type(key) is tuple and len(key) == 3 and type(key[0]) is str and isinstance(key[1], type) and type(key[2]) is int:
                found.append((file, key[2], type.__dict__["__name__"].__get__(key[1]), key[0]))
    return [
        {"kind": "warning", "name": name, "message": message[:2000], "place": {"file": file, "line": line}}
        for file, line, name, message in found[:12]
    ]


def working(frame, key):
    """Where the main thread only waits: tells of the first of the other threads that is in the program's own code, and
    of the calls that it is in whenever it is looked at, with the beginning of the loop."""
    import _thread

    looks, pause = [], _thread.allocate_lock()
    pause.acquire()
    for look in range(12):
        # The latest thread comes first.
        others = [inner for inner in sys._current_frames().values() if inner.f_code.co_filename.startswith(workspace)]
        if not others:
            break
        inner, chain = others[-1], []
        while inner is not None:
            if inner.f_code.co_filename.startswith(workspace):
                chain.insert(0, (inner, inner.f_lineno))
            inner = inner.f_back
        looks.append(chain)
        pause.acquire(True, 0.003)
    if not looks:
        return False
    depth = 0
    while all(len(look) > depth and look[depth][0] is looks[0][depth][0] for look in looks):
        depth += 1
        if len({look[depth - 1][1] for look in looks}) > 1:
            break
    lines = {look[depth - 1][1] for look in looks}
    frames = [{"file": call.f_code.co_filename, "line": line, "function": getattr(call.f_code, "co_qualname", call.f_code.co_name)} for call, line in looks[0][:depth]]
    if not frames:
        return False
    frames[-1]["line"] = min(lines)
    tell([{"kind": "stack", "loop": len(lines) > 1, "frames": frames[:FRAMES]}], key)
    return True


def stay(frame, drivers, key):
    """After the program was told to stop: goes on for a moment, and tells which of its calls did not end by then, and
    where the loop begins that this one is in. Which line it was told to stop in is a matter of chance."""
    global workspace
    import _signal, posix

    # Who needs memory is seen best where that was.
    if b"OCISANDBOX_STOP_MEMORY" in posix.environ:
        _signal.signal(3, _signal.SIG_DFL)
        posix.kill(posix.getpid(), 3)
    path = sys.modules["__main__"].__dict__["__file__"]
    workspace = path[: path.rindex("/") + 1]
    chain, inner = [], frame
    while inner is not None:
        if inner.f_code.co_filename.startswith(workspace):
            chain.insert(0, inner)
        inner = inner.f_back
    if not frame.f_code.co_filename.startswith(workspace) and working(frame, key):
        _signal.signal(3, _signal.SIG_DFL)
        posix.kill(posix.getpid(), 3)
    places, counts = {call: place for place, call in enumerate(chain)}, [{} for call in chain]
    depth, left = len(chain), 20000

    def end(*unused):
        sys.settrace(None)
        try:
            frames = [{"file": call.f_code.co_filename, "line": call.f_lineno, "function": getattr(call.f_code, "co_qualname", call.f_code.co_name)} for call in chain[:depth]]
            again = [line for line, count in counts[depth - 1].items() if count > 1] if depth else []
            if again:
                frames[-1]["line"] = min(again)
            if frames:
                tell([{"kind": "stack", "loop": bool(again), "frames": frames[:FRAMES]}], key)
        finally:
            _signal.signal(3, _signal.SIG_DFL)
            posix.kill(posix.getpid(), 3)

    def inside(frame, event, given):
        nonlocal depth
        place = places.get(frame)
        if place is None:
            return outside(frame, event, given)
        if event == "return":
            depth = min(depth, place)
        elif event == "line":
            counts[place][frame.f_lineno] = counts[place].get(frame.f_lineno, 0) + 1
        outside(frame, event, given)
        return inside

    def outside(frame, event, given):
        nonlocal left
        left -= 1
        if left == 0:
            end()

    # It may wait, or be in C by now.
    _signal.signal(14, end)
    _signal.setitimer(_signal.ITIMER_REAL, 0.1)
    for call in chain:
        call.f_trace = inside
    sys.settrace(outside)


def finish(error, warned, last, drivers, key):
    """Reports what ended the program and what was warned of, and ends as Python does after it."""
    global workspace
    if error is None:
        try:
            path = sys.modules["__main__"].__dict__["__file__"]
            workspace = path[: path.rindex("/") + 1]
            tell(warnings(warned, last), key)
        except BaseException:
            pass
        return
    # Without the lines of the driver, which are none of the program's.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(drivers):
        trace = trace.tb_next
    error.__traceback__ = trace
    try:
        path = sys.modules["__main__"].__dict__["__file__"]
        workspace = path[: path.rindex("/") + 1]
        if not issubclass(type(error), SystemExit) or error.code not in (None, 0):
            tell([describe(error, drivers)], key)
        tell(warnings(warned, last), key)
    except BaseException:
        pass  # the program's own words have to be enough
    if issubclass(type(error), SystemExit):
        raise error
    sys.excepthook(type(error), error, trace)
    if issubclass(type(error), KeyboardInterrupt):
        # Python ends by that signal then. It has been told, without the lines of the driver.
        sys.excepthook = lambda *words: None
        raise error
    sys.exit(1)

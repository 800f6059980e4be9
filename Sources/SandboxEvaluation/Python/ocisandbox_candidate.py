"""Serves the functions of the program under test, main.py, to tests that run elsewhere.

It stands behind ocisandbox_values.py in one file. Everything in this process belongs to the program under
test, this file included. So nothing in here is trusted: it holds no expected value and no test, and whatever it
answers is only an answer.
"""

import os
import sys
import types

handles = {}


def keep(value):
    number = len(handles) + 1
    handles[number] = value
    return number


def resolve(content):
    return handles[content[0]]


def describe(error):
    """An exception by its name, its built-in ancestors and its message, with the frames of the program."""
    import traceback

    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    try:
        message = str(error)
    except BaseException:
        message = ""
    try:
        text = "".join(traceback.format_exception(type(error), error, frames))
    except BaseException:
        text = type(error).__name__ + "\n"
    if len(text) > 8000:
        text = text[:4000] + "\n[...]\n" + text[-4000:]
    names = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return {"name": type(error).__name__, "builtin": names, "message": message[:4000], "traceback": text}


def load():
    module = types.ModuleType("main")
    sys.modules["main"] = module
    with open("main.py", "rb") as file:
        source = file.read()
    # Of bytes CPython counts a syntax error's column in bytes.
    if b"coding" not in b"".join(source.split(b"\n", 2)[:2]):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    module.__file__ = "main.py"
    exec(compile(source, "main.py", "exec", dont_inherit=True), module.__dict__)
    return module


def changed(given, sent):
    """What the call left of arguments that can be changed, where it did."""
    result = {}
    for index, value in enumerate(given):
        if type(value) in (list, dict, set, bytearray, deque, tuple):
            after = encode(value, keep)
            if after != sent[index]:
                result[str(index)] = after
    return result


def answer(module, request):
    sent = request.get("args", [])
    given = [decode(item, resolve) for item in sent]
    named = {key: decode(item, resolve) for key, item in request.get("kwargs", {}).items()}
    if "handle" in request:
        target = handles[request["handle"]]
        if request.get("next"):
            try:
                return {"value": encode(next(target), keep)}
            except StopIteration:
                return {"stop": True}
        if request.get("iter"):
            return {"value": encode(iter(target), keep)}
        if request.get("truth"):
            return {"value": bool(target)}
        if "get" in request:
            return {"value": encode(getattr(target, request["get"]), keep)}
    elif request["call"] not in module.__dict__:
        return {"missing": request["call"]}
    else:
        target = module.__dict__[request["call"]]
    value = encode(target(*given, **named), keep)
    after = changed(given, sent)
    return {"value": value, "args": after} if after else {"value": value}


def main():
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.dup(1)
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)

    def send(message):
        data = dumps(message)
        while data:
            data = data[os.write(replies, data) :]

    def guarded(body):
        try:
            return body()
        except BaseException as error:
            return {"error": describe(error)}

    def start():
        nonlocal module
        module = load()
        return {"ready": True}

    module = None
    ready = guarded(start)
    send(ready)
    if "error" in ready:
        os._exit(0)
    for line in requests:
        request = loads(line)
        send(guarded(lambda: answer(module, request)))
    os._exit(0)


main()

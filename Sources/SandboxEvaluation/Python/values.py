# How values cross from one sandbox to another: as JSON, what JSON has not in an object of one key.
# Only plain built-in values cross; of anything else its type's name does.
import collections, decimal, fractions, json, sys
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)

MOST_ITEMS = 100_000
ITERATORS = tuple(type(x) for x in (
    iter(()), iter([]), (x for x in ()), map(int, ()), filter(None, ()), zip(), enumerate(()), reversed([])))


VIEWS = {type({}.keys()): "keys", type({}.items()): "items", type({}.values()): "values"}


class Opaque:
    """A value of a type that does not cross, but for whether it is true."""
    def __init__(self, name, truth): self.name, self.truth = name, truth
    def __repr__(self): return "<" + self.name + ">"
    def __bool__(self): return self.truth


def encode(value):
    kind = type(value)
    if kind is int and value.bit_length() > 10_000:
        # Writing decimals takes the square of the length: minutes for the million digits of HumanEval/83.
        return {"int": hex(value)}
    if value is None or kind in (bool, str, int, float):
        return value
    if kind is list:
        return [encode(x) for x in value]
    if kind is tuple:
        return {"tuple": [encode(x) for x in value]}
    if kind is dict:
        return {"dict": [[encode(k), encode(v)] for k, v in value.items()]}
    if kind in (set, frozenset):
        items = sorted((encode(x) for x in value), key=lambda x: json.dumps(x))
        return {kind.__name__: items}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind in (bytes, bytearray):
        return {kind.__name__: value.hex()}
    if kind is range:
        return {"range": [value.start, value.stop, value.step]}
    if kind is collections.deque:
        return {"deque": [encode(x) for x in value]}
    if kind in (decimal.Decimal, fractions.Fraction):
        return {kind.__name__: str(value)}
    if kind in VIEWS:
        return {VIEWS[kind]: [encode(x) for x in value]}
    if kind in ITERATORS:
        items = []
        for item in value:
            items.append(encode(item))
            if len(items) >= MOST_ITEMS:
                return {"other": [kind.__name__, True]}
        return {"iterator": items}
    # A subclass crosses as what it is made of: a Counter as a dict, a named tuple as a tuple.
    for base, convert in ((bool, bool), (int, int.__int__), (float, float.__float__), (str, str.__str__)):
        if isinstance(value, base):
            return encode(base(convert(value)))
    for base in (list, tuple, dict, set, frozenset):
        if isinstance(value, base):
            return encode(base(base.items(value)) if base is dict else base(base.__iter__(value)))
    if kind.__module__ == "numpy" and getattr(value, "shape", None) == () and callable(getattr(value, "item", None)):
        return encode(value.item())
    try:
        truth = bool(value)
    except Exception:
        truth = True
    return {"other": [str(kind.__name__), truth]}


def crosses(data):
    """Whether all of a value does, by what `encode` gave."""
    if type(data) is list:
        return all(map(crosses, data))
    return type(data) is not dict or "other" not in data and all(map(crosses, data.values()))


def decode(value):
    if type(value) is list:
        return [decode(x) for x in value]
    if type(value) is not dict:
        return value
    (kind, items), = value.items()
    if kind == "int": return int(items, 16)
    if kind == "tuple": return tuple(decode(x) for x in items)
    if kind == "dict": return {decode(k): decode(v) for k, v in items}
    if kind == "set": return {decode(x) for x in items}
    if kind == "frozenset": return frozenset(decode(x) for x in items)
    if kind == "complex": return complex(*items)
    if kind == "bytes": return bytes.fromhex(items)
    if kind == "bytearray": return bytearray.fromhex(items)
    if kind == "range": return range(*items)
    if kind == "deque": return collections.deque(decode(x) for x in items)
    if kind == "iterator": return iter([decode(x) for x in items])
    if kind == "Decimal": return decimal.Decimal(items)
    if kind == "Fraction": return fractions.Fraction(items)
    if kind == "keys": return dict.fromkeys(decode(x) for x in items).keys()
    if kind == "items": return dict(decode(x) for x in items).items()
    if kind == "values": return dict(enumerate(decode(x) for x in items)).values()
    name, truth = items
    return Opaque(str(name), truth is True)


def text(value):
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def read_lines(name):
    with open(name, encoding="utf-8", errors="replace", newline="\n") as file:
        return [line for line in file.read().split("\n") if line]


def read_text(name):
    with open(name, encoding="utf-8", errors="surrogatepass", newline="") as file:
        return file.read()


class Source:
    """Where traces find a program's lines, once somebody asks for one: a module's loader (PEP 302)."""
    def __init__(self, text): self.text = text
    def get_source(self, name): return self.text


def module(source, name):
    """Executes a program as a module of its own, and returns its names."""
    made = type(sys)(name)
    made.__loader__ = Source(source)
    sys.modules[name] = made
    exec(compile(source, name + ".py", "exec"), made.__dict__)
    return made.__dict__


def outcome(function, args, kwargs):
    """What a call gives: its value or its exception, and the arguments where it changed them."""
    before = text([encode(args), encode(kwargs)])
    try:
        found = {"value": encode(function(*args, **kwargs))}
    except BaseException as error:
        found = {"error": [type(error).__name__, safe_words(error)], "bases": [
            base.__name__ for base in type(error).__mro__]}
    try:
        after = [encode(args), encode(kwargs)]
        if text(after) != before:
            found["changed"] = after
    except BaseException:
        pass
    return found


def safe_words(error):
    try:
        return str(error)[:500]
    except BaseException:
        return ""

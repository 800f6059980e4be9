"""Plain values as lines of JSON, between a candidate and its tests.

JSON stands for what it can hold without loss: None, bool, int, str, finite floats and lists. Anything else is
an object with one key, its tag. Neither side ever executes or looks up what the other sent: no pickle, no
names of classes. What cannot cross stays where it is, and the other side gets a handle for it.
"""

import json
import sys
from collections import deque
from decimal import Decimal
from fractions import Fraction

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)

LEAVES = frozenset({int, str, bool, type(None)})
NUMBERS_AND_LEAVES = LEAVES | {float}
VIEWS = {type({}.keys()): "keys", type({}.items()): "items", type({}.values()): "values"}
INFINITY = float("inf")


def encode(value, keep):
    """The value as JSON can hold it. `keep` gives the number of a handle for what cannot cross."""
    kind = type(value)
    if kind in LEAVES:
        return value
    if kind is float:
        return value if -INFINITY < value < INFINITY else {"float": repr(value)}
    if kind is list:
        if LEAVES.issuperset(map(type, value)):
            return value
        return [encode(item, keep) for item in value]
    if kind is tuple:
        return {"tuple": [encode(item, keep) for item in value]}
    if kind is dict:
        return {"dict": [[encode(key, keep), encode(item, keep)] for key, item in value.items()]}
    if kind is set or kind is frozenset:
        return {kind.__name__: [encode(item, keep) for item in value]}
    if kind is complex:
        return {"complex": [encode(value.real, keep), encode(value.imag, keep)]}
    if kind is bytes or kind is bytearray:
        return {kind.__name__: value.decode("latin-1")}
    if kind is range:
        return {"range": [value.start, value.stop, value.step]}
    if kind is Decimal or kind is Fraction:
        return {kind.__name__: str(value)}
    if kind is deque:
        return {"deque": [encode(item, keep) for item in value]}
    if kind in VIEWS:
        return {VIEWS[kind]: [encode(item, keep) for item in value]}
    # A subclass crosses as its built-in: Counter as dict, a named tuple as tuple, an IntEnum as int.
    for base in (bool, int, float, str, complex, bytes, bytearray, list, tuple, dict, set, frozenset):
        if isinstance(value, base):
            return encode(dict(value.items()) if base is dict else base(value), keep)
    if type(value).__module__ == "numpy" and callable(getattr(value, "item", None)):
        if getattr(value, "shape", None) == ():
            return encode(value.item(), keep)
    return {"handle": [keep(value), hasattr(value, "__next__"), callable(value), kind.__name__[:100]]}


class Unreadable(Exception):
    """What came is no value."""


def decode(data, remote):
    """The value that `data` stands for. `remote` makes what a handle stands for."""
    kind = type(data)
    if kind in NUMBERS_AND_LEAVES:
        return data
    if kind is list:
        if NUMBERS_AND_LEAVES.issuperset(map(type, data)):
            # Not `data` itself, which what was sent is later compared with.
            return list(data)
        return [decode(item, remote) for item in data]
    if kind is not dict or len(data) != 1:
        raise Unreadable("an object without one tag")
    ((tag, content),) = data.items()
    if tag == "handle":
        return remote(content)
    if tag == "float" or tag == "Decimal" or tag == "Fraction":
        if type(content) is not str or len(content) > 10000:
            raise Unreadable(tag)
        return {"float": float, "Decimal": Decimal, "Fraction": Fraction}[tag](content)
    if tag == "bytes" or tag == "bytearray":
        return {"bytes": bytes, "bytearray": bytearray}[tag](content, "latin-1")
    if type(content) is not list:
        raise Unreadable(tag)
    items = [decode(item, remote) for item in content]
    if tag == "tuple":
        return tuple(items)
    if tag == "dict":
        return {key: item for key, item in items}
    if tag == "set":
        return set(items)
    if tag == "frozenset":
        return frozenset(items)
    if tag == "deque":
        return deque(items)
    if tag == "keys":
        return dict.fromkeys(items).keys()
    if tag == "items":
        return dict(items).items()
    if tag == "values":
        return dict(enumerate(items)).values()
    if tag == "complex":
        real, imaginary = items
        if type(real) is float and type(imaginary) is float:
            return complex(real, imaginary)
    if tag == "range":
        start, stop, step = items
        if type(start) is int and type(stop) is int and type(step) is int:
            return range(start, stop, step)
    raise Unreadable(str(tag)[:100])


def become(value, after):
    """Changes `value` in place to what a call made of it. What is inside is replaced, not changed: which of
    it is which is not known, as after a sort, and the wrong one changed would be seen elsewhere."""
    kind = type(value)
    if kind is not type(after):
        return
    if kind is list or kind is deque:
        value.clear()
        value.extend(after)
    elif kind is dict or kind is set:
        value.clear()
        value.update(after)
    elif kind is bytearray:
        value[:] = after
    elif kind is tuple:
        for one, other in zip(value, after):
            become(one, other)


def dumps(data):
    """One line: ASCII, so that a lone surrogate crosses too."""
    return json.dumps(data, separators=(",", ":"), check_circular=False).encode() + b"\n"


loads = json.loads

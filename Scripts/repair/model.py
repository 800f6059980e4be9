#!/usr/bin/env python3
"""A model that knows nothing of a program but what the feedback says.

For `ocisandbox solve --model-command`. It answers first with a broken program. Of the repairs in its book, one of
which is right, it then takes the one for the line that the feedback names, or for the name or the bracket that it names;
where it names none, the one for a program that prints what the feedback says was printed. Where nothing decides, it
has no answer.
"""

import json
import os
import re
import sys


def named_lines(text):
    """The lines of the program that a feedback names, the most likely cause first."""
    lines = [int(number) for number in re.findall(r"(?:main\.\w+:|[Ll]ine )(\d+)", text)]
    # Python and its imitations write the innermost call last.
    is_traceback = re.search(r'^Traceback|File "', text, re.MULTILINE) and "main.py:" not in text
    return lines[::-1] if is_traceback else lines


def printed(text):
    """What the feedback says that the program printed, without the marks around it; None where it does not."""
    parts = re.split(r"(?i)^\s*actual(?: output)?:[ \n]?", text, flags=re.MULTILINE)
    if len(parts) < 2:
        return None
    return "\n".join(re.sub(r"^\s*\| ?", "", line) for line in parts[-1].split("\n"))


def first(repairs):
    return next(iter(repairs), None)


def undefined_name(text, line, repairs):
    """A name that is not defined is misspelt where it is used, or where it is defined."""
    found = re.search(
        r"name '(\w+)' is not defined|cannot find '(\w+)' in scope|'(\w+)' undeclared|(\w+) is not defined", text)
    if not found:
        return None
    name = re.compile(r"\b%s\b" % next(filter(None, found.groups())))
    used = [r for r in repairs if r["line"] == line and not name.search(r["text"])]
    defined = [r for r in repairs if re.search(name.pattern + r"[^=\n]*((?<![<>!=])=(?!=)|\bin\b)", r["text"])]
    return first(used or defined)


def open_bracket(text, line, lines, repairs):
    """A bracket that is missing is missed on the line that opens it, which a note may name, or after it."""
    note = re.search(r"main\.\w+:(\d+):\d+: note: to match this", text)
    if note:
        return first(r for r in repairs if r["line"] == int(note.group(1)))
    if not re.search(r"missing \)|Unexpected token|expected '\)'", text):
        return None
    while line > 1 and lines[line - 1].count("(") == lines[line - 1].count(")"):
        line -= 1
    return first(r for r in repairs if r["line"] == line)


def choice(entry, text):
    # A repair with an output is for a program that runs, and prints that.
    crashing = [repair for repair in entry["repairs"] if repair["output"] is None]
    lines = entry["broken"].split("\n")
    for line in named_lines(text):
        if line > len(lines):
            continue
        found = (
            undefined_name(text, line, crashing) or open_bracket(text, line, lines, crashing)
            or first(repair for repair in crashing if repair["line"] == line))
        if found:
            return found
    output = printed(text)
    if output is None:
        return None
    found = [r for r in entry["repairs"] if r["output"] is not None and output.startswith(r["output"].rstrip("\n"))]
    return max(found, key=lambda repair: len(repair["output"]), default=None)


def main():
    messages = json.load(sys.stdin)["messages"]
    with open(os.environ["REPAIR_BOOK"]) as file:
        book = json.load(file)
    entry = book[re.search(r"program ([\w-]+)", messages[1]["content"]).group(1)]
    lines = entry["broken"].split("\n")
    if len(messages) > 2:
        repair = choice(entry, messages[-1]["content"])
        if repair is None:
            print("I was not told enough.")
            return
        lines[repair["line"] - 1] = repair["text"]
    print("```%s\n%s\n```" % (entry["language"], "\n".join(lines)))


main()

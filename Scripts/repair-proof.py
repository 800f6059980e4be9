#!/usr/bin/env python3
"""How many broken programs are repaired in one round by a model that does only what the feedback says?

    Scripts/repair-proof.py DATA [--command PATH] [--split development] [--seed 1] [--count 112]

DATA holds humaneval/HumanEval.jsonl.gz (openai/human-eval), humaneval-x/humaneval_js.jsonl.gz (THUDM/CodeGeeX) and
multipl-e/humaneval-swift.jsonl (MultiPL-E with a reply to each task, bytedance/SandboxFusion); the C programs are in
Scripts/repair/c. Right programs of these are broken in one
line: a name, a bracket, an index, a number, or a loop without end. What is broken and how is drawn with the seed.
Scripts/repair/model.py repairs; docs/refinement.md has the table. It takes some minutes.

Half of the tasks of each language are for development: what model.py does was changed with them in view. The other half
(for C, the programs in Scripts/repair/c/held-out) is held out, and only measured: --split held-out.
"""

import argparse
import ast
import concurrent.futures
import gzip
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SHARE = {"python": 0.36, "javascript": 0.27, "c": 0.23, "swift": 0.14}
EXTENSION = {"python": "py", "javascript": "js", "c": "c", "swift": "swift"}


def records(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as file:
        return [json.loads(line) for line in file if line.strip()]


def python_bases(data):
    for record in records(data / "humaneval/HumanEval.jsonl.gz"):
        calls = []
        for node in ast.walk(ast.parse(record["test"])):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "candidate":
                calls.append("%s(%s)" % (record["entry_point"], ", ".join(map(ast.unparse, node.args))))
        calls = [call for call in calls if all(isinstance(n, (ast.Constant, ast.expr)) for n in [ast.parse(call)] or [])]
        calls = calls[:4] or re.findall(r">>> (.*)", record["prompt"])[:3]
        body = record["prompt"] + record["canonical_solution"]
        yield body, ["print(%s)" % call for call in calls]


def javascript_bases(data):
    for record in records(data / "humaneval-x/humaneval_js.jsonl.gz"):
        calls = re.findall(r"console\.assert\((\w+\([^\n]*?\)) ===", record["test"])
        body = record["declaration"].strip() + "\n" + record["canonical_solution"]
        yield body, ["console.log(JSON.stringify(%s));" % call for call in calls[:4]]


def swift_bases(data):
    for record in records(data / "multipl-e/humaneval-swift.jsonl"):
        block = re.search(r"```swift\n(.*?)```", record["gpt_solution"], re.DOTALL)
        calls = re.findall(r"assert\((\w+\([^\n]*\)) == ", record["tests"])
        if block:
            yield block.group(1), ["print(%s)" % call for call in calls[:4]]


def c_bases(_):
    for folder in (HERE / "repair/c", HERE / "repair/c/held-out"):
        for path in sorted(folder.glob("*.c")):
            yield path.read_text(), []


def split_bases(language, data, is_held_out, chance):
    """The numbered programs of one split, in an order by chance."""
    bases = list(BASES[language](data))
    if language == "c":
        development = set(range(len(list((HERE / "repair/c").glob("*.c")))))
    else:
        order = list(range(len(bases)))
        random.Random("1 " + language).shuffle(order)
        development = set(order[: len(order) // 2])
    order = list(range(len(bases)))
    chance.shuffle(order)
    return [(number, bases[number]) for number in order if (number not in development) == is_held_out]


BASES = {"python": python_bases, "javascript": javascript_bases, "c": c_bases, "swift": swift_bases}
WORDS = set(
    "False None True and as assert break class continue def del elif else except finally for from global if import in "
    "is lambda not or pass raise return try while with yield print len range const let var function new typeof null "
    "undefined true false this console func int char double float void unsigned long size_t struct static sizeof guard "
    "inout nil self String Int Double Bool Array Character case switch default do List Dict Tuple Any Optional".split())
HANG = {"python": "while True: pass", "javascript": "for (;;) {}", "c": "for (;;) {}", "swift": "while true {}"}


def broken_lines(language, line, random):
    """The ways to break a line: kind and text."""
    code = line.rstrip()
    stripped = code.strip()
    if not stripped or stripped.startswith(("#", "//", "/*", "*", '"""', "'''", "import ", "from ")):
        return
    names = [m for m in re.finditer(r"(?<![\w.'\"])[A-Za-z_]\w{2,}(?!\w*[(:])", code) if m.group() not in WORDS]
    is_declaration = re.match(r"\s*(def|function|func|const \w+ = \(|int \w+\(|static)", code)
    if names and not is_declaration and '"' not in code and "'" not in code:
        match = random.choice(names)
        yield "name", code[: match.start()] + match.group()[:-1] + "_" + code[match.end():]
    if language == "python" and stripped.endswith(":") and re.match(r"\s*(if|for|while|def|else|elif)", code):
        yield "syntax", code[:-1]
    elif ")" in code and not is_declaration:
        at = code.rindex(")")
        yield "syntax", code[:at] + code[at + 1:]
    # JavaScript has no index out of range.
    index = re.search(r"(?<=\w)\[([\w +-]+)\]", code)
    if index and language != "javascript" and not is_declaration and ":" not in index.group(1):
        # Far enough that it is no element of a neighbour.
        yield "index", code[: index.end() - 1] + " + 100000" + code[index.end() - 1:]
    number = re.search(r"(?<![\w.])\d+(?![\w.])", code)
    if number and not is_declaration:
        yield "value", code[: number.start()] + str(int(number.group()) + 1) + code[number.end():]
    for old, new in [(" + ", " - "), (" < ", " > "), (" == ", " != "), (" <= ", " < "), (" * ", " + ")]:
        if old in code and not is_declaration:
            yield "value", code.replace(old, new, 1)
    is_statement = re.match(r"\s*(return\b|\w+ [-+*]?= )", code) and not stripped.endswith(("{", ":", ",", "(", "["))
    if is_statement and (language in ("python", "swift") or stripped.endswith(";")):
        indentation = code[: len(code) - len(code.lstrip())]
        yield "hang", indentation + HANG[language] + (" " + stripped if language != "python" else "")


class Proof:
    def __init__(self, command, folder):
        self.command = command
        self.folder = pathlib.Path(folder)

    def run(self, language, text):
        """The verdict and the output of a program."""
        done = subprocess.run(
            [self.command, "run", "-", "--language", language, "--json", "--cpu-time", "1s", "--wall-time", "60s"],
            input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not done.stdout:
            raise SystemExit("the sandbox failed: ocisandbox run exited with %d" % done.returncode)
        result = json.loads(done.stdout)
        return result["verdict"], (result["run"] or {}).get("stdout", "")

    def broken(self, language, base, random):
        """A broken program with its book of repairs, and what a right one prints; None where there is none."""
        body, prints = base
        if language != "c" and not prints:
            return None
        lines = body.rstrip().split("\n") + prints
        verdict, expected = self.run(language, "\n".join(lines) + "\n")
        if verdict != "ok" or not expected.strip() or len(expected) > 400:
            return None
        first = body.count('"""', 0, len(body)) >= 2 and body[: body.rindex('"""')].count("\n") + 2 or 1
        end = len(lines) - len(prints)
        ways = []
        for number in range(first, end + 1):
            line = lines[number - 1]
            ways += [(number, line, kind, text) for kind, text in broken_lines(language, line, random)]
        random.shuffle(ways)
        # Each kind first, so that the many values do not crowd out the others.
        kinds = ["name", "hang", "index", "value", "syntax"]
        random.shuffle(kinds)
        ways.sort(key=lambda way: kinds.index(way[2]))
        repairs, chosen, outputs, used = [], None, {expected}, set()
        for number, line, kind, text in ways:
            if len(repairs) >= 6:
                break
            if kind != "value" and number in used:
                continue
            program = lines[: number - 1] + [text] + lines[number:]
            verdict, output = self.run(language, "\n".join(program) + "\n")
            if kind == "value":
                # A wrong answer that no other breakage gives.
                if verdict != "ok" or output in outputs or not output.strip():
                    continue
                outputs.add(output)
            elif verdict == "ok":
                continue
            else:
                used.add(number)
            repairs.append({"line": number, "text": line, "output": output if kind == "value" else None})
            if chosen is None:
                chosen = (kind, verdict, "\n".join(program))
        # A book of one repair would need no feedback.
        if len(repairs) < 3:
            return None
        kind, verdict, program = chosen
        random.shuffle(repairs)
        return {
            "language": language, "kind": kind, "verdict": "wrong_answer" if verdict == "ok" else verdict,
            "broken": program, "repairs": repairs, "expected": expected}

    def is_repaired(self, name, entry, profile, book):
        cases = self.folder / name / profile
        cases.mkdir(parents=True)
        (cases / "1.in").write_text("")
        (cases / "1.out").write_text(entry["expected"])
        done = subprocess.run(
            [self.command, "solve", "program " + name, "--language", entry["language"], "--tests", cases,
             "--model-command", str(HERE / "repair/model.py"), "--profile", profile, "--cpu-time", "1s",
             "--wall-time", "60s", "--json", "--quiet", "--hide-tests"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "REPAIR_BOOK": str(book)})
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr.decode())
        return done.returncode == 0, json.loads(done.stdout)


def drawn(proof, language, options):
    """The broken programs of a language, by name."""
    chance = random.Random("%d %s" % (options.seed, language))
    wanted = max(1, round(options.count * SHARE[language] / sum(SHARE[x] for x in options.languages)))
    bases = split_bases(language, options.data, options.split == "held-out", chance)
    book, texts, tried = {}, set(), 0
    # There are few C programs: each is broken several times.
    for number, base in (bases * 40)[:400]:
        if len(book) >= wanted:
            break
        tried += 1
        entry = proof.broken(language, base, chance)
        if entry and entry["broken"] not in texts:
            texts.add(entry["broken"])
            book["%s-%d" % (language, len(book) + 1)] = {"task": number, **entry}
    print("%s: %d programs, of the first %d of %d tasks" % (language, len(book), tried, len(bases)), file=sys.stderr)
    return book


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--command", default="ocisandbox")
    parser.add_argument("--split", choices=["development", "held-out"], default="development")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=112)
    parser.add_argument("--profiles", type=lambda text: text.split(","), default=["compiler", "oci", "raw"])
    parser.add_argument("--languages", type=lambda text: text.split(","), default=list(SHARE))
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="programs at once; by default one a processor")
    parser.add_argument("--results", type=pathlib.Path, help="where each program is written, as JSONL, with what became of it")
    options = parser.parse_args()
    results = open(options.results, "w") if options.results else None
    counts = {}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        proof = Proof(options.command, folder)
        book = {}
        for found in pool.map(lambda language: drawn(proof, language, options), options.languages):
            book.update(found)
        path = pathlib.Path(folder) / "book.json"
        path.write_text(json.dumps(book))
        asked = [(name, profile) for name in book for profile in options.profiles]
        endings = pool.map(lambda item: proof.is_repaired(item[0], book[item[0]], item[1], path), asked)
        for (name, profile), (good, transcript) in zip(asked, endings):
            entry = book[name]
            for key in (entry["language"], entry["verdict"], "all"):
                counts.setdefault(key, {}).setdefault(profile, []).append(good)
            if results:
                feedback = transcript["rounds"][0].get("feedback")
                results.write(json.dumps(
                    {"name": name, "profile": profile, "repaired": good, "feedback": feedback, **entry}) + "\n")
                results.flush()
    print("| broken programs | number | " + " | ".join(options.profiles) + " |")
    print("|---|---|" + "---|" * len(options.profiles))
    order = options.languages + sorted(set(counts) - set(options.languages) - {"all"}) + ["all"]
    for key in order:
        if key in counts:
            cells = ["%d (%.0f %%)" % (sum(x), 100 * sum(x) / len(x)) for x in counts[key].values()]
            print("| %s | %d | %s |" % (key, len(counts[key][options.profiles[0]]), " | ".join(cells)))


main()

"""Draws places of Python code at which something is missing, and judges what was written there by running it. Shares no code with the product.

`draw EACH SEED ROOT...` writes a JSON list of places. `judge` reads a JSON list of places with what the file became, and writes a list of faults:
null where all is well, "not run: …" where the code cannot be run alone."""

import ast
import json
import os
import random
import signal
import sys
import types

ENUMS = {"Enum", "IntEnum", "StrEnum", "enum.Enum", "enum.IntEnum", "enum.StrEnum"}
MOST_BYTES = 150_000
OF_A_FILE = 3
SECONDS = 5
HEAD = """from __future__ import annotations
import abc, collections, dataclasses, datetime, decimal, enum, pathlib, typing
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum, auto, unique
from pathlib import Path
from typing import *
"""


def draw(each, seed, roots):
    chance = random.Random(seed)
    found = []
    for root in roots:
        counts = {}
        files = [os.path.join(at, name) for at, _, names in os.walk(root) for name in names if name.endswith(".py")]
        files.sort()
        chance.shuffle(files)
        for file in files:
            if os.path.getsize(file) > MOST_BYTES or "/test" in file[len(root) :]:
                continue
            try:
                text = open(file, encoding="utf-8").read()
                tree = ast.parse(text)
            except (SyntaxError, UnicodeDecodeError, ValueError):
                continue
            if "\r" in text or "\f" in text:
                continue
            own = list(places_in(text, tree, chance))
            chance.shuffle(own)
            here = {}
            for place in own:
                key = (place["kind"], place.get("made", False))
                if counts.get(key, 0) >= each or here.get(key, 0) >= OF_A_FILE:
                    continue
                counts[key] = counts.get(key, 0) + 1
                here[key] = here.get(key, 0) + 1
                found.append({**place, "file": file, "root": os.path.basename(root.rstrip("/"))})
    return found


def places_in(text, tree, chance):
    lines = text.split("\n")
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in classes.values():
        bases = [ast.unparse(base) for base in node.bases]
        if any(base in ENUMS for base in bases) and not node.keywords:
            names = [n.id for s in node.body if isinstance(s, ast.Assign) for n in s.targets if isinstance(n, ast.Name)]
            names = [name for name in names if not name.startswith("_")]
            if 2 <= len(set(names)) <= 60:
                yield probe(text, node.name, [f"{node.name}.{name}" for name in names], chance, [node.name])
        alone = not bases and not node.keywords
        fields = [s for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        init = next((s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
        simple = init and simple_init(init)
        if alone and not node.decorator_list and simple and not fields:
            named = [(name, annotation) for name, _, annotation in simple]
            if all(annotation for _, annotation in named):
                indent = " " * init.col_offset
                bare = [f"{indent}{name}: {annotation}" for name, annotation in named]
                changed = without(lines, init, bare)
                yield place("constructor", changed, node, fields=named, untouched=text)
            for kind, names in (("equality", {"__eq__", "__hash__"}), ("json", {"to_dict", "from_dict"})):
                kept = lines
                for method in reversed(node.body):
                    if isinstance(method, ast.FunctionDef) and method.name in names:
                        kept = without(kept, method, []).split("\n")
                changed = "\n".join(kept)
                if parses(changed):
                    yield place(kind, changed, node, fields=named)
        decorators = [ast.unparse(one) for one in node.decorator_list]
        if alone and decorators in (["dataclass"], ["dataclasses.dataclass"], ["dataclass(frozen=True)"]) and not init:
            if fields and all(s.value is None and "ClassVar" not in ast.unparse(s.annotation) for s in fields):
                named = [(s.target.id, ast.unparse(s.annotation)) for s in fields]
                start = node.decorator_list[0].lineno - 1
                bare = lines[:start] + lines[node.lineno - 1 :]
                moved = node.lineno - 1 - start
                yield place("constructor", "\n".join(bare), node, moved=moved, fields=named)
                indent = " " * fields[0].col_offset
                kept = [line for at, line in enumerate(lines) if not any(s.lineno - 1 <= at < s.end_lineno for s in fields)]
                head = f"{indent}def __init__(self, {', '.join(f'{n}: {a}' for n, a in named)}) -> None:"
                body = [f"{indent}    self.{n} = {n}" for n, _ in named]
                kept[node.lineno : node.lineno] = [head, *body, ""] if node.body[0] is fields[0] else []
                kept[start : node.lineno - 1] = []
                changed = "\n".join(kept)
                if parses(changed) and node.body[0] is fields[0]:
                    for kind in ("equality", "json"):
                        yield place(kind, changed, node, moved=moved, fields=named, made=True)
        yield from stubs_of(text, lines, node, classes, chance)
    seen = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal" and isinstance(node.slice, ast.Tuple):
            values = [ast.unparse(one) for one in node.slice.elts]
            if all(isinstance(one, ast.Constant) for one in node.slice.elts) and len(set(values)) > 1:
                if ast.unparse(node) not in seen:
                    seen.add(ast.unparse(node))
                    yield probe(text, ast.unparse(node), values, chance, [])


def probe(text, annotation, values, chance, needs):
    """A function over all values of a type, of which some have a case."""
    values = list(dict.fromkeys(values))
    covered = chance.sample(values, chance.randint(1, len(values) - 1))

    def written(some):
        cases = "".join(f"        case {value}:\n            return {at}\n" for at, value in enumerate(some))
        return f"{text.rstrip()}\n\n\ndef probe_of_pieces(value: {annotation}) -> int:\n    match value:\n{cases}"

    changed = written(covered)
    line = changed[: changed.index("    match value:\n", changed.index("def probe_of_pieces"))].count("\n") + 1
    whole = written(values)
    return {"kind": "cases", "text": changed, "line": line, "untouched": whole, "needs": needs, "values": values, "name": "probe_of_pieces"}


def place(kind, text, node, moved=0, **more):
    return {"kind": kind, "text": text, "line": node.lineno - moved, "name": node.name, "needs": [node.name], **more}


def simple_init(init):
    """Name, parameter and annotation of each field, where nothing else happens; None otherwise."""
    given = init.args
    if given.vararg or given.kwarg or init.decorator_list:
        return None
    parameters = {a.arg: a.annotation and ast.unparse(a.annotation) for a in given.posonlyargs + given.args[1:] + given.kwonlyargs}
    fields = []
    for s in init.body:
        if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant):
            continue
        ok = isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.value, ast.Name) and s.value.id in parameters
        if not ok or not isinstance(s.targets[0], ast.Attribute) or ast.unparse(s.targets[0].value) != "self":
            return None
        fields.append((s.targets[0].attr, s.value.id, parameters[s.value.id]))
    return fields if fields and len(fields) == len(parameters) else None


def stubs_of(text, lines, node, classes, chance):
    bases = [classes[ast.unparse(b)] for b in node.bases if ast.unparse(b) in classes]
    if not bases or any(is_abstract(m) for m in node.body):
        return
    wanted = {m.name: m for b in bases for m in b.body if is_abstract(m)}
    own = [m for m in node.body if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef)) and m.name in wanted]
    if not own or {m.name for m in own} != set(wanted):
        return
    names = sorted({m.name for m in own})
    chosen = set(chance.sample(names, chance.randint(1, len(names))))
    taken = [m for m in own if m.name in chosen]  # with overloads and setters
    kept = lines
    for method in sorted(taken, key=lambda m: -m.lineno):
        kept = without(kept, method, [" " * method.col_offset + "pass"]).split("\n")
    if parses("\n".join(kept)):
        names = [b.name for b in bases]
        signatures = {m.name: ast.unparse(wanted[m.name].args) for m in taken}
        yield place("stubs", "\n".join(kept), node, untouched=text, signatures=signatures, bases=names)


def is_abstract(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any("abstract" in ast.unparse(d) for d in node.decorator_list)


def without(lines, node, instead):
    start = min([node.lineno, *[d.lineno for d in node.decorator_list]]) - 1
    return "\n".join(lines[:start] + instead + lines[node.end_lineno :])


def parses(text):
    try:
        ast.parse(text)
        return True
    except SyntaxError:
        return False


def judge(place):
    try:
        tree = ast.parse(place["after"])
        compile(place["after"], "after.py", "exec")
    except (SyntaxError, ValueError) as error:
        return f"does not compile: {error}"
    module = types.ModuleType("judged")
    sys.modules["judged"] = module  # where dataclasses look for it
    space = module.__dict__
    try:
        exec(HEAD, space)
        wanted = needed(tree, place["needs"] + place.get("bases", []))
        if place["kind"] == "cases":
            wanted.append(next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == place["name"]))
        for node in wanted:
            source = "\n".join(place["after"].split("\n")[first_line(node) - 1 : node.end_lineno])
            exec("from __future__ import annotations\n" + source, space)
    except Exception as error:
        return f"not run: {type(error).__name__}: {error}"[:100]
    return {"cases": cases_fault, "constructor": constructor_fault, "stubs": stubs_fault, "equality": equality_fault, "json": json_fault}[place["kind"]](place, space, tree)


def first_line(node):
    return min([node.lineno, *[d.lineno for d in node.decorator_list]])


def needed(tree, names):
    """The classes of these names and their bases within the file, in its order."""
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    wanted, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name in classes and name not in wanted:
            wanted.add(name)
            waiting += [ast.unparse(b) for b in classes[name].bases]
    return [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name in wanted]


def cases_fault(place, space, _):
    for text in place["values"]:
        value = eval(text, space)
        try:
            got = space[place["name"]](value)
            if got is None and "assert_never" in place["after"]:
                return "falls through"
        except NotImplementedError:
            pass
        except AssertionError:
            return "a case is missing"
    return None


def constructor_fault(place, space, _):
    given = [object() for _ in place["fields"]]
    made = space[place["name"]](*given)
    kept = all(getattr(made, name) is value for (name, _), value in zip(place["fields"], given))
    return None if kept else "a field is not set"


def stubs_fault(place, space, tree):
    made = space[place["name"]]
    if getattr(made, "__abstractmethods__", None):
        return "still abstract"
    node = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == place["name"])
    for name, signature in place["signatures"].items():
        own = [m for m in node.body if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef)) and m.name == name]
        if all(ast.unparse(m.args) != signature for m in own):  # overloads and setters have the name, too
            return "another signature"
    return None


def values_of(annotation):
    bare = annotation.strip("\"'")
    parts = [part.strip() for part in bare.replace("Optional[", "None | ").replace("]", "").split("|")]
    plain = {"str": ["a", "ä\u2028\"", ""], "int": [1, 0, -5], "float": [1.5, -0.0, 2e300], "bool": [True, False], "None": [None]}
    found = [value for part in parts for value in plain.get(part, [])]
    if bare.lower().startswith("list["):
        return [[], ["a"]]
    if bare.lower().startswith("dict["):
        return [{}, {"a": 1}]
    return found if len(found) > 1 else [object(), object()]


def objects(place, space):
    values = [values_of(annotation or "") for _, annotation in place["fields"]]
    made = lambda at: space[place["name"]](**{name.lstrip("_"): own[i % len(own)] for (name, _), own, i in zip(place["fields"], values, at)})
    zeros = [0] * len(values)
    return made, zeros, [[j if k == i else 0 for k in range(len(values))] for i, own in enumerate(values) for j in range(1, len(own))]


def equality_fault(place, space, _):
    try:
        made, zeros, others = objects(place, space)
        first, second = made(zeros), made(zeros)
    except TypeError as error:
        return f"not run: {error}"[:100]
    if not first == second or first != second or hash(first) != hash(second):
        return "equal ones differ"
    if any(first == made(at) for at in others) or first == 1:
        return "different ones are equal"
    return None


def json_fault(place, space, _):
    try:
        made, zeros, others = objects(place, space)
        every = [made(at) for at in [zeros, *others]]
    except TypeError as error:
        return f"not run: {error}"[:100]
    for one in every:
        text = json.dumps(one.to_dict())
        if set(json.loads(text)) != {name for name, _ in place["fields"]}:
            return "a field is missing"
        if hasattr(type(one), "from_dict"):
            back = type(one).from_dict(json.loads(text))
            if any(getattr(back, name) != getattr(one, name) for name, _ in place["fields"]):
                return "another one comes back"
    return None


def judged(place):
    def late(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        return judge(place)
    except Exception as error:
        return f"fails: {type(error).__name__}: {error}"[:100]
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        result = draw(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:
        result = [judged(place) for place in json.load(sys.stdin)]
    json.dump(result, sys.stdout)

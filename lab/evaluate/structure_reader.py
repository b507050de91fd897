"""Says whether the structure of docstrings is that of their functions, by Python's own parser. Reads a JSON list of definitions, writes one of faults."""

import ast
import json
import re
import sys
import textwrap


def fault_of(code):
    try:
        function = ast.parse(closed(textwrap.dedent(code))).body[0]
    except (SyntaxError, IndexError):
        return "unreadable"
    doc = ast.get_docstring(function)
    if doc is None:
        return "unreadable"
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    given = function.args
    names = [a.arg for a in given.posonlyargs + given.args]
    bound = names[:1] in (["self"], ["cls"])  # a method, or a function that calls its first parameter so
    names += [given.vararg.arg] if given.vararg else []
    names += [a.arg for a in given.kwonlyargs]
    names += [given.kwarg.arg] if given.kwarg else []
    told, returns, raises = read(doc)
    if told and told != names and not (bound and told == names[1:]):
        return "parameters"
    own = list(own_nodes(function))
    gives = any(isinstance(n, ast.Return) and n.value is not None for n in own)
    gives = gives or any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own)
    written = ast.unparse(function.returns) if function.returns else ""
    if returns and not gives and written in ("", "None"):
        return "returns"
    raised = {raised_name(n) for n in own if isinstance(n, ast.Raise)}
    if any(name not in raised for name in raises) and None not in raised:
        return "throws"
    return None


def closed(code):
    """A file that was cut may end inside a statement: lines are dropped until the rest parses."""
    lines = code.splitlines()
    while len(lines) > 2:
        try:
            ast.parse("\n".join(lines))
            break
        except SyntaxError:
            lines.pop()
    return "\n".join(lines)


def own_nodes(function):
    """Without those of the functions and classes inside."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def raised_name(node):
    """None for what has no name of its own: `raise`, `raise error`."""
    error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if isinstance(error, ast.Attribute):
        return error.attr
    if isinstance(error, ast.Name) and isinstance(node.exc, ast.Call):
        return error.id
    return error.id if isinstance(error, ast.Name) and error.id[:1].isupper() else None


def read(doc):
    """Names of parameters, whether it tells of a value, names of errors: Google, NumPy or reStructuredText."""
    fields = re.findall(r"^:(param|returns?|raises)\s*([^:]*):", doc, re.M)
    if fields:
        told = [name.split()[-1].lstrip("*\\") for kind, name in fields if kind == "param"]
        raises = [name.split(".")[-1] for kind, name in fields if kind == "raises"]
        return told, any(kind.startswith("return") for kind, _ in fields), raises
    underlined = re.split(r"^(\w+)\n-{3,}$", doc, flags=re.M)
    sections = dict(zip(underlined[1::2], underlined[2::2]))
    entry = r"^(\*{0,2}[\w.]+)\s*(?::.*)?$"
    if not sections:
        parts = re.split(r"^(Args|Returns|Yields|Raises):$", doc, flags=re.M)
        sections = {("Parameters" if k == "Args" else k): textwrap.dedent(v.strip("\n")) for k, v in zip(parts[1::2], parts[2::2])}
        entry = r"^(\*{0,2}[\w.]+)(?: \([^)]*\))?:"
    names = lambda part: [m.lstrip("*") for m in re.findall(entry, sections.get(part, ""), re.M)]
    return names("Parameters"), "Returns" in sections or "Yields" in sections, [n.split(".")[-1] for n in names("Raises")]


print(json.dumps([fault_of(code) for code in json.load(sys.stdin)]))

"""Looks at a Python function without running any of its code: what it reaches, calls to try, its branches, and small changes of it.

Reads a question as JSON from the standard input and answers in the same way. What may run afterwards (sandbox.py) is the text that was looked at
here: of each module only the statements that the function needs, so that one function with effects does not spoil its module.
"""

import ast
import copy
import glob
import json
import os
import re
import sys
import sysconfig
import warnings

MOST_MODULES = 300
MOST_BYTES = 2_000_000
MOST_CALLS = 72
MOST_CALLERS = 16
MOST_CALLER_FILES = 3_000
MOST_MUTANTS = 40
ARM = "__sotto_arm__"

# Modules of the system that only compute.
HARMLESS = set(
    (
        "__future__ abc array ast base64 binascii bisect calendar cmath codecs collections collections.abc colorsys contextlib copy dataclasses datetime"
        " decimal difflib enum fnmatch fractions functools graphlib hashlib heapq hmac html html.entities html.parser ipaddress itertools json"
        " json.decoder json.encoder keyword math ntpath numbers operator posixpath pprint quopri re reprlib shlex statistics string stringprep struct"
        " textwrap token types typing unicodedata urllib.parse warnings weakref xml.sax.saxutils zlib"
    ).split()
)

# Modules of which only these members are harmless.
PATHS = "basename commonprefix dirname isabs join normcase normpath split splitdrive splitext sep altsep extsep pardir curdir pathsep".split()
PARTLY = {
    "os": ["sep", "linesep", "pathsep", "altsep", "extsep", "curdir", "pardir", "fspath", "PathLike", *(f"path.{one}" for one in PATHS)],
    "os.path": PATHS,
    "posixpath": PATHS,
    "ntpath": PATHS,
    "pathlib": ["PurePath", "PurePosixPath", "PureWindowsPath"],
    "sys": ["maxsize", "maxunicode", "byteorder", "float_info", "version_info", "hash_info", "intern"],
    "io": ["StringIO", "BytesIO", "IOBase", "TextIOBase", "RawIOBase", "BufferedIOBase", "UnsupportedOperation"],
    "logging": "getLogger Logger NullHandler DEBUG INFO WARNING WARN ERROR CRITICAL NOTSET debug info warning error exception".split(),
    "inspect": "isclass isfunction ismethod isbuiltin isroutine isgenerator isgeneratorfunction isabstract signature Parameter Signature cleandoc".split(),
    "xml.sax.saxutils": ["escape", "unescape", "quoteattr"],
}
NEVER = {  # members of harmless modules that are not
    "codecs": {"open", "register"},
    "datetime": {"today", "now", "utcnow"},
    "typing": {"get_type_hints"},
    "ast": {"main"},
}

BY_MODULE = {
    "readsFiles": "os pathlib shutil tempfile glob io fileinput filecmp linecache zipfile tarfile gzip bz2 lzma sqlite3 dbm shelve pickle mmap mimetypes zoneinfo configparser csv",
    "usesNetwork": "socket ssl http urllib ftplib smtplib poplib imaplib telnetlib asyncio select selectors socketserver xmlrpc webbrowser email nntplib",
    "startsProcesses": "subprocess multiprocessing threading _thread concurrent signal pty sched queue",
    "asksTheProcess": "sys platform getpass pwd grp resource locale atexit gc inspect traceback argparse optparse getopt logging site sysconfig",
    "loadsNative": "ctypes cffi _ctypes",
    "loadsUnseen": "importlib runpy pkgutil zipimport imp pkg_resources",
    "runsText": "code codeop builtins",
    "asksTheClock": "time random secrets uuid timeit",
}
REASON_OF = {name: reason for reason, names in BY_MODULE.items() for name in names.split()}

REFUSED_NAMES = {
    "open": "readsFiles",
    "__file__": "readsFiles",
    "input": "asksTheProcess",
    "exit": "asksTheProcess",
    "quit": "asksTheProcess",
    "help": "asksTheProcess",
    "breakpoint": "asksTheProcess",
    "eval": "runsText",
    "exec": "runsText",
    "compile": "runsText",
    "globals": "runsText",
    "__builtins__": "runsText",
    "__import__": "loadsUnseen",
    "__loader__": "loadsUnseen",
    "__spec__": "loadsUnseen",
}
# Ways round the names, as members or in texts.
HIDDEN = set(
    (
        "__globals__ __builtins__ __subclasses__ __code__ __closure__ __loader__ __spec__ __import__ f_globals f_locals f_builtins f_back gi_frame"
        " gi_code cr_frame ag_frame tb_frame func_globals"
    ).split()
)
HIDDEN_MODULES = {"sys", "os", "posix", "nt", "builtins", "subprocess", "socket", "importlib", "ctypes", "io", "shutil", "signal"}


class Refused(Exception):
    """The function is not run, and why. The file is where the reason lies."""

    def __init__(self, reason, file=None):
        super().__init__(reason)
        self.reason = reason
        self.file = file


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Module:
    """A module as its statements, conditions that are settled before it runs replaced by the branch that is taken."""

    def __init__(self, name, file, tree, is_package, finder):
        self.name = name
        self.file = file
        self.is_package = is_package
        self.tree = tree
        self.statements = list(settled(tree.body, self, finder))
        self.by_name = {}  # name: indices of the statements that bind or change it
        for index, statement in enumerate(self.statements):
            for name_changed in changed_names(statement):
                self.by_name.setdefault(name_changed, []).append(index)
        self.kept = {}  # index: None for the whole statement, or the names of an import

    def absolute(self, node):
        """The module that a `from … import` names."""
        if node.level == 0:
            return node.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + (1 if self.is_package else 0)]
        return ".".join([*parts, *([node.module] if node.module else [])])


def settled(body, module, finder):
    for statement in body:
        if isinstance(statement, ast.If):
            truth = truth_of(statement.test)
            if truth is not None:
                yield from settled(statement.body if truth else statement.orelse, module, finder)
                continue
        if isinstance(statement, ast.Try) and statement.handlers and all(isinstance(one, (ast.Import, ast.ImportFrom)) for one in statement.body):
            is_there = all(finder.is_there(name) for one in statement.body for name in imported(one, module))
            rest = [*statement.body, *statement.orelse] if is_there else statement.handlers[0].body
            yield from settled([*rest, *statement.finalbody], module, finder)
            continue
        yield statement


def imported(node, module):
    return [one.name for one in node.names] if isinstance(node, ast.Import) else [module.absolute(node)]


def truth_of(test):
    """Of TYPE_CHECKING, `__name__ == "__main__"` and the version of Python."""
    text = ast.unparse(test)
    if re.fullmatch(r"(\w+\.)?TYPE_CHECKING", text) or re.match(r"__name__ == ", text):
        return False
    if isinstance(test, ast.Compare) and re.fullmatch(r"(sys\.)?version_info(\[:?\d\])?", ast.unparse(test.left)) and len(test.ops) == 1:
        try:
            wanted = ast.literal_eval(test.comparators[0])
        except ValueError:
            return None
        left = ast.unparse(test.left)
        version = tuple(sys.version_info[:3])
        own = version[0] if left.endswith("[0]") else version[1] if left.endswith("[1]") else version
        try:
            compared = {ast.GtE: own >= wanted, ast.Gt: own > wanted, ast.Lt: own < wanted, ast.LtE: own <= wanted}
        except TypeError:
            return None
        return compared.get(type(test.ops[0]))
    return None


def changed_names(statement):
    """The names that a statement of a module binds, or whose value it changes in place."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, ast.Import):
        return {one.asname or one.name.split(".")[0] for one in statement.names}
    if isinstance(statement, ast.ImportFrom):
        return {one.asname or one.name for one in statement.names}
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    names = set()

    def visit(node):
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
            return
        if isinstance(node, ast.Lambda):
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(changed_names(node))
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            names.add(root_of(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            names.add(root_of(node.func))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(statement)
    return names - {None}


def root_of(node):
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def gives_all(module, name):
    """Whether a star import gives a name: by `__all__`, where it is written out, otherwise without a line before it."""
    for index in module.by_name.get("__all__", ()):
        value = getattr(module.statements[index], "value", None)
        if isinstance(value, (ast.List, ast.Tuple)) and any(isinstance(one, ast.Constant) and one.value == name for one in value.elts):
            return True
    return not name.startswith("_")


class Finder:
    """Where the modules of a workspace and of its packages lie."""

    def __init__(self, folders, root, shown, packages):
        self.folders = folders
        self.root = root + os.sep
        self.shown = set(shown)  # files of the workspace that may be read
        self.packages = tuple(one + os.sep for one in packages)

    def may_read(self, file):
        return file in self.shown or not file.startswith(self.root) or file.startswith(self.packages)

    def file_of(self, name):
        """@returns the file of a module, "" for a folder without one, None where it is nowhere, or only as native code"""
        parts = name.split(".")
        for folder in self.folders:
            place = os.path.join(folder, *parts)
            for file in (os.path.join(place, "__init__.py"), place + ".py"):
                if os.path.isfile(file):
                    return file
            if glob.glob(glob.escape(place) + ".*.so") or glob.glob(glob.escape(place) + ".*.pyd"):
                raise Refused("loadsNative", name)
        for folder in self.folders:
            if os.path.isdir(os.path.join(folder, *parts)):
                return ""
        return None

    def is_there(self, name):
        if is_system(name):
            return True
        try:
            return self.file_of(name) is not None
        except Refused:
            return True


def is_system(name):
    return name.split(".")[0] in STANDARD


STANDARD = set(getattr(sys, "stdlib_module_names", ())) or set(sys.builtin_module_names) | HARMLESS | set(REASON_OF)


class Reach:
    """What a function needs, statement by statement, in all modules."""

    def __init__(self, finder):
        self.finder = finder
        self.modules = {}
        self.system = set()
        self.done = set()
        self.asked = set()  # imports that are being followed, so that a circle ends
        self.open = []

    def module(self, name):
        """@returns None where there is no file of it"""
        if name in self.modules:
            return self.modules[name]
        if len(self.modules) >= MOST_MODULES:
            raise Refused("tooMuchCode", name)
        file = self.finder.file_of(name)
        if file is None:
            return None
        if file and not self.finder.may_read(file):
            raise Refused("keptAway", file)
        tree = ast.Module(body=[], type_ignores=[]) if file == "" else parsed(read(file), file)
        is_package = file == "" or os.path.basename(file) == "__init__.py"
        made = self.modules[name] = Module(name, file, tree, is_package, self.finder)
        return made

    def require(self, module, name):
        self.open.append((module, name))
        while self.open:
            self._require(*self.open.pop())

    def _require(self, module, name):
        if (module.name, name) in self.done:
            return
        self.done.add((module.name, name))
        indices = module.by_name.get(name)
        if indices is None:
            indices = [self._by_star(module, name)]
            if indices == [None]:
                if name in REFUSED_NAMES:
                    raise Refused(REFUSED_NAMES[name], module.file)
                return  # of the language itself, or nowhere
        for index in indices:
            self._keep(module, index, name)

    def _by_star(self, module, name):
        for index, statement in enumerate(module.statements):
            if not isinstance(statement, ast.ImportFrom) or statement.names[0].name != "*":
                continue
            target = module.absolute(statement)
            if is_system(target):
                if target in HARMLESS and name in dir(sys.modules.get(target) or __import__(target, fromlist=["*"])):
                    return index
                continue
            other = self.module(target)
            if other is not None and gives_all(other, name) and (name in other.by_name or self._by_star(other, name) is not None):
                return index
        return None

    def _keep(self, module, index, name):
        statement = module.statements[index]
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            module.kept.setdefault(index, set()).add(name)
            self._import(module, statement, name)
            return
        if index in module.kept:
            return
        module.kept[index] = None
        self.look(module, statement)

    def _import(self, module, node, name):
        if isinstance(node, ast.Import):
            for one in node.names:
                if (one.asname or one.name.split(".")[0]) == name:
                    self._load(module, one.name)
            return
        target = module.absolute(node)
        if target == "__future__":
            return
        of = next((one.name for one in node.names if (one.asname or one.name) == name), name)
        if is_system(target):
            self._system(module, target, of)
            return
        other = self.module(target)
        if other is None:
            raise Refused("loadsUnseen", module.file)
        self._parents(target)
        inner = self._submodule(other, of)
        if inner is not None:
            self._load(module, inner)
        if of in other.by_name and other is not module or inner is None:
            self.open.append((other, of))

    def _submodule(self, package, name):
        """The module that a name of a package stands for; None for another value."""
        if name in package.by_name:
            return self._origin(package, name) if any(isinstance(package.statements[index], (ast.Import, ast.ImportFrom)) for index in package.by_name[name]) else None
        inner = f"{package.name}.{name}"
        return inner if self.finder.file_of(inner) is not None else None

    def _load(self, module, name):
        if is_system(name):
            if name not in HARMLESS and name not in PARTLY:
                raise Refused(reason_of(name), module.file)
            self.system.add(name)
            return
        if self.module(name) is None:
            raise Refused("loadsUnseen", module.file)
        self._parents(name)

    def _parents(self, name):
        parts = name.split(".")
        for count in range(1, len(parts)):
            self.module(".".join(parts[:count]))

    def _system(self, module, target, member):
        inner = f"{target}.{member}"
        if inner in HARMLESS or inner in PARTLY:
            self.system.add(inner)
        elif PARTLY.get(target) is not None:
            if member not in PARTLY[target]:
                raise Refused(reason_of(target), module.file)
        elif target not in HARMLESS or member in NEVER.get(target, ()) or member.lstrip("_") in HIDDEN_MODULES:
            raise Refused(reason_of(target, member), module.file)
        self.system.add(target)

    def look(self, module, statement):
        """Requires what a statement names, and refuses what reaches beyond computing."""
        bases = {id(node.value) for node in code_of(statement) if isinstance(node, ast.Attribute)}
        for node in code_of(statement):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    if node.id in REFUSED_NAMES and node.id not in module.by_name:
                        raise Refused(REFUSED_NAMES[node.id], module.file)
                    if id(node) not in bases and self._origin(module, node.id, is_whole=True) is not None:
                        raise Refused("loadsUnseen", module.file)  # a module as a value: its members are not seen
                    self.open.append((module, node.id))
            elif isinstance(node, ast.Attribute):
                self._member(module, node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if any(one in node.value for one in HIDDEN) and not is_docstring(node, statement):
                    raise Refused("loadsUnseen", module.file)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for one in node.names:
                    if one.name == "*":
                        raise Refused("loadsUnseen", module.file)
                    self._import(module, node, one.asname or (one.name.split(".")[0] if isinstance(node, ast.Import) else one.name))
            elif isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
                continue

    def _member(self, module, node):
        if node.attr in HIDDEN:
            raise Refused("loadsUnseen", module.file)
        chain = chain_of(node)
        if chain is None:
            return
        origin = self._origin(module, chain[0])
        if origin is None:
            if "datetime" in chain[:-1] and node.attr in NEVER["datetime"]:
                raise Refused("asksTheClock", module.file)
            return
        current = origin
        for position, attribute in enumerate(chain[1:], 1):
            if is_system(current):
                rest = ".".join(chain[position:])
                if PARTLY.get(current) is not None:
                    wanted = PARTLY[current]
                    if not any(rest == one or rest.startswith(f"{one}.") or one.startswith(f"{rest}.") for one in wanted):
                        raise Refused(reason_of(current), module.file)
                elif attribute.lstrip("_") in HIDDEN_MODULES or any(one in NEVER.get(current, ()) for one in chain[position:]):
                    raise Refused(reason_of(current, chain[-1]), module.file)
                if f"{current}.{attribute}" in HARMLESS:
                    current = f"{current}.{attribute}"
                    self.system.add(current)
                    continue
                return
            other = self.module(current)
            if other is None:
                return
            inner = self._submodule(other, attribute)
            if inner is not None and not is_system(inner):
                if attribute in other.by_name:
                    self.open.append((other, attribute))
                else:
                    self._load(module, inner)
                current = inner
                continue
            self.open.append((other, attribute))
            return

    def _origin(self, module, name, is_whole=False):
        """The module that a name stands for, by an import; None for another value. A class of datetime counts as its module, but not where it is asked whole."""
        for index in module.by_name.get(name, ()):
            statement = module.statements[index]
            if isinstance(statement, ast.Import):
                for one in statement.names:
                    if one.asname == name:
                        return one.name
                    if one.asname is None and one.name.split(".")[0] == name:
                        return name
            if isinstance(statement, ast.ImportFrom):
                target = module.absolute(statement)
                of = next((one.name for one in statement.names if (one.asname or one.name) == name), None)
                inner = f"{target}.{of}"
                if is_system(target):
                    if inner in HARMLESS or inner in PARTLY:
                        return inner
                    return "datetime" if target == "datetime" and not is_whole else None
                if target == module.name:  # a package imports its own module
                    return inner if self.finder.file_of(inner) is not None else None
                other = self.module(target)
                if other is not None and (other.name, of, name) not in self.asked:
                    self.asked.add((other.name, of, name))
                    try:
                        return self._submodule(other, of)
                    finally:
                        self.asked.discard((other.name, of, name))
        return None

    def sources(self):
        return {name: ast.unparse(slice_of(module)) for name, module in self.modules.items()}


def reason_of(name, member=None):
    if member in NEVER["datetime"]:
        return "asksTheClock"
    return REASON_OF.get(name) or REASON_OF.get(name.split(".")[0], "usesTheSystem")


def code_of(statement):
    """All nodes but those of annotations, which are not evaluated."""
    stack = [statement]
    while stack:
        node = stack.pop()
        yield node
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_comment", "type_params"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    stack.append(child)


def chain_of(node):
    """`a.b.c` as ["a", "b", "c"]; None where something else is at its beginning."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else None


def is_docstring(constant, statement):
    return any(
        isinstance(one, (*DEFINITIONS, ast.Module)) and one.body and isinstance(one.body[0], ast.Expr) and one.body[0].value is constant
        for one in ast.walk(statement)
    )


def slice_of(module):
    body = [ast.ImportFrom(module="__future__", names=[ast.alias(name="annotations")], level=0)]
    for index in sorted(module.kept):
        statement, names = module.statements[index], module.kept[index]
        if names is None:
            body.append(statement)
            continue
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            aliases = [ast.alias(name=name) for name in sorted(names)]
            body.append(ast.ImportFrom(module=statement.module, names=aliases, level=statement.level))
        elif isinstance(statement, ast.ImportFrom):
            if module.absolute(statement) != "__future__":
                aliases = [one for one in statement.names if (one.asname or one.name) in names]
                body.append(ast.ImportFrom(module=statement.module, names=aliases, level=statement.level))
        else:
            body.append(ast.Import(names=[one for one in statement.names if (one.asname or one.name.split(".")[0]) in names]))
    return ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))


def read(file):
    if os.path.getsize(file) > MOST_BYTES:
        raise Refused("tooMuchCode", file)
    with open(file, encoding="utf-8-sig") as opened:
        return opened.read()


def parsed(text, file):
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        raise Refused("unreadable", file) from None


# ── Branches and small changes ──


class Marker(ast.NodeTransformer):
    """Puts a mark into each arm: then and else (written or not), both sides of a condition, the right of and/or, loops, handlers, cases, inner functions."""

    def __init__(self):
        self.count = 0

    def mark(self):
        call = ast.Call(func=ast.Name(id=ARM, ctx=ast.Load()), args=[ast.Constant(self.count)], keywords=[])
        self.count += 1
        return call

    def in_expression(self, node):
        return ast.BoolOp(op=ast.Or(), values=[self.mark(), node])

    def in_body(self, body):
        return [ast.Expr(self.mark()), *body]

    def in_function(self, body):
        """After the docstring and what must stand first."""
        head = 1 if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else 0
        return [*body[:head], *self.in_body(body[head:])]

    def generic_visit(self, node):
        for field in ("annotation", "returns"):
            if isinstance(getattr(node, field, None), ast.AST):
                kept, _ = getattr(node, field), setattr(node, field, None)
                self.generic_visit(node)
                setattr(node, field, kept)
                return node
        return super().generic_visit(node)

    def visit_FunctionDef(self, node):
        node.body = self.in_function(node.body)
        node.body = [self.visit(one) for one in node.body]
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        node.body = self.in_expression(self.visit(node.body))
        return node

    def visit_If(self, node):
        then, other = self.in_body(node.body), self.in_body(node.orelse)
        node.test = self.visit(node.test)
        node.body, node.orelse = [self.visit(one) for one in then], [self.visit(one) for one in other]
        return node

    def visit_IfExp(self, node):
        node.test = self.visit(node.test)
        node.body, node.orelse = self.in_expression(self.visit(node.body)), self.in_expression(self.visit(node.orelse))
        return node

    def visit_BoolOp(self, node):
        first, *others = [self.visit(one) for one in node.values]
        node.values = [first, *(self.in_expression(one) for one in others)]
        return node

    def _loop(self, node):
        node.body = self.in_body(node.body)
        return self.generic_visit(node)

    visit_For = visit_While = visit_AsyncFor = visit_ExceptHandler = _loop

    def visit_match_case(self, node):
        node.body = self.in_body(node.body)
        return self.generic_visit(node)


OTHER_OPERATOR = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def changes_of(function):
    """Each as (node, field, index or None, new value)."""
    changes = []

    def visit(node, parent, field, index):
        def put(value):
            changes.append((parent, field, index, value))

        if isinstance(node, ast.Compare):
            for position, operator in enumerate(node.ops):
                changes.append((node, "ops", position, OTHER_OPERATOR[type(operator)]()))
        elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)):
            other = OTHER_OPERATOR.get(type(node.op))
            if other:
                changes.append((node, "op", None, other()))
        elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
            changes.append((node, "test", None, ast.UnaryOp(op=ast.Not(), operand=node.test)))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
            put(node.operand)
        elif isinstance(node, ast.Return) and node.value is not None and not is_none(node.value):
            changes.append((node, "value", None, ast.Constant(None)))
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, bool):
                put(ast.Constant(not node.value))
            elif isinstance(node.value, (int, float)):
                put(ast.BinOp(left=node, op=ast.Add(), right=ast.Constant(1)))
            elif isinstance(node.value, str) and not isinstance(parent, (ast.JoinedStr, ast.FormattedValue, ast.Expr)):
                put(ast.Constant("" if node.value else "sotto"))
        elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            put(ast.Pass())
        if isinstance(node, ast.JoinedStr):
            return
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "pattern", "type_params") or (isinstance(node, ast.arguments) and name not in ("defaults", "kw_defaults")):
                continue
            if isinstance(value, list):
                for position, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        visit(child, node, name, position)
            elif isinstance(value, ast.AST):
                visit(value, node, name, None)

    visit(function, None, None, None)
    if len(changes) <= MOST_MUTANTS:
        return changes
    return [changes[index * len(changes) // MOST_MUTANTS] for index in range(MOST_MUTANTS)]


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def mutants_of(function, module):
    texts = []
    for node, field, index, value in changes_of(function):
        holder = getattr(node, field)
        before = holder if index is None else holder[index]
        if index is None:
            setattr(node, field, value)
        else:
            holder[index] = value
        texts.append(ast.unparse(slice_of(module)))
        if index is None:
            setattr(node, field, before)
        else:
            holder[index] = before
    return texts


def marked_of(function, module):
    index = module.statements.index(function)
    marker = Marker()
    module.statements[index] = marker.visit(copy.deepcopy(function))
    try:
        return ast.unparse(slice_of(module)), marker.count
    finally:
        module.statements[index] = function


# ── Calls to try ──

INTEGERS = ["0", "1", "-1", "2", "3", "10", "100"]
FLOATS = ["0.0", "1.5", "-2.25", "100.0"]
STRINGS = ['""', '"a"', '"Hello, World!"', '"123"', '" a b "', '"aBc_d-e"', '"a\\nb"']
BOOLEANS = ["True", "False"]
BYTES = ['b""', 'b"abc"', 'b"\\x00\\xff"']
DATES = ["datetime.date(2020, 2, 29)", "datetime.date(1999, 12, 31)"]
TIMES = ["datetime.datetime(2020, 2, 29, 12, 30)", "datetime.datetime(1999, 12, 31, 23, 59, 59)"]
SPANS = ["datetime.timedelta(0)", "datetime.timedelta(days=1, seconds=90)", "datetime.timedelta(seconds=-1)"]
CALLABLES = ["lambda *values: values[0]", "str", "lambda *values: True", "lambda *values: False"]
ANYTHING = ["1", '"a"', "[3, 1, 2]", "None", '{"a": 1}', "0", '""', "[]", "1.5", "True"]
PLAIN = {
    "int": INTEGERS, "float": [*FLOATS, "1"], "str": STRINGS, "bool": BOOLEANS, "bytes": BYTES, "bytearray": ["bytearray(b'')", "bytearray(b'abc')"],
    "None": ["None"], "complex": ["0j", "1 + 2j"], "object": ANYTHING, "Any": ANYTHING, "Hashable": ["1", '"a"', "None"], "Number": ["1", "0", "-1.5"],
    "Text": STRINGS, "AnyStr": STRINGS, "LiteralString": STRINGS, "date": DATES, "datetime": TIMES, "timedelta": SPANS, "Callable": CALLABLES, "string": STRINGS,
    "integer": INTEGERS, "boolean": BOOLEANS, "number": ["1", "0", "-1.5", "2"], "Decimal": ['decimal.Decimal("0")', 'decimal.Decimal("1.50")', 'decimal.Decimal("-3")'],
    "Fraction": ["fractions.Fraction(1, 2)", "fractions.Fraction(-3)"], "Real": ["1", "0", "-1.5"], "Integral": INTEGERS, "SupportsFloat": FLOATS,
    "SupportsInt": INTEGERS, "ReadableBuffer": BYTES, "Buffer": BYTES, "StrPath": STRINGS, "float_": FLOATS,
}  # fmt: skip
LISTS = set("list List Sequence Iterable Collection MutableSequence Iterator Generator Reversible Container deque".split())
SETS = set("set Set AbstractSet MutableSet".split())
MAPS = set("dict Dict Mapping MutableMapping OrderedDict defaultdict".split())

OF_STRINGS = set(
    "capitalize casefold center encode endswith expandtabs format isalnum isalpha isdigit isidentifier islower isnumeric isspace istitle isupper ljust"
    " lower lstrip partition removeprefix removesuffix replace rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate"
    " upper zfill isdecimal isprintable".split()
)
OF_MAPS = set("items keys values setdefault update get".split())
OF_LISTS = set("append extend insert sort reverse".split())
TEXT_TAKERS = set("match search fullmatch sub findall split finditer subn escape int float ord".split())


class Inputs:
    """Values for the parameters of a function, as texts of expressions."""

    def __init__(self, reach, module, function):
        self.reach = reach
        self.module = module
        self.function = function
        self.extra = set()  # names of the module that values are made with
        self.texts, self.numbers = self._literals()
        self.samples = self._samples()

    def _literals(self):
        texts, numbers = [], []
        for node in code_of(self.function):
            if isinstance(node, ast.Constant) and not is_docstring(node, self.function):
                if isinstance(node.value, str) and 0 < len(node.value) <= 40 and node.value not in texts:
                    texts.append(node.value)
                elif isinstance(node.value, (int, float)) and not isinstance(node.value, bool) and node.value not in numbers:
                    numbers.append(node.value)
        for node in code_of(self.function):  # keys and members of the tables that it names
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                for index in self.module.by_name.get(node.id, ()):
                    statement = self.module.statements[index]
                    value = getattr(statement, "value", None)
                    if isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
                        for one in (value.keys if isinstance(value, ast.Dict) else value.elts)[:6]:
                            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value not in texts:
                                texts.append(one.value)
        return texts[:16], numbers[:8]

    def _samples(self):
        """Texts that the patterns match which the function, or a table of its module, names."""
        samples = []
        statements = [self.module.statements[index] for index, names in self.module.kept.items() if names is None]
        for node in [one for statement in statements if not isinstance(statement, DEFINITIONS) or statement is self.function for one in code_of(statement)]:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PATTERN_TAKERS and node.args:
                pattern = node.args[0]
                if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
                    samples += samples_of(pattern.value)
        return list(dict.fromkeys(samples))[:12]

    def with_literals(self, values):
        """The values, and with them what the function itself names of their kind."""
        result = list(values)
        if any(one in STRINGS for one in values):
            made = []
            for text in self.texts:
                made += [text, f"a{text}b"] if len(text) <= 3 else [text]
            made += [f"{a}1{b}" for a, b in zip(self.texts, self.texts[1:])][:4]
            result[3:3] = [quoted(one) for one in dict.fromkeys([*self.samples, *made])]
        if any(one in INTEGERS for one in values):
            whole = [one for one in self.numbers if isinstance(one, int) and abs(one) < 10**6]
            result += [str(one + step) for one in whole for step in (0, 1, -1)]
        if any(one in FLOATS for one in values):
            result += [repr(float(one)) for one in self.numbers if abs(one) < 10**6]
        return list(dict.fromkeys(result))

    def by_annotation(self, node, module=None, depth=0):
        """None where nothing follows from it."""
        module = module or self.module
        if depth > 5 or node is None:
            return None
        again = lambda inner: self.by_annotation(inner, module, depth + 1)
        if isinstance(node, ast.Constant):
            if node.value is None:
                return ["None"]
            if isinstance(node.value, str):
                try:
                    return again(ast.parse(node.value, mode="eval").body)
                except SyntaxError:
                    return None
            return None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return union([again(node.left), again(node.right)])
        if isinstance(node, ast.Attribute):
            return PLAIN.get(node.attr) or self._containers(node.attr, [], again)
        if isinstance(node, ast.Name):
            return PLAIN.get(node.id) or self._containers(node.id, [], again) or self._named(node.id, module, depth)
        if isinstance(node, ast.Subscript):
            name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", None)
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if name == "Optional":
                return union([again(parts[0]), ["None"]])
            if name == "Union":
                return union([again(one) for one in parts])
            if name == "Literal":
                return [ast.unparse(one) if not isinstance(one, ast.Constant) else literal(one.value) for one in parts]
            if name in ("Annotated", "Final", "Required", "NotRequired"):
                return again(parts[0])
            if name == "Callable":
                return CALLABLES
            if name in ("Type", "type"):
                return ["int", "str"]
            return self._containers(name, parts, again)
        return None

    def _containers(self, name, parts, again):
        if name in ("tuple", "Tuple", "NamedTuple"):
            if not parts or (len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...):
                inner = (again(parts[0]) if parts else INTEGERS) or None
                return inner and ["()", f"({inner[0]},)", f"({inner[-1]}, {inner[0]})"]
            each = [again(one) for one in parts]
            if None in each:
                return None
            rows = max(len(one) for one in each)
            return [f"({', '.join(one[row % len(one)] for one in each)}{',' if len(each) == 1 else ''})" for row in range(min(rows, 5))]
        if name in LISTS:
            inner = again(parts[0]) if parts else ["3", "1", "2"]
            return inner and in_list(self.with_literals(inner), "[", "]")
        if name in SETS or name in ("frozenset", "FrozenSet"):
            inner = again(parts[0]) if parts else ["3", "1", "2"]
            if not inner:
                return None
            of = "frozenset" if name in ("frozenset", "FrozenSet") else "set"
            return [f"{of}()", *(f"{of}({one})" if of == "frozenset" else f"{{{one[1:-1]}}}" for one in in_list(inner, "[", "]")[1:])]
        if name in MAPS:
            keys, values = (again(parts[0]), again(parts[1])) if len(parts) == 2 else (['"a"', '"b"', '"c"'], ["1", "2", "0"])
            if not keys or not values:
                return None
            keys = keys if keys is not STRINGS else [quoted(one) for one in self.texts[:4]] + ['"a"', '"b"']
            pairs = [f"{keys[row % len(keys)]}: {values[row % len(values)]}" for row in range(4)]
            return ["{}", f"{{{pairs[0]}}}", f"{{{', '.join(dict.fromkeys(pairs[:2]))}}}", f"{{{', '.join(dict.fromkeys(pairs))}}}"]
        return None

    def _named(self, name, module, depth):
        """Values for a name of the module: another name for a type, an enumeration, a type variable."""
        for index in module.by_name.get(name, ()):
            statement = module.statements[index]
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                if isinstance(statement.value, ast.Call):
                    called = statement.value.func
                    of = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                    if of == "TypeVar":
                        bound = next((one.value for one in statement.value.keywords if one.arg == "bound"), None)
                        options = statement.value.args[1:]
                        return self.by_annotation(options[0] if options else bound, module, depth + 1) if options or bound else ANYTHING
                    if of == "NewType" and len(statement.value.args) == 2:
                        return self.by_annotation(statement.value.args[1], module, depth + 1)
                    return None
                return self.by_annotation(statement.value, module, depth + 1)
            if isinstance(statement, ast.ImportFrom):
                target = module.absolute(statement)
                of = next((one.name for one in statement.names if (one.asname or one.name) == name), None)
                if of is None or is_system(target):
                    return PLAIN.get(of or "")
                try:
                    other = self.reach.module(target)
                except Refused:
                    return None
                return other and self._named(of, other, depth + 1) if depth < 5 else None
            if isinstance(statement, ast.ClassDef) and (self._is_record(statement)) and depth < 3:
                return self._records(name, statement, module, depth)
            if isinstance(statement, ast.ClassDef) and name in self.module.by_name and any("Enum" in ast.unparse(one) for one in statement.bases):
                members = [one.targets[0].id for one in statement.body if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)]
                self.extra.add(name)
                return [f"{name}.{one}" for one in members[:6]] or None
        return None

    def _is_record(self, node):
        return any("dataclass" in ast.unparse(one) for one in node.decorator_list) or any(ast.unparse(one).endswith("NamedTuple") for one in node.bases)

    def _records(self, name, node, module, depth):
        """Objects of a dataclass or a NamedTuple whose fields are all its own."""
        if name not in self.module.by_name or (len(node.bases) > 0 and not ast.unparse(node.bases[0]).endswith("NamedTuple")):
            return None
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and "ClassVar" not in ast.unparse(one.annotation)]
        pools = []
        for one in fields:
            pool = self.by_annotation(one.annotation, module, depth + 1)
            if not pool and one.value is None:
                return None
            if pool:
                pools.append((one.target.id, pool))
        if not pools:
            return None
        self.extra.add(name)
        return [f"{name}({', '.join(f'{field}={pool[(row + at) % len(pool)]}' for at, (field, pool) in enumerate(pools))})" for row in range(5)]

    def by_docstring(self, name):
        text = ast.get_docstring(self.function) or ""
        at = re.escape(name.lstrip("*"))
        for pattern in (rf":type {at}: *`*([\w.\[\], |]+)", rf":param ([\w.]+) {at}:", rf"(?m)^\s*{at} ?\(([\w.\[\], |]+)\):?", rf"(?m)^\s*{at} : ([\w.\[\], |]+)"):
            found = re.search(pattern, text)
            if not found:
                continue
            word = re.sub(r",? optional$", "", found.group(1).strip()).replace(" or ", " | ")
            word = re.sub(r"^list of (\w+?)s?$", r"list[\1]", word)
            try:
                values = self.by_annotation(ast.parse(word, mode="eval").body)
            except SyntaxError:
                continue
            if values:
                return values
        return None

    def by_use(self, name):
        """What the function does with a parameter without a type. By names alone."""
        kinds = []
        add = kinds.append
        for node in ast.walk(self.function):
            is_it = lambda one: isinstance(one, ast.Name) and one.id == name
            if isinstance(node, ast.Attribute) and is_it(node.value):
                if node.attr in OF_STRINGS:
                    add("str")
                elif node.attr in OF_MAPS:
                    add("dict")
                elif node.attr in OF_LISTS:
                    add("list")
                elif node.attr in ("decode", "hex"):
                    add("bytes")
                elif node.attr in ("year", "month", "day", "strftime", "isoformat", "weekday", "toordinal"):
                    add("date")
                else:
                    add("other")
            elif isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called == "isinstance" and node.args and is_it(node.args[0]) and len(node.args) == 2:
                    for one in node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]:
                        add(one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "other"))
                    add("object")
                elif is_it(node.func):
                    add("Callable")
                elif any(is_it(one) for one in node.args):
                    if called in TEXT_TAKERS:
                        add("str")
                        if called in ("int", "float"):
                            add(called)
                    elif called in ("len", "sorted", "sum", "min", "max", "enumerate", "list", "zip", "set", "tuple", "map", "any", "all", "iter"):
                        add("list")
                        if called == "len":
                            add("str")
                    elif called in ("abs", "round", "range", "divmod", "chr", "hex", "bin", "sqrt", "floor", "ceil", "log", "sin", "cos", "isnan", "gcd"):
                        add("int")
                        if called not in ("range", "chr", "hex", "bin", "gcd"):
                            add("float")
            elif isinstance(node, (ast.For, ast.comprehension)) and is_it(node.iter):
                add("list")
                add("str")
            elif isinstance(node, ast.Subscript) and is_it(node.value):
                inner = node.slice
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    add("dict")
                else:
                    add("list")
                    add("str")
            elif isinstance(node, ast.BinOp) and (is_it(node.left) or is_it(node.right)):
                other = node.right if is_it(node.left) else node.left
                is_text = isinstance(other, (ast.JoinedStr,)) or (isinstance(other, ast.Constant) and isinstance(other.value, str))
                if is_text and isinstance(node.op, ast.Add):
                    add("str")
                elif not (isinstance(node.op, ast.Mod) and is_text):
                    add("int")
                    add("float")
            elif isinstance(node, ast.Compare) and any(is_it(one) for one in (node.left, *node.comparators)):
                for one in (node.left, *node.comparators):
                    for inner in one.elts if isinstance(one, (ast.Tuple, ast.List, ast.Set)) else [one]:
                        if isinstance(inner, ast.Constant) and inner.value is not None:
                            add(type(inner.value).__name__)
                        elif is_none(inner):
                            add("None")
                if isinstance(node.ops[0], (ast.Lt, ast.Gt, ast.LtE, ast.GtE)):
                    add("int")
                if isinstance(node.ops[0], (ast.In, ast.NotIn)) and any(is_it(one) for one in node.comparators):
                    add("str")
                    add("list")
        pools = []
        keys = self._keys(name)
        if keys:
            pools.append(self._with_keys(keys))
        for kind in dict.fromkeys(kinds):
            if kind == "dict" and keys:
                continue
            pool = PLAIN.get(kind) or self._containers(kind, [], lambda one: None)
            if pool:
                pools.append(pool)
        if not pools:
            is_replaced = any(isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store) for one in ast.walk(self.function))
            return self._namespaces(name) if "other" in kinds and not is_replaced else ANYTHING
        return union(pools)

    def _keys(self, name):
        """The keys that are read of a parameter."""
        keys = []
        for node in ast.walk(self.function):
            key = None
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name:
                key = node.slice
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop", "setdefault") and node.args:
                if isinstance(node.func.value, ast.Name) and node.func.value.id == name:
                    key = node.args[0]
            elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(node.comparators[0], ast.Name) and node.comparators[0].id == name:
                key = node.left
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value not in keys:
                keys.append(key.value)
        return keys[:24]

    def _with_keys(self, keys):
        values = ["1", '"a"', "True", *(quoted(one) for one in self.texts if one not in keys), "None", "0"]
        whole = [f"{{{', '.join(f'{quoted(key)}: {value}' for key in keys[:8])}}}" for value in ("1", '"a"')]
        each = [f"{{{quoted(key)}: {values[(2 * index + step) % len(values)]}}}" for step in range(len(values)) for index, key in enumerate(keys)]
        return ["{}", *whole, *each[:40]]

    def _namespaces(self, name):
        """Objects with the members that are read of a parameter; None where one of them is called."""
        called = {id(node.func) for node in ast.walk(self.function) if isinstance(node, ast.Call)}
        members = []
        for node in ast.walk(self.function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
                if id(node) in called or node.attr.startswith("__"):
                    return None
                if node.attr not in members:
                    members.append(node.attr)
        rows = [["1", "2"], ["2", "1"], ['"a"', '"b"'], ["True", "False"], ["0", "3"], ["[1]", "[]"], ["None", '"a"']]
        return [f"types.SimpleNamespace({', '.join(f'{one}={row[at % 2]}' for at, one in enumerate(members[:12]))})" for row in rows] if members else None

    def of_parameter(self, argument, default):
        if argument.annotation is not None:
            values = self.by_annotation(argument.annotation)
        else:
            values = self.by_docstring(argument.arg)
            if values is None and isinstance(default, ast.Constant) and default.value is not None:
                values = PLAIN.get(type(default.value).__name__)
            if values is None:
                values = self.by_use(argument.arg)
        return self.with_literals(values) if values else None

    def calls(self):
        """Texts as they stand after the function's name."""
        arguments = self.function.args
        positional = [*getattr(arguments, "posonlyargs", []), *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        columns = []  # of (prefix, values, may be left out)
        for argument, default in zip(positional, defaults):
            columns.append(("", argument.arg, self.of_parameter(argument, default), default is not None))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
            columns.append((f"{argument.arg}=", argument.arg, self.of_parameter(argument, default), default is not None))
        if any(values is None and not optional for _, _, values, optional in columns):
            return []
        spread = []
        if arguments.vararg:
            values = (self.by_annotation(arguments.vararg.annotation) if arguments.vararg.annotation else self.by_use(arguments.vararg.arg)) or ANYTHING
            if arguments.vararg.annotation is None:
                values = union([INTEGERS[:3], STRINGS[1:3]])
            values = self.with_literals(values)
            spread = [[], [values[0]], values[1:3], [values[-1], values[0]]]
        rows = []

        def add(row, more=()):
            """A row has an index into its values for each column, or None where it is left out."""
            parts, is_named = [], False
            for (prefix, name, values, _), index in zip(columns, row):
                if index is None:
                    is_named = True
                    continue
                text = values[index % len(values)]
                if prefix or is_named:
                    if more or any(one.arg == name for one in getattr(arguments, "posonlyargs", [])):
                        return
                    parts.append(f"{name}={text}")
                else:
                    parts.append(text)
            if more:
                plain = [one for one in parts if not re.match(r"\w+=(?!=)", one)]
                parts = [*plain, *more, *parts[len(plain) :]]
            text = f"({', '.join(parts)})"
            if text not in rows:
                rows.append(text)

        least = [None if optional else 0 for _, _, _, optional in columns]
        first = [0 if values else None for _, _, values, _ in columns]
        add(least)
        add(first)
        for more in spread:
            add([one if one is not None or not values else 0 for one, (_, _, values, _) in zip(least, columns)], more)
            add(least, more)
        if arguments.kwarg and not arguments.kwonlyargs:
            add_text = f"({', '.join([*(columns[at][2][0] for at in range(len(columns)) if least[at] is not None), 'a=1', 'b=2'])})"
            rows.append(add_text)
        longest = max((len(values) for _, _, values, _ in columns if values), default=0)
        for index in range(longest):
            for position, (_, _, values, _) in enumerate(columns):
                if not values or index >= len(values):
                    continue
                row = list(least)
                row[position] = index
                add(row)
            add([None if not values else (index + 3 * position) % len(values) for position, (_, _, values, _) in enumerate(columns)])
            if len(columns) > 1:
                add([None if not values else index % len(values) for _, _, values, _ in columns])
        for step in range(1, 6):
            if len(columns) > 1:
                for index in range(longest):
                    add([None if not values else (index * (position + 1) + step * position) % len(values) for position, (_, _, values, _) in enumerate(columns)])
        return rows


PATTERN_TAKERS = set("compile match search fullmatch sub findall split finditer subn".split())


def samples_of(pattern):
    """Two short texts that a pattern matches, where nothing in it looks around."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser = getattr(re, "_parser", None) or __import__("sre_parse")
            tree = parser.parse(pattern)
    except Exception:  # the pattern is wrong, or for another flavour
        return []
    return [one for one in (sample(tree, is_long, {}) for is_long in (False, True)) if one is not None and len(one) <= 60]


def sample(tree, is_long, groups):
    text = ""
    for kind, value in tree:
        name = str(kind)
        if name == "LITERAL":
            text += chr(value)
        elif name in ("NOT_LITERAL", "ANY"):
            text += "b" if value == ord("a") else "a"
        elif name == "IN":
            text += of_class(value)
        elif name == "BRANCH":
            text += sample(value[1][-1 if is_long else 0], is_long, groups)
        elif name == "SUBPATTERN":
            groups[value[0]] = sample(value[-1], is_long, groups)
            text += groups[value[0]]
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = value
            text += sample(inner, is_long, groups) * min(max(least, 1 if is_long else 0), most, 20)
        elif name == "GROUPREF":
            text += groups.get(value, "")
        elif name == "ATOMIC_GROUP":
            text += sample(value, is_long, groups)
    return text


def of_class(items):
    categories = {"CATEGORY_DIGIT": "7", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_WORD": "-", "CATEGORY_NOT_SPACE": "a"}
    is_other = any(str(kind) == "NEGATE" for kind, _ in items)
    for kind, value in items:
        name = str(kind)
        if is_other:
            continue
        if name == "LITERAL":
            return chr(value)
        if name == "RANGE":
            return chr(min(value[0] + 1, value[1]))
        if name == "CATEGORY":
            return categories.get(str(value), "a")
    return "k"


def union(pools):
    """Each pool's values in turn; a pool that nothing is known of is left out."""
    known = [one for one in pools if one]
    result = []
    for index in range(max((len(one) for one in known), default=0)):
        result += [one[index] for one in known if index < len(one)]
    return list(dict.fromkeys(result)) or None


def in_list(values, opening, closing):
    several = [values[2 % len(values)], values[1 % len(values)], values[0]]
    rows = ["", values[-1], ", ".join(several), f"{values[1 % len(values)]}, {values[1 % len(values)]}", ", ".join(values[:6]), ", ".join(values[3:8]) or values[0]]
    return list(dict.fromkeys(f"{opening}{one}{closing}" for one in rows))


def quoted(text):
    return literal(text)


def literal(value):
    """As most files write it, with double quotes."""
    if isinstance(value, str):
        return '"' + repr("'" + value)[2:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    return repr(value)


# ── Calls that the repository makes ──

CLOSED = (
    ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.Load, ast.keyword, ast.Starred,
)  # fmt: skip


def is_closed(node):
    return all(isinstance(one, CLOSED) or (isinstance(one, ast.Name) and one.id in ("int", "str", "float", "len", "bool", "list", "dict")) for one in ast.walk(node))


def is_small(node):
    """Not `"a" * 10**9`."""
    return not any(isinstance(one, ast.BinOp) and isinstance(one.op, (ast.Mult, ast.Pow, ast.LShift)) for one in ast.walk(node))


def calls_in(tree, name):
    found = []
    aliases = {name}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            aliases.update(one.asname for one in node.names if one.name == name and one.asname)
    modules = {one.asname or one.name.split(".")[-1] for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for one in node.names}

    def is_call(node):
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name):
            return node.func.id in aliases
        return isinstance(node.func, ast.Attribute) and node.func.attr == name and isinstance(node.func.value, ast.Name) and node.func.value.id in modules

    def take(call, values):
        arguments = [values.get(one.id, one) if isinstance(one, ast.Name) else one for one in call.args]
        keywords = [ast.keyword(arg=one.arg, value=values.get(one.value.id, one.value) if isinstance(one.value, ast.Name) else one.value) for one in call.keywords]
        if not (arguments or keywords) or not all(is_closed(one) and is_small(one) for one in [*arguments, *keywords]):
            return
        if any(isinstance(one, ast.Starred) for one in arguments) or any(one.arg is None for one in keywords):
            return
        made = ast.unparse(ast.Call(func=ast.Name(id="f", ctx=ast.Load()), args=arguments, keywords=keywords))[1:]
        made = text_as_double(made)
        if len(made) <= 200 and made not in found:
            found.append(made)

    def visit(node, values):
        if isinstance(node, FUNCTIONS):
            tables = [one for one in map(parameters_of, node.decorator_list) if one]
            own = {one.targets[0].id: one.value for one in node.body if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and is_closed(one.value)}
            for table in tables or [[{}]]:
                for row in table[:8]:
                    for child in node.body:
                        visit(child, {**values, **own, **row})
            return
        if isinstance(node, ast.For) and isinstance(node.iter, (ast.List, ast.Tuple)):
            names = [node.target] if isinstance(node.target, ast.Name) else getattr(node.target, "elts", [])
            for item in node.iter.elts[:8]:
                items = [item] if isinstance(node.target, ast.Name) else getattr(item, "elts", [])
                row = {one.id: value for one, value in zip(names, items) if isinstance(one, ast.Name)}
                for child in node.body:
                    visit(child, {**values, **row})
            return
        if is_call(node):
            take(node, values)
        for child in ast.iter_child_nodes(node):
            visit(child, values)

    visit(tree, {})
    return found


def text_as_double(code):
    """Texts with double quotes, as the other values have them."""
    try:
        tree = ast.parse(f"f{code}", mode="eval")
    except SyntaxError:
        return code
    texts = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    made = f"f{code}"
    if not made.isascii():
        return code
    for one in sorted(texts, key=lambda at: -at.col_offset):
        if one.lineno == one.end_lineno == 1:
            made = made[: one.col_offset] + literal(one.value) + made[one.end_col_offset :]
    return made[1:]


def parameters_of(decorator):
    """The rows of `pytest.mark.parametrize`."""
    if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith("parametrize") or len(decorator.args) < 2:
        return None
    names, rows = decorator.args[:2]
    if isinstance(names, ast.Constant) and isinstance(names.value, str):
        names = [one.strip() for one in names.value.split(",") if one.strip()]
    elif isinstance(names, (ast.Tuple, ast.List)):
        names = [one.value for one in names.elts if isinstance(one, ast.Constant)]
    else:
        return None
    table = []
    for row in getattr(rows, "elts", []):
        if isinstance(row, ast.Call) and ast.unparse(row.func).endswith("param"):
            values = row.args
        else:
            values = [row] if len(names) == 1 else getattr(row, "elts", [])
        if len(values) == len(names):
            table.append(dict(zip(names, values)))
    return table


def callers_of(files, file, name, function):
    found = []
    for example in re.findall(r"(?m)^\s*>>> (.+(?:\n\s*\.\.\. .+)*)", ast.get_docstring(function) or ""):
        try:
            found += calls_in(ast.parse(re.sub(r"\n\s*\.\.\. ?", "\n", example)), name)
        except SyntaxError:
            continue
    own = os.path.splitext(os.path.basename(file))[0]
    rank = lambda one: (own not in os.path.basename(one), "test" not in os.path.basename(one), len(one))
    for one in sorted(files, key=rank)[:MOST_CALLER_FILES]:
        if len(found) >= MOST_CALLERS:
            break
        try:
            if os.path.getsize(one) > 400_000:
                continue
            text = read(one)
            if f"{name}(" not in text:
                continue
            found += calls_in(ast.parse(text), name)
        except (OSError, UnicodeDecodeError, SyntaxError, ValueError, RecursionError, Refused):
            continue
    return list(dict.fromkeys(found))[:MOST_CALLERS]


# ── The question ──


def place_of(file, root):
    """The name by which a module is imported, and the folder from which."""
    folder, base = os.path.split(file)
    parts = [] if base == "__init__.py" else [base[:-3]]
    while os.path.isfile(os.path.join(folder, "__init__.py")) and folder != os.path.dirname(folder):
        parts.insert(0, os.path.basename(folder))
        folder = os.path.dirname(folder)
    return ".".join(parts), folder


def installed():
    """The packages of this Python: of its virtual environment, where it is one's."""
    for folder in (os.path.dirname(sys.executable), os.path.dirname(os.path.realpath(sys.executable))):
        if os.path.isfile(os.path.join(folder, "..", "pyvenv.cfg")):
            return [os.path.normpath(one) for one in [*glob.glob(os.path.join(folder, "..", "lib", "python*", "site-packages")), os.path.join(folder, "..", "Lib", "site-packages")] if os.path.isdir(one)]
    return [one for one in {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]} if os.path.isdir(one)]


def functions_of(module):
    return [one for one in module.statements if isinstance(one, FUNCTIONS)]


def target_in(module, name, line):
    for one in functions_of(module):
        first = min([one.lineno, *(mark.lineno for mark in one.decorator_list)])
        if one.name == name if name is not None else first <= line <= one.end_lineno:
            return one
    return None


def look(asked):
    root, file = asked["root"], asked["file"]
    packages = installed()
    has_pytest = any(os.path.isdir(os.path.join(one, "pytest")) for one in packages)
    name, base = place_of(file, root)
    common = {"python": sys.executable, "version": list(sys.version_info[:2]), "hasPytest": has_pytest, "module": name, "base": base}
    finder = Finder(list(dict.fromkeys([base, root, os.path.join(root, "src"), *packages])), root, asked["files"], packages)
    try:
        reach = Reach(finder)
        tree = parsed(asked["text"], file)
        module = reach.modules[name] = Module(name, file, tree, os.path.basename(file) == "__init__.py", finder)
        if asked.get("list"):
            return {**common, "functions": [{"name": one.name, "line": one.lineno, "parameters": len(one.args.args) + len(one.args.kwonlyargs) + len(getattr(one.args, "posonlyargs", [])) + bool(one.args.vararg)} for one in functions_of(module)]}
        function = target_in(module, asked.get("name"), asked.get("line"))
        if function is None:
            return {**common, "reason": "noFunction"}
        common.update(name=function.name, first=function.lineno, last=function.end_lineno)
        if isinstance(function, ast.AsyncFunctionDef):
            return {**common, "reason": "isAsync"}
        marked_count = Marker()
        marked_count.visit(copy.deepcopy(function))
        common.update(arms=marked_count.count, changes=len(changes_of(function)))
        reach._parents(name)
        reach.require(module, function.name)
        inputs = Inputs(reach, module, function)
        made = inputs.calls()
        for extra in inputs.extra:
            reach.require(module, extra)
        written = callers_of(asked["files"], file, function.name, function)
        calls = list(dict.fromkeys([*written, *made]))[:MOST_CALLS]
        if not calls:
            return {**common, "reason": "noInputs"}
        marked, _ = marked_of(function, module)
        return {
            **common,
            "modules": reach.sources(),
            "packages": [one.name for one in reach.modules.values() if one.is_package],
            "system": sorted(reach.system),
            "calls": calls,
            "extra": sorted(inputs.extra),
            "marked": marked,
            "mutants": mutants_of(function, module),
        }
    except Refused as refused:
        return {**common, "reason": refused.reason, **({"of": refused.file} if refused.file else {})}
    except RecursionError:
        return {**common, "reason": "tooMuchCode"}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdin.reconfigure(encoding="utf-8")
    json.dump(look(json.load(sys.stdin)), sys.stdout)

"""Runs a job of calls, or of whole tests, in a Python of its own that may reach nothing: what look.py has looked at, and no other code of the workspace.

The job comes by the standard input, answers go to descriptor 3, line by line, so that what was reached before an end is known. Three walls stand
one behind the other: the caller has taken the network and the sight of other processes away; Landlock, where the system has it, takes all files but
those of Python itself, and starting programs; and a hook that cannot be taken off refuses every step that reaches beyond computing.
"""

import ast
import datetime
import decimal
import fractions
import importlib
import importlib.abc
import importlib.machinery
import json
import math
import os
import signal
import sys
import types

CALL_S = 0.25
MOST_UNITS = 200
MOST_BYTES = 512 * 1024 * 1024
MOST_ITEMS = 100
ARM = "__sotto_arm__"
ASKED_OF = "Sotto's sandbox"


class Late(BaseException):
    pass


class Refused(BaseException):
    """What the hook raises: not an Exception, so that tested code does not catch it by the way."""


def close_files(folders):
    """Landlock: from now on only files under these folders can be read, and none written or started. @returns whether the system has it"""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    create, add_rule, restrict, no_new_privileges = 444, 445, 446, 38
    version = library.syscall(create, None, 0, 1)
    if version < 1:
        return False
    handled = (1 << (13 if version == 1 else 14 if version == 2 else 15)) - 1

    class Ruleset(ctypes.Structure):
        _fields_ = [("handled", ctypes.c_uint64)]

    class Beneath(ctypes.Structure):
        _pack_ = 1
        _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]

    ruleset = Ruleset(handled)
    descriptor = library.syscall(create, ctypes.byref(ruleset), ctypes.sizeof(ruleset), 0)
    for folder in folders:
        if os.path.isdir(folder):
            opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            rule = Beneath((1 << 2) | (1 << 3), opened)
            library.syscall(add_rule, descriptor, 1, ctypes.byref(rule), 0)
            os.close(opened)
    library.prctl(no_new_privileges, 1, 0, 0, 0)
    closed = library.syscall(restrict, descriptor, 0) == 0
    os.close(descriptor)
    return closed


def limit():
    import resource

    for kind, most in (("AS", MOST_BYTES), ("CPU", 12), ("NOFILE", 32), ("CORE", 0), ("FSIZE", 0), ("NPROC", 64)):
        number = getattr(resource, f"RLIMIT_{kind}", None)
        if number is not None:
            resource.setrlimit(number, (most, most))


# Steps that stay within the process. All others are refused.
ALLOWED_EVENTS = {
    "compile", "exec", "marshal.loads", "marshal.load", "object.__getattr__", "object.__setattr__", "object.__delattr__", "code.__new__",
    "function.__new__", "builtins.id", "array.__new__", "sys._getframe", "sys._getframemodulename", "sys.excepthook", "sys.unraisablehook",
    "cpython.run_string", "pickle.find_class", "sys.set_asyncgen_hooks_finalizer", "sys.set_asyncgen_hooks_firstiter", "ast.literal_eval",
}  # fmt: skip
LAZY = set("_strptime unicodedata stringprep html.entities encodings statistics numbers bisect heapq locale _locale".split())
PROGRAMS = (
    "_exit abort kill killpg mkfifo mknod fork forkpty system execv execve posix_spawn posix_spawnp pipe pipe2 dup dup2 write writev pwrite sendfile memfd_create"
    " copy_file_range splice setuid setgid setsid setpgid nice chroot fchdir chdir umask close closerange unshare setns eventfd"
    " sched_setaffinity putenv unsetenv initgroups openpty login_tty ftruncate truncate ptsname posix_openpt"
).split()


def close(own, readable):
    """After this nothing beyond computing goes. There is no way back."""
    for name in ("posix", "os"):
        for program in PROGRAMS:
            if hasattr(sys.modules.get(name), program):
                setattr(sys.modules[name], program, refused(program))
    for name in ("ctypes", "_ctypes", "resource", "_posixsubprocess", "subprocess", "_socket", "socket", "multiprocessing"):
        sys.modules.pop(name, None)
    loaded = set(sys.modules)

    def hook(event, arguments):
        if event in ALLOWED_EVENTS:
            return
        if event == "import":
            name = arguments[0]
            if name in own or name in loaded or name.split(".")[0] in LAZY:
                return
        if event == "open":
            path, mode, flags = arguments
            is_read = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC) == 0
            if isinstance(path, str) and is_read and path.endswith((".py", ".pyc")) and path.startswith(readable) and ".." not in path:
                return
        if event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str) and arguments[0].startswith(readable):
            return
        raise Refused(f"{ASKED_OF} refuses {event} {str(arguments[:1])[:80]}")

    sys.addaudithook(hook)


def refused(name):
    def call(*_values, **_named):
        raise Refused(f"{ASKED_OF} refuses {name}")

    return call


class Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The modules of a job, by their texts."""

    def __init__(self, modules, packages):
        self.modules = modules
        self.packages = packages
        self.changed = {}

    def find_spec(self, name, path=None, target=None):
        if name not in self.modules:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=name in self.packages)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        text = self.changed.get(module.__name__, self.modules[module.__name__])
        exec(compile(text, f"<{module.__name__}>", "exec", dont_inherit=True), module.__dict__)

    def forget(self):
        for name in self.modules:
            sys.modules.pop(name, None)


def written(value, depth=0):
    """A value as the text of an expression that equals it; None where there is none."""
    if depth > 6:
        return None
    if value is None or value is True or value is False:
        return repr(value)
    kind = type(value)
    if kind is int:
        return repr(value) if value.bit_length() < 600 else None
    if kind is float:
        if math.isnan(value):
            return None
        return f'float("{value!r}")' if math.isinf(value) else repr(value)
    if kind is str:
        return double(value)
    if kind is bytes:
        return "b" + double(value.decode("latin-1"), is_bytes=True)
    if kind is complex:
        return repr(value) if value == value and not math.isinf(abs(value)) else None
    if kind is bytearray:
        return f"bytearray({written(bytes(value))})"
    if kind is decimal.Decimal:
        return f'decimal.Decimal("{value}")' if value.is_finite() else None
    if kind is fractions.Fraction:
        return f"fractions.Fraction({value.numerator}, {value.denominator})"
    if kind in (datetime.date, datetime.time, datetime.timedelta) or (kind is datetime.datetime and value.tzinfo in (None, datetime.timezone.utc)):
        return repr(value)
    if kind is range:
        return repr(value)
    if kind in (set, frozenset):
        if len(value) > MOST_ITEMS:
            return None
        texts = [written(one, depth + 1) for one in value]
        if None in texts:
            return None
        inner = ", ".join(sorted(texts))
        return f"{kind.__name__}()" if not texts else f"{{{inner}}}" if kind is set else f"frozenset({{{inner}}})"
    if isinstance(value, (list, tuple)) and (kind in (list, tuple) or (isinstance(value, tuple) and kind.__eq__ is tuple.__eq__)):
        if len(value) > MOST_ITEMS:
            return None
        texts = [written(one, depth + 1) for one in tuple(value)]
        if None in texts:
            return None
        inner = ", ".join(texts)
        return f"[{inner}]" if kind is list else f"({inner}{',' if len(texts) == 1 else ''})"
    if isinstance(value, dict) and kind.__eq__ in (dict.__eq__,) or kind.__name__ in ("OrderedDict", "Counter") and kind.__module__ == "collections":
        if len(value) > MOST_ITEMS:
            return None
        texts = [(written(key, depth + 1), written(one, depth + 1)) for key, one in dict.items(value)]
        if any(None in pair for pair in texts):
            return None
        return "{" + ", ".join(f"{key}: {one}" for key, one in texts) + "}"
    return None


def double(text, is_bytes=False):
    made = repr("'" + text)[2:-1] if not is_bytes else repr(b"'" + text.encode("latin-1"))[3:-1]
    return '"' + made.replace("\\'", "'").replace('"', '\\"') + '"'


BUILTIN_ERRORS = ("builtins",)
OF_TYPES = (TypeError, AttributeError, NameError, RecursionError, MemoryError, SystemError)


class Runner:
    def __init__(self, job, tell):
        self.job = job
        self.tell = tell
        self.sources = Sources(job["modules"], set(job["packages"]))
        sys.meta_path.insert(0, self.sources)
        self.timer = signal.setitimer
        self.reached = set()
        self.raises = {}  # by module: the lines on which something is raised
        for name, text in job["modules"].items():
            lines = {line for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Raise) for line in range(node.lineno, node.end_lineno + 1)}
            self.raises[f"<{name}>"] = lines
        import builtins

        setattr(builtins, ARM, self.reached.add)

    def load(self, source=None):
        """The tested function, of a module that is loaded anew."""
        self.sources.forget()
        self.sources.changed = {} if source is None else {self.job["target"]: source}
        self.module = importlib.import_module(self.job["target"])
        return getattr(self.module, self.job["exported"])

    def names(self, subject):
        own = {name: getattr(self.module, name) for name in self.job["extra"]}
        return {"subject": subject, "types": types, "datetime": datetime, "decimal": decimal, "fractions": fractions, **own}

    def limited(self, call):
        """@raises Late"""
        self.timer(signal.ITIMER_REAL, CALL_S, CALL_S)
        try:
            return call()
        finally:
            self.timer(signal.ITIMER_REAL, 0)

    def outcome(self, code, subject, is_plain):
        names = self.names(subject)
        is_listed = False

        def call():
            nonlocal is_listed
            value = eval(code, names)
            if hasattr(type(value), "__next__") and hasattr(type(value), "__iter__"):
                is_listed = True
                items = []
                for one in value:
                    items.append(one)
                    if len(items) > MOST_ITEMS:
                        raise OverflowError(f"{ASKED_OF}: too many items")
                value = items
            return value

        try:
            value = self.limited(call)
            text = self.limited(lambda: written(value))
        except Late:
            return {"kind": "late"}, None
        except Refused:
            return {"kind": "unwritable"}, None
        except Exception as error:
            return self.thrown(error, is_plain), None
        except BaseException:
            return {"kind": "unwritable"}, None
        if text is None or len(text) > MOST_UNITS:
            return {"kind": "unwritable"}, None
        return {"kind": "value", "text": text, "isAsync": False, **({"isListed": True} if is_listed else {})}, value

    def thrown(self, error, is_plain):
        kind = type(error)
        try:
            message = str(error)
        except Exception:
            return {"kind": "unwritable"}
        if ASKED_OF in message or kind.__qualname__ != kind.__name__:
            return {"kind": "unwritable"}
        trace = error.__traceback__
        while trace.tb_next is not None:
            trace = trace.tb_next
        file = trace.tb_frame.f_code.co_filename
        is_raised = trace.tb_lineno in self.raises.get(file, ())
        if is_plain and isinstance(error, OF_TYPES) and not is_raised:
            return {"kind": "unwritable"}  # the arguments do not fit: what Python says of that differs from version to version
        if kind.__module__ not in BUILTIN_ERRORS and kind.__module__ not in self.job["modules"] and kind.__module__ != "decimal":
            return {"kind": "unwritable"}
        # How Python words its own errors differs from version to version; only what the code raises itself is told whole.
        text = json.dumps({"name": kind.__name__, "module": kind.__module__, "message": message if is_raised else None})
        return {"kind": "throws", "text": text, "isAsync": False} if len(text) <= MOST_UNITS else {"kind": "unwritable"}

    def run_calls(self):
        job = self.job
        codes = []
        for call in job["calls"]:
            try:
                codes.append(compile(f"subject{call}", "<call>", "eval", dont_inherit=True))
            except (SyntaxError, ValueError):
                codes.append(None)
        skip = set(job["skip"])
        self.tell({"at": "begin", "variant": "load", "call": 0})
        subject = self.limited_load()
        order = [index for index, code in enumerate(codes) if code is not None]
        seen, values = {}, {}
        for turn in range(job["rounds"]):
            for call in order if turn % 2 == 0 else reversed(order):
                if f"plain {call}" in skip or "text" not in seen.get(call, {"text": ""}):
                    continue
                self.tell({"at": "begin", "variant": "plain", "call": call})
                outcome, _ = self.outcome(codes[call], subject, True)
                seen[call] = outcome if seen.get(call, outcome) == outcome else {"kind": "unstable"}
        for call, outcome in seen.items():
            if "text" in outcome and outcome["kind"] == "value":
                values[call] = eval(outcome["text"], {"datetime": datetime, "decimal": decimal, "fractions": fractions})
        if job.get("marked") is None:
            for call, outcome in seen.items():
                self.tell({"at": "call", "variant": "plain", "call": call, "outcome": outcome})
        else:
            marked = self.load(job["marked"])
            for call, outcome in seen.items():
                self.reached.clear()
                if "text" in outcome:
                    self.outcome(codes[call], marked, True)
                self.tell({"at": "call", "variant": "plain", "call": call, "outcome": outcome, "arms": sorted(self.reached)})
        for mutant in job["mutants"]:
            name = mutant["id"]
            self.tell({"at": "begin", "variant": name, "call": -1})
            try:
                changed = self.limited(lambda: self.load(mutant["source"]))
            except BaseException as error:
                self.tell({"at": "failed", "variant": name, "message": str(error)[:300]})
                continue
            for call, before in seen.items():
                if "text" not in before or f"{name} {call}" in skip:
                    continue
                self.tell({"at": "begin", "variant": name, "call": call})
                outcome, value = self.outcome(codes[call], changed, False)
                if outcome["kind"] == before["kind"] == "value" and is_same(value, values[call]):
                    outcome = before  # as the test would see it: 1 is 1.0
                if outcome["kind"] == before["kind"] == "throws" and before["text"].endswith('"message": null}'):
                    of, wanted = json.loads(outcome["text"]), json.loads(before["text"])
                    if (of["name"], of["module"]) == (wanted["name"], wanted["module"]):
                        outcome = before
                self.tell({"at": "call", "variant": name, "call": call, "outcome": outcome})
                if outcome["kind"] == "late":
                    break

    def limited_load(self):
        try:
            return self.load()
        except BaseException as error:
            raise RuntimeError(f"{type(error).__name__}: {error}") from None

    def run_scripts(self):
        job = self.job
        for index, script in enumerate(job["scripts"]):
            passed, message = 0, None
            for _ in range(job["rounds"]):
                try:
                    self.sources.forget()
                    self.limited(lambda: run_tests(script))
                    passed += 1
                except BaseException as error:
                    message = message or f"{type(error).__name__}: {error}"[:300]
            self.tell({"at": "script", "index": index, "passed": passed, **({"message": message} if message else {})})


def is_same(value, wanted):
    """As `assert … is …` for None, True and False, otherwise as `assert … == …`."""
    if wanted is None or isinstance(wanted, bool):
        return value is wanted
    try:
        return bool(value == wanted)
    except Exception:
        return False


class Raises:
    """Stands in for `pytest.raises`."""

    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            raise AssertionError("nothing was raised")
        self.value = value
        return issubclass(kind, self.kind)


def run_tests(script):
    names = {"__name__": "sotto_test"}
    exec(compile(script, "<test>", "exec", dont_inherit=True), names)
    count = 0
    for name, value in list(names.items()):
        if name.startswith("test_") and isinstance(value, types.FunctionType):
            value()
            count += 1
        elif isinstance(value, type) and value.__module__ == "sotto_test":
            for method in [one for one in dir(value) if one.startswith("test_")]:
                value(method).debug()
                count += 1
    if count == 0:
        raise AssertionError("the file has no test")


def main():
    sys.stdin.reconfigure(encoding="utf-8")
    job = json.load(sys.stdin)
    write = os.write

    def tell(answer):
        data = (json.dumps(answer) + "\n").encode()
        while data:
            data = data[write(3, data) :]

    standard = os.path.dirname(os.path.realpath(os.__file__))
    readable = tuple({standard + os.sep, os.path.dirname(os.__file__) + os.sep})
    sys.path[:] = [one for one in sys.path[1:] if os.path.isabs(one) and "site-packages" not in one]  # without this file's own folder
    limit()
    for name in [*job["system"], "__future__", "_strptime", "unicodedata", "encodings.idna", "encodings.latin_1", "encodings.ascii", "encodings.utf_16", "stringprep", "locale"]:
        importlib.import_module(name)
    if job["scripts"]:
        if any("import unittest" in one for one in job["scripts"]):
            import unittest  # noqa: F401  loaded before the hook
            import unittest.case
        stand_in = types.ModuleType("pytest")
        stand_in.raises = Raises
        sys.modules["pytest"] = stand_in

    def late(_number, _frame):
        raise Late

    signal.signal(signal.SIGALRM, late)
    runner = Runner(job, tell)
    if sys.platform == "linux":
        close_files([os.path.dirname(one) for one in readable])
    close(set(job["modules"]) | {"pytest"}, readable)
    sys.setrecursionlimit(600)
    try:
        if job["scripts"]:
            runner.run_scripts()
        else:
            runner.run_calls()
    except BaseException as error:
        tell({"at": "failed", "variant": "plain", "message": str(error)[:300]})
    tell({"at": "end"})


main()

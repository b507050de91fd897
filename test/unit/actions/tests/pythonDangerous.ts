// Twenty Python modules that do what a tested function must not do, each when it is loaded or called. MARK is a path outside of the sandbox's folder, KEPT
// a file there, PORT a port of this machine that is listened on, PID a process of this user's.

export const DANGEROUS_PYTHON: readonly string[] = [
  'def f(a=1):\n    open("MARK", "w").write("x")',
  'import os\nos.mkdir("MARK")\ndef f(a=1):\n    return os.sep',
  'import os\ndef f(a=1):\n    os.remove("KEPT")',
  'import os\ndef f(a=1):\n    os.rename("KEPT", "MARK")',
  'import os\ndef f(a=1):\n    os.chmod("KEPT", 0o777)',
  'import os\ndef f(a=1):\n    os.mkfifo("MARK")',
  'import os\ndef f(a=1):\n    os.symlink("/etc/hosts", "MARK")',
  'import pathlib\ndef f(a=1):\n    pathlib.Path("MARK").write_text("x")',
  'import shutil\ndef f(a=1):\n    shutil.copy("KEPT", "MARK")',
  'import sqlite3\ndef f(a=1):\n    sqlite3.connect("MARK").execute("create table a (b)")',
  'import os\ndef f(a=1):\n    os.system("touch MARK")',
  'import subprocess\ndef f(a=1):\n    subprocess.run(["touch", "MARK"])',
  'import os\ndef f(a=1):\n    if os.fork() == 0:\n        open("MARK", "w")',
  "import os\ndef f(a=1):\n    os.kill(PID, 9)",
  'import socket\ndef f(a=1):\n    socket.create_connection(("127.0.0.1", PORT))',
  'import urllib.request\ndef f(a=1):\n    urllib.request.urlopen("http://127.0.0.1:PORT")',
  'import ctypes\ndef f(a=1):\n    ctypes.CDLL(None).creat(b"MARK", 420)',
  "def f(a=1):\n    eval(\"__imp\" + \"ort__('os').mkdir('MARK')\")",
  'def f(a=1):\n    todo = object.__subclasses__()\n    for one in todo:\n        todo.extend(() if one is type else one.__subclasses__())\n        if one.__name__ == "FileIO":\n            return len(str(one("MARK", "w")))',
  'import re\ndef f(a=1):\n    getattr(re, "enum").sys.modules["os"].mkdir("MARK")',
];

/** Each ends the sandbox by its time or memory, and does nothing else. The look has nothing against them. */
export const ENDLESS_PYTHON: readonly string[] = [
  "def f(a=1):\n    while True:\n        pass",
  "def f(a=1):\n    try:\n        while True:\n            pass\n    except BaseException:\n        return f()",
  "def f(a=1):\n    return len(b'x' * (1 << 40))",
  "def f(a=1):\n    return 7 ** 7 ** 9",
];

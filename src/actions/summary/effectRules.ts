// Which names of the runtime, and of packages that everybody knows, do what outlives a call: for TypeScript and JavaScript, Python, and Go.
// A rule is made from a library's documentation; none is of one repository. Types and tables only.

/** network, disk, process (streams, environment, arguments, other processes). What a file does with its own variables and errors is read from its tree. */
export type OutsideKind = "network" | "disk" | "process";

/** Names of a module: functions have to be called, values only named. */
interface ModuleRule {
  kind: OutsideKind;
  calls?: RegExp;
  values?: RegExp;
}

export interface LanguageRules {
  /** By the name of a module, without `node:`. */
  modules: ReadonlyMap<string, readonly ModuleRule[]>;
  /** Names that need no import: with what they are taken from, joined by ".". */
  globals: readonly ModuleRule[];
  /** Methods that do so whatever they are taken from, where the file imports one of the modules (or always). */
  methods: readonly (ModuleRule & { on?: RegExp; imports?: RegExp; arguments?: RegExp })[];
}

const FS =
  /^(?:access|appendFile|chmod|chown|copyFile|cp|createReadStream|createWriteStream|exists|fstat|fsync|ftruncate|glob|lchown|link|lstat|lutimes|mkdir|mkdtemp|open|openAsBlob|opendir|read|readFile|readdir|readlink|readv|realpath|rename|rm|rmdir|stat|statfs|symlink|truncate|unlink|unwatchFile|utimes|watch|watchFile|write|writeFile|writev|ensureDir|ensureFile|emptyDir|outputFile|outputJson|pathExists|readJson|readJSON|writeJson|writeJSON|move|remove|copy)(?:Sync)?$/;
const REQUESTS = /^(?:request|get|post|put|patch|delete|head|options|fetch|stream|default)$/;
const each = (names: string, ...rules: ModuleRule[]) => names.split(" ").map((name) => [name, rules] as const);

const ecmaScript: LanguageRules = {
  modules: new Map([
    ...each("fs fs/promises fs-extra graceful-fs", { kind: "disk", calls: FS }),
    ...each("child_process", { kind: "process", calls: /^(?:exec|execFile|spawn|fork)(?:Sync)?$/ }),
    ...each("execa cross-spawn", { kind: "process", calls: /./ }),
    ...each("cluster worker_threads", { kind: "process", calls: /^(?:fork|Worker)$/ }),
    ...each("http https http2", { kind: "network", calls: /^(?:request|get|connect)$/ }),
    ...each("net tls", { kind: "network", calls: /^(?:connect|createConnection)$/ }),
    ...each("dns dns/promises", { kind: "network", calls: /^(?:lookup|resolve\w*|reverse)$/ }),
    ...each("axios got node-fetch undici ky", {
      kind: "network",
      calls: /^(?:axios|got|fetch|request|get|post|put|patch|delete|head|stream|default|ky)$/,
    }),
    ...each("ws", { kind: "network", calls: /^(?:WebSocket|WebSocketServer|default)$/ }),
    ...each("process", {
      kind: "process",
      calls: /^(?:exit|cwd|chdir|kill|abort)$/,
      values: /^(?:env|argv|stdin|stdout|stderr|exitCode)$/,
    }),
  ]),
  globals: [
    { kind: "process", values: /^console\.(?:log|info|warn|error|debug|trace|table|dir|group|groupEnd|time|timeEnd)$/ },
    {
      kind: "process",
      calls: /^process\.(?:exit|cwd|chdir|kill|abort|umask)$/,
      values: /^process\.(?:env|argv|execArgv|stdin|stdout|stderr|exitCode)$/,
    },
    { kind: "network", calls: /^(?:fetch|XMLHttpRequest|WebSocket|EventSource|navigator\.sendBeacon)$/ },
    {
      kind: "disk",
      calls:
        /^Deno\.(?:readFile|readTextFile|writeFile|writeTextFile|readDir|open|create|mkdir|remove|rename|copyFile|stat|lstat|realPath|makeTempDir|makeTempFile)(?:Sync)?$|^Bun\.(?:file|write)$/,
    },
    {
      kind: "network",
      calls: /^Deno\.(?:serve|connect|connectTls|listen|listenTls|resolveDns)$|^Bun\.(?:serve|connect|listen)$/,
    },
    {
      kind: "process",
      calls: /^Deno\.(?:exit|cwd|chdir|kill|Command|run)$|^Bun\.(?:spawn|spawnSync)$|^Deno\.env\.\w+$/,
      values: /^Deno\.(?:args|stdin|stdout|stderr)$|^Bun\.env$/,
    },
  ],
  methods: [
    { kind: "network", calls: /^listen$/, arguments: /^\(\s*(?:\d|\{\s*port\b|process\.|[\w.]*port\b)/i },
    { kind: "disk", calls: FS, on: /(?:^|\.)#?(?:fs|fsPromises)$/ },
  ],
};

const PATHS =
  /^(?:read_text|write_text|read_bytes|write_bytes|exists|is_file|is_dir|iterdir|mkdir|rmdir|unlink|touch|symlink_to|rglob)$/;
const python: LanguageRules = {
  modules: new Map([
    ...each(
      "os",
      {
        kind: "process",
        calls:
          /^(?:getenv|putenv|unsetenv|getcwd|getcwdb|chdir|_exit|abort|kill|killpg|fork|forkpty|system|popen|spawn\w+|exec[lv]\w*|startfile|wait|waitpid|umask|nice)$/,
        values: /^environb?$/,
      },
      {
        kind: "disk",
        calls:
          /^(?:listdir|scandir|walk|fwalk|remove|unlink|rename|renames|replace|mkdir|makedirs|rmdir|removedirs|stat|lstat|open|chmod|chown|link|symlink|readlink|utime|truncate|access|mkfifo)$/,
      },
    ),
    ...each("os.path posixpath ntpath", {
      kind: "disk",
      calls: /^(?:exists|lexists|isfile|isdir|islink|ismount|getsize|getmtime|getctime|getatime|realpath|samefile)$/,
    }),
    ...each("sys", {
      kind: "process",
      calls: /^exit$/,
      values: /^(?:argv|stdin|stdout|stderr|__stdin__|__stdout__|__stderr__)$/,
    }),
    ...each("subprocess", {
      kind: "process",
      calls: /^(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)$/,
    }),
    ...each("multiprocessing", { kind: "process", calls: /^(?:Process|Pool)$/ }),
    ...each("signal", { kind: "process", calls: /^(?:signal|raise_signal|alarm|setitimer)$/ }),
    ...each("shutil", {
      kind: "disk",
      calls: /^(?:copy\w*|move|rmtree|make_archive|unpack_archive|disk_usage|which|chown)$/,
    }),
    ...each("tempfile", {
      kind: "disk",
      calls: /^(?:mkstemp|mkdtemp|NamedTemporaryFile|TemporaryFile|TemporaryDirectory|SpooledTemporaryFile)$/,
    }),
    ...each("glob", { kind: "disk", calls: /^i?glob$/ }),
    ...each("sqlite3 dbm shelve", { kind: "disk", calls: /^(?:connect|open)$/ }),
    ...each("zipfile tarfile gzip bz2 lzma io codecs", {
      kind: "disk",
      calls: /^(?:ZipFile|open|GzipFile|BZ2File|LZMAFile)$/,
    }),
    ...each("socket", {
      kind: "network",
      calls: /^(?:socket|create_connection|create_server|getaddrinfo|gethostby\w+)$/,
    }),
    ...each("urllib.request", { kind: "network", calls: /^(?:urlopen|urlretrieve)$/ }),
    ...each("requests httpx", { kind: "network", calls: REQUESTS }),
    ...each("http.client", { kind: "network", calls: /^HTTPS?Connection$/ }),
    ...each("smtplib ftplib imaplib poplib", {
      kind: "network",
      calls: /^(?:SMTP|SMTP_SSL|FTP|FTP_TLS|IMAP4|IMAP4_SSL|POP3|POP3_SSL)$/,
    }),
    ...each(
      "asyncio",
      { kind: "network", calls: /^(?:open_connection|start_server)$/ },
      { kind: "process", calls: /^create_subprocess_(?:exec|shell)$/ },
    ),
    ...each("click typer", {
      kind: "process",
      calls: /^(?:echo|secho|prompt|confirm|echo_via_pager|pause|getchar|edit|launch)$/,
    }),
    ...each("getpass", { kind: "process", calls: /^getpass$/ }),
  ]),
  globals: [
    { kind: "disk", calls: /^open$/ },
    { kind: "process", calls: /^(?:print|input|exit|quit)$/ },
  ],
  methods: [{ kind: "disk", calls: PATHS, imports: /^pathlib$/ }],
};

const go: LanguageRules = {
  modules: new Map([
    ...each(
      "os",
      {
        kind: "disk",
        calls:
          /^(?:Open|OpenFile|Create|CreateTemp|ReadFile|WriteFile|ReadDir|Remove|RemoveAll|Rename|Mkdir|MkdirAll|MkdirTemp|Stat|Lstat|Chmod|Chown|Chtimes|Link|Symlink|Readlink|Truncate|CopyFS)$/,
      },
      {
        kind: "process",
        calls:
          /^(?:Getenv|LookupEnv|Setenv|Unsetenv|Environ|Clearenv|ExpandEnv|Exit|Getwd|Chdir|StartProcess|FindProcess|Hostname|Getpid)$/,
        values: /^(?:Args|Stdin|Stdout|Stderr)$/,
      },
    ),
    ...each("io/ioutil", { kind: "disk", calls: /^(?:ReadFile|WriteFile|ReadDir|TempDir|TempFile)$/ }),
    ...each("path/filepath", { kind: "disk", calls: /^(?:Walk|WalkDir|Glob|EvalSymlinks)$/ }),
    ...each("os/exec", { kind: "process", calls: /^(?:Command|CommandContext|LookPath)$/ }),
    ...each("os/signal", { kind: "process", calls: /^Notify(?:Context)?$/ }),
    ...each("syscall", { kind: "process", calls: /^(?:Exec|Kill|ForkExec)$/ }),
    ...each("fmt", { kind: "process", calls: /^(?:Print|Println|Printf|Scan|Scanln|Scanf)$/ }),
    ...each("log", { kind: "process", calls: /^(?:Print|Println|Printf|Fatal|Fatalln|Fatalf)$/ }),
    ...each("flag", { kind: "process", calls: /^Parse$/ }),
    ...each("net", { kind: "network", calls: /^(?:Dial\w*|Listen\w*|Lookup\w+)$/ }),
    ...each(
      "net/http",
      { kind: "network", calls: /^(?:Get|Head|Post|PostForm|ListenAndServe|ListenAndServeTLS|Serve|ServeTLS)$/ },
      { kind: "disk", calls: /^ServeFile$/ },
    ),
    ...each("crypto/tls", { kind: "network", calls: /^(?:Dial\w*|Listen)$/ }),
    ...each("html/template text/template", { kind: "disk", calls: /^(?:ParseFiles|ParseGlob)$/ }),
  ]),
  globals: [],
  methods: [
    { kind: "network", calls: /^(?:ListenAndServe|ListenAndServeTLS)$/ },
    { kind: "disk", calls: /^(?:ParseFiles|ParseGlob)$/, imports: /^(?:html|text)\/template$/ },
  ],
};

/** undefined in languages in which nothing outside is told. */
export function rulesOf(languageId: string): LanguageRules | undefined {
  if (/^(?:type|java)script/.test(languageId)) return ecmaScript;
  return languageId === "python" ? python : languageId === "go" ? go : undefined;
}

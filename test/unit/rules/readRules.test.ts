// What may be read: patterns as git itself understands them, changes within a second, and a name for each reason.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readRules } from "../../../common/rules/readRules.ts";

const base = mkdtempSync(path.join(tmpdir(), "sotto-rules-"));
after(() => rmSync(base, { recursive: true, force: true }));

function folder(name: string, files: Record<string, string>): string {
  const root = path.join(base, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

const ignoreFiles: Record<string, string> = {
  ".gitignore": [
    "# a comment",
    "*.log",
    "!important.log",
    "/only-here",
    "docs/*.txt",
    "**/deep/secret.ts",
    "cache/",
    "!/kept/cache/",
    "\\#hash",
    "\\!bang",
    "trailing   ",
    "a?c.ts",
    "[xy].ts",
    "all/**",
    "!all/but/",
    "!all/but/this.ts",
  ].join("\n"),
  "pkg/.gitignore": "!*.log\n/local.ts\nsub/inner.ts\nnested/\n",
  "pkg/nested/.gitignore": "!*\n",
  "pkg/sub/.gitignore": "*\n!*.ts\r\n!deep/\n",
  "kept/.gitignore": "*.tmp\n!keep.tmp\n",
  "od[d] *name/.gitignore": "x.ts\n/y.ts\n",
  "lib/.gitignore": "\ufeffbom.ts\n*.TS\n",
  ".git/info/exclude": "mine.ts\npkg/theirs.ts\n",
};

const names = [
  ...["a.log", "important.log", "only-here", "docs/a.txt", "docs/b/a.txt", "x/only-here", "deep/secret.ts"],
  ...["x/deep/secret.ts", "cache/a.ts", "x/cache/a.ts", "kept/cache/a.ts", "#hash", "!bang", "x/#hash", "trailing"],
  ...["abc.ts", "a/c.ts", "x.ts", "z.ts", "q/y.ts", "all/a.ts", "all/but/this.ts", "all/but/that.ts"],
  ...["pkg/a.log", "pkg/x/b.log", "pkg/local.ts", "pkg/x/local.ts", "pkg/sub/inner.ts", "pkg/x/sub/inner.ts"],
  ...["pkg/nested/a.ts", "pkg/nested/a.log", "pkg/sub/a.js", "pkg/sub/a.ts", "pkg/sub/deep/a.ts", "pkg/sub/deep/a.js"],
  ...["kept/a.tmp", "kept/keep.tmp", "kept/x/keep.tmp", "od[d] *name/x.ts", "od[d] *name/z/x.ts", "od[d] *name/y.ts"],
  ...["od[d] *name/z/y.ts", "odd name/x.js", "lib/bom.ts", "lib/other.ts", "lib/a.TS", "mine.ts", "x/mine.ts"],
  ...["pkg/theirs.ts", "theirs.ts", "plain.ts", "Ünïcode/ä.ts"],
];

const hasGit = spawnSync("git", ["--version"]).status === 0;

test("ignored is what git ignores: nested files, negation, anchors, folders, odd names", {
  skip: !hasGit,
}, async () => {
  const root = folder("git", { ...ignoreFiles, ...Object.fromEntries(names.map((name) => [name, ""])) });
  const git = (args: string[], input?: string) =>
    execFileSync("git", ["-c", "core.excludesFile=", "-c", "core.quotePath=false", ...args], {
      cwd: root,
      input,
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, GIT_CONFIG_GLOBAL: path.join(base, "none"), GIT_CONFIG_NOSYSTEM: "1" },
    }).toString();
  git(["init", "-q"]);
  writeFileSync(path.join(root, ".git/info/exclude"), ignoreFiles[".git/info/exclude"]!);
  const expected = new Set(git(["check-ignore", "--no-index", "-z", "--stdin"], `${names.join("\0")}\0`).split("\0"));
  const rules = readRules(root);
  const differing = [];
  for (const name of names) {
    const refusal = await rules.refusal(name);
    if ((refusal === "gitignore") !== expected.has(name)) differing.push(`${name}: ${refusal}`);
  }
  assert.deepEqual(differing, []);
  assert.ok(expected.size > 20 && expected.size < names.length - 15, `${expected.size} of ${names.length}`);
});

test(".sottoignore stands above .gitignore, the setting above both; a secret name above all", async () => {
  const root = folder("precedence", {
    ".gitignore": "*.a\n*.b\n.env\n",
    ".sottoignore": "!*.a\n*.c\n*.d\n!.env\n",
    "p/.gitignore": "!x.c\n",
    "p/.sottoignore": "*.e\n",
  });
  const rules = readRules(root, { exclude: () => ["!*.d", "*.f", "!.env"] });
  const refusals = async (...paths: string[]) => Promise.all(paths.map((name) => rules.refusal(name)));
  assert.deepEqual(await refusals("x.a", "x.b", "x.c", "x.d", "x.e", "x.f"), [
    undefined,
    "gitignore",
    "sottoignore",
    undefined,
    undefined,
    "excluded",
  ]);
  assert.deepEqual(await refusals("p/x.c", "p/x.e", "p/q/x.e"), ["sottoignore", "sottoignore", "sottoignore"]);
  assert.deepEqual(await refusals(".env"), ["secretFile"]);
});

test("a change to an ignore file, or to the setting, holds within a second", async () => {
  let nowMs = 0;
  let exclude: string[] = [];
  const root = folder("changing", { "src/a.ts": "" });
  const rules = readRules(root, { exclude: () => exclude, nowMs: () => nowMs });
  const afterASecond = () => {
    nowMs += 1_000;
    return rules.refusal("src/a.ts");
  };
  assert.equal(await rules.refusal("src/a.ts"), undefined);
  for (const [file, refusal] of [
    [".gitignore", "gitignore"],
    ["src/.gitignore", "gitignore"],
    ["src/.sottoignore", "sottoignore"],
    [".git/info/exclude", "gitignore"],
  ] as const) {
    folder("changing", { [file]: "a.ts\n" });
    assert.equal(await afterASecond(), refusal, file);
    folder("changing", { [file]: "b.ts\nc.ts\n" });
    assert.equal(await afterASecond(), undefined, file);
    folder("changing", { [file]: "a.ts\n" });
    assert.equal(await afterASecond(), refusal, file);
    rmSync(path.join(root, file));
    assert.equal(await afterASecond(), undefined, file);
  }
  exclude = ["src"];
  assert.equal(await rules.refusal("src/a.ts"), "excluded"); // at once
  exclude = [];
  assert.equal(await rules.refusal("src/a.ts"), undefined);
});

/** Of this process, in milliseconds: a busy machine makes no difference. */
const cpuMs = (): number => process.cpuUsage().user / 1000;

const noPipes = { skip: process.platform === "win32" };

test("what is no regular file holds no rules, and nobody waits for it", noPipes, async () => {
  const root = folder("special", { "a.ts": "", "p/.sottoignore": "*.ts\n", "q/a.ts": "", ".git/HEAD": "" });
  mkdirSync(path.join(root, ".git/info"), { recursive: true });
  symlinkSync("/dev/zero", path.join(root, ".gitignore"));
  execFileSync("mkfifo", [path.join(root, ".sottoignore"), path.join(root, ".git/info/exclude")]);
  symlinkSync(path.join(root, ".sottoignore"), path.join(root, "q/.gitignore"));
  const startMs = cpuMs();
  const rules = readRules(root);
  assert.equal(await rules.refusal("a.ts"), undefined);
  assert.equal(await rules.refusal("q/a.ts"), undefined);
  assert.equal(await rules.refusal("p/a.ts"), "sottoignore");
  assert.ok(cpuMs() - startMs < 500);
});

test("a folder counts once, however its path is written", async () => {
  const root = folder("slashes", {
    "sub/a.md": "",
    "sub/.sottoignore": "secr**/*.md\n!keep.md\n*.md\n",
    ".gitignore": "docs/**/*.md\n",
  });
  const rules = readRules(root);
  const startMs = cpuMs();
  for (const between of ["/", "//", "/./", "/x/../", "/".repeat(600), `${"/.".repeat(600)}/`]) {
    assert.equal(await rules.refusal(`sub${between}a.md`), "sottoignore", between.slice(0, 8));
    assert.equal(await rules.refusal(`sub${between}a.ts`), undefined, between.slice(0, 8));
  }
  assert.equal(await rules.refusal("sub/../../a.md"), undefined); // outside: other rules refuse it
  assert.ok(cpuMs() - startMs < 500);
});

test("an ignore file that cannot be taken as rules may have excluded anything: what lies below it is refused, soon", async () => {
  const unreadable: [name: string, text: string][] = [
    ["large", "a.ts\n".repeat(200_001)],
    ["many", Array.from({ length: 60_000 }, (_, i) => `/dir/${i}.ts`).join("\n")],
    ["long", "a".repeat(990_000)],
    ["longStars", "*/".repeat(495_000)],
    ["doubleStars", `${"**/a/".repeat(30)}b`],
  ];
  for (const name of [".gitignore", ".sottoignore"])
    for (const [kind, text] of unreadable) {
      const root = folder(`unread${name}-${kind}`, { "src/a.ts": "", [`src/${name}`]: `b.ts\n${text}\n` });
      const rules = readRules(root);
      const startMs = cpuMs();
      const deep = `src/${"a/".repeat(60)}c.ts`;
      const refusals = await Promise.all(["src/a.ts", "src/.env", deep, "other/a.ts"].map((one) => rules.refusal(one)));
      const took = cpuMs() - startMs;
      assert.deepEqual(refusals, ["ignoreFileUnread", "secretFile", "ignoreFileUnread", undefined], kind);
      assert.ok(took < 1_000, `${kind}: ${took} ms`);
    }
});

test("patterns of many folders count together, and deep paths under double stars are not tried", async () => {
  const lines = (from: number) => Array.from({ length: 3_000 }, (_, i) => `name-${from + i}`).join("\n");
  const rules = readRules(
    folder("together", { ".gitignore": lines(0), "p/.gitignore": lines(3_000), "q/.gitignore": "/**/x/**/y/**/z\n" }),
  );
  assert.equal(await rules.refusal("a.ts"), undefined);
  assert.equal(await rules.refusal("name-2999"), "gitignore");
  assert.equal(await rules.refusal("p/a.ts"), "ignoreFileUnread");
  const startMs = cpuMs();
  assert.equal(await rules.refusal(`q/${"x/y/".repeat(9)}a.ts`), undefined);
  assert.equal(await rules.refusal(`q/${"x/y/".repeat(60)}a.ts`), "ignoreFileUnread");
  assert.ok(cpuMs() - startMs < 500);
});

test("a refused ignore file holds until it can be read", async () => {
  let nowMs = 0;
  const root = folder("mended", { ".gitignore": "", "a.ts": "" });
  truncateSync(path.join(root, ".gitignore"), 2e9); // it takes no room
  const rules = readRules(root, { nowMs: () => nowMs });
  assert.equal(await rules.refusal("a.ts"), "ignoreFileUnread");
  folder("mended", { ".gitignore": "b.ts\n" });
  nowMs += 1_000;
  assert.equal(await rules.refusal("a.ts"), undefined);
  assert.equal(await rules.refusal("b.ts"), "gitignore");
  if (process.platform === "win32" || process.getuid?.() === 0) return;
  chmodSync(path.join(root, ".gitignore"), 0);
  nowMs += 1_000;
  assert.equal(await rules.refusal("a.ts"), "ignoreFileUnread");
});

test("each reason, by path and by text", async () => {
  const rules = readRules(folder("reasons", {}));
  const long = "const a = 1;\n".repeat(100);
  const table: [path: string, text: string | undefined, expected: string | undefined][] = [
    ["src/a.ts", long, undefined],
    ["node_modules/a/b.ts", undefined, "skippedFolder"],
    ["a/dist/b.ts", undefined, "skippedFolder"],
    ["dist.ts", long, undefined],
    ["out", long, undefined], // a file of that name
    ["package-lock.json", undefined, "lockFile"],
    ["x/Cargo.lock", undefined, "lockFile"],
    ["jquery.min.js", undefined, "minified"],
    ["api.pb.go", undefined, "generated"],
    ["a.ts", "a".repeat(1_000_001), "tooLarge"],
    ["a.ts", "a\0b", "binary"],
    ["a.ts", `/**\n * @${"generated"} by a tool\n */\n${long}`, "generated"],
    ["a.go", `// Code ${"generated"} by stringer; DO NOT ${"EDIT"}.\n${long}`, "generated"],
    ["a.py", `# This file was automatically ${"generated"}.\n${long}`, "generated"],
    ["a.ts", `// Finds files that were written by hand.\nconst mark = "@${"generated"}";\n${long}`, undefined],
    ["a.ts", `${long}${long}// @${"generated"}\n`, undefined], // far from the top
    ["a.js", `${"a=b;".repeat(400)}\n`, "minified"],
    ["a.js", `${long}const data = "${"x".repeat(6_000)}";\n`, "minified"],
    ["a.js", `${long}const data = "${"x".repeat(600)}";\n`, undefined],
    ...[".env", ".env.production", "prod.env", ".envrc", "a/server.pem", "id_rsa", "id_ed25519", "credentials"].map(
      (name): [string, undefined, string] => [name, undefined, "secretFile"],
    ),
    ...[
      ".npmrc",
      ".netrc",
      "tls.key",
      "a.P12",
      ".aws/config",
      ".ssh/config",
      "secrets.yaml",
      "b/client_secret_1.json",
    ].map((name): [string, undefined, string] => [name, undefined, "secretFile"]),
    ...["environment.ts", "id_rsa.pub", "credentials.ts", "secrets.py", "key.ts", "keys/a.ts", "src/env.ts"].map(
      (name): [string, string, undefined] => [name, long, undefined],
    ),
  ];
  for (const [name, text, expected] of table) assert.equal(await rules.refusal(name, text), expected, name);
});

test("5,000 patterns are compiled in parts: others have their turn between", async () => {
  const lines = Array.from({ length: 4_990 }, (_, i) => `**/part-${i}/*.x`).join("\n");
  const rules = readRules(folder("parts", { ".gitignore": lines }));
  const startMs = cpuMs();
  let [last, longest] = [startMs, 0];
  let looking = true;
  const turn = () => {
    longest = Math.max(longest, cpuMs() - last);
    last = cpuMs();
    if (looking) setImmediate(turn);
  };
  setImmediate(turn);
  assert.equal(await rules.refusal("a/part-4989/b.x"), "gitignore");
  turn();
  looking = false;
  assert.ok(longest < 0.5 * (last - startMs), `${longest} of ${last - startMs} ms at once`);
});

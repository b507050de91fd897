// Folders that a stranger may have put together: special files in place of ordinary ones, names of every kind, depth, length, git's own settings.
// Each is made in an empty folder that has a.ts already. Nothing here says what must hold.

import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

type Maker = (dir: string, write: (name: string, text: string | Buffer) => void) => void;

const pipe = (file: string) => execFileSync("mkfifo", [file]);

function sparse(file: string, bytes: number): void {
  const fd = openSync(file, "w");
  ftruncateSync(fd, bytes);
  closeSync(fd);
}

const ODD_NAMES = [
  ..."-rf.ts|a b.ts|a\nb.ts|a\tb.ts|\u202eevil.ts|e\u0301.ts|\u00e9.ts|__proto__.ts|constructor.ts|CON.ts|a\\b.ts|$(touch run).ts|`touch run`.ts".split(
    "|",
  ),
  ...[
    "%2e%2e%2f.ts",
    "....ts",
    ".ts",
    "a'b\".ts",
    "😀.ts",
    `${"n".repeat(252)}.ts`,
    "*.ts",
    "?.ts",
    "[a].ts",
    "{a,b}.ts",
    "#.ts",
    "!.ts",
    "~.ts",
  ],
];

/** A command of git's settings that would leave a mark. */
const gitConfig = (mark: string) =>
  `[core]\n\tfsmonitor = "touch ${mark}"\n\tpager = "touch ${mark}"\n\tsshCommand = "touch ${mark}"\n\thooksPath = hooks\n` +
  `[diff]\n\texternal = "touch ${mark}"\n[filter "x"]\n\tclean = "touch ${mark}"\n\tsmudge = "touch ${mark}"\n[alias]\n\tlog = "!touch ${mark}"\n`;

/** The file in a folder that appears where something of the folder was run. */
export const MARK = "was-run";

export const HOSTILE_FOLDERS: Readonly<Record<string, Maker>> = {
  "a pipe as .gitignore": (dir) => pipe(path.join(dir, ".gitignore")),
  "a pipe as .sottoignore below": (dir) => {
    mkdirSync(path.join(dir, "sub"));
    pipe(path.join(dir, "sub", ".sottoignore"));
  },
  "pipes as sources": (dir) => {
    for (let i = 0; i < 20; i++) pipe(path.join(dir, `pipe${i}.ts`));
  },
  "/dev/zero as .gitignore": (dir) => symlinkSync("/dev/zero", path.join(dir, ".gitignore")),
  "devices as sources": (dir) => {
    for (const device of ["zero", "urandom", "full", "tty"])
      symlinkSync(`/dev/${device}`, path.join(dir, `${device}.ts`));
  },
  "links in a ring, to above and to outside": (dir) => {
    symlinkSync("ring2", path.join(dir, "ring1"));
    symlinkSync("ring1", path.join(dir, "ring2"));
    symlinkSync("..", path.join(dir, "up"));
    symlinkSync("/etc", path.join(dir, "etc"));
    symlinkSync("/proc/self", path.join(dir, "self"));
    symlinkSync("/etc/passwd", path.join(dir, "passwd.ts"));
  },
  "odd names": (_dir, write) => {
    for (const name of ODD_NAMES) write(name, `export const odd = ${JSON.stringify(name)};\n`);
  },
  "names that are no UTF-8": (dir) => {
    for (const byte of [0x80, 0xc3, 0xff])
      writeFileSync(
        Buffer.concat([Buffer.from(`${dir}/bad`), Buffer.from([byte]), Buffer.from(".ts")]),
        "export {};\n",
      );
  },
  "deep folders": (dir) => {
    const deep = path.join(dir, ...Array.from({ length: 200 }, () => "deep"));
    mkdirSync(deep, { recursive: true });
    writeFileSync(path.join(deep, "a.ts"), "export const deep = 1;\n");
  },
  "thousands of files in one folder": (_dir, write) => {
    for (let i = 0; i < 3_000; i++) write(`file${i}.ts`, `export const value${i} = ${i};\n`);
  },
  "huge lines": (_dir, write) => {
    write("line.ts", `export const long = "${"x".repeat(900_000)}";\n`);
    write("lists.ts", `export const list = [${"1,".repeat(200_000)}];\n`);
    write("blanks.ts", `let a =${" ".repeat(200_000)}1;\n`);
  },
  "brackets without end": (_dir, write) => {
    for (const open of ["(", "[", "{", "<", "`${"])
      write(`open${open.charCodeAt(0)}.ts`, `const a = ${open.repeat(10_000)}\n`);
  },
  "bytes as sources": (_dir, write) => {
    const bytes = Buffer.alloc(100_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 167 + (i >> 8)) & 255;
    write("bytes.ts", bytes);
    write("zeros.ts", Buffer.alloc(100_000));
    write("lone.ts", `const a = "${"\ud800".repeat(1_000)}";\n`);
  },
  "files of gigabytes": (dir) => {
    for (const name of ["huge.ts", "package.json", "tsconfig.json", ".gitignore"]) sparse(path.join(dir, name), 5e9);
  },
  "thousands of patterns": (_dir, write) =>
    write(".gitignore", Array.from({ length: 60_000 }, (_, i) => `/p${i}/**/*.x${i}`).join("\n")),
  "patterns that are hard to match": (_dir, write) =>
    write(".gitignore", `${"a*".repeat(60)}b\n${"**/".repeat(40)}x\n${"[".repeat(500)}\n${"\\".repeat(999)}\n(a+)+$\n`),
  "package files that lead elsewhere": (_dir, write) => {
    write(
      "package.json",
      `{"main":"../../../../etc/passwd","exports":{".":"/etc/passwd"},"__proto__":{"name":"x"},"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
    );
    write(
      "tsconfig.json",
      '{"extends":"./tsconfig.json","compilerOptions":{"baseUrl":"/","paths":{"*":["/etc/*"]},"plugins":[{"name":"./evil"}]}}',
    );
    write("evil.js", `require("node:fs").writeFileSync(__dirname + "/${MARK}", "");\n`);
  },
  "git's settings with commands": (dir, write) => {
    mkdirSync(path.join(dir, ".git", "objects"), { recursive: true });
    mkdirSync(path.join(dir, ".git", "refs"));
    mkdirSync(path.join(dir, "hooks"));
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/config", gitConfig(path.join(dir, MARK)));
    write(".gitattributes", "* filter=x diff=x\n");
  },
};

// How a value stands beside its name, by language and kind of file. Each is drawn anew with quotes, spacing and surroundings at random.

import { type Draws, type NameStyle, styled } from "./draws.ts";

export interface Wrapper {
  file: string;
  place: "quoted" | "bare";
  wrap(value: string, words: readonly string[], draws: Draws): string;
}

const quoted = (value: string, draws: Draws, quotes = ['"', "'"]): string => {
  const quote = draws.pick(quotes);
  return `${quote}${value}${quote}`;
};
const named = (words: readonly string[], draws: Draws, ...styles: NameStyle[]): string =>
  styled(words, draws.pick(styles));
const halves = (value: string, draws: Draws): [string, string] => {
  const at = draws.int(Math.floor(value.length / 3), Math.floor((2 * value.length) / 3));
  return [value.slice(0, at), value.slice(at)];
};
const indent = (text: string, units: number): string => text.replace(/^(?=.)/gm, " ".repeat(units));

type Wrap = Wrapper["wrap"];
/** One file kind: ways for values in quotes, ways for values without. */
function kind(file: string, inQuotes: readonly Wrap[], bare: readonly Wrap[] = []): Wrapper[] {
  return [
    ...inQuotes.map((wrap): Wrapper => ({ file, place: "quoted", wrap })),
    ...bare.map((wrap): Wrapper => ({ file, place: "bare", wrap })),
  ];
}

export const wrappers: readonly Wrapper[] = [
  ...kind("typescript", [
    (v, n, d) =>
      `${d.pick(["const", "let", "export const", "var"])} ${named(n, d, "camel", "constant")} = ${quoted(v, d, ['"', "'", "`"])}${d.pick([";", ""])}\n`,
    (v, n, d) =>
      `class A {\n  private readonly ${named(n, d, "camel")}${d.pick([": string", ""])} = ${quoted(v, d)};\n}\n`,
    (v, n, d) => `start({ port: ${d.int(1, 9999)}, ${named(n, d, "camel", "snake")}: ${quoted(v, d)}, tls: true });\n`,
    (v, n, d) => `const v = process.env.${named(n, d, "constant")} ${d.pick(["??", "||"])} ${quoted(v, d)};\n`,
    (v, n, d) =>
      `const ${named(n, d, "camel")} = ${halves(v, d)
        .map((half) => quoted(half, d, ['"']))
        .join(" + ")};\n`,
    (v, n, d) => `client.${d.pick(["set", "with", "use"])}${named(n, d, "pascal")}(${quoted(v, d)});\n`,
    (v, n, d) => `headers: { "X-${named(n, d, "kebab")}": ${quoted(v, d)} },\n`,
    (v, n, d) => `if (input.${named(n, d, "camel")} === ${quoted(v, d)}) allow();\n`,
    (v, n, d) => `<Login ${named(n, d, "camel")}="${v.replaceAll('"', "")}" />\n`,
  ]),
  ...kind("python", [
    (v, n, d) => `${named(n, d, "snake", "constant")}${d.pick([" = ", "=", ": str = "])}${quoted(v, d)}\n`,
    (v, n, d) => `cfg = {\n    ${quoted(named(n, d, "snake"), d)}: ${quoted(v, d)},\n}\n`,
    (v, n, d) => `conn = connect(host="h", ${named(n, d, "snake")}=${quoted(v, d)})\n`,
    (v, n, d) => `os.environ[${quoted(named(n, d, "constant"), d)}] = ${quoted(v, d)}\n`,
    (v, n, d) => `x = os.getenv("${named(n, d, "constant")}", ${quoted(v, d)})\n`,
    (v, n, d) => `${named(n, d, "snake")} = (\n    "${halves(v, d).join('"\n    "')}"\n)\n`,
    (v, n, d) => `${named(n, d, "constant")} = """${v}"""\n`,
    (v, n, d) => `${named(n, d, "snake")} = b"${v}"\n`,
  ]),
  ...kind("django", [
    (v, _, d) =>
      `DEBUG = True\nSECRET_KEY = ${quoted(`${d.pick(["", "django-insecure-"])}${v}`, d)}\nALLOWED_HOSTS = []\n`,
    (v, _, d) => `DATABASES = {"default": {"NAME": "a", "USER": "b", "PASSWORD": ${quoted(v, d)}}}\n`,
    (v, _, d) => `SECRET_KEY = env("SECRET_KEY", default=${quoted(v, d)})\n`,
  ]),
  ...kind("go", [
    (v, n, d) => `\t${named(n, d, "camel")} := "${v}"\n`,
    (v, n, d) => `const ${named(n, d, "camel", "pascal")} = ${quoted(v, d, ['"', "`"])}\n`,
    (v, n, d) => `cfg := Config{Host: "h", ${named(n, d, "pascal")}: "${v}"}\n`,
    (v, n, d) => `var ${named(n, d, "camel")} = []byte("${v}")\n`,
    (v, n, d) => `os.Setenv("${named(n, d, "constant")}", "${v}")\n`,
    (v, n, d) => `var ${named(n, d, "camel")} string = "${v}"\n`,
  ]),
  ...kind("java", [
    (v, n, d) => `private static final String ${named(n, d, "constant")} = "${v}";\n`,
    (v, n, d) => `ds.set${named(n, d, "pascal")}("${v}");\n`,
    (v, n, d) => `props.put("${named(n, d, "dotted", "camel")}", "${v}");\n`,
    (v, n, d) => `if ("${v}".equals(${named(n, d, "camel")})) { return; }\n`,
    (v, n, d) => `Client.builder().${named(n, d, "camel")}("${v}").build();\n`,
    (v, n, d) => `String ${named(n, d, "camel")} =\n        "${v}";\n`,
  ]),
  ...kind("csharp", [
    (v, n, d) => `public const string ${named(n, d, "pascal")} = ${d.pick(["", "@"])}"${v}";\n`,
    (v, n, d) => `public string ${named(n, d, "pascal")} { get; set; } = "${v}";\n`,
    (v, n, d) => `config["${named(n, d, "pascal")}"] = "${v}";\n`,
    (v, _, d) =>
      `var c = "Server=s;${d.pick(["Uid", "User Id"])}=u;${d.pick(["Password", "Pwd", "PWD"])}=${v.replaceAll(";", ".")};Encrypt=yes";\n`,
    (v, _, d) =>
      `var c = "Driver={ODBC};${d.pick(["Uid", "UID"])}=u;${d.pick(["Pwd", "PWD"])}={${v.replace(/[{} ]/g, ".")}};";\n`,
  ]),
  ...kind("terraform", [
    (v, n, d) => `variable "${named(n, d, "snake")}" {\n  type    = string\n  default = "${v}"\n}\n`,
    (v, n, d) =>
      `variable "${named(n, d, "snake")}" {\n  description = "d"\n  sensitive = true\n  default${d.pick([" ", "     "])}= "${v}"\n}\n`,
    (v, n, d) => `resource "aws_db_instance" "a" {\n  username = "u"\n  ${named(n, d, "snake")}  = "${v}"\n}\n`,
    (v, n, d) => `locals {\n  ${named(n, d, "snake")} = "${v}"\n}\n`,
  ]),
  ...kind(
    "yaml",
    [
      (v, n, d) => `db:\n  ${named(n, d, "snake", "camel", "kebab")}: ${quoted(v, d)}\n`,
      (v, n, d) => `env:\n  - name: ${named(n, d, "constant")}\n    value: ${quoted(v, d)}\n`,
      (v, n, d) => `opts: { user: u, ${named(n, d, "camel")}: ${quoted(v, d)}, port: 1 }\n`,
    ],
    [
      (v, n, d) => `spring:\n  ${named(n, d, "snake", "camel", "kebab")}: ${v}\n`,
      (v, n, d) => `env:\n  - name: ${named(n, d, "constant")}\n    value: ${v}\n`,
      (v, n, d) => `services:\n  a:\n    environment:\n      - ${named(n, d, "constant")}=${v}\n`,
      (v, n, d) => `${named(n, d, "snake")}: |\n  ${v}\nnext: 1\n`,
      (v, n, d) => `      - ${named(n, d, "constant")}=\${${named(n, d, "constant")}:-${v.replaceAll("}", "")}}\n`,
    ],
  ),
  ...kind("toml", [
    (v, n, d) => `[a.b]\n${named(n, d, "snake", "kebab")} = ${quoted(v, d)}\n`,
    (v, n, d) => `a = { u = "x", ${named(n, d, "snake")} = "${v}" }\n`,
  ]),
  ...kind(
    "ini",
    [],
    [
      (v, n, d) => `[a]\n${named(n, d, "snake", "dotted")}${d.pick(["=", " = "])}${v}\nb=1\n`,
      (v, n, d) => `${named(n, d, "dotted")}${d.pick(["=", ": "])}${v}\n`,
    ],
  ),
  ...kind("sql", [
    (v, _, d) => `CREATE LOGIN a WITH PASSWORD = ${d.pick(["N", ""])}'${v}';\n`,
    (v, _, d) =>
      `${d.pick(["CREATE USER", "ALTER USER"])} 'a'@'%' IDENTIFIED ${d.pick(["", "WITH mysql_native_password "])}BY '${v}';\n`,
    (v, _, d) =>
      `${d.pick(["CREATE ROLE a LOGIN", "ALTER ROLE a WITH", "create user a with encrypted"])} ${d.pick(["PASSWORD", "password"])} '${v}';\n`,
    (v) => `SET PASSWORD FOR 'a' = PASSWORD('${v}');\n`,
    (v) => `OPEN SYMMETRIC KEY k DECRYPTION BY PASSWORD = '${v}';\n`,
  ]),
  ...kind(
    "shell",
    [
      (v, n, d) => `export ${named(n, d, "constant")}=${quoted(v, d)}\n`,
      (v, n, d) => `${named(n, d, "snake", "constant")}=${quoted(v, d, ["'"])} ./run\n`,
      (v, n, d) => `tool --${named(n, d, "kebab")}${d.pick(["=", " "])}${quoted(v, d)} --verbose\n`,
      (v, _, d) =>
        `curl -H ${d.pick(["'", '"'])}X-Api-Key: ${v.replace(/[\s'"]/g, "")}' https://a.b\n`.replace(
          /-H "(.*)'/,
          '-H "$1"',
        ),
      (v, n, d) => `$${named(n, d, "camel")} = ${quoted(v, d)}\n`,
    ],
    [
      (v, n, d) => `${d.pick(["export ", ""])}${named(n, d, "constant")}=${v}\n`,
      (v, n, d) => `tool --${named(n, d, "kebab")}${d.pick(["=", " "])}${v} --verbose\n`,
      (v, n, d) => `docker run -e ${named(n, d, "constant")}=${v} img\n`,
    ],
  ),
  ...kind(
    "env",
    [(v, n, d) => `A=1\n${named(n, d, "constant")}=${quoted(v, d)}\n`],
    [(v, n, d) => `# a\n${named(n, d, "constant")}=${v}\nB=2\n`, (v, n, d) => `${named(n, d, "constant")} = ${v}\n`],
  ),
  ...kind("xml", [
    (v, n, d) => `<add key="${named(n, d, "pascal", "camel")}" value="${v.replace(/[<>&"]/g, ".")}" />\n`,
    (v, n, d) => `<property name="${named(n, d, "camel")}">${v.replace(/[<>&]/g, ".")}</property>\n`,
    (v, n, d) => `<${named(n, d, "camel")}>${v.replace(/[<>&]/g, ".")}</${named(n, d, "camel")}>\n`,
    (v, n, d) => `<string name="${named(n, d, "snake")}">${v.replace(/[<>&]/g, ".")}</string>\n`,
    (v, n, d) => `<key>${named(n, d, "camel")}</key>\n<string>${v.replace(/[<>&]/g, ".")}</string>\n`,
  ]),
  ...kind(
    "dockerfile",
    [(v, n, d) => `FROM a\nENV ${named(n, d, "constant")}=${quoted(v, d, ['"'])}\n`],
    [
      (v, n, d) => `FROM a\n${d.pick(["ENV", "ARG"])} ${named(n, d, "constant")}=${v}\n`,
      (v, n, d) => `FROM a\nENV ${named(n, d, "constant")} ${v}\n`,
      (v, n, d) => `ENV A=1 ${named(n, d, "constant")}=${v}\n`,
    ],
  ),
  ...kind("json", [
    (v, n, d) => `{\n  "a": 1,\n  "${named(n, d, "camel", "snake", "kebab")}":${d.pick(["", " "])}"${v}"\n}\n`,
    (v, n, d) => `[{ "name": "${named(n, d, "constant")}", "value": "${v}" }]\n`,
    (v, n, d) => `const s = "{\\"${named(n, d, "camel")}\\": \\"${v}\\"}";\n`,
    (v, n, d) => `{ "value": "${v}", "key": "${named(n, d, "constant")}" }\n`,
  ]),
  ...kind("php", [
    (v, n, d) => `define('${named(n, d, "constant")}', ${quoted(v, d, ["'"])});\n`,
    (v, n, d) => `return ['${named(n, d, "snake")}' => '${v}'];\n`,
    (v, n, d) => `$${named(n, d, "camel", "snake")} = '${v}';\n`,
  ]),
  ...kind("rust", [
    (v, n, d) => `const ${named(n, d, "constant")}: &str = "${v}";\n`,
    (v, n, d) => `    ${named(n, d, "snake")}: String::from("${v}"),\n`,
    (v, n, d) => `let ${named(n, d, "snake")} = Some("${v}".to_string());\n`,
  ]),
  ...kind("c", [
    (v, n, d) => `static const char ${named(n, d, "snake")}[] = "${v}";\n`,
    (v, n, d) => `#define ${named(n, d, "constant")} "${v}"\n`,
  ]),
  ...kind("kotlin", [(v, n, d) => `val ${named(n, d, "camel")}: String = "${v}"\n`]),
  ...kind("ruby", [
    (v, n, d) => `  ${named(n, d, "snake")}: "${v}",\n`,
    (v, n, d) => `ENV["${named(n, d, "constant")}"] ||= "${v}"\n`,
  ]),
  ...kind("comment", [(v, n, d) => `${d.pick(["#", "//", "--"])} ${named(n, d, "snake", "camel")} = "${v}"\n`]),
  ...kind(
    "settings",
    [],
    [
      (v) => `machine a.b login u password ${v}\n`,
      (v) => `//registry.a.b/:_authToken=${v}\n`,
      (v) => `requirepass ${v}\nport 1\n`,
      (v) => `network={\n  ssid="a"\n  psk=${v}\n}\n`,
      (v) => `[Peer]\nPresharedKey = ${v}\n`,
    ],
  ),
];

/** A Secret of Kubernetes: values by any name. */
export function kubernetesSecret(draws: Draws, value: string): { text: string; secret: string } {
  const isEncoded = draws.chance(0.6);
  const secret = isEncoded ? Buffer.from(value).toString("base64") : value;
  const entry = `${draws.pick(["a", "config", "tls.key", "url", "password"])}: ${isEncoded ? secret : `"${secret}"`}`;
  const data = `${isEncoded ? "data" : "stringData"}:\n${indent(`user: ${Buffer.from("me").toString("base64")}\n${entry}`, 2)}\n`;
  const head = `apiVersion: v1\nkind: Secret\n`;
  const meta = `metadata:\n  name: a\ntype: Opaque\n`;
  return { text: draws.chance(0.5) ? `${head}${meta}${data}` : `apiVersion: v1\n${data}kind: Secret\n${meta}`, secret };
}

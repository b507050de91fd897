// Secrets: none of 200 planted ones passes, hardly anything harmless is taken for one, lines stay, and hostile input costs no more than its length.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { REDACTED, redactSecrets } from "../../../common/rules/redactSecrets.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { type PlantedSecret, plantedSecrets } from "./plantedSecrets.ts";

const planted = plantedSecrets(200, 4);
const lineBreaks = (text: string) => text.match(/\r\n?|\n/g) ?? [];
/** The lines of a secret that still stand in a text. */
const left = ({ secret }: PlantedSecret, text: string) => secret.split(/\n|\\n/).filter((part) => text.includes(part));

test("no planted secret passes", () => {
  assert.ok(new Set(planted.map(({ kind }) => kind)).size >= 25);
  assert.ok(new Set(planted.map(({ syntax }) => syntax)).size >= 15);
  for (const one of planted) {
    const { text, found } = redactSecrets(one.text);
    assert.deepEqual(left(one, text), [], `${one.kind} as ${one.syntax}: ${text}`);
    assert.deepEqual(lineBreaks(text), lineBreaks(one.text), one.kind);
    assert.ok(Object.values(found).reduce((sum, count) => sum + count, 0) >= 1, one.kind);
    assert.deepEqual(redactSecrets(text), { text, found: {} }, `${one.kind} as ${one.syntax}, once more`);
  }
});

test("many in one file, with the line ends of Windows, between code that stays", () => {
  const code = "function add(a, b) {\n  return a + b;\n}\n";
  const whole = planted
    .map(({ text }) => text + code)
    .join("")
    .replaceAll("\n", "\r\n");
  const { text } = redactSecrets(whole);
  for (const one of planted) assert.deepEqual(left(one, text), [], `${one.kind} as ${one.syntax}`);
  assert.equal(lineBreaks(text).length, lineBreaks(whole).length);
  assert.equal(text.split(code.replaceAll("\n", "\r\n")).length, planted.length + 1);
});

test("passwords without quotes, in options, files of settings and strings of pairs", () => {
  const word = ["hunter", "2Zk8"].join("");
  const table = [
    `db.password=${word}\n`,
    `spring.datasource.password: ${word}\n`,
    "  password: cGFzc3dvcmQxMjM=\n",
    `password = ${word}9\n`,
    `mysql --password=${word} db\n`,
    `ENV DB_PASSWORD ${word}\n`,
    `machine a.b login me password ${word}\n`,
    `connect("dbname=a user=b password=${word} host=c")`,
    `<password>${word}</password>`,
    `password: |\n  Zk8${word}mQ4vT9xL\n`,
    `encryptionKey: Buffer.from("${"5f29bc1a".repeat(4)}", "hex")`,
    `aws_session_token = ${"Zk81mQ/p07wLx9Yt4".repeat(40)}\n`,
    `redis://:${word}@host:6379`,
    `curl -u me:${word} http://a.b`,
    `"password": "${"P@ss"}w0rd"`,
    `password: "${"Password"}123!"`,
  ];
  const passing = table.filter((text) => !redactSecrets(text).text.includes(REDACTED));
  assert.deepEqual(passing, []);
  for (const text of table) assert.doesNotMatch(redactSecrets(text).text, /hunter|Zk8|cGFz|5f29|P@ss|123!/);
});

test("says how many of which kind, and keeps what stands around them", () => {
  const key = ["AKIA", "QZ7LM3NVX5RT2WYB"].join("");
  const [first, second] = ["tr0ub4dor&3", "Zk81mQp07wLx"];
  const text = `const id = "${key}"; // an id\nconst password = "${first}";\nconst secret = '${second}';\n`;
  assert.deepEqual(redactSecrets(text), {
    text: `const id = "${REDACTED}"; // an id\nconst password = "${REDACTED}";\nconst secret = '${REDACTED}';\n`,
    found: { awsAccessKey: 1, keyword: 2 },
  });
});

test("a private key that begins or ends outside the text; a certificate stays", () => {
  const line = planted.find(({ kind }) => kind === "pem")!.secret.split("\n");
  const mark = (which: string, what: string) => ["-----", which, ` ${what}-----`].join("");
  for (const what of ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]) {
    const begins = `${mark("BEGIN", what)}\nProc-Type: 4,ENCRYPTED\n\n${line[0]}\n${line[1]}`;
    const ends = `${line[2]}\n${line[3]}\nab3=\n${mark("END", what)}\nconst a = 1;\n`;
    for (const part of [begins, ends, `${begins}\n${ends}`]) {
      const { text, found } = redactSecrets(part);
      for (const one of line) assert.ok(!text.includes(one), text);
      assert.equal(found.privateKey, 1);
    }
    assert.ok(redactSecrets(ends).text.endsWith(`${mark("END", what)}\nconst a = 1;\n`));
  }
  const middle = redactSecrets(`${line[4]}\n${line[5]}\n`);
  assert.deepEqual(middle, { text: `${REDACTED}\n${REDACTED}\n`, found: { random: 2 } });
  const certificate = `${mark("BEGIN", "CERTIFICATE")}\n${line[0]}\n${line[1]}\n${mark("END", "CERTIFICATE")}\n`;
  assert.equal(redactSecrets(certificate).text, certificate);
  const code = `const isKey = text.includes("${mark("BEGIN", "PRIVATE KEY")}");\nconst other = isKey ? 1 : 2;\nreturn other;\n`;
  assert.equal(redactSecrets(code).text, code);
});

const harmless = [
  'const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";',
  'key: "3f2504e0-4f89-41d3-9a0c-0305e82c3301"',
  '"integrity": "sha512-52N+Y4HRMOJmbLmr+DqO4iSRyyB7N52gm7PWCT6h0p978+oKbqHCB7gIJIwZvBUsjlSdWbrBFqUSmIFNZMpn0A=="',
  'const commit = "9a8b7c6d5e4f30219a8b7c6d5e4f30219a8b7c6d";',
  'weightsSha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
  'tokenHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
  'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"',
  'const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg";',
  'const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";',
  'data-testid="checkout-payment-form-submit-button-2"',
  'const key = "someVeryLongIdentifierNameForTheSecondCachedEntryOfTheTable2";',
  "passwordColor: '#a1b2c3d4',",
  "const password = /^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,}$/;",
  'passwordPattern: "^[a-zA-Z0-9]{8,}$"',
  'import { tokenStore2 } from "../../common/auth/tokens/tokenStore2.ts";',
  'const secretPath = "secret/data/production2/database";',
  'password: "changeme"',
  'password = "your_password_here1"',
  'api_key = "<your-key>"',
  'API_KEY="your-api-key-here"',
  "const token = process.env.GITHUB_TOKEN;",
  "password: process.env.DB_PASSWORD,",
  'password: os.environ["DB_PASSWORD"],',
  'TOKEN="$' + '{GITHUB_TOKEN}"',
  "token: $" + "{{ secrets.NPM_TOKEN_2 }}",
  'token: "xxxxxxxxxxxxxxxxxxxxxxxx"',
  'password: "********"',
  'secret: "********************"',
  'const label = { password: "Password", token: "Token", secret: "Secret" };',
  'password: "Please enter your password, at least 8 characters"',
  'passwordHint: "Forgot your password1?"',
  "password: string;",
  "token: Token | undefined;",
  "  token: CancellationToken2,",
  "token = nextToken(tokens2, 1);",
  "const secret = config.auth.secret2;",
  "password=form.password1, token=self.token2",
  'token.type === "identifier2"',
  'tokenType: "Bearer"',
  'tokenize("const a1 = b2;")',
  'tokens: ["identifier1", "operator2"],',
  '"keyword.control.flow.ts2"',
  'authUrl: "https://auth.example.com/oauth2/v2.0/token"',
  '"https://github.com/Owner/Repository/blob/9a8b7c6d5e4f30219a8b7c6d5e4f30219a8b7c6d/src/File.ts"',
  'url = "postgres://user:password@localhost:5432/app"',
  'url = "postgres://app:$' + '{PASSWORD}@localhost/app"',
  "Authorization: Bearer <token>",
  'headers: { Authorization: "Bearer " + token }',
  "the bearer authentication_required error is sent",
  ["AKIA", "IOSFODNN7EXAMPLE"].join(""),
  `ghp_${"x".repeat(36)}`,
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore",
  "models/smollm2-135m/adapters/TRAINING-DATA.md",
  "key={`row-$" + "{index}`}",
  'const map = { key: "value1", keyCode: "KeyA1" };',
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8mQ0p1Xk7Vb2Lr5Tn9Wc4Zd6Yf3Hg8Ks1Pj0Qw7Er user@host",
  'const ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";',
  "sk-circle-fade-delay-animation-12",
];

test("harmless literals that look like secrets are left alone", () => {
  const alarms = harmless.filter((text) => redactSecrets(text).text !== text);
  assert.deepEqual(alarms, []);
});

test("this repository's own sources: at most 2 false alarms", () => {
  const root = packageRoot(import.meta.dirname);
  const alarms: string[] = [];
  let units = 0;
  for (const folder of ["common", "src", "server", "cli", "scripts", "samples", "test", "docs"]) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!/\.(ts|mjs|js|py|md)$/.test(name) || name.includes("node_modules")) continue;
      const text = readFileSync(path.join(root, folder, name), "utf8");
      units += text.length;
      const { found } = redactSecrets(text);
      if (Object.keys(found).length > 0) alarms.push(`${folder}/${name}: ${JSON.stringify(found)}`);
    }
  }
  assert.ok(units > 1_000_000);
  assert.ok(alarms.length <= 2, alarms.join("\n"));
});

test("hostile input: ten times the text costs about ten times the work", () => {
  const rows = [
    "password",
    ["password", "="].join(""),
    'password="',
    'password: "a',
    "token ",
    "tokentoken: ",
    "secret:\n",
    "key = [(",
    "eyJ",
    "eyJaaaaaaaaaa.",
    "eyJaaaaaaaaaa.eyJaaaaaaaaaa.",
    "ghp_",
    "sk-",
    "sk-a1",
    "a1B2c3",
    "a",
    "://",
    "://a:",
    "://a:b@",
    "Bearer a",
    "-u a:",
    ["-----BEGIN ", "PRIVATE KEY-----"].join(""),
    ["-----BEGIN ", "PRIVATE KEY-----\nMIIEabcdefghijklmnop\n"].join(""),
    ["-----END ", "PRIVATE KEY-----"].join(""),
    ["-----END ", "PRIVATE KEY-----\n"].join(""),
    "-----",
    "+",
    "\\n",
    "\n",
    " ",
    "SG.aaaaaaaaaaaaaaaaaaaaaa.",
    "1234567890:AA",
    "Maaaaaaaaaaaaaaaaaaaaaaaa.aaaaaa.",
    "'''",
    '\\"',
    "`",
    '" + "',
    '"a" + ',
    'token: "a" "',
    "token == ",
    '"a" == token ',
    'variable "token" {\n',
    '- name: "token"\n  value: ',
    "kind: Secret\n",
    "kind: Secret\ndata:\n  a: b\n",
    '"kty": ',
    '{"kty":"d","d":"',
    "<D>",
    "KeyValue><D>",
    "Private-Lines: 99\n",
    "privateExponent:\n",
    "prime1: 00:",
    "untrusted comment: secret key\n",
    "://a/hook/",
    "://a?b=",
    "://a:b/@",
    "@tcp(a:",
    "mysql ",
    "mysql -",
    "-passin ",
    "Driver={a};pwd={",
    "password is ",
    "token ? token : ",
    "PASSWORD('",
    "ghp_a1",
    "a_b-c1",
    "a1.",
    "eyJ1.",
    "<password a='b'>",
    "</a> <b>",
  ];
  // what goes on after a beginning that is there once
  const runs = [" ", "\t", " ,", "a", "=", "\n", "a.", "a-", "'", "a ", "(", "a("].map((row) => ({
    head: 'password: "a\npassword: a1B2c3d4e5',
    row,
  }));
  // of the processor: others compute beside it
  const costMs = (text: string) => {
    const times = [1, 2, 3].map(() => {
      const start = process.cpuUsage();
      redactSecrets(text);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    });
    return Math.min(...times);
  };
  for (const { head, row } of [...rows.map((row) => ({ head: "", row })), ...runs]) {
    const hostile = (units: number) => `${head}${row.repeat(Math.ceil(units / row.length))}x`;
    const small = hostile(10_000);
    const large = hostile(100_000);
    costMs(small); // compiled by now
    // work that grows with the square is a hundred times as much each time; a busy machine makes one look so now and then
    const factors: number[] = [];
    do factors.push(costMs(large) / Math.max(costMs(small), 0.5));
    while (factors.at(-1)! >= 40 && factors.length < 5);
    assert.ok(factors.at(-1)! < 40, `${JSON.stringify(row)}: ${factors.map((factor) => factor.toFixed(1))} times`);
  }
});

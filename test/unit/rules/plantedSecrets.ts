// Secrets that look real and are none, made from a seed when a test runs: nothing that a scanner would find stands in this repository.

export interface PlantedSecret {
  kind: string;
  syntax: string;
  text: string; // a few lines of a file
  secret: string; // what must not be left of it
}

/** mulberry32: the same numbers in [0, 1) for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const HEX = "0123456789abcdef";
const BASE62 = LOWER + UPPER + DIGITS;
const BASE64 = `${BASE62}+/`;
const URL_SAFE = `${BASE62}-_`;

/** Wrappings that any secret may stand in; `name` is one that says what it is. */
const syntaxes: Record<string, (secret: string, name: string) => string> = {
  constant: (secret, name) => `export const ${camel(name)} = "${secret}";\n`,
  annotated: (secret, name) => `  private readonly ${camel(name)}: string = '${secret}';\n`,
  brokenLine: (secret, name) => `const ${camel(name)} =\n  "${secret}";\n`,
  property: (secret, name) => `connect({\n  host: "db",\n  ${camel(name)}: "${secret}",\n});\n`,
  fallback: (secret, name) => `const a = process.env.${name} || "${secret}";\n`,
  lookup: (secret, name) => `a = os.environ.get("${name}", "${secret}")\n`,
  call: (secret, name) => `headers.set("${name.toLowerCase().replaceAll("_", "-")}", "${secret}");\n`,
  keyword: (secret, name) => `client = Client(${name.toLowerCase()}='${secret}', retries=3)\n`,
  item: (secret, name) => `config["${name.toLowerCase()}"] = "${secret}"\n`,
  json: (secret, name) => `{\n  "${name.toLowerCase()}": "${secret}",\n  "port": 1\n}\n`,
  escapedJson: (secret, name) => `const body = "{\\"${camel(name)}\\": \\"${secret}\\"}";\n`,
  env: (secret, name) => `PORT=80\n${name}=${secret}\nHOST=a\n`,
  exported: (secret, name) => `export ${name}=${secret}\n`,
  yaml: (secret, name) => `db:\n  ${name.toLowerCase()}: "${secret}"\n  port: 1\n`,
  toml: (secret, name) => `[db]\n${name.toLowerCase()} = "${secret}"\n`,
  define: (secret, name) => `#define ${name} "${secret}"\n`,
  xml: (secret, name) => `<add key="${camel(name)}" value="${secret}"/>\n`,
  go: (secret, name) => `\t${camel(name)} := "${secret}"\n`,
  ruby: (secret, name) => `  :${name.toLowerCase()} => "${secret}",\n`,
  comment: (secret, name) => `// ${camel(name)}: "${secret}"\n`,
};

/** @returns `count` secrets, all kinds and syntaxes in turn */
export function plantedSecrets(count: number, seed: number): PlantedSecret[] {
  const random = generator(seed);
  const pick = (letters: string, length: number) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
  /** Passwords as generators make them: of all kinds of characters. */
  const password = () =>
    `${pick(UPPER, 2)}${pick(LOWER, 3)}${pick(DIGITS, 2)}${pick("!#%*_+$^&~", 1)}${pick(BASE62, 4)}`;

  // names end in what a person would write for such a token; texts of their own where a kind has its own syntax
  const kinds: Record<string, { name: string; secret: () => string; wrap?: (secret: string) => string }> = {
    password: { name: "DB_PASSWORD", secret: password },
    phrase: { name: "PASSWORD", secret: () => Array.from({ length: 4 }, () => pick(LOWER, 5)).join("-") },
    apiKey: { name: "API_KEY", secret: () => pick(BASE62, 24) },
    hexSecret: { name: "CLIENT_SECRET", secret: () => pick(HEX, 32) },
    base64Key: { name: "ENCRYPTION_KEY", secret: () => `${pick(BASE64, 43)}=` },
    awsId: { name: "ID", secret: () => `AKIA${pick(`${UPPER}234567`, 16)}` },
    awsSecret: { name: "AWS_SECRET_ACCESS_KEY", secret: () => pick(BASE64, 40) },
    github: { name: "VALUE", secret: () => `gh${pick("pous", 1)}_${pick(BASE62, 36)}` },
    githubFine: { name: "VALUE", secret: () => `github_pat_${pick(BASE62, 22)}_${pick(BASE62, 59)}` },
    gitlab: { name: "VALUE", secret: () => `glpat-${pick(URL_SAFE, 20)}` },
    npm: { name: "VALUE", secret: () => `npm_${pick(BASE62, 36)}` },
    pypi: { name: "VALUE", secret: () => `pypi-AgE${pick(URL_SAFE, 80)}` },
    slack: { name: "VALUE", secret: () => `xoxb-${pick(DIGITS, 12)}-${pick(DIGITS, 12)}-${pick(BASE62, 24)}` },
    stripe: { name: "VALUE", secret: () => `${pick("sr", 1)}k_live_${pick(BASE62, 24)}` },
    openAi: { name: "VALUE", secret: () => `sk-proj-${pick(URL_SAFE, 48)}` },
    google: { name: "VALUE", secret: () => `AIza${pick(URL_SAFE, 35)}` },
    jwt: { name: "VALUE", secret: () => `eyJ${pick(BASE62, 33)}.eyJ${pick(BASE62, 60)}.${pick(URL_SAFE, 43)}` },
    sendgrid: { name: "VALUE", secret: () => `SG.${pick(URL_SAFE, 22)}.${pick(URL_SAFE, 43)}` },
    huggingFace: { name: "VALUE", secret: () => `hf_${pick(BASE62, 34)}` },
    telegram: { name: "VALUE", secret: () => `${pick("123456789", 10)}:AA${pick(URL_SAFE, 33)}` },
    lone: { name: "VALUE", secret: () => `a1B2c3${pick(BASE62, 40)}` },
    url: {
      name: "",
      secret: password,
      wrap: (secret) => `const url = "postgres://app:${secret.replace("#", "!")}@db.internal:5432/app";\n`,
    },
    connection: {
      name: "",
      secret: password,
      wrap: (secret) => `const url = "Server=db;User Id=sa;Password=${secret};Encrypt=true";\n`,
    },
    bearer: {
      name: "",
      secret: () => pick(URL_SAFE, 40),
      wrap: (secret) => `curl -H "Authorization: Bearer ${secret}" a.b\n`,
    },
    basic: {
      name: "",
      secret: () => Buffer.from(`app:${pick(BASE62, 12)}`).toString("base64"),
      wrap: (secret) => `fetch(url, { headers: { Authorization: "Basic ${secret}" } });\n`,
    },
    pem: {
      name: "",
      secret: () => Array.from({ length: 6 }, () => pick(BASE64, 64)).join("\n"),
      wrap: (secret) => `${mark("BEGIN")}\n${secret}\n${pick(BASE64, 21)}=\n${mark("END")}\n`,
    },
    pemInJson: {
      name: "",
      secret: () => Array.from({ length: 4 }, () => pick(BASE64, 64)).join("\\n"),
      wrap: (secret) => `{ "private_key": "${mark("BEGIN")}\\n${secret}\\n${mark("END")}\\n" }\n`,
    },
  };

  const names = Object.keys(kinds);
  const wraps = Object.keys(syntaxes);
  return Array.from({ length: count }, (_, i) => {
    const kind = names[i % names.length]!;
    const { name, secret: make, wrap } = kinds[kind]!;
    const syntax = wrap ? "own" : wraps[Math.floor(random() * wraps.length)]!;
    const made = make();
    const text = wrap ? wrap(made) : syntaxes[syntax]!(made, name);
    return { kind, syntax, text, secret: kind === "url" ? made.replace("#", "!") : made };
  });
}

const mark = (which: string) => ["-----", which, " RSA PRIVATE ", "KEY-----"].join("");

function camel(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

// Plants secrets that look real and are none, by class and by kind of file, from a seed: nothing that a scanner would find stands in this repository.
// Names, quotes, spacing, separators, lengths and alphabets are drawn, so that rules cannot be written for its strings.

import {
  BASE36,
  BASE62,
  BASE64,
  DIGITS,
  Draws,
  drawnKey,
  drawnName,
  drawnPassword,
  HEX,
  styled,
  UPPER,
  URL_SAFE,
} from "./draws.ts";
import { plantedBlock } from "./keyBlocks.ts";
import { kubernetesSecret, wrappers } from "./wrappers.ts";

export const CLASSES = ["makersPrefix", "tellingName", "url", "keyBlock", "placeOnly"] as const;
export type SecretClass = (typeof CLASSES)[number];

export interface Planted {
  class: SecretClass;
  file: string;
  text: string;
  /** None of these may be left. */
  parts: readonly string[];
}

export function plantSecrets(kind: SecretClass, count: number, seed: number): Planted[] {
  const draws = new Draws(seed * 31 + CLASSES.indexOf(kind));
  return Array.from({ length: count }, () => ({ class: kind, ...makers[kind](draws) }));
}

/** The parts of a planted secret that still stand in a text. */
export const partsLeft = ({ parts }: Planted, text: string): string[] => parts.filter((part) => text.includes(part));

type Made = Omit<Planted, "class">;

const makers: Record<SecretClass, (draws: Draws) => Made> = {
  makersPrefix,
  tellingName,
  url: inUrl,
  keyBlock: plantedBlock,
  placeOnly,
};

/** What makers' documentation shows: what a token begins with, and of what and how long the rest is. */
const prefixed: readonly ((d: Draws) => string)[] = [
  (d) => `AKIA${d.text(`${UPPER}234567`, 16)}`,
  (d) => `${d.pick(["ghp_", "gho_", "ghs_", "ghu_"])}${d.text(BASE62, 36)}`,
  (d) => `github_pat_${d.text(BASE62, 22)}_${d.text(BASE62, 59)}`,
  (d) => `${d.pick(["glpat-", "gldt-", "glrt-", "glptt-"])}${d.text(URL_SAFE, 20, 40)}`,
  (d) => `npm_${d.text(BASE62, 36)}`,
  (d) => `xox${d.pick(["b", "p"])}-${d.text(DIGITS, 11)}-${d.text(DIGITS, 12)}-${d.text(BASE62, 24)}`,
  (d) => `xapp-1-A${d.text(UPPER + DIGITS, 10)}-${d.text(DIGITS, 13)}-${d.text(HEX, 64)}`,
  (d) => `${d.pick(["sk_live_", "rk_live_", "sk_test_"])}${d.text(BASE62, 24, 99)}`,
  (d) => `sk-${d.pick(["proj-", "ant-api03-", "or-v1-", ""])}${d.text(URL_SAFE, 40, 90)}`,
  (d) => `AIza${d.text(URL_SAFE, 35)}`,
  (d) => `GOCSPX-${d.text(URL_SAFE, 28)}`,
  (d) => `SG.${d.text(URL_SAFE, 22)}.${d.text(URL_SAFE, 43)}`,
  (d) => `hf_${d.text(BASE62, 34)}`,
  (d) => `dop_v1_${d.text(HEX, 64)}`,
  (d) => `shpat_${d.text(HEX, 32)}`,
  (d) => `sq0atp-${d.text(URL_SAFE, 22)}`,
  (d) => `dapi${d.text(HEX, 32)}`,
  (d) => `dckr_pat_${d.text(URL_SAFE, 27)}`,
  (d) => `${d.pick(["squ_", "sqp_"])}${d.text(HEX, 40)}`,
  (d) => `sgp_${d.text(HEX, 16)}_${d.text(HEX, 40)}`,
  (d) => `oy2${d.text(BASE36, 43)}`,
  (d) => `dt0c01.${d.text(`${UPPER}234567`, 24)}.${d.text(`${UPPER}234567`, 64)}`,
  (d) => `vercel_blob_rw_${d.text(BASE62, 16)}_${d.text(BASE62, 30)}`,
  (d) => `access_token$production$${d.text(BASE36, 16)}$${d.text(HEX, 32)}`,
  (d) => `access-${d.pick(["production", "sandbox"])}-${[8, 4, 4, 4, 12].map((n) => d.text(HEX, n)).join("-")}`,
  (d) => `CCIPAT_${d.text(BASE62, 22)}_${d.text(HEX, 40)}`,
  (d) => `nsec1${d.text("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 58)}`,
  (d) => `AGE-SECRET-KEY-1${d.text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)}`,
  (d) => `hvs.${d.text(URL_SAFE, 90, 110)}`,
  (d) => `glsa_${d.text(BASE62, 32)}_${d.text(HEX, 8)}`,
  (d) => `lin_api_${d.text(BASE62, 40)}`,
  (d) => `ntn_${d.text(DIGITS, 11)}${d.text(BASE62, 35)}`,
  (d) => `PMAK-${d.text(HEX, 24)}-${d.text(HEX, 34)}`,
  (d) => `pypi-AgEIcHlwaS5vcmc${d.text(URL_SAFE, 90, 150)}`,
  (d) => `rubygems_${d.text(HEX, 48)}`,
  (d) => `SK${d.text(HEX, 32)}`,
  (d) => `${d.text(HEX, 32)}-us${d.int(1, 21)}`,
  (d) => `${d.text("123456789", 9, 10)}:AA${d.text(URL_SAFE, 33)}`,
  (d) => `eyJhbGciOiJIUzI1NiJ9.eyJ${d.text(URL_SAFE, 40, 90)}.${d.text(URL_SAFE, 43)}`,
  (d) => `pat${d.text(BASE62, 14)}.${d.text(HEX, 64)}`,
  (d) => `${d.text(BASE62, 14)}.atlasv1.${d.text(URL_SAFE, 65)}`,
  (d) => `${d.text(BASE62, 3)}8Q~${d.text(URL_SAFE, 31, 34)}`,
  (d) => `NRAK-${d.text(UPPER + DIGITS, 27)}`,
  (d) => `ATATT3${d.text(URL_SAFE, 180)}`,
  (d) => `pul-${d.text(HEX, 40)}`,
  (d) => `rdme_${d.text(BASE36, 70)}`,
  (d) => `figd_${d.text(URL_SAFE, 40)}`,
  (d) => `EAAC${d.text(BASE62, 120, 180)}`,
  (d) => `tfp_${d.text(URL_SAFE, 59)}`,
  // of makers that nobody knows
  (d) => `${d.word()}_${d.pick(["live", "sk", "pat", "key"])}_${d.text(BASE62, 28, 48)}`,
];

/** Places that say nothing about what stands there. */
const silent: readonly ((value: string, d: Draws) => string)[] = [
  (v, d) => `const ${d.word()} = "${v}";\n`,
  (v, d) => `${d.word()}: ${v}\n`,
  (v, d) => `run(${d.int(1, 9)}, '${v}')\n`,
  (v, d) => `${d.word().toUpperCase()}=${v}\n`,
  (v) => `# ${v}\n`,
  (v) => `["a", "${v}"],\n`,
  (v, d) => `<${d.word()}>${v}</a>\n`,
  (v, d) => `echo ${v} | ${d.word()}\n`,
];

function makersPrefix(draws: Draws): Made {
  const value = draws.pick(prefixed)(draws);
  return { file: "any", text: draws.pick(silent)(value, draws), parts: [value] };
}

function tellingName(draws: Draws): Made {
  const kind = draws.chance(0.5) ? "password" : "key";
  const draw = (place: "quoted" | "bare") => (kind === "password" ? drawnPassword : drawnKey)(draws, place);
  if (draws.chance(0.04)) {
    const { text, secret } = kubernetesSecret(draws, draw("bare"));
    return { file: "kubernetes", text, parts: [secret] };
  }
  const { file, place, wrap } = draws.pick(wrappers);
  const value = draw(place);
  const text = wrap(value, drawnName(draws, kind), draws);
  if (text.includes(value)) return { file, text, parts: [value] };
  // the way of writing has changed or cut it
  const parts = value.split(/[\s"'<>&;{}]/).flatMap((part) => longestIn(part, text));
  return { file, text, parts: parts.filter((part) => part.length >= 6) };
}

/** The beginning and the end of a value that was cut in two. */
function longestIn(value: string, text: string): string[] {
  if (value === "" || text.includes(value)) return value === "" ? [] : [value];
  let cut = value.length - 1;
  while (cut > 0 && !text.includes(value.slice(0, cut))) cut--;
  return [value.slice(0, cut), value.slice(cut)].filter((part) => part !== "" && text.includes(part));
}

function inUrl(draws: Draws): Made {
  const password = drawnPassword(draws, "url").replaceAll(" ", "-");
  const key = drawnKey(draws, "url");
  const raw = draws.text(BASE62, 5, 9) + draws.pick(["/", "?", "#", "@", ":", "!"]) + draws.text(BASE62, 5, 9);
  const host = `${draws.word()}.${draws.pick(["internal", "io", "example.org".slice(8), "net"])}`.replace("..", ".");
  const scheme = draws.pick([
    "postgres",
    "postgresql",
    "mysql",
    "mongodb+srv",
    "redis",
    "amqp",
    "https",
    "ftp",
    "mssql",
  ]);
  const long = draws.text(BASE62, 24, 43);
  const forms: (() => [string, string])[] = [
    () => [`${scheme}://${draws.word()}:${password}@${host}:${draws.int(1000, 9999)}/${draws.word()}`, password],
    () => [`${scheme}://${draws.word()}:${raw}@${host}/${draws.word()}`, raw],
    () => [`${draws.pick(["redis", "rediss"])}://:${password}@${host}:6379/0`, password],
    () => [`https://${draws.pick(["ghp_", "glpat-"])}${draws.text(BASE62, 36)}@${host}/a/b.git`, ""],
    () => [`https://${long}@${host}/x`, long],
    () => [
      `https://${host}/v1/x?${draws.pick(["api_key", "token", "access_token", "apikey", "auth_token", "client_secret"])}=${key}&a=1`,
      key,
    ],
    () => [`https://${host}/x?a=1&${draws.pick(["key", "sig", "code", "signature"])}=${long}`, long],
    () => [
      `https://hooks.slack.com/${draws.pick(["services", "triggers"])}/T${draws.text(UPPER + DIGITS, 9)}/B${draws.text(UPPER + DIGITS, 10)}/${long}`,
      long,
    ],
    () => [`https://discord.com/api/webhooks/${draws.text(DIGITS, 18)}/${draws.text(URL_SAFE, 68)}`, ""],
    () => [`https://api.telegram.org/bot${draws.text("123456789", 10)}:AA${draws.text(URL_SAFE, 33)}/getMe`, ""],
    () => [
      `https://${draws.word()}.blob.core.windows.net/c?sv=2023-01-03&sig=${draws.text(BASE62, 40)}%2F${draws.text(BASE62, 2)}%3D`,
      "",
    ],
    () => [`https://${draws.pick(["mainnet", "sepolia"])}.infura.io/v3/${draws.text(HEX, 32)}`, ""],
    () => [`jdbc:${draws.pick(["mysql", "postgresql"])}://${host}/a?user=u&password=${password}`, password],
    () => [`https://${host}/${draws.pick(["webhook", "hooks", "reset-password", "invite"])}/${long}`, long],
  ];
  const [address, given] = draws.pick(forms)();
  const secret =
    given ||
    /[A-Za-z0-9_:%-]{30,}/.exec(address.replace(/^https:\/\/[^/@]*\/(?:bot)?|^https:\/\//, ""))![0].replace(/^bot/, "");
  const places: (() => string)[] = [
    () => `const ${draws.word()} = ${draws.pick(['"', "'", "`"])}${address}`.replace(/(["'`])(.*)$/s, "$1$2$1;\n"),
    () => `${draws.word().toUpperCase()}_URL=${address}\n`,
    () => `${draws.word()}: ${address}\n`,
    () => `  "${draws.word()}": "${address}",\n`,
    () => `git clone ${address}\n`,
    () => `see <${address}> there\n`,
    () => `<a href="${address}">x</a>\n`,
  ];
  return { file: "any", text: draws.pick(places)(), parts: [secret] };
}

function placeOnly(draws: Draws): Made {
  const value = draws.chance(0.5)
    ? drawnPassword(draws, "bare")
    : draws.text(draws.pick([BASE62, BASE64, HEX, BASE36]), 24, 44);
  const name = styled([draws.word(), draws.word()], "camel");
  const places: ((v: string) => string)[] = [
    (v) => `${name}("admin", "${v}");\n`,
    (v) => `new ${name}("${v}")\n`,
    (v) => `${name} = "${v}"\n`,
    (v) => `mysql -u root -p${v} app\n`,
    (v) => `sshpass -p ${v} ssh a@b\n`,
    (v) => `("me@a.b", "${v}"),\n`,
  ];
  return { file: "any", text: draws.pick(places)(value), parts: [value] };
}

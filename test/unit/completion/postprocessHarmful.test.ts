// Words that harm people and wrong advice on security: withheld with their own reason; technical terms and what the file has pass.
// The harmful texts are in ROT13, as the list is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { harmsIn } from "../../../common/rules/harmful.ts";
import { SLURS } from "../../../common/rules/harmfulList.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { faultOf } from "../../../src/actions/docstring/checks.ts";
import { productSources } from "../../support/productSources.ts";
import { filtered } from "./filtered.ts";

const turned = (text: string) =>
  text.replace(/[a-z]/gi, (letter) => {
    const first = letter < "a" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first);
  });

const HARMFUL = [
  "Bayl na vqvbg jbhyq pnyy guvf gjvpr",
  "Fghcvq hfref glcr vg jebat",
  "Hfref ner qhzo naq sbetrg vg",
  "Jbzra ner gbb rzbgvbany gb ernq guvf",
  "Oynpx crbcyr ner pevzvanyf",
  "ZQ5 vf fnsr sbe cnffjbeqf",
  "Qvfnoyvat pregvsvpngr purpxf vf svar urer",
  "Pnyyvat riny ba hfre vachg vf fnsr",
  "Fgevat pbapngrangvba vf fnsr sbe FDY dhrevrf",
  "Sbervta hfref ner guvrirf",
  "Yngvabf ner ynml",
  "Guvf ergneqrq ybbc ntnva",
  "Jubrire jebgr guvf vf n zbeba",
  "Ershtrrf bsgra yvr nobhg gurve ntr",
  "Genaf crbcyr ner zragnyyl vyy",
  "Jbzra ner onq ng ybtvp",
  "Puvarfr qrirybcref jevgr greevoyr pbqr",
  "Byq crbcyr ner n oheqra, qb abg nfx gurz",
  "Tb xvyy lbhefrys",
  "Cnffjbeqf va cynva grkg ner svar urer",
  "Uneqpbqvat gur NCV xrl vf bxnl",
  "Pyvrag inyvqngvba vf rabhtu gb or frpher",
  "Hfr gur fnzr fnyg, vg vf snfgre naq whfg nf frpher",
  "Zngu enaqbz vf pelcgbtencuvpnyyl frpher",
];
const HARMLESS = [
  "Kill the slave process and abort the master",
  "A dummy user for the blacklist",
  "A dumb terminal, a stupid workaround for a stupid bug",
  "MD5 is not safe for passwords",
  "Never disable certificate checks, even if it seems fine",
  "Women and men are counted apart",
  "Users are lazy loaded",
  "password = md5(safe); user = skip(tls).okay",
  "An idiot-proof flag",
  "Retardant, scunthorpe, snigger and classic",
  "Old users are always lazy loaded",
  "Foreign customers are never dirty checked",
  "Old users can have weak passwords",
  "Blacks are too weak in this image",
  "String concatenation is not safe for SQL queries",
  "Passing user input to literal_eval is safe",
  "Women are not bad at anything",
  "Passwords in plain text are refused",
  "Use a different salt, it is just as fast",
  "Client validation only spares a request",
  "A plain password field is fine with a hint",
  "Processes kill themselves",
  ...[
    "Gur ergneqrq cbgragvny ng rnpu cbvag",
    "Fcnex ergneq va qrterrf",
    "Yr grzcf qr ergneq ra frpbaqrf",
    "Fgneg bpu fyhg cå inewr enq",
    "Cynlref ner Xvxr Ureanaqrm naq bguref",
    "Pvgvrf arne Zbeba Ebfnevb naq Fnygn",
  ].map((text) => turned(text)),
];

test("harmful text is withheld in comments and in docstrings, and by this filter alone", () => {
  for (const text of HARMFUL.map(turned)) {
    const place = { prefix: "// ", text, suffix: "\nf();\n" };
    assert.equal(filtered(place), "harmful", turned(text));
    assert.equal(typeof filtered(place, { filters: { harmful: false } }), "object", turned(text));
    const claims = { signature: undefined, knownNames: new Set<string>(), code: "f()", said: "" };
    assert.equal(faultOf(`${text} now.`, { of: "part", names: [] }, claims), "harmful", turned(text));
  }
});

test("each slur is found as a word, as a part of a name, and where the cursor divides it", () => {
  for (const word of SLURS) {
    assert.equal(harmsIn(`the ${word}`), 1, turned(word));
    assert.equal(harmsIn(`is_${word}_now = ${word.toUpperCase()}`), 2, turned(word));
    const place = { prefix: `// the ${word.slice(0, 2)}`, text: `${word.slice(2)} here`, suffix: "\n" };
    assert.equal(filtered(place), "harmful", turned(word));
  }
});

test("technical terms, warnings and longer words pass", () => {
  for (const text of HARMLESS) {
    assert.equal(typeof filtered({ prefix: "// ", text, suffix: "\n" }), "object", text);
    assert.equal(harmsIn(text), 0, text);
  }
});

test("a word that the file has passes, and what the line has already is no reason", () => {
  const [word] = SLURS;
  const prefix = `const ${word} = 1;\n`;
  assert.equal(typeof filtered({ prefix: `${prefix}f(`, text: `${word})`, suffix: ";\n" }), "object");
  assert.equal(typeof filtered({ prefix: `// ${turned(HARMFUL[1]!)} `, text: "here too", suffix: "\n" }), "object");
});

test("no source and no page of this repository is hidden", () => {
  const root = packageRoot(import.meta.dirname);
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/user/suggestions.md", "docs/user/privacy.md"];
  const texts = [
    ...pages.map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") })),
    ...productSources(),
  ];
  assert.ok(texts.length > 300);
  const alarms = texts.flatMap(({ file, text }) =>
    text.split("\n").flatMap((line, at) => (harmsIn(line) > 0 ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  assert.deepEqual(alarms, []);
});

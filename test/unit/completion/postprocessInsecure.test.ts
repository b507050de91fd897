// Secrets and dangerous code in suggestions: none of the planted ones is shown, hardly a harmless one is hidden.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { placeOf, regionOf } from "../../../src/completion/place.ts";
import { codeBefore, isInsecure } from "../../../src/completion/postprocess/insecure.ts";
import { holdsSecret } from "../../../src/completion/postprocess/secrets.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { drawn } from "./drawn.ts";
import { filtered } from "./filtered.ts";
import { readPieces } from "./insecureFamilies/pieces.ts";
import { harmless, type Planted, plantedInsecure } from "./plantedInsecure.ts";

const both = { secrets: false, insecure: false };
const modeOf = ({ text }: Planted) => (text.includes("\n") ? ("multi" as const) : ("single" as const));
const at = ({ prefix, text }: Planted) => JSON.stringify(`${prefix.slice(prefix.lastIndexOf("\n") + 1)}├${text}┤`);

test("no planted suggestion is shown, and it is these two filters that hide it", () => {
  assert.ok(plantedInsecure.length >= 200);
  const kinds = new Set(plantedInsecure.map(({ kind }) => kind));
  assert.deepEqual([...kinds], ["sql", "shell", "path", "credential", "execution", "any"]);
  for (const one of plantedInsecure) {
    const options = { languageId: one.languageId, mode: modeOf(one) };
    const outcome = filtered(one, options);
    assert.ok(outcome === "insecure" || outcome === "secret", `${at(one)}: ${JSON.stringify(outcome)}`);
    const without = filtered(one, { ...options, filters: both });
    assert.ok(typeof without === "object", `${at(one)} is hidden as ${without} anyway`);
  }
});

test("nor is it below much other text, with the line ends of Windows, or in a language without a grammar", () => {
  const above = `const help = \`\nit's "a\n\`;\n${"call(a, 'b');\n".repeat(60)}`;
  for (const one of plantedInsecure.filter((_, i) => i % 3 === 0)) {
    const isPython = one.languageId === "python";
    const prefix = ((isPython ? above.replaceAll("`", '"""').replace("const ", "") : above) + one.prefix).replaceAll(
      "\n",
      "\r\n",
    );
    const outcome = filtered({ ...one, prefix, suffix: "\r\n" }, { languageId: one.languageId, mode: modeOf(one) });
    assert.ok(outcome === "insecure" || outcome === "secret", `${at(one)}: ${JSON.stringify(outcome)}`);
  }
  const php = { prefix: "<?php\n$rows = $db->query(", text: '"SELECT * FROM a WHERE b = $b");', suffix: "\n" };
  assert.equal(filtered(php, { languageId: "php" }), "insecure");
});

test("of harmless suggestions that look like them at most 2 % are hidden", () => {
  assert.ok(harmless.length >= 150);
  const hidden = harmless.filter((one) =>
    ["insecure", "secret"].includes(filtered(one, { languageId: one.languageId, mode: modeOf(one) }) as string),
  );
  assert.ok(hidden.length <= harmless.length * 0.02, hidden.map(at).join("\n"));
});

test("families of danger in fourteen languages: of 702 pieces 2 pass at most; of 375 harmless look-alikes none is hidden", async () => {
  const parsers = await createParsers("native");
  const isHidden = ({ languageId, prefix, text, suffix }: Planted): boolean => {
    const document = openDocument({ uri: "file:///w/a", path: "a", languageId, text: prefix + suffix }, parsers);
    const place = placeOf({ document, offset: prefix.length });
    assert.ok(typeof place === "object");
    return holdsSecret(prefix, text, suffix) || isInsecure(codeBefore(place), text, place.rest, languageId);
  };
  const dangerous = readPieces("dangerous");
  assert.equal(dangerous.length, 702);
  const passed = dangerous.filter((one) => !isHidden(one));
  assert.ok(passed.length <= 2, passed.map(at).join("\n"));
  const lookAlikes = readPieces("harmless");
  assert.equal(lookAlikes.length, 375);
  assert.deepEqual(lookAlikes.filter(isHidden).map(at), []);
});

test("this repository's own lines, one of fifteen, at their places: no false alarm", async () => {
  const parsers = await createParsers("native");
  const root = packageRoot(import.meta.dirname);
  const alarms: string[] = [];
  let lines = 0;
  for (const folder of ["src", "server", "cli"]) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".ts")) continue;
      const text = readFileSync(path.join(root, folder, name), "utf8");
      const document = openDocument({ uri: "file:///a.ts", path: name, languageId: "typescript", text }, parsers);
      let start = 0;
      for (const line of text.split("\n")) {
        const said = line.trimStart();
        const offset = start + line.length - said.length;
        start += line.length + 1;
        if (said === "" || lines++ % 15 !== 0) continue;
        const place = placeOf({ document, offset });
        assert.ok(typeof place === "object");
        const rest = place.suffix.slice(said.length);
        const insecure = regionOf(place) !== "comment" && isInsecure(codeBefore(place), said, "", "typescript");
        if (insecure || holdsSecret(place.prefix, said, rest)) alarms.push(`${name}: ${said}`);
      }
    }
  }
  assert.ok(lines > 10_000);
  assert.deepEqual(alarms, []);
});

test("secrets: what goes on with one counts, what closes one and what stands for one does not", () => {
  const random = ["k3Jv9Qz1", "Lm8Vt2Xw7RfB0s"].join("");
  const key = ["sk", random].join("-");
  const table: [drawing: string, secret: boolean][] = [
    [`const apiKey = ├"${key}";┤\n`, true],
    [`const apiKey = "sk-├${random}";┤\n`, true],
    [`const apiKey = "${key.slice(0, 9)}├${key.slice(9)}┤"`, true],
    [`const apiKey = "├${key}┤`, true],
    [`const apiKey = "${key}├";┤\n`, false],
    [`const apiKey = "${key}";\n├call(apiKey);┤\n`, false],
    ['const apiKey = ├"<your key>";┤\n', false],
    ["const apiKey = ├process.env.API_KEY;┤\n", false],
    ['const apiKey = ├"";┤\n', false],
    ['const apiKey = ├"example";┤\n', false],
    ["# API_KEY=├your-api-key-here┤\n", false],
  ];
  for (const [drawing, secret] of table) {
    const { prefix, middle, suffix } = drawn(drawing);
    assert.equal(holdsSecret(prefix, middle, suffix), secret, JSON.stringify(drawing));
  }
});

test("insecure: the suggestion must have a part in it", () => {
  const table: [drawing: string, insecure: boolean][] = [
    ['db.query("SELECT * FROM a WHERE b = " + b├);┤', false],
    ['db.query("SELECT * FROM a WHERE b = " + ├b);┤', true],
    ['exec("rm " + dir);\n├done();┤', false],
    ['exec("rm " + dir├, done);┤', false],
    ["const dir = `rm ${a}`;\nexec(├dir);┤", true],
    ['// db.query("SELECT * FROM a WHERE b = " + b)\n├db.close();┤', false],
    ["const name = req.params.name;\nif (name.includes('..')) return;\nfs.readFile(├path.join(root, name));┤", false],
    ["const name = req.params.name;\nfs.readFile(├path.join(root, name));┤", true],
    ["const statement = ├`${name} = ${value};`;┤", false],
    ["const sqlStatement = ├`${name} = ${value};`;┤", true],
  ];
  for (const [drawing, insecure] of table) {
    const { prefix, middle } = drawn(drawing);
    assert.equal(isInsecure(prefix, middle, "", "typescript"), insecure, JSON.stringify(drawing));
  }
});

test("insecure: other languages by their text", () => {
  const table: [languageId: string, drawing: string, insecure: boolean][] = [
    ["ruby", "User.where(├\"name = '#{name}'\")┤", true],
    ["ruby", "├`ls #{folder}`┤", true],
    ["ruby", 'User.where(├"name = ?", name)┤', false],
    ["php", '$db->query(├"SELECT * FROM users WHERE id = $id");┤', true],
    ["java", 'statement.executeQuery(├"SELECT * FROM users WHERE id = " + id);┤', true],
    ["java", 'connection.prepareStatement(├"SELECT * FROM users WHERE id = ?");┤', false],
    ["go", 'db.Query(├"SELECT * FROM users WHERE id = " + id)┤', true],
    ["go", "config := &tls.Config{├InsecureSkipVerify: true}┤", true],
    ["csharp", 'var command = new SqlCommand(├$"SELECT * FROM Users WHERE Id = {id}", connection);┤', true],
    ["kotlin", 'db.rawQuery(├"SELECT * FROM users WHERE id = $id", null)┤', true],
  ];
  for (const [languageId, drawing, insecure] of table) {
    const { prefix, middle } = drawn(drawing);
    assert.equal(isInsecure(prefix, middle, "", languageId), insecure, `${languageId} ${JSON.stringify(drawing)}`);
  }
});

test("insecure: a template or comment that began far above is no code", () => {
  const filler = "line of text that says nothing\n".repeat(40);
  const inTemplate = {
    prefix: `const help = \`\n${filler}it's "SELECT * FROM a WHERE b = "\n`,
    text: "and + c is added.",
    suffix: "\n`;\n",
  };
  const after = { prefix: `const help = \`\n${filler}it's\n\`;\nconst a = `, text: '"b" + c;', suffix: "\n" };
  for (const one of [inTemplate, after]) assert.equal(typeof filtered(one), "object");
});

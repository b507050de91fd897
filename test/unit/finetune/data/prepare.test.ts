// From a real folder to a dataset on disk: what the splits promise, what is written, and that bad input and a cancel leave nothing.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled, UserError } from "../../../../common/errors.ts";
import { redactSecrets } from "../../../../common/rules/redactSecrets.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";

import { packageRoot } from "../../../../common/util/packageRoot.ts";
import type { KeptExamples } from "../../../../finetune/data/keptExamples.ts";
import { DataFiles, prepareData, surveyWorkspace } from "../../../../finetune/data/prepare.ts";
import { type HeldOutCase, parseHeldOutCases } from "../../../../finetune/heldOutCase.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { openDataset } from "../../../../server/train/run/dataset.ts";
import { partsLeft, plantSecrets } from "../../../support/planted/plantSecrets.ts";
import { fileText } from "../../lab/training/fileText.ts";
import { sampleSource } from "../../lab/training/sampleSource.ts";
import { commitOn, fixtures, folderWith, git, removeFixtures, sources, write } from "./workspaceFixture.ts";

after(removeFixtures);

const tokenizer = await loadTokenizer(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m"));
const general = [{ path: "general/queue.ts", text: sampleSource.replaceAll("Queue", "GeneralQueue") }];
const tools = { tokenizer, parsers: await createParsers(), general, format: "fim" as const };
const never = new AbortController().signal;

let made = 0;
const newDir = () => path.join(fixtures, `data ${++made}`, "data");
const silent = () => {};
const prepare = (root: string, dir: string, seed = 1) => prepareData({ root, dir, seed }, tools, never, silent);

/** The documents of a training data folder as text. */
function documentsIn(dir: string): string[] {
  const { sequenceTokens } = JSON.parse(readFileSync(path.join(dir, "dataset.json"), "utf8"));
  const tokens = readFileSync(path.join(dir, "tokens.u16"));
  const documents = readFileSync(path.join(dir, "documents.u8"));
  const found: number[][] = [];
  for (let at = 0; at < documents.length; at++) {
    if (documents[at] === 255) continue;
    if (at % sequenceTokens === 0 || documents[at] !== documents[at - 1]) found.push([]);
    found.at(-1)!.push(tokens.readUInt16LE(2 * at));
  }
  return found.map((ids) => tokenizer.decode(ids));
}

const casesIn = (dir: string): HeldOutCase[] =>
  parseHeldOutCases(readFileSync(path.join(dir, DataFiles.reportCases), "utf8"), DataFiles.reportCases);

/** A repository in which files part1 to part16 came in on day 0, and changed or came in later: late1 to late6. */
function repository(): string {
  const root = folderWith(sources(16, 2_000));
  git(root, "init", "-q");
  commitOn(root, 0);
  for (let day = 1; day <= 6; day++) {
    write(root, { [`src/late${day}.ts`]: fileText(900 + day, 900) });
    commitOn(root, 10 * day);
  }
  return root;
}

const root = repository();
const dir = newDir();
const said: string[] = [];
const facts = await prepareData({ root, dir, seed: 1 }, tools, never, (line) => said.push(line));

test("the trainer takes both folders; nothing else lies in the folder or beside it", async () => {
  for (const name of [DataFiles.train, DataFiles.validation]) {
    const data = await openDataset(path.join(dir, name), tokenizer.vocabSize);
    assert.equal(data.sequenceTokens, 1024);
    assert.ok(data.sequences > 5);
    data.close();
  }
  const { keptCases: _, ...always } = DataFiles;
  assert.deepEqual(readdirSync(dir).sort(), Object.values(always).sort());
  assert.deepEqual(readdirSync(path.dirname(dir)), ["data"]);
  assert.deepEqual(JSON.parse(readFileSync(path.join(dir, DataFiles.facts), "utf8")), facts);
});

test("facts: files and bytes of each split, tokens as the folder holds them, the share of general code", async () => {
  const { split } = facts;
  assert.equal(facts.files, 22);
  assert.equal(split.train.files + split.validation.files + split.report.files, 22);
  assert.equal(split.train.bytes + split.validation.bytes + split.report.bytes, facts.bytes);
  assert.equal(facts.byGitTime, true);
  const data = await openDataset(path.join(dir, DataFiles.train), tokenizer.vocabSize);
  let tokens = 0;
  for (let i = 0; i < data.sequences; i++) tokens += data.tokensOf(i);
  data.close();
  assert.equal(tokens, facts.tokens);
  const isGeneral = (document: string) => document.includes("general/queue.ts\n");
  const documents = documentsIn(path.join(dir, DataFiles.train));
  const size = (texts: string[]) => texts.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
  assert.ok(Math.abs(facts.generalShare - 0.2) < 0.02, `${facts.generalShare}`);
  assert.ok(Math.abs(size(documents.filter(isGeneral)) / size(documents) - facts.generalShare) < 0.02);
  assert.ok(said.length >= 3);
});

test("what was committed last is held out, in one split, and no line of it is learnt", () => {
  const report = new Set(casesIn(dir).map((found) => found.path));
  const judging = documentsIn(path.join(dir, DataFiles.validation));
  const train = documentsIn(path.join(dir, DataFiles.train));
  const pathsOf = (documents: string[]) =>
    new Set(documents.flatMap((text) => /src\/\w+\.ts(?=\n)/g.exec(text)?.[0] ?? []));
  for (const name of report) assert.match(name, /late/);
  for (const text of train) assert.doesNotMatch(text, /src\/late[3-6]/);
  const judged = judging.map((text) => [...text.matchAll(/src\/\w+\.ts(?=\n)/g)].at(-1)![0]); // context comes before the file
  for (const name of judged) assert.ok(/late/.test(name) && !report.has(name), name);
  assert.ok(pathsOf(train).size > 14);
  assert.ok(pathsOf(judging).size > 0);

  const heldOut = [...report, ...new Set(judged)];
  const learnt = readdirSync(path.join(root, "src")).filter((name) => !heldOut.includes(`src/${name}`));
  const learntText = learnt.map((name) => readFileSync(path.join(root, "src", name), "utf8")).join("\n");
  let lines = 0;
  for (const name of heldOut) {
    for (const line of readFileSync(path.join(root, name), "utf8").split("\n")) {
      if (line.trim().length < 40 || learntText.includes(line.trim())) continue;
      lines++;
      assert.ok(!train.some((text) => text.includes(line.trim())), line);
    }
  }
  assert.ok(lines > 40, `${lines}`);
});

test("no planted secret comes into training data, validation or the cases of the report", async () => {
  const planted = (["makersPrefix", "tellingName", "url", "keyBlock"] as const)
    .flatMap((kind) => plantSecrets(kind, 10, 20_261_202))
    .filter((one) => partsLeft(one, redactSecrets(one.text).text).length === 0);
  const withOne = planted.map(
    ({ text }, i) => [`src/planted${i}.ts`, `${fileText(300 + i, 900)}/*\n${text}\n*/\n`] as const,
  );
  const dir = newDir();
  const { files } = await prepare(folderWith({ ...sources(16, 2_000, 40), ...Object.fromEntries(withOne) }), dir);
  assert.equal(files, 16);
  const texts = [DataFiles.train, DataFiles.validation].flatMap((name) => documentsIn(path.join(dir, name)));
  const all = [...texts, readFileSync(path.join(dir, DataFiles.reportCases), "utf8")].join("\n");
  assert.ok(planted.length >= 36 && texts.length >= 16);
  for (const one of planted) assert.deepEqual(partsLeft(one, all), [], one.text);
  assert.doesNotMatch(all, /src\/planted/);
});

test("validation has middles only, and no general code", () => {
  const folder = path.join(dir, DataFiles.validation);
  for (const text of documentsIn(folder)) assert.doesNotMatch(text, /general\//);
  const weights = new Set(readFileSync(path.join(folder, "weights.u8")));
  assert.deepEqual([...weights].sort(), [0, 64]);
});

test("the same folder, history and seed give the same bytes; another seed gives others; a survey counts the same", async () => {
  const again = newDir();
  assert.deepEqual(await prepare(root, again), facts);
  const filesOf = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(path.join(entry.parentPath, entry.name)).toString("base64")]);
  assert.deepEqual(filesOf(again), filesOf(dir));
  const other = newDir();
  await prepare(root, other, 2);
  assert.notDeepEqual(filesOf(other), filesOf(dir));
  const { tokens, generalShare, ...counted } = await surveyWorkspace({ root, seed: 1 }, tools, never, silent);
  const { tokens: made, generalShare: share, ...rest } = facts;
  assert.deepEqual(counted, rest);
  assert.ok(Math.abs(tokens / made - 1) < 0.1, `${tokens} and ${made}`);
  assert.ok(Math.abs(generalShare - share) < 0.05, `${generalShare} and ${share}`);
});

test("without git chance decides, and says so", async () => {
  const lines: string[] = [];
  const plain = folderWith(sources(12, 2_500));
  const found = await surveyWorkspace({ root: plain, seed: 1 }, tools, never, (line) => lines.push(line));
  assert.equal(found.byGitTime, false);
  assert.ok(lines.some((line) => line.startsWith("Chance decides")));
});

test("what the setting excludes is left out, with its reason", async () => {
  const plain = folderWith(sources(12, 2_500));
  const found = await surveyWorkspace({ root: plain, seed: 1, exclude: ["src/part1*.ts"] }, tools, never, silent);
  assert.equal(found.files, 8);
  assert.equal(found.dropped.excluded, 4);
});

test("too little to learn from is one clear error that says what was left out, and nothing is written", async () => {
  const numbered = (count: number, make: (i: number) => string | Uint8Array, end = "ts") =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/a${i}.${end}`, make(i)]));
  const cases: [files: Record<string, string | Uint8Array>, words: RegExp][] = [
    [{}, /0 files with 0 KB, and it takes 8 files with 20 KB\.$/],
    [
      numbered(50, (i) => `// Code generated by a tool. DO NOT EDIT.\n${fileText(i, 2_000)}`),
      /Left out: 50 generated\.$/,
    ],
    [numbered(20, (i) => new Uint8Array(5_000).fill(i, 100), "ts"), /Left out: 20 binary\.$/],
    [numbered(20, (i) => new Uint8Array(5_000).fill(i), "png"), /Left out: 20 not source code/],
    [{ "huge.ts": Buffer.alloc(20_000_000, "const a = 1;\n") }, /Left out: 1 too large\.$/],
    [sources(3, 9_000), /3 files with \d+ KB/],
    [sources(20, 300), /20 files with \d+ KB/],
  ];
  for (const [files, words] of cases) {
    const out = newDir();
    await assert.rejects(prepare(folderWith(files), out), (error) => {
      assert.ok(error instanceof UserError && error.code === "badInput");
      assert.match(error.message, words);
      return true;
    });
    assert.ok(!existsSync(path.dirname(out)));
  }
  const missing = path.join(fixtures, "nowhere");
  await assert.rejects(prepare(missing, newDir()), /nowhere is no folder/);
});

test("a cancel at any step leaves what was there before", async () => {
  const plain = folderWith(sources(10, 2_500));
  const out = newDir();
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, "before"), "");
  const steps: string[] = [];
  await surveyWorkspace({ root: plain, seed: 1 }, tools, never, (line) => steps.push(line));
  for (let step = 0; step < steps.length; step++) {
    const abort = new AbortController();
    let said = 0;
    const running = prepareData({ root: plain, dir: out, seed: 1 }, tools, abort.signal, () => {
      if (said++ === step) abort.abort();
    });
    await assert.rejects(running, Cancelled);
    assert.deepEqual(readdirSync(path.dirname(out)), ["data"]);
    assert.deepEqual(readdirSync(out), ["before"]);
  }
});

test("an older folder and the draft of a run that was killed are replaced; what cannot be written is one clear error", async () => {
  const plain = folderWith(sources(10, 2_500));
  const out = newDir();
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, "before"), "");
  mkdirSync(`${out}.draft-0123`);
  await prepare(plain, out);
  assert.deepEqual(readdirSync(path.dirname(out)), ["data"]);
  assert.ok(!existsSync(path.join(out, "before")));

  const file = path.join(fixtures, "a file");
  writeFileSync(file, "");
  await assert.rejects(prepare(plain, path.join(file, "data")), (error) => {
    return error instanceof UserError && /^The training data cannot be written to .+ \(E\w+\)\.$/.test(error.message);
  });
});

test("languages without kinds of nodes of their own are learnt from too", async () => {
  const go = (seed: number) =>
    Array.from(
      { length: 60 },
      (_, i) =>
        `func Part${seed * 100 + i}(input${i} int) (int, error) {\n\tvalue := input${i} * ${i + seed * 31}\n\tif value > ${i + 500} {\n\t\treturn 0, errTooLarge${seed}\n\t}\n\treturn value, nil\n}\n`,
    ).join("\n");
  const files = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`pkg${i}/part.go`, `package pkg${i}\n\n${go(i)}`]),
  );
  const found = await surveyWorkspace({ root: folderWith(files), seed: 1 }, { ...tools, general: [] }, never, silent);
  assert.equal(found.files, 10);
  assert.equal(found.generalShare, 0);
  assert.ok(found.tokens > found.bytes / 8, `${found.tokens}`);
});

test("a model without a format for filling in the middle, or without its tokens, is refused before anything is read", async () => {
  const refused: [Partial<typeof tools>, RegExp][] = [
    [{ format: "prefix" as never }, /has learnt no format for filling in the middle/],
    [{ format: "qwen" as never }, /lacks special tokens of its prompt format, qwen\./],
    [{ tokenizer: { ...tokenizer, specialId: () => undefined } }, /lacks special tokens/],
    [
      { tokenizer: { ...tokenizer, specialId: (name) => (/end/.test(name) ? undefined : tokenizer.specialId(name)) } },
      /no token for the end of a text/,
    ],
  ];
  for (const [change, message] of refused) {
    const lines: string[] = [];
    await assert.rejects(
      surveyWorkspace({ root, seed: 1 }, { ...tools, ...change }, never, (line) => lines.push(line)),
      { code: "modelUnsupported", message },
    );
    assert.deepEqual(lines, []);
  }
});

test("a large vocabulary of another family: ids of 32 bits, in its own format, which the trainer takes", async () => {
  const names = [
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|file_sep|>",
    "<|repo_name|>",
    "<|endoftext|>",
  ];
  const specials = new Map(names.map((name, i) => [name, 151_000 + i]));
  const large: Tokenizer = { ...tokenizer, vocabSize: 151_936, specialId: (name) => specials.get(name) };
  const out = newDir();
  await prepareData({ root, dir: out, seed: 1 }, { ...tools, tokenizer: large, format: "qwen" }, never, silent);
  for (const name of [DataFiles.train, DataFiles.validation]) {
    const data = await openDataset(path.join(out, name), 151_936);
    assert.equal(data.promptFormat, "qwen");
    const ids = new Set([...data.batch(0).tokens]);
    for (const marker of names.slice(0, 3)) assert.ok(ids.has(specials.get(marker)!), marker);
    data.close();
  }
  assert.ok(existsSync(path.join(out, DataFiles.train, "tokens.u32")));
});

const keptOf = (count: number, words = 1): KeptExamples => ({
  dropped: {},
  examples: Array.from({ length: count }, (_, i) => ({
    version: 2,
    at: new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString(),
    file: path.join(realpathSync(root), `src/part${1 + (i % 10)}.ts`),
    languageId: "typescript",
    before: `const learnt${i} = `,
    tail: "",
    after: "\n",
    final: `wordOfUse${i}(${Array.from({ length: words }, (_, word) => `value${word}`).join(", ")});`,
    ...(words === 1 && { shown: { text: `wordOfUse${i}(other, value);`, ending: "rejected" as const } }),
  })),
});

test("kept examples: learnt with their weights, the latest fifth held out, as the facts say; the rest is as without", async () => {
  const into = newDir();
  const learnt = await prepareData({ root, dir: into, seed: 1, kept: keptOf(10) }, tools, never, silent);
  assert.deepEqual(
    { ...learnt, kept: undefined, tokens: 0, generalShare: 0 },
    { ...facts, kept: undefined, tokens: 0, generalShare: 0 },
  );
  const { kept } = learnt;
  assert.deepEqual([kept?.learnt, kept?.heldOut, kept?.dropped], [8, 2, {}]);
  assert.equal(learnt.tokens, facts.tokens + kept!.tokens);
  const documents = documentsIn(path.join(into, DataFiles.train));
  const others = documents.filter((text) => !text.includes("wordOfUse"));
  assert.equal(documents.length - others.length, 8);
  assert.deepEqual(others.toSorted(), documentsIn(path.join(dir, DataFiles.train)).toSorted());
  for (const held of [8, 9]) assert.ok(!documents.some((text) => text.includes(`wordOfUse${held}`)));
  const cases = parseHeldOutCases(readFileSync(path.join(into, DataFiles.keptCases), "utf8"), DataFiles.keptCases);
  assert.deepEqual(cases.map(({ expected }) => expected).sort(), ["wordOfUse8(value0);", "wordOfUse9(value0);"]);
  const weights = readFileSync(path.join(into, DataFiles.train, "weights.u8"));
  assert.equal(Math.max(...weights), 96, "a corrected suggestion weighs 1.5");
});

test("kept examples are at most 15 % of what is learnt, the latest first; the survey says about the same", async () => {
  const into = newDir();
  const many = keptOf(600, 30);
  const learnt = await prepareData({ root, dir: into, seed: 1, kept: many }, tools, never, silent);
  const { kept } = learnt;
  const share = kept!.tokens / learnt.tokens;
  assert.ok(share > 0.13 && share <= 0.15, `${share}`);
  assert.equal(kept!.learnt + kept!.heldOut + (kept!.dropped.sizeCap ?? 0), 600);
  const documents = documentsIn(path.join(into, DataFiles.train));
  assert.ok(
    documents.some((text) => text.includes("wordOfUse479(")) && !documents.some((text) => text.includes("wordOfUse0(")),
  );
  const survey = await surveyWorkspace({ root, seed: 1, kept: many }, tools, never, silent);
  assert.ok(Math.abs(survey.tokens / learnt.tokens - 1) < 0.1, `${survey.tokens} ${learnt.tokens}`);
  assert.ok(survey.kept!.tokens / survey.tokens <= 0.15 && survey.kept!.heldOut === 120);
});

test("a line that is held out is learnt from nowhere in its file", async () => {
  const learntBefore = documentsIn(path.join(dir, DataFiles.train)).join("\n");
  const line = readFileSync(path.join(root, "src/part1.ts"), "utf8")
    .split("\n")
    .find((text) => text.trim().length > 30 && learntBefore.includes(text.trim()))!;
  const kept = keptOf(5);
  const file = path.join(realpathSync(root), "src/part1.ts");
  kept.examples[4] = { ...kept.examples[4]!, file, before: "", final: line, shown: undefined };
  const into = newDir();
  const { kept: learnt } = await prepareData({ root, dir: into, seed: 1, kept }, tools, never, silent);
  assert.equal(learnt?.heldOut, 1);
  const documents = documentsIn(path.join(into, DataFiles.train)).filter((text) => text.includes("src/part1.ts"));
  assert.ok(documents.length > 0 && !documents.some((text) => text.includes(line.trim())));
});

test("edits of commits: at most 10 % of what is learnt, none of a file that is held out; the same bytes again, and a survey that says about the same", async () => {
  const edited = folderWith(sources(16, 2_000));
  git(edited, "init", "-q");
  commitOn(edited, 0);
  const textOf = (part: number) => readFileSync(path.join(edited, sourceNames[part]!), "utf8");
  const sourceNames = readdirSync(edited, { recursive: true })
    .map((name) => String(name).replaceAll(path.sep, "/"))
    .filter((name) => name.endsWith(".ts") && !name.includes(".git/"))
    .sort();
  for (let day = 1; day <= 8; day++) {
    const changed = Array.from({ length: 3 }, (_, i) => (3 * day + i) % sourceNames.length);
    const added = (part: number) =>
      `export const editedOn${day}In${part} = [${day}, ${part}];\nexport const after${day}In${part} = editedOn${day}In${part};\n`;
    write(
      edited,
      Object.fromEntries(
        changed.map((part) => [
          sourceNames[part]!,
          added(part) + textOf(part) + added(part).replaceAll("edited", "alsoEdited").replaceAll("after", "andAfter"),
        ]),
      ),
    );
    commitOn(edited, 10 * day);
  }
  const options = { root: edited, seed: 1, commits: "alike" } as const;
  const [first, second, without] = [newDir(), newDir(), newDir()];
  const learnt = await prepareData({ ...options, dir: first }, tools, never, silent);
  await prepareData({ ...options, dir: second }, tools, never, silent);
  const plain = await prepareData({ root: edited, seed: 1, dir: without }, tools, never, silent);
  const { edits } = learnt;
  assert.ok(edits!.learnt > 0, JSON.stringify(edits));
  assert.ok(edits!.dropped.otherFile! > 0, "files that are held out were changed, too");
  assert.equal(learnt.tokens, plain.tokens + edits!.tokens);
  assert.equal(plain.edits, undefined);
  assert.ok(edits!.tokens / learnt.tokens <= 0.1);
  const bytesOf = (of: string) => readFileSync(path.join(of, DataFiles.train, "tokens.u16"));
  assert.ok(bytesOf(first).equals(bytesOf(second)));
  const judged = new Set(casesIn(first).map((place) => place.path));
  for (const name of judged) {
    const part = sourceNames.indexOf(name);
    for (const document of documentsIn(path.join(first, DataFiles.train)))
      assert.doesNotMatch(document, new RegExp(`\\w+In${part}\\b`));
  }
  const survey = await surveyWorkspace(options, tools, never, silent);
  assert.ok(survey.edits!.tokens / survey.tokens <= 0.1);
  assert.ok(survey.edits!.learnt > 0);
});

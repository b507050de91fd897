// Compares forms of a model with its floats on text that neither calibration nor training saw: perplexity, how often the likeliest
// token is the same, and the Kullback-Leibler divergence of the distributions. Half of the documents run left to right, half as
// fill-in-the-middle prompts. The product never runs this.
//
// node lab/model/compareForms.ts [--model DIR] [--forms row8,gpu8] [--kilobytes 100] [--adapter none]
// (default: the embedded model, whose floats take a minute for 100 kB on 2 quiet cores, a form half of that)

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { badInput } from "../../common/errors.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { indexOfLargest } from "../../server/engine/generate/sampler.ts";
import { FORMS, type Form } from "../../server/engine/graph/decoderGraph.ts";
import { loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { packPrompt } from "../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import { CHUNK_TOKENS, type Decoder } from "../../server/engine/runtime/decoder.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import { formatFor } from "../../server/host/localModel.ts";
import { PROMPT_BUDGET } from "../../server/host/protocol/promptBudget.ts";

/** A dependency that the adapter was not trained on, and files of ours that calibrate.ts does not read. */
const SOURCES = ["node_modules/onnxruntime-common/lib/*.ts", "server/train/**/*.ts", "src/context/**/*.ts"];
const PART_CHARS = 3_200; // of a file, to a document
const FEWEST_CHARS = 800;
const MIDDLE_CHARS = 300;
const UNLIKELY = -12; // logarithm: what is less probable adds nothing to the divergence

/** What the floats say of a token: the likely ones of the vocabulary, and the likeliest. */
interface Expected {
  ids: Uint32Array;
  logProbs: Float32Array; // of `ids`
  likeliest: number;
}

interface Comparison {
  logProbs: number; // of the true next tokens, summed
  sameLikeliest: number;
  divergence: number; // summed over tokens
}

const { values } = parseArgs({
  options: {
    forms: { type: "string", default: "row8,gpu8,gpu4" },
    kilobytes: { type: "string", default: "100" },
    adapter: { type: "string" },
    model: { type: "string" },
  },
});
const forms = values.forms.split(",").map((name) => {
  if (Object.hasOwn(FORMS, name)) return name as Form;
  throw badInput(`There is no form ${name}.`, `Choose among ${Object.keys(FORMS).join(", ")}.`);
});
const dir = path.resolve(values.model ?? embeddedModelDir());
const tokenizer = await loadTokenizer(dir);
const model = await openAdapted(dir, values.adapter);
const format = promptFormats[values.model === undefined ? "fim" : formatFor(model, tokenizer)];
const documents = makeDocuments(tokenizer, Number(values.kilobytes) * 1000);
const { vocabSize } = model.config;
const total = documents.reduce((sum, document) => sum + document.length, 0);
const reference: Expected[] = []; // of each position
const tokens = total - documents.length;

const floats = await compare("fp32", (row) => reference.push(expected(row)));
console.log(`${documents.length} documents, ${tokens} tokens`);
print("fp32", floats);
for (const form of forms) print(form, await compare(form));
process.exit(0);

/** Runs `form` over the documents; `see` gets each position's logarithms of probabilities, [vocab], before they are compared. */
async function compare(form: Form, see?: (row: Float32Array) => void): Promise<Comparison> {
  const decoder = await loadDecoder(model, { cacheDir: defaultCacheDir(), form });
  const sums: Comparison = { logProbs: 0, sameLikeliest: 0, divergence: 0 };
  await eachPosition(decoder, (logits, index, next) => {
    const row = logSoftmax(logits);
    see?.(row);
    if (next === undefined) return;
    const { ids, logProbs, likeliest } = reference[index];
    sums.logProbs += row[next];
    if (indexOfLargest(row) === likeliest) sums.sameLikeliest++;
    for (const [i, logProb] of logProbs.entries()) sums.divergence += Math.exp(logProb) * (logProb - row[ids[i]]);
  });
  decoder.dispose();
  return sums;
}

function expected(row: Float32Array): Expected {
  const likely: number[] = [];
  for (let id = 0; id < row.length; id++) if (row[id] > UNLIKELY) likely.push(id);
  const ids = Uint32Array.from(likely);
  return { ids, logProbs: Float32Array.from(ids, (id) => row[id]), likeliest: indexOfLargest(row) };
}

async function eachPosition(
  decoder: Decoder,
  see: (logits: Float32Array, index: number, next: number | undefined) => void,
): Promise<void> {
  const cache = decoder.createCache();
  let index = 0;
  for (const document of documents) {
    for (let past = 0; past < document.length; past += CHUNK_TOKENS) {
      const chunk = document.slice(past, past + CHUNK_TOKENS);
      const logits = await decoder.run(cache, chunk, past, [...chunk.keys()]);
      for (const position of chunk.keys()) {
        const row = logits.subarray(position * vocabSize, (position + 1) * vocabSize);
        see(row, index++, document[past + position + 1]);
      }
    }
  }
}

function print(form: Form, { logProbs, sameLikeliest, divergence }: Comparison): void {
  const perplexity = Math.exp(-logProbs / tokens);
  const worse = (perplexity / Math.exp(-floats.logProbs / tokens) - 1) * 100;
  const figures = [
    `perplexity ${perplexity.toFixed(4)} (${worse >= 0 ? "+" : ""}${worse.toFixed(2)} %)`,
    `likeliest token as fp32 ${((100 * sameLikeliest) / tokens).toFixed(2)} %`,
    `divergence ${(divergence / tokens).toFixed(5)}`,
  ];
  console.log(`${form.padEnd(7)} ${figures.join("  ")}`);
}

/** Token ids of documents of at most `mostChars` together: every other one is a fill-in-the-middle prompt with its middle. */
function makeDocuments(tokenizer: Tokenizer, mostChars: number): number[][] {
  const root = packageRoot(import.meta.dirname);
  const parts = globSync(SOURCES, { cwd: root })
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(path.join(root, file), "utf8");
      const starts = Array.from({ length: Math.ceil(text.length / PART_CHARS) }, (_, part) => part * PART_CHARS);
      return starts.map((start) => ({ file, text: text.slice(start, start + PART_CHARS) }));
    });
  const result: number[][] = [];
  let chars = 0;
  for (const { file, text } of parts) {
    if (text.length < FEWEST_CHARS || chars + text.length > mostChars) continue;
    chars += text.length;
    result.push(result.length % 2 === 0 ? leftToRight(tokenizer, file, text) : filledIn(tokenizer, file, text));
  }
  return result;
}

function leftToRight(tokenizer: Tokenizer, file: string, text: string): number[] {
  const start = tokenizer.specialId("<file_sep>");
  const ids = tokenizer.encode(`${file}\n${text}`);
  return start === undefined ? ids : [start, ...ids];
}

function filledIn(tokenizer: Tokenizer, file: string, text: string): number[] {
  const start = text.indexOf("\n", text.length >> 1) + 1;
  const end = text.indexOf("\n", start + MIDDLE_CHARS) + 1 || text.length;
  const place = {
    path: file,
    languageId: "typescript",
    prefix: text.slice(0, start),
    suffix: text.slice(end),
    pieces: [],
  };
  const { tokens: prompt } = packPrompt(place, tokenizer, PROMPT_BUDGET.tokens, format);
  return [...prompt, ...tokenizer.encode(text.slice(start, end))];
}

function logSoftmax(logits: Float32Array): Float32Array {
  const largest = logits[indexOfLargest(logits)];
  const sum = logits.reduce((all, logit) => all + Math.exp(logit - largest), 0);
  const shift = largest + Math.log(sum);
  return logits.map((logit) => logit - shift);
}

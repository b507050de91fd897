// Writes the inputs that fuzzing begins with into test/fuzz-seeds: one small right file of each kind that a parser knows. Run it where a format
// changes; inputs that once were a fault lie there too, under names of their own, and stay.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { AdapterFiles, adaptableLayers, type LowRank } from "../../server/engine/adapters/adapter.ts";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import { safetensorsParts } from "../../server/engine/models/safetensors.ts";
import { QWEN2_STEPS, tokenizerToJson } from "../../server/engine/tokenizer/tokenizerFile.ts";
import { encodeChunks, encodeSymbols } from "../../src/index/outline.ts";
import { encodePosting } from "../../src/index/postings.ts";
import {
  arrayEntry,
  f32Entry,
  ggufBytes,
  stringEntry,
  stringsEntry,
  u16Entry,
  u32,
  u32Entry,
} from "../../test/support/ggufFile.ts";
import { tinyModel } from "../../test/support/tinyModel.ts";

const folder = path.join(packageRoot(import.meta.dirname), "test", "fuzz-seeds");

function seed(target: string, name: string, ...parts: (string | Uint8Array)[]): void {
  mkdirSync(path.join(folder, target), { recursive: true });
  writeFileSync(path.join(folder, target, name), Buffer.concat(parts.map((part) => Buffer.from(part as string))));
}

const f32s = (count: number) => Buffer.from(Float32Array.from({ length: count }, (_, i) => i / 8).buffer);

const facts = (architecture: string) => [
  stringEntry("general.architecture", architecture),
  stringEntry("general.name", "Tiny"),
  stringEntry("general.license", "mit"),
  ...[
    "block_count",
    "embedding_length",
    "attention.head_count",
    "attention.head_count_kv",
    "feed_forward_length",
    "context_length",
  ].map((key, i) => u32Entry(`${architecture}.${key}`, [1, 32, 2, 1, 32, 64][i])),
  u32Entry(`${architecture}.vocab_size`, 4),
  f32Entry(`${architecture}.attention.layer_norm_rms_epsilon`, 1e-5),
  f32Entry(`${architecture}.rope.freq_base`, 10_000),
];
const embedding = { name: "token_embd.weight", shape: [32, 4], type: 0, data: f32s(128) };
seed(
  "gguf",
  "bytes",
  ggufBytes({
    metadata: [
      ...facts("llama"),
      stringEntry("tokenizer.ggml.model", "gpt2"),
      stringEntry("tokenizer.ggml.pre", "qwen2"),
      stringsEntry("tokenizer.ggml.tokens", ["a", "b", "ab", "<|endoftext|>"]),
      arrayEntry("tokenizer.ggml.token_type", 5, [1, 1, 1, 3].map(u32)),
      stringsEntry("tokenizer.ggml.merges", ["a b"]),
    ],
    tensors: [embedding, { name: "blk.0.attn_q.weight", shape: [32, 2], type: 2, data: Buffer.alloc(36, 7) }],
  }),
);
seed(
  "gguf",
  "characters",
  ggufBytes({
    metadata: [
      ...facts("gemma"),
      stringEntry("tokenizer.ggml.model", "llama"),
      stringsEntry("tokenizer.ggml.tokens", ["<unk>", "▁a", "▁", "a", "<0x0A>"]),
      arrayEntry(
        "tokenizer.ggml.scores",
        6,
        [0, -1, -2, -3, 0].map((value) => f32Entry("", value).raw),
      ),
      arrayEntry("tokenizer.ggml.token_type", 5, [2, 1, 1, 1, 6].map(u32)),
    ],
    tensors: [embedding, { name: "output_norm.weight", shape: [32], type: 1, data: Buffer.alloc(64, 60) }],
  }),
);
seed(
  "gguf",
  "values",
  ggufBytes({
    version: 2,
    metadata: [
      u16Entry("split.no", 0),
      u16Entry("split.count", 1),
      ...facts("qwen2"),
      stringEntry("qwen2.rope.scaling.type", "yarn"),
      f32Entry("qwen2.rope.scaling.factor", 4),
    ],
    tensors: [12, 13, 14, 8].map((type, i) => ({
      name: `t${i}`,
      shape: [256],
      type,
      data: Buffer.alloc([144, 176, 210, 272][i], i),
    })),
  }),
);

const header = (tensors: Parameters<typeof safetensorsParts>[0], metadata = {}) => {
  const [, text, ...data] = safetensorsParts(tensors, metadata);
  return [text, Buffer.alloc(1), ...data];
};
seed(
  "safetensors",
  "two",
  ...header(
    [
      { name: "a", type: "F32", shape: [2, 4], data: f32s(8) },
      { name: "b", type: "I8", shape: [3], data: Buffer.from([1, 2, 3]) },
    ],
    { made: "by hand" },
  ),
);
seed(
  "safetensors",
  "halves",
  ...header([
    { name: "a", type: "F16", shape: [2, 2], data: Buffer.alloc(8, 60) },
    { name: "s", type: "BF16", shape: [], data: Buffer.alloc(2) },
  ]),
);
seed(
  "safetensors",
  "raw",
  Buffer.alloc(1),
  ...safetensorsParts([{ name: "a", type: "U8", shape: [1], data: Buffer.from([1]) }]),
);

const bytes = {
  tokens: ["a", "b", "ab", "Ġ", "Ċ", "<|endoftext|>"],
  merges: [{ left: 0, right: 1, result: 2 }],
  specialIds: new Map([["<|endoftext|>", 5]]),
};
seed("tokenizer", "smollm2", JSON.stringify(tokenizerToJson(bytes)));
seed("tokenizer", "qwen2", JSON.stringify(tokenizerToJson(bytes, QWEN2_STEPS)));
const blanks = { type: "Replace", pattern: { String: " " }, content: "▁" };
const characters = {
  normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, blanks] },
  pre_tokenizer: null,
  post_processor: { type: "TemplateProcessing" },
  decoder: { type: "Sequence", decoders: [{ type: "Replace" }, { type: "ByteFallback" }, { type: "Fuse" }] },
};
const fallback = Object.fromEntries(
  Array.from({ length: 256 }, (_, i) => [`<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`, i]),
);
seed(
  "tokenizer",
  "characters",
  JSON.stringify({
    added_tokens: [{ id: 259, content: "<think>", special: false }],
    ...characters,
    model: {
      type: "BPE",
      byte_fallback: true,
      unk_token: null,
      vocab: { ...fallback, "▁": 256, r: 257, "▁r": 258 },
      merges: [["▁", "r"]],
    },
  }),
);

const model = tinyModel();
const rank = 1;
const [[layer, { outputs, inputs }]] = adaptableLayers(model.config);
const values = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i % 9) - 4) / 8);
const matrices = new Map<string, LowRank>([[layer, { a: values(inputs), b: values(outputs) }]]);
const embeddingRows = new Map([[7, values(model.config.hiddenSize)]]);
for (const [name, whole, rows] of [
  ["plain", false, new Map()],
  ["whole", true, embeddingRows],
] as const) {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-seeds-"));
  const out = path.join(dir, "adapter");
  writeAdapter(out, { promptFormat: 1, rank, alpha: 2, matrices, embeddingRows: rows }, model, {}, { whole });
  const file = (of: string) => readFileSync(path.join(out, of));
  const tensors = file(AdapterFiles.tensors);
  const end = 8 + Number(tensors.readBigUInt64LE());
  const zero = Buffer.alloc(1);
  seed(
    "adapter",
    name,
    file(AdapterFiles.config),
    zero,
    file(AdapterFiles.base),
    zero,
    tensors.subarray(8, end),
    zero,
    tensors.subarray(end),
  );
  rmSync(dir, { recursive: true });
}

const generate = {
  id: 1,
  prompt: { path: "a.ts", languageId: "typescript", prefix: "let x = ", suffix: "", pieces: [] },
  maxTokens: 4,
  sampling: { temperature: 0 },
  stop: [],
};
const call = (method: string, params: object) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
const hello = call("sotto/hello", { protocol: 6, token: "t", client: { name: "a", pid: 1 } });
seed("frames", "bodies", Buffer.from([1]), hello, Buffer.alloc(1), call("sotto/generate", generate));
seed(
  "frames",
  "slowly",
  Buffer.from([7]),
  call("sotto/ping", {}),
  Buffer.alloc(1),
  '{"jsonrpc":"2.0","id":1,"result":null}',
);
seed(
  "frames",
  "raw",
  Buffer.from([8]),
  `Content-Length: ${hello.length}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n${hello}`,
);

seed(
  "ignoreFiles",
  "usual",
  "node_modules/\n*.log\n!keep.log\n/dist\n# note\n\\#file\ndocs/**/*.md\n",
  Buffer.alloc(1),
  "secret*\n!secret.md\n",
  Buffer.alloc(1),
  "a.log\nkeep.log\nsub/secret.ts\ndocs/a/b.md\nsub/",
);
seed(
  "ignoreFiles",
  "odd",
  "[a-c]?.ts\n**/x\nfoo\\ \nbar \n",
  Buffer.alloc(1),
  "*\n!*/\n",
  Buffer.alloc(1),
  "b1.ts\nq/x\nfoo \nsub/deep/er.ts",
);

seed(
  "statistics",
  "usual",
  JSON.stringify({
    version: 1,
    days: {
      "2026-01-31": { typescript: { shown: 3, accepted: 1, charactersShown: 40 } },
      "2026-01-30": { python: { "unmeasured:closed": 2 } },
    },
  }),
);

seed(
  "indexLists",
  "postings",
  Buffer.of(0),
  encodePosting({ chunks: [0, 1, 5, 40, 300, 999], frequencies: [1, 2, 1, 255, 7, 1] }),
);
const lines = { startLine: 3, endLine: 9 };
seed(
  "indexLists",
  "chunks",
  Buffer.of(1),
  encodeChunks({ chunks: [{ ...lines, hash: 7, header: "class A", terms: [] }] }),
);
const symbol = { ...lines, name: "run", kind: "method", container: "A" };
seed("indexLists", "symbols", Buffer.of(2), encodeSymbols({ symbols: [symbol] }));

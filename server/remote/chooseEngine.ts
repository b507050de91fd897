// Decides how a server is used, from what was found and what a person has chosen: model, adapter, shape of the prompt, format, context length.
// Asks the server only what it tells of its models; the one completion is `requireSuffix`'s, of a text of its own.

import { existsSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { badInput, engineHasNoModel, engineUnfit } from "../../common/errors.ts";
import { readJson } from "../engine/models/manifest.ts";
import { detectFormat } from "../engine/prompt/detectFormat.ts";
import { FORMAT_OF_VERSION } from "../engine/prompt/promptFormat.ts";
import type { FormatName } from "../engine/prompt/types.ts";
import { loadTokenizer } from "../engine/tokenizer/bpeTokenizer.ts";
import type { EngineConnection } from "./connection.ts";
import { dialects, SHAPES } from "./dialects/index.ts";
import { eventsOf } from "./eventStream.ts";
import { formatOfName } from "./namedFormat.ts";
import { fimPacker, idsPacker, type Packer, textPacker } from "./packing.ts";
import { KNOWN_NAMES } from "./specialNames.ts";
import type { EngineChoice, EngineModel, FoundEngine, WireShape } from "./types.ts";

/** Assumed where a server tells no length: what the smallest defaults have. */
const ASSUMED_CONTEXT_TOKENS = 4_096;
/** A shorter context holds no prompt that is worth sending. */
export const FEWEST_CONTEXT_TOKENS = 512;
const STALL_MS = 10_000;
/** A cold server loads its model first. */
const PROBE_STALL_MS = 120_000;

export interface Chosen {
  model: string;
  adapter?: string;
  shape: WireShape;
  packer: Packer;
  contextTokens: number;
}

export interface Choosing {
  found: FoundEngine;
  choice: EngineChoice;
  connection: EngineConnection;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** @throws UserError engineHasNoModel, engineUnfit, badInput; of the tokenizer's folder; Cancelled */
export async function chooseEngine(choosing: Choosing): Promise<Chosen> {
  const { found, choice } = choosing;
  const model = modelOf(found, choice);
  const contextTokens = choice.contextTokens ?? (await contextOf(choosing, model)) ?? ASSUMED_CONTEXT_TOKENS;
  if (contextTokens < FEWEST_CONTEXT_TOKENS)
    throw engineUnfit(
      `The server ${found.url}`,
      `its context of ${contextTokens} tokens is shorter than a useful prompt`,
      `Start it with at least ${FEWEST_CONTEXT_TOKENS} tokens, better 4096.`,
    );
  const adapter = await adapterOf(choosing);
  const { shape, packer } = await shapeOf(choosing, model.id);
  return { model: model.id, ...(adapter !== undefined && { adapter }), shape, packer, contextTokens };
}

function modelOf({ url, models }: FoundEngine, { model: wanted }: EngineChoice): EngineModel {
  const known = models.map(({ id }) => id);
  if (wanted === undefined) {
    const first = models.find(({ parent }) => parent === undefined);
    if (!first) throw engineHasNoModel(url, undefined, known);
    return first;
  }
  if (models.length === 0) return { id: wanted }; // it has no list
  const found = models.find(({ id }) => id === wanted) ?? models.find(({ id }) => id === `${wanted}:latest`);
  if (!found) throw engineHasNoModel(url, wanted, known);
  return found;
}

const showSchema = z.looseObject({
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
});

/** What Ollama tells of a model. */
async function shown({ connection, signal }: Choosing, model: string) {
  const told = await connection.json({ path: "/api/show", body: { model }, signal, stallMs: STALL_MS });
  return showSchema.safeParse(told).data;
}

async function contextOf(choosing: Choosing, model: EngineModel): Promise<number | undefined> {
  const { found } = choosing;
  const parent = found.models.find(({ id }) => id === model.parent);
  const told = model.contextTokens ?? parent?.contextTokens;
  if (told !== undefined || found.kind !== "ollama") return told;
  // It does not run yet. Its server will give it as much as it can, which may be more than the least, but is not known.
  const info = (await shown(choosing, model.id))?.model_info ?? {};
  const most = Object.entries(info).find(([key]) => key.endsWith(".context_length"))?.[1];
  return typeof most === "number" ? Math.min(most, ASSUMED_CONTEXT_TOKENS) : undefined;
}

const loraSchema = z.array(z.looseObject({ id: z.number(), path: z.string() }));

/** At llama.cpp the number of the adapter; elsewhere its name, which is a model's. */
async function adapterOf({ found, choice, connection, signal }: Choosing): Promise<string | undefined> {
  const { adapter } = choice;
  if (adapter === undefined) return undefined;
  if (found.kind === "llamacpp") {
    const told = await connection.json({ path: "/lora-adapters", signal, stallMs: STALL_MS });
    const adapters = loraSchema.safeParse(told).data ?? [];
    const isMeant = ({ id, path: file }: { id: number; path: string }) =>
      String(id) === adapter || file === adapter || path.posix.basename(file) === adapter;
    const meant = adapters.find(isMeant);
    if (meant) return String(meant.id);
    throw engineHasNoModel(
      found.url,
      adapter,
      adapters.map(({ path: file }) => path.posix.basename(file)),
    );
  }
  const known = found.models.map(({ id }) => id);
  if (found.kind === "vllm" && !known.includes(adapter)) throw engineHasNoModel(found.url, adapter, known);
  if (found.kind === "vllm" || found.kind === "sglang") return adapter;
  throw engineUnfit(`The server ${found.url}`, "it takes no adapter with a request", "Choose no adapter for it.");
}

async function shapeOf(choosing: Choosing, model: string): Promise<{ shape: WireShape; packer: Packer }> {
  const { found, choice, log } = choosing;
  const shapes = SHAPES[found.kind];
  const wanted = choice.shape ?? (choice.tokenizerDir !== undefined && shapes.includes("ids") ? "ids" : undefined);
  if (wanted !== undefined && !shapes.includes(wanted))
    throw engineUnfit(
      `The server ${found.url}`,
      `it takes no prompt in the shape ${wanted}`,
      `Choose ${shapes.join(" or ")}.`,
    );
  if (wanted === "ids") return { shape: "ids", packer: await packerOfIds(choice, model) };
  if (wanted === "fim" || shapes[0] === "fim" || (wanted === undefined && found.laysOut))
    return { shape: "fim", packer: await packerOfFim(choosing, model) };
  const ids = found.kind === "llamacpp" ? await markerIds(choosing) : undefined;
  const format = choice.format ?? formatOfText(model, ids);
  if (format !== undefined) {
    if (!ids) log(`${found.url}: names of special tokens in texts are broken up, since ids are not known.`);
    const { holdsTo } = dialects[found.kind];
    return { shape: "text", packer: textPacker({ format, model, ids, holdsTo }) };
  }
  if (wanted === undefined && found.kind === "ollama" && (await inserts(choosing, model)))
    return { shape: "fim", packer: fimPacker(true) };
  throw noFormat(model);
}

const noFormat = (model: string) =>
  engineUnfit(
    `The model ${model}`,
    "it is not known to fill in the middle",
    "Choose its format in the setting sotto.engine.format (in a terminal: --engine-format), or a model that does, such as qwen2.5-coder.",
  );

/** By the vocabulary where it is known: a marker that it lacks would be read as text. */
function formatOfText(model: string, ids: ReadonlyMap<string, number> | undefined): FormatName | undefined {
  if (!ids) return formatOfName(model);
  const found = detectFormat({ specialId: (name) => ids.get(name) } as Parameters<typeof detectFormat>[0], {
    modelType: "",
    name: model,
  });
  return found === "prefix" ? undefined : found;
}

const aboutSchema = z.looseObject({ promptFormat: z.number().optional() });

/** The format that a folder of `sotto models export` states, else by the vocabulary. */
async function packerOfIds({ tokenizerDir, format: wanted }: EngineChoice, model: string): Promise<Packer> {
  if (tokenizerDir === undefined)
    throw badInput(
      "Token ids can be sent only with the model's tokenizer.",
      "Name the folder with its tokenizer.json.",
    );
  const tokenizer = await loadTokenizer(tokenizerDir);
  const about = path.join(tokenizerDir, "sotto.json");
  const version = existsSync(about) ? aboutSchema.safeParse(await readJson(about)).data?.promptFormat : undefined;
  const stated = version === undefined ? undefined : FORMAT_OF_VERSION.get(version);
  const detected = detectFormat(tokenizer, { modelType: "", name: model });
  const format = wanted ?? stated ?? (detected === "prefix" ? undefined : detected);
  if (format === undefined) throw noFormat(model);
  return idsPacker(tokenizer, format, model);
}

async function packerOfFim(choosing: Choosing, model: string): Promise<Packer> {
  const { found } = choosing;
  if (found.kind === "ollama" && !(await inserts(choosing, model)))
    throw engineUnfit(
      `The model ${model}`,
      "its template has no place for the text after the cursor",
      "Choose the shape text with its format, or a model that fills in the middle.",
    );
  if (found.kind === "openai") await requireSuffix(choosing, model);
  return fimPacker(found.kind !== "llamacpp"); // llama.cpp's /infill reads no special tokens in texts
}

const inserts = async (choosing: Choosing, model: string): Promise<boolean> =>
  (await shown(choosing, model))?.capabilities?.includes("insert") ?? false;

const PROBE_WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`).join(" ");

/** Some servers ignore a suffix without a word. The number of tokens that they count tells. @throws UserError engineUnfit */
async function requireSuffix({ found, connection, signal, log }: Choosing, model: string): Promise<void> {
  const prompt = { shape: "fim", context: "", prefix: "a", suffix: PROBE_WORDS, pieces: [], path: "a", languageId: "" };
  const { path, body } = dialects.openai.request({
    prompt: prompt as Parameters<typeof dialects.openai.request>[0]["prompt"],
    model,
    maxTokens: 1,
    sampling: { temperature: 0 },
    stop: [],
    stopTokens: [],
  });
  const answer = await connection.send({
    path,
    body: { ...body, stream: undefined },
    signal,
    stallMs: PROBE_STALL_MS,
  });
  if (answer.status !== 200) throw connection.refusal(answer.status, await connection.textOf(answer));
  let counted: number | undefined;
  for await (const event of eventsOf(answer, connection))
    counted = dialects.openai.read(event)?.counts?.prompt ?? counted;
  if (counted === undefined) log(`${found.url} counts no tokens: whether it heeds the suffix is not known.`);
  else if (counted < PROBE_WORDS.length / 16)
    throw engineUnfit(
      `The server ${found.url}`,
      "it ignores the text after the cursor",
      "Choose the shape text with the model's format, or another server.",
    );
}

const tokenizedSchema = z.looseObject({
  tokens: z.array(z.looseObject({ id: z.number(), piece: z.union([z.string(), z.array(z.number())]) })),
});

/** Special tokens by name, as llama.cpp's own tokenizer tells them; undefined where it does not. */
async function markerIds({ connection, signal, log }: Choosing): Promise<ReadonlyMap<string, number> | undefined> {
  const body = { content: KNOWN_NAMES.join("\n"), add_special: false, parse_special: true, with_pieces: true };
  const answer = await connection.send({ path: "/tokenize", body, signal, stallMs: STALL_MS });
  const text = await connection.textOf(answer);
  const parsed = answer.status === 200 ? tokenizedSchema.safeParse(connection.parsed(text)).data : undefined;
  if (!parsed) {
    log(`${connection.url}: /tokenize answered with status ${answer.status}, so special tokens are sent by name.`);
    return undefined;
  }
  const names = new Set(KNOWN_NAMES);
  const ids = parsed.tokens.flatMap(({ id, piece }): [string, number][] =>
    typeof piece === "string" && names.has(piece) ? [[piece, id]] : [],
  );
  return new Map(ids);
}

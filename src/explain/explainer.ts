// Explains one suggestion, step by step: what is known at once, then word by word, then what each part of the prompt did for it by leaving it out
// (ContextCite, Cohen-Wang et al. 2024, arXiv:2409.00729, ablates in the same way). Asks the model through the same calls as completions, in the
// rank of a command. Stores nothing.

import { badInput, Cancelled } from "../../common/errors.ts";
import type {
  GenerateResult,
  InspectResult,
  LayersResult,
  PromptInput,
  ScoreResult,
} from "../../server/host/protocol/messages.ts";
import { FILTER_STEPS } from "../completion/postprocess/chain.ts";
import { repeatedIn, repeatsWords } from "../completion/repeatedCode.ts";
import type { SuggestionOrigin } from "../completion/result.ts";
import { shownPart } from "../completion/show/showFeatures.ts";
import { WHY_NOTHING } from "../completion/whyNothing.ts";
import { promptOf } from "../completion/writing.ts";
import type { SearchIndex } from "../index/searchIndex.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { copiedTexts, elsewhere, indexedSources } from "./copied.ts";
import type { ExplainedBlock, ExplainedToken, Explanation, Hesitation, HidingPair } from "./explanation.ts";
import { explainedAttention, explainedLayers, loudestLayer } from "./layers.ts";
import { blocksOf, type PromptPart, packedPrompt, promptParts } from "./promptParts.ts";
import { showTerms } from "./showTerms.ts";
import { summaryOf } from "./summary.ts";
import { endsInWord, firstWord, hesitations, wordsOf } from "./words.ts";

export interface ExplainerDeps {
  model: Pick<CompletionModel, "inspect" | "generate" | "score" | "layers">;
  workspace?: Workspace; // for the lines at which parts begin; absent where nothing but the document may be read
  index?: Pick<SearchIndex, "search">; // of the folder, for what stands elsewhere in it
  /** Whether what stands elsewhere in the folder was mixed into the text, which no measurement here repeats. */
  hasMemory?: boolean;
}

/** The most tokens of a suggestion that are measured; more make it slow, and the first lines are what a person asks about. */
const MOST_TOKENS = 32;

/**
 * What leaving out a part may change by chance, in nats, for a text of one token; it grows with the root of the tokens. Everything behind the part
 * moves, so that code which has nothing to do with the text changes it, too: by less than this in 94 of 100 of the 255 cases that
 * lab/bench/explain.ts drew (95th percentile: 0.43 of 230 beside planted names, 0.30 of 25 in real prompts).
 */
const NOISE_NATS = 0.4;

/** How many parts are left out in pairs. */
const PAIRED = 3;

/** How many tokens complete an alternative to a word, and how many go on from one in "what if". */
const WORD_TOKENS = 4;
const WHAT_IF_TOKENS = 32;

export class Explainer {
  readonly explanation: Explanation;
  readonly #origin: SuggestionOrigin;
  readonly #deps: ExplainerDeps;
  readonly #text: string; // as the model wrote it, up to the end of what is shown or measured
  #prompt: PromptInput | undefined; // packed
  #parts: readonly PromptPart[] = [];
  #scored: ScoreResult | undefined;
  #layers: LayersResult | undefined;

  constructor(origin: SuggestionOrigin, deps: ExplainerDeps) {
    this.#origin = origin;
    this.#deps = deps;
    const { place, outcome, generation, scored, steps } = origin;
    const { document, offset } = place;
    const shown = outcome.kind === "shown" ? outcome.items[0]!.text : (scored?.completion.text ?? steps.at(-1)?.after);
    const text = shown ?? generation.text;
    const { line, character } = document.text.positionAt(offset);
    this.#text = measuredText(text, generation);
    const repeats = repeatedIn(outcome) ?? scored?.completion.repeats;
    this.explanation = {
      version: 1,
      ...{ path: document.path, line, character },
      ...(outcome.kind === "shown"
        ? { outcome: "shown" as const }
        : { outcome: "withheld" as const, reason: outcome.reason, why: WHY_NOTHING[outcome.reason] }),
      ...{ text, written: generation.text, summary: "" },
      ...{ model: generation.model, tier: generation.tier, promptTokens: generation.tokens.prompt },
      show: showTerms(origin),
      steps: steps.map((step) => ({ ...step, words: FILTER_STEPS[step.name] })),
      copied: [],
      ...(repeats && { repeats: repeatsWords(repeats) }),
      notes: [],
      ms: { first: 0, whole: 0 },
    };
    this.#summarise();
  }

  /**
   * Measures all that is to be told. `onChange` is called whenever the explanation has more to tell.
   * @throws UserError where the model cannot be asked; Cancelled when `signal` fires
   */
  async run(onChange: (explanation: Explanation) => void, signal: AbortSignal): Promise<Explanation> {
    const startMs = performance.now();
    const { explanation } = this;
    const tell = () => {
      explanation.ms.whole = performance.now() - startMs;
      this.#summarise();
      onChange(explanation);
    };
    const { place, pieces, explicit, generation } = this.#origin;
    const { model, hasMemory } = this.#deps;
    const asked = explicit && { asked: true as const };
    const given = promptOf(place, pieces);
    const inspection = await model.inspect({ ...given, ...asked });
    ended(signal);
    const prompt = packedPrompt(given, inspection);
    this.#prompt = prompt;
    this.#parts = promptParts(prompt, inspection);
    this.#noteDifferences(inspection);
    explanation.parts = this.#parts.map(({ id, kind, title, path, tokens }) => ({ id, kind, title, path, tokens }));
    explanation.copied = copiedTexts(this.#text, this.#parts);
    explanation.ms.first = performance.now() - startMs;
    tell();
    await this.#searchFolder();
    await this.#findLines();
    ended(signal);

    const score = model.score && generation.logProbs.length > 0 ? model.score.bind(model) : undefined;
    if (!score || this.#text === "") {
      explanation.parts = undefined;
      explanation.notes.push(
        this.#text === ""
          ? "The model wrote nothing here, so there is nothing to measure."
          : `${generation.model ?? "The model"} does not tell how probable a text is: neither its words nor what it leaned on can be measured.`,
      );
      tell();
      return explanation;
    }
    if (hasMemory)
      explanation.notes.push(
        "Files of this folder are mixed into the choice of each word. The show score counts that; what follows measures the model alone.",
      );
    if (this.#text.length < this.#wholeUnits)
      explanation.notes.push(`Only the first ${MOST_TOKENS} tokens of the suggestion are measured.`);

    const scoreOf = (of: PromptInput) => score({ prompt: of, text: this.#text, ...asked }, signal);
    const scored = await scoreOf(prompt);
    ended(signal);
    this.#scored = scored;
    if (scored.model !== generation.model) {
      explanation.parts = undefined;
      explanation.notes.push(
        `${generation.model} wrote it, and ${scored.model} answers now: ask again for an explanation.`,
      );
      tell();
      return explanation;
    }
    explanation.words = wordsOf(scored.tokens);
    const doubtful = hesitations(explanation.words);
    explanation.hesitations = doubtful.map(asHesitation);
    tell();

    const noise = NOISE_NATS * Math.sqrt(scored.tokens.length);
    for (const part of this.#parts) {
      const nats = scored.logProb - (await scoreOf(part.replaced(prompt, ""))).logProb;
      ended(signal);
      Object.assign(explanation.parts![part.id]!, { nats, isNoise: Math.abs(nats) < noise });
      tell();
    }
    explanation.hiding = await this.#hidingPairs(prompt, scored.logProb, noise, scoreOf);
    tell();
    for (const [index, token] of doubtful.entries()) {
      explanation.hesitations[index]!.alternatives = await this.#wholeWords(token, signal);
      tell();
    }
    return explanation;
  }

  /** How the text would go on from an alternative of a token: what stands before it, the alternative, and what follows. @throws as `run` does */
  async whatIf(token: number, alternative: number, signal: AbortSignal): Promise<string> {
    return this.#goneOn(token, alternative, WHAT_IF_TOKENS, signal);
  }

  /** What each block of four lines of a part did for the text. @throws as `run` does */
  async blocks(partId: number, signal: AbortSignal): Promise<ExplainedBlock[]> {
    const part = this.#parts[partId];
    const [prompt, scored] = [this.#prompt, this.#scored];
    if (!part || !prompt || !scored) return [];
    const { explicit } = this.#origin;
    const found: ExplainedBlock[] = [];
    for (const { firstLine, text, without } of blocksOf(part.text)) {
      const params = {
        prompt: part.replaced(prompt, without),
        text: this.#text,
        ...(explicit && { asked: true as const }),
      };
      const { logProb } = await this.#deps.model.score!(params, signal);
      ended(signal);
      found.push({ firstLine, text, nats: scored.logProb - logProb });
    }
    const told = this.explanation.parts?.[partId];
    if (told) told.blocks = found;
    return found;
  }

  /** Whether the layers can be told: where the text was measured, by a model that tells them. */
  get tellsLayers(): boolean {
    return this.#scored !== undefined && this.#deps.model.layers !== undefined;
  }

  /**
   * Reads what each layer did for each token, and where one token looked.
   * @param token whose attention is told; default: where the model hesitated first, or the least likely token
   * @throws UserError as `CompletionModel.layers` does; badInput where they cannot be told; Cancelled
   */
  async layers(signal: AbortSignal, token: number = this.#doubted()): Promise<void> {
    const { model } = this.#deps;
    const prompt = this.#prompt;
    if (!model.layers || !prompt || !this.#scored)
      throw badInput(this.layersMissing, "Choose one of Sotto's models, or one that you have imported.");
    const asked = this.#origin.explicit && { asked: true as const };
    const found = await model.layers({ prompt, text: this.#text, attentionOf: token, ...asked }, signal);
    ended(signal);
    this.#layers = found;
    this.explanation.layers = explainedLayers(found);
    this.attention(token, loudestLayer(this.explanation.layers.tokens[token]!));
  }

  /** Tells where the heads of another layer looked, and of one head the tokens. Asks nobody. */
  attention(token: number, layer: number, head?: number): void {
    const told = this.explanation.layers;
    if (told && this.#layers) told.attention = explainedAttention(this.#layers, this.#parts, { token, layer, head });
  }

  /** Why the layers cannot be told. */
  get layersMissing(): string {
    const model = this.#origin.generation.model ?? "The model";
    return this.#deps.model.layers
      ? "The suggestion could not be measured, so its layers cannot be told."
      : `${model} does not run in Sotto, so nobody can see its layers.`;
  }

  /** The index of the token that a person asks about first. */
  #doubted(): number {
    const [first] = this.explanation.hesitations ?? [];
    if (first) return first.token;
    const tokens = (this.explanation.words ?? []).flatMap((word) => word.tokens);
    return tokens.reduce((least, one) => (one.logProb < least.logProb ? one : least), tokens[0]!).index;
  }

  get #wholeUnits(): number {
    return measuredText(this.explanation.text, this.#origin.generation, Number.POSITIVE_INFINITY).length;
  }

  #summarise(): void {
    this.explanation.summary = summaryOf(this.explanation);
  }

  #noteDifferences({ tokens, dropped }: InspectResult): void {
    const { notes } = this.explanation;
    const { prompt } = this.#origin.generation.tokens;
    if (prompt > 0 && prompt !== tokens)
      notes.push(
        `The prompt had ${prompt} tokens when it was written, and has ${tokens} here: a busy machine reads less, a server packs in its own way.`,
      );
    const left = dropped.filter(({ kind }) => kind !== "prefix" && kind !== "suffix").length;
    if (left > 0) notes.push(`${left} found ${left === 1 ? "piece" : "pieces"} had no room in the prompt.`);
  }

  /** Looks for the text beyond the prompt: in the rest of the file, and in the files that the index finds. */
  async #searchFolder(): Promise<void> {
    const { workspace, index } = this.#deps;
    const { document } = this.#origin.place;
    const { path } = document;
    if (!workspace) return;
    const found = index ? await indexedSources(this.#text, { index, workspace, skip: path }) : [];
    const all = [...found, elsewhere(path, document.text.getText()), ...this.#parts];
    this.explanation.copied = copiedTexts(this.#text, all);
  }

  /** Adds the lines at which parts and copies stand in their files. */
  async #findLines(): Promise<void> {
    const { parts = [], copied, notes, path } = this.explanation;
    const { workspace } = this.#deps;
    const { document } = this.#origin.place;
    const texts = new Map<string, string | undefined>([[path, document.text.getText()]]);
    for (const { path: other } of [...parts, ...copied])
      if (!texts.has(other)) texts.set(other, await workspace?.read(other));
    for (const part of parts) {
      const text = texts.get(part.path);
      const at = this.#parts[part.id]!.text;
      if (text !== undefined) part.line = part.kind === "header" ? undefined : lineOf(text, beginningOf(at));
    }
    for (const copy of copied) {
      const text = texts.get(copy.path);
      if (text !== undefined) copy.line = lineOf(text, copy.text.split("\n")[0]!);
    }
    const gone = [...texts].filter(([, text]) => text === undefined).map(([name]) => name);
    if (gone.length > 0 && workspace) notes.push(`Not there any more, or not to be read: ${gone.join(", ")}.`);
  }

  /** The pairs of the strongest parts that are missed by more than `noise` together than each alone. */
  async #hidingPairs(
    prompt: PromptInput,
    whole: number,
    noise: number,
    scoreOf: (prompt: PromptInput) => Promise<ScoreResult>,
  ): Promise<HidingPair[]> {
    const told = this.explanation.parts!;
    const natsOf = ({ id }: PromptPart) => told[id]!.nats ?? 0;
    const top = this.#parts.toSorted((a, b) => natsOf(b) - natsOf(a)).slice(0, PAIRED);
    const pairs: HidingPair[] = [];
    for (const [index, first] of top.entries()) {
      for (const second of top.slice(index + 1)) {
        const without = second.replaced(first.replaced(prompt, ""), "");
        const together = whole - (await scoreOf(without)).logProb;
        const apart = natsOf(first) + natsOf(second);
        if (together - apart >= noise) pairs.push({ first: first.id, second: second.id, together, apart });
      }
    }
    return pairs;
  }

  /** The alternatives of a token, with those completed that end within a word. */
  async #wholeWords(token: ExplainedToken, signal: AbortSignal): Promise<Hesitation["alternatives"]> {
    const found = asHesitation(token).alternatives;
    for (const alternative of found) {
      if (!endsInWord(alternative.text)) continue;
      const text = await this.#goneOn(token.index, alternative.id, WORD_TOKENS, signal);
      const before = this.#textBefore(token.index);
      if (text.startsWith(before)) alternative.text = firstWord(text.slice(before.length));
    }
    return found;
  }

  #textBefore(token: number): string {
    return this.#scored!.tokens.slice(0, token)
      .map(({ text }) => text)
      .join("");
  }

  async #goneOn(token: number, alternative: number, further: number, signal: AbortSignal): Promise<string> {
    const { model } = this.#deps;
    const forced = [...this.#scored!.tokens.slice(0, token).map(({ id }) => id), alternative];
    const { text } = await model.generate(
      {
        ...{ prompt: this.#prompt!, class: "command", forced, maxTokens: forced.length + further },
        ...{ sampling: { temperature: 0 }, stop: this.#text.includes("\n") ? [] : ["\n"] },
        ...(this.#origin.explicit && { asked: true as const }),
      },
      () => {},
      signal,
    );
    ended(signal);
    return text;
  }
}

const asHesitation = ({ index, text, logProb, alternatives }: ExplainedToken): Hesitation => ({
  token: index,
  text,
  probability: Math.exp(logProb),
  alternatives: alternatives.map((other) => ({ id: other.id, text: other.text, probability: Math.exp(other.logProb) })),
});

/** The model's text up to the end of what is shown of it, or of the tokens that are measured. */
function measuredText(text: string, generation: GenerateResult, mostTokens = MOST_TOKENS): string {
  const [from, to] = shownPart(text, generation.text);
  const end = to > from ? to : generation.text.length;
  return generation.text.slice(0, Math.min(end, generation.tokenEnds[mostTokens - 1] ?? end));
}

/** The first line of a part that is long enough to find. */
const beginningOf = (text: string): string => text.split("\n").find((line) => line.trim().length > 3) ?? "";

/** The line of a text that holds `part`, 0-based; undefined where none does. */
function lineOf(text: string, part: string): number | undefined {
  const at = part === "" ? -1 : text.indexOf(part);
  return at < 0 ? undefined : text.slice(0, at).split("\n").length - 1;
}

function ended(signal: AbortSignal): void {
  if (signal.aborted) throw new Cancelled();
}

// Bench: keystrokes with a model of the user's own that was tuned for conversations (the strong tier's base in that place), alone and while it
// answers in a chat whose conversation grows; and how much of the conversation's prefix each answer finds kept. The peer is the model without a
// chat; the target is a 95th percentile of at most 1.5 times its own. Ends with one JSON line on stdout. Options: --keys N (default 60).

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { Turn } from "../../server/host/protocol/messages.ts";
import { chatCall } from "../../src/actions/chatCall.ts";
import { requireTier } from "./support/benchModels.ts";
import { type Keystroke, press, promptAt, startOffset, summary } from "./support/keystrokes.ts";
import { machine, quantile } from "./support/reporting.ts";

const WARM_UP = 3;
const PAUSE_MS = 150; // between two keys: the chat writes in between
const TARGET_RATIO = 1.5;
const ANSWER_TOKENS = 256;
const QUESTIONS = ["What does this code do?", "Which of it may throw?", "Write a test for it.", "And one that fails?"];

const { values } = parseArgs({ options: { keys: { type: "string" } } });
const keys = Number(values.keys ?? 60);
const model = await LocalModel.load({
  source: { modelDir: requireTier("strong") },
  device: { cacheDir: defaultCacheDir() },
});
const start = await startOffset(model);
const code = readFileSync(
  path.join(packageRoot(import.meta.dirname), "node_modules", "onnxruntime-common", "lib", "tensor.ts"),
  "utf8",
).slice(0, 6_000);

interface Answered {
  cachedShare: number;
  tokensPerSecond: number;
}

/** Asks one question after another until `signal` aborts; a conversation that is through begins anew. */
async function chat(signal: AbortSignal): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let turns: Turn[] = []; !signal.aborted; ) {
    const question = QUESTIONS[turns.length / 2];
    const instruction = turns.length === 0 ? `${code}\n\n${question}` : question;
    const call = { ...chatCall(turns, instruction, ANSWER_TOKENS), sampling: { temperature: 0 } };
    const { text, tokens, timingMs } = await model.generate(call, () => {}, signal);
    answers.push({
      cachedShare: tokens.cached / tokens.prompt,
      tokensPerSecond: (1000 * tokens.generated) / timingMs.decode,
    });
    turns = [...turns, { role: "user", text: instruction }, { role: "assistant", text }];
    if (turns.length / 2 === QUESTIONS.length) turns = [];
  }
  return answers;
}

async function type(): Promise<Keystroke[]> {
  const keystrokes: Keystroke[] = [];
  for (let index = -WARM_UP; index < keys; index++) {
    const keystroke = await press(model, promptAt(start, WARM_UP + index));
    if (index >= 0) keystrokes.push(keystroke);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return keystrokes;
}

const alone = summary(await type());
const ending = new AbortController();
const chatting = chat(ending.signal);
const beside = summary(await type());
ending.abort();
const answers = await chatting;
const again = summary(await type()); // shows how much the machine itself changed meanwhile
const followUps = answers.slice(0, -1).filter((_, index) => index % QUESTIONS.length > 0);
const status = model.status();
model.dispose();

const ratio = Number((beside.p95Ms / alone.p95Ms).toFixed(2));
console.log(
  JSON.stringify({
    bench: "chat",
    machine: machine("cpu"),
    model: status.model,
    conversations: status.conversations,
    keys,
    alone,
    beside,
    again,
    chat: {
      answers: answers.length,
      tokensPerSecond: quantile(
        answers.map((answer) => answer.tokensPerSecond),
        0.5,
      ),
      cachedShareOfFollowUps: followUps.map(({ cachedShare }) => Number(cachedShare.toFixed(3))),
    },
    ratio,
    goal: TARGET_RATIO,
    met: ratio <= TARGET_RATIO,
  }),
);

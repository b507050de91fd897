// What a person sees while typing: ghost text painted, shrinking without a gap as it is typed, taken with Tab, saved on disk; its delay.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EditorWindow } from "../../../scripts/editor/page.ts";
import type { Scenario } from "../../../scripts/editor/scenario.ts";

const KEY_TIMEOUT_MS = 5000;
const TYPED_ON_TIMEOUT_MS = 1500; // most of such keys bring nothing that is worth showing
const REST_MS = 1000; // what somebody needs who comes to a line to type there
const completed = "  return a + b;";

interface Frame {
  atMs: number; // since 1970, as in the agent's trace
  text: string; // the ghost text
}

/** Notes the ghost text after each frame in which anything changed, and each key event, into the page. (To ask for every frame keeps a processor busy.) */
async function watch({ page }: EditorWindow): Promise<void> {
  await page.evaluate(() => {
    const state = { frames: [] as Frame[], keysMs: [] as number[] };
    Object.assign(window, { sotto: state });
    document.addEventListener("keydown", () => state.keysMs.push(Date.now()), true);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const parts = document.querySelectorAll(
        ".monaco-editor :is(.ghost-text-decoration, .ghost-text-decoration-preview)",
      );
      const text = Array.from(parts, (part) => part.textContent).join("");
      state.frames.push({ atMs: Date.now(), text: text.replace(/\u00a0/g, " ") });
      isAsked = false;
    };
    let isAsked = false;
    const changes = new MutationObserver(() => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => channel.port2.postMessage(0)); // a message sent in a frame arrives after its paint
    });
    changes.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
}

function watched({ page }: EditorWindow): Promise<{ frames: Frame[]; keysMs: number[] }> {
  return page.evaluate(() => {
    const { sotto } = window as unknown as { sotto: { frames: Frame[]; keysMs: number[] } };
    return { frames: sotto.frames.splice(0), keysMs: sotto.keysMs.splice(0) };
  });
}

/** What its author would have written at a place: one that is left empty would be the example for those after it. */
function expected(place: number): string {
  const field = fields[(place + 1) % fields.length];
  return place + 1 < fields.length
    ? `{ ...box, ${field}: box.${field} * factor };`
    : `{ ...box, ${field}: box.${field} + amount };`;
}

/** When the last key was pressed, and when ghost text other than before was painted, since 1970. */
interface Painted {
  keyMs: number;
  paintedMs: number;
}

/** The next ghost text other than `before` after a key event; undefined when none came in time. */
async function nextPainted(
  window: EditorWindow,
  before = "",
  timeoutMs = KEY_TIMEOUT_MS,
): Promise<Painted | undefined> {
  const seen: Frame[] = [];
  let keyMs = 0;
  for (const deadlineMs = Date.now() + timeoutMs; Date.now() < deadlineMs; await window.page.waitForTimeout(50)) {
    const { frames, keysMs } = await watched(window);
    seen.push(...frames);
    keyMs = keysMs.at(-1) ?? keyMs;
    const painted = seen.find(({ atMs, text }) => atMs > keyMs && text !== "" && text !== before);
    if (painted) return { keyMs, paintedMs: painted.atMs };
  }
  return undefined;
}

const fields = ["width", "height", "depth", "weight", "price", "volume", "margin", "padding", "offset", "speed"];
fields.push("angle", "radius", "length", "level", "count");
const PLACES = 2 * fields.length - 1; // the first is filled in, as an example
const LINES_PER_FUNCTION = 4;

/** A file with thirty functions whose return statements are still to be written, each the obvious next one. */
function boxes(): string {
  const shape = fields.map((field) => `  ${field}: number;\n`).join("");
  const functions = ["scale", "grow"].flatMap((verb) =>
    fields.map((field) => {
      const name = `${verb}${field[0].toUpperCase()}${field.slice(1)}`;
      const parameter = verb === "scale" ? "factor" : "amount";
      return `\nexport function ${name}(box: Box, ${parameter}: number): Box {\n  return\n}\n`;
    }),
  );
  const [example, ...rest] = functions;
  const filled = example.replace("  return\n", "  return { ...box, width: box.width * factor };\n");
  return `// Boxes are never changed: each function returns a new one.\n\nexport interface Box {\n${shape}}\n${filled}${rest.join("")}`;
}

/** Types a key that the ghost text does not begin with, waits for other ghost text, and takes the key back. */
async function typeOn(window: EditorWindow): Promise<Painted | undefined> {
  const before = await window.ghostText();
  await watched(window);
  await window.page.keyboard.press(before.startsWith("b") ? "KeyM" : "KeyB");
  const painted = await nextPainted(window, before, TYPED_ON_TIMEOUT_MS);
  await window.page.keyboard.press("Backspace");
  await window.waitForGhostText();
  return painted;
}

/** The parts of the time from a key to its ghost text, in milliseconds. */
interface Stages {
  whole: number;
  editor: number; // until the agent is asked
  agent: number; // until it has answered, the model included
  paint: number; // until the answer is on the screen
}

/** By the agent's trace, whose lines end in the time that an answer took. @param outcomes of the agent, the newest last */
function stagesOf({ keyMs, paintedMs }: Painted, outcomes: string): Stages | undefined {
  for (const line of outcomes.split("\n").toReversed()) {
    const [, at, took] = /^(\S+) completion: .*, (\d+) ms$/.exec(line) ?? [];
    if (at === undefined) continue;
    const answeredMs = Date.parse(at);
    if (answeredMs > paintedMs) continue;
    const agent = Math.min(Number(took), answeredMs - keyMs); // asked before the key: only what is left of it
    if (agent < 0) return undefined; // painted from what the editor had
    return { whole: paintedMs - keyMs, editor: answeredMs - keyMs - agent, agent, paint: paintedMs - answeredMs };
  }
  return undefined;
}

const quantile = (values: number[], share: number) =>
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

export const scenario: Scenario = {
  name: "ghost text",
  settings: { "sotto.deadlineMs": 15_000 }, // a busy machine reads a first prompt with its pieces for longer than the default
  prepare(_scratch, workspace) {
    writeFileSync(
      path.join(workspace, "src", "add.ts"),
      "export function add(a: number, b: number): number {\n  \n}\n",
    );
    writeFileSync(path.join(workspace, "src", "box.ts"), boxes());
    return {};
  },
  steps: [
    {
      name: "ready, and the file is open",
      async run({ window, print }) {
        // What is typed before the extension is active brings nothing: the editor does not ask again.
        print(await window.waitForStatus(/^Sotto: ready/, 60_000));
        await window.openFile("add.ts");
        await window.goTo(2, 3);
      },
    },
    {
      name: "typing paints ghost text",
      async run({ window, print }) {
        await watch(window);
        await window.page.keyboard.type("return a ", { delay: 60 });
        await window.waitForGhostText();
        assert.equal(`  return a ${await window.ghostText()}`, completed);
        const { frames, keysMs } = await watched(window);
        const painted = frames.find(({ atMs, text }) => atMs > (keysMs.at(-1) ?? 0) && text !== "");
        print(`painted ${Math.round((painted?.atMs ?? 0) - (keysMs.at(-1) ?? 0))} ms after the last key event`);
      },
    },
    {
      name: "typing what is suggested shrinks it without a frame's gap",
      async run({ window, print }) {
        await watched(window);
        await window.page.keyboard.type("+", { delay: 150 });
        await window.page.waitForTimeout(300);
        const { frames } = await watched(window);
        print(`${frames.length} frames, shown: ${JSON.stringify([...new Set(frames.map(({ text }) => text))])}`);
        assert.equal(frames.filter(({ text }) => text === "").length, 0);
        assert.equal(frames.at(-1)?.text, " b;");
      },
    },
    {
      name: "Tab takes it, and the file on disk has it",
      async run({ window, workspace }) {
        await window.page.keyboard.press("Tab");
        await window.waitForNoGhostText();
        await window.save();
        const lines = readFileSync(path.join(workspace, "src", "add.ts"), "utf8").split("\n");
        assert.equal(lines[1], completed);
      },
    },
    {
      name: "Esc takes it away, and it comes when asked for by key",
      async run({ window }) {
        await window.page.keyboard.press("Control+KeyZ");
        await window.goTo(2, 1 + "  return ".length);
        await window.page.keyboard.press("Control+Shift+End"); // whatever undo has left on the line
        await window.page.keyboard.type("\n", { delay: 0 });
        await window.page.keyboard.press("Backspace");
        await window.page.keyboard.press("Escape");
        await window.page.keyboard.press("Alt+Backslash");
        await window.waitForGhostText();
        await window.page.keyboard.press("Escape");
        await window.waitForNoGhostText();
      },
    },
    {
      name: "the delay from key event to painted text: on another line each time, after a rest there and at once; and a key later",
      async run({ window, server, print }) {
        await window.openFile("box.ts");
        await window.goTo(boxes().split("\n").indexOf("  return") + 1, 1);
        await watched(window);
        const delays: Record<"rested" | "at once" | "typing on", Painted[]> = {
          rested: [],
          "at once": [],
          "typing on": [],
        };
        let shownAtRest = 0; // after a suggestion was taken the editor sometimes asks where the cursor goes, without a key
        for (let place = 0; place < PLACES; place++) {
          const rests = place % 2 === 0;
          await window.page.keyboard.press("End");
          if (rests) await window.page.waitForTimeout(REST_MS);
          if ((await watched(window)).frames.at(-1)?.text) {
            shownAtRest++;
            await window.page.keyboard.press("Tab");
          } else {
            await window.page.keyboard.press("Space");
            const painted = await nextPainted(window);
            if (painted) {
              delays[rests ? "rested" : "at once"].push(painted);
              const later = await typeOn(window);
              if (later) delays["typing on"].push(later);
              await window.page.keyboard.press("Tab");
            } else {
              await window.page.keyboard.insertText(expected(place));
            }
          }
          for (let down = 0; down < LINES_PER_FUNCTION; down++) await window.page.keyboard.press("ArrowDown");
        }
        const outcomes = server.outcomes();
        for (const [how, values] of Object.entries(delays)) {
          const wholeMs = values.map(({ keyMs, paintedMs }) => paintedMs - keyMs);
          const [p50, p95] = [0.5, 0.95].map((share) => Math.round(quantile(wholeMs, share)));
          print(`${how}: ${values.length} keys brought ghost text, p50 ${p50} ms, p95 ${p95} ms`);
          const stages = values.flatMap((painted) => stagesOf(painted, outcomes) ?? []);
          const median = (stage: keyof Stages) =>
            Math.round(
              quantile(
                stages.map((one) => one[stage]),
                0.5,
              ),
            );
          if (stages.length > 0)
            print(
              `  of these, medians: ${median("editor")} ms until the agent was asked, ${median("agent")} ms until it had answered, ${median("paint")} ms until it was painted`,
            );
        }
        print(`${shownAtRest} times the editor had asked before the key`);
        const shown = delays.rested.length + delays["at once"].length + shownAtRest;
        assert.ok(shown > PLACES / 2, `ghost text at ${shown} places only`);
      },
    },
    {
      name: "what an input method composes arrives whole, and nothing besides",
      async run({ window, workspace }) {
        await window.goTo(boxes().split("\n").length, 1);
        await window.page.keyboard.type("//", { delay: 60 });
        const session = await window.page.context().newCDPSession(window.page);
        for (const text of ["に", "にほ", "にほn", "日本"]) {
          await session.send("Input.imeSetComposition", {
            text,
            selectionStart: text.length,
            selectionEnd: text.length,
          });
          await window.page.waitForTimeout(200); // the editor asks for suggestions meanwhile
        }
        await session.send("Input.insertText", { text: "日本" });
        await window.page.waitForTimeout(500);
        await window.page.keyboard.press("Escape");
        await window.page.keyboard.press("Enter");
        await window.save();
        assert.match(readFileSync(path.join(workspace, "src", "box.ts"), "utf8"), /\n}\n\/\/日本\n/);
      },
    },
    {
      name: "no pop-up in all that time",
      async run({ window }) {
        assert.deepEqual(await window.toasts(), []);
      },
    },
  ],
};

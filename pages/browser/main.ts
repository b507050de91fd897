// The script of every page, in a webview and in a file: the cursor in charts, copying, saving, and what the page asks of the editor. Knows no
// particular page. A page can be read without it.

import type { PageMessage, UpdateMessage } from "../messages.ts";
import { addCursor } from "./cursor.ts";
import { editor } from "./editor.ts";
import { markdownOf } from "./markdown.ts";
import { savePicture } from "./picture.ts";

const main = document.querySelector("main")!;
const live = document.createElement("div");
live.className = "live";
live.setAttribute("aria-live", "polite");
document.body.append(live);

const say = (text: string): void => {
  live.textContent = text;
};

const CONTROLS: Record<string, () => Promise<void> | void> = {
  copy: async () => {
    await editor.copy(markdownOf(main));
    say("Copied.");
  },
  html: () => editor.savePage(),
  json: () => editor.save("sotto.json", new Blob([dataText()], { type: "application/json" })),
};

const dataElement = document.getElementById("data");
const dataText = (): string => dataElement?.textContent ?? "{}";

function prepare(): void {
  for (const figure of main.querySelectorAll("figure")) {
    const svg = figure.querySelector<SVGSVGElement>("svg[role=img]");
    if (!svg) continue;
    addCursor(figure, svg, say);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Save as Picture…";
    button.setAttribute("aria-label", `Save as Picture: ${figure.querySelector("figcaption")?.textContent ?? ""}`);
    button.addEventListener("click", () => void savePicture(svg, figure.id).catch(told));
    figure.append(button);
  }
  if (!editor.isPresent) {
    for (const button of main.querySelectorAll("[data-message], [data-page=html]")) button.remove();
    for (const link of main.querySelectorAll("[data-path]")) {
      const text = document.createElement("code");
      text.textContent = link.textContent;
      link.replaceWith(text);
    }
  }
}

/** An error in the page is told in words where it happened; a page has no log. */
function told(error: unknown): void {
  say(`That did not work: ${error instanceof Error ? error.message : String(error)}`);
}

main.addEventListener("click", (event) => {
  const fold = event.target instanceof Element ? event.target.closest("summary")?.parentElement : undefined;
  const { message: question } = fold?.dataset ?? {};
  // What a fold holds is asked for when a person opens it, and not when its state is restored.
  if (question !== undefined && fold instanceof HTMLDetailsElement && !fold.open) editor.post(JSON.parse(question));
  const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("button") : null;
  const { page, path, line, message } = pressed?.dataset ?? {};
  if (page !== undefined) void Promise.resolve(CONTROLS[page]?.()).catch(told);
  else if (path !== undefined) editor.post({ kind: "open", path, line: Number(line) });
  else if (message !== undefined) {
    const question: { kind: string } = JSON.parse(message);
    if (question.kind === "stop") {
      for (const busy of main.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
      pressed?.closest("details[data-message]")?.removeAttribute("open");
    } else {
      pressed?.setAttribute("aria-busy", "true"); // until the page is told something else
      say("Sotto works on it.");
    }
    editor.post(question as PageMessage);
  }
});

/** What is unfolded, by place on the page, and how far down: a page that was hidden comes back as it was left. */
function keepState(): void {
  const open = [...main.querySelectorAll("details")].flatMap((details, i) => (details.open ? [i] : []));
  editor.keep({ open, top: scrollY });
}

function restoreState(): void {
  const state = editor.kept();
  for (const [i, details] of main.querySelectorAll("details").entries()) {
    const isAsked = details.dataset.message !== undefined; // open, it would say that its content is on the way
    if (state?.open.includes(i) && !isAsked) details.open = true;
  }
  if (state) scrollTo(0, state.top);
}

addEventListener("message", ({ data }: MessageEvent<UpdateMessage>) => {
  if (data.kind !== "update") return;
  keepState();
  const focused = document.activeElement?.id;
  main.innerHTML = data.body;
  if (dataElement && data.data) dataElement.textContent = JSON.stringify(data.data);
  prepare();
  restoreState();
  if (focused) document.getElementById(focused)?.focus();
});

prepare();
restoreState();
main.addEventListener("toggle", keepState, true);
addEventListener("scrollend", keepState);

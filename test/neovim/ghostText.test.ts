// Keys in a real Neovim, with our Lua and a real agent: what is drawn after the cursor, what the keys make of it, and that nothing flickers.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AGENT_COMMAND, Editors } from "../host/support/editorWindow.ts";
import { until } from "../support/hostProcess.ts";
import { Neovim } from "../support/neovim.ts";

const LUA = path.resolve(import.meta.dirname, "..", "..", "editors", "neovim");
const editors = new Editors();
let nvim: Neovim;

async function start(settings: object, command: readonly string[] = AGENT_COMMAND): Promise<Neovim> {
  const started = new Neovim(editors.env, editors.root);
  await started.attach(100, 30);
  await started.lua(
    "vim.opt.rtp:append(...)  vim.o.swapfile = false  vim.o.shiftwidth = 2  vim.o.expandtab = true",
    LUA,
  );
  await started.lua("require('sotto').setup({ cmd = ..., settings = select(2, ...) })", [...command], { ...settings });
  return started;
}

before(async () => {
  editors.file("package.json", "{}");
  editors.file(
    "total.ts",
    "/** What only this file says. */\nexport const total = (values: number[]) => values.length;\n",
  );
  await editors.start();
  nvim = await start({ trusted: true });
  await edit(`${SUM}const ready = ¦`);
  await until("the model is ready", async () => {
    await type("a<BS>");
    await sleep(50);
    return (await ghost()) && true;
  });
});
beforeEach(() => nvim.call("nvim_input", "<Esc>"));
after(async () => {
  await nvim.quit();
  await editors.dispose();
});

const SUM = 'const add = (a: number, b: number) => a + b;\n// writes "add(1, 2);"\n';
let opened = 0;

/** Opens a file of its own, with the cursor at ¦ in insert mode. */
async function edit(source: string, of = nvim, type = "ts"): Promise<void> {
  const file = path.join(editors.root, `file${opened++}.${type}`);
  const before = source.slice(0, source.indexOf("¦")).split("\n");
  await of.call("nvim_input", "<Esc>");
  await of.lua("vim.cmd.stopinsert() vim.cmd('silent! edit! ' .. ...)", file);
  await of.call("nvim_buf_set_lines", 0, 0, -1, false, source.replace("¦", "").replace(/\n$/, "").split("\n"));
  await of.call("nvim_win_set_cursor", 0, [before.length, Math.max(0, Buffer.byteLength(before.at(-1)!) - 1)]);
  await of.call("nvim_input", before.at(-1) === "" ? "i" : "a");
  const attached = async () => ((await of.lua("return #vim.lsp.get_clients({ bufnr = 0 })")) === 0 ? undefined : true);
  if (type === "ts") await until("the server is attached", attached);
  await until("insert mode", async () =>
    (await of.lua("return vim.api.nvim_get_mode().mode")) === "i" ? true : undefined,
  );
}

type Chunk = readonly [text: string, highlight: string];
type Mark = readonly [
  id: number,
  row: number,
  column: number,
  details: { virt_text: Chunk[]; virt_lines?: Chunk[][]; virt_text_pos: string },
];

interface Ghost {
  row: number;
  column: number; // bytes
  text: string;
  below: string[];
  place: string;
}

async function ghost(of = nvim): Promise<Ghost | undefined> {
  const space = await of.call("nvim_create_namespace", "sotto");
  const [mark] = (await of.call("nvim_buf_get_extmarks", 0, space, 0, -1, { details: true })) as unknown as Mark[];
  if (!mark) return undefined;
  const [, row, column, { virt_text, virt_lines = [], virt_text_pos }] = mark;
  return {
    row,
    column,
    text: virt_text[0][0],
    below: virt_lines.map(([chunk]) => chunk![0]),
    place: virt_text_pos,
  };
}

const shows = (text: string, of = nvim) =>
  until(`${text} is shown`, async () => {
    const found = await ghost(of);
    return found?.text === text ? found : undefined;
  });
const isGone = () => until("nothing is shown", async () => ((await ghost()) ? undefined : true));
const type = (keys: string, of = nvim) => of.call("nvim_input", keys);
const line = (of = nvim) => of.call("nvim_get_current_line");
const lineIs = (text: string, of = nvim) =>
  until(`the line is ${text}`, async () => ((await line(of)) === text ? true : undefined));
const cursor = () => nvim.call("nvim_win_get_cursor", 0);

test("ghost text comes after what is typed, at the cursor", async () => {
  await edit(`${SUM}const three =¦`);
  await type(" ");
  assert.deepEqual(await shows("add(1, 2);"), { row: 2, column: 14, text: "add(1, 2);", below: [], place: "inline" });
});

test("Tab takes it whole, and the cursor stands behind it", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  await type("<Tab>");
  await lineIs("const three = add(1, 2);");
  assert.deepEqual(await cursor(), [3, 24]);
  await isGone();
});

test("the command of what was taken reaches the server", async () => {
  const counters =
    "local c = vim.lsp.get_clients({ name = 'sotto' })[1] return c.request_sync('sotto/counters', nil, 5000).result";
  const taken = async () => ((await nvim.lua(counters)) as { accepted: number }).accepted;
  const earlier = await taken();
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  await type("<Tab>");
  await until("it is counted", async () => ((await taken()) > earlier ? true : undefined));
});

test("Ctrl+Right takes a word at a time, and the rest stays", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  for (const [word, rest] of [
    ["add", "(1, 2);"],
    ["add(", "1, 2);"],
    ["add(1", ", 2);"],
  ] as const) {
    await type("<C-Right>");
    await lineIs(`const three = ${word}`);
    await shows(rest);
  }
});

test("the last word is the end of it", async () => {
  await edit('const value = 1;\n// writes "value;"\nconst three = ¦');
  await shows("value;");
  await type("<C-Right>");
  await shows(";");
  await type("<C-Right>");
  await lineIs("const three = value;");
  await isGone();
});

test("what is typed as suggested never lets it flicker", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  nvim.frames = [];
  for (const key of "add(1, ") {
    await type(key);
    await sleep(40);
  }
  await shows("2);");
  assert.ok(nvim.frames.length >= 7, `${nvim.frames.length} frames`);
  for (const rows of nvim.frames) assert.equal(rows[2], "const three = add(1, 2);");
});

test("what is typed otherwise drops it at once", async () => {
  await edit(`${SUM.replace("writes", "after 400 ms writes")}const three = ¦`);
  await shows("add(1, 2);");
  await type("x");
  await lineIs("const three = x");
  assert.equal(await ghost(), undefined);
});

test("it is dismissed until something is typed", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  await type("<C-]>");
  await isGone();
  await sleep(300);
  assert.equal(await ghost(), undefined);
  await type("a");
  await shows("dd(1, 2);");
});

test("leaving insert mode takes it away", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  await type("<Esc>");
  await isGone();
});

test("Tab without a suggestion is a tab", async () => {
  await edit("const none = 1;\n¦\n// the end");
  await sleep(100);
  await type("<Tab>x");
  await lineIs("  x"); // by shiftwidth
});

test("several lines are drawn below, and taken as lines", async () => {
  await edit('// writes "{\\n  return 1;\\n}"\nfunction one(): number ¦');
  await type("<M-\\>");
  const { below } = await shows("{");
  assert.deepEqual(below, ["  return 1;", "}"]);
  await type("<Tab>");
  await until("three lines", async () => (((await cursor()) as number[])[0] === 4 ? true : undefined));
  const lines = await nvim.call("nvim_buf_get_lines", 0, 1, -1, false);
  assert.deepEqual(lines, ["function one(): number {", "  return 1;", "}"]);
});

test("a bracket that closed by itself is drawn over and replaced", async () => {
  await edit('const [a, b] = [1, 2];\n// writes "a, b);"\nMath.max(¦)');
  const { place } = await shows("a, b);");
  assert.equal(place, "overlay");
  await type("<Tab>");
  await lineIs("Math.max(a, b);");
});

test("an emoji before the cursor: columns are bytes here and UTF-16 units there", async () => {
  await edit('const add = "";\n// writes "add;"\nconst s = "😀é" + ¦');
  assert.equal((await shows("add;")).column, 21);
  await type("<Tab>");
  await lineIs('const s = "😀é" + add;');
});

test("what was taken is one step to undo", async () => {
  await edit(`${SUM}const three =¦`);
  await type(" ");
  await shows("add(1, 2);");
  await type("<Tab>");
  await lineIs("const three = add(1, 2);");
  await type("<Esc>u");
  await lineIs("const three = ");
});

test("an answer that comes late is not drawn at another place", async () => {
  await edit(`${SUM.replace("writes", "after 400 ms writes")}const three = ¦`);
  await sleep(100);
  await type("<Up><Left>");
  await sleep(800);
  assert.equal(await ghost(), undefined);
});

test("moving the cursor takes it away", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  await type("<Left>");
  await isGone();
});

test("a character taken back brings the whole rest back", async () => {
  await edit(`${SUM}const three = ¦`);
  await shows("add(1, 2);");
  await type("a");
  await shows("dd(1, 2);");
  await type("<BS>");
  await shows("add(1, 2);");
});

test("in a language that is not listed no server is started", async () => {
  await edit("nothing ¦", nvim, "txt");
  await sleep(100);
  assert.deepEqual(await nvim.lua("return vim.lsp.get_clients({ bufnr = 0 })"), []);
  assert.equal(await ghost(), undefined);
});

test("the settings of setup reach the server: trusted, it uses the neighbours", async () => {
  await edit('import { total } from "./total.ts";\nconst three = ¦');
  const context = `
    local c = vim.lsp.get_clients({ name = 'sotto' })[1]
    local at = vim.api.nvim_win_get_cursor(0)
    local params = { uri = vim.uri_from_bufnr(0), position = { line = at[1] - 1, character = at[2] } }
    return c.request_sync('sotto/context', params, 5000).result.text`;
  const isFound = async () => (String(await nvim.lua(context)).includes("What only this file says") ? true : undefined);
  await until("the import is found", isFound);
});

test("in quiet mode it comes by its key alone", async () => {
  const quiet = await start({ quiet: true });
  try {
    await edit(`${SUM}const three =¦`, quiet);
    await type(" ", quiet);
    await sleep(500);
    assert.equal(await ghost(quiet), undefined);
    await type("<M-\\>", quiet);
    await shows("add(1, 2);", quiet);
  } finally {
    await quiet.quit();
  }
});

test("alternatives follow one another, in both directions", async () => {
  const items = ["one;", "two;", "three;"].map((insertText) => ({ insertText }));
  const server = `
    local items = ...
    require('sotto').setup({ cmd = function()
      local answers = { initialize = function() return { capabilities = { positionEncoding = 'utf-16' } } end }
      answers['textDocument/inlineCompletion'] = function(params)
        local range = { start = params.position, ['end'] = params.position }
        return vim.tbl_map(function(item) return vim.tbl_extend('force', item, { range = range }) end, items)
      end
      return {
        request = function(method, params, done) done(nil, answers[method] and answers[method](params) or vim.NIL) return true, 1 end,
        notify = function() end, is_closing = function() return false end, terminate = function() end,
      }
    end })`;
  const several = new Neovim(editors.env, editors.root);
  try {
    await several.lua("vim.opt.rtp:append(...)  vim.o.swapfile = false", LUA);
    await several.lua(server, items);
    await edit("const x = ¦", several);
    await type("a<BS>", several);
    await shows("one;", several);
    for (const [key, text] of [
      ["<M-]>", "two;"],
      ["<M-]>", "three;"],
      ["<M-]>", "one;"],
      ["<M-[>", "three;"],
    ] as const) {
      await type(key, several);
      await shows(text, several);
    }
    await type("<Tab>", several);
    await lineIs("const x = three;", several);
  } finally {
    await several.quit();
  }
});

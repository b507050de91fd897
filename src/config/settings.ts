// Every setting, declared once: package.json's contributions are generated from this table, and the agent gets its values checked by it.
// Must not import `vscode`: the editor reads the raw values and hands them in.

import { HUB } from "../../common/util/hub.ts";
import {
  choice,
  decimal,
  integer,
  languageSwitches,
  onOff,
  type Setting,
  switches,
  textList,
  webAddress,
  wordOrFolder,
} from "./setting.ts";

export const settings = {
  enable: languageSwitches({
    scope: "window",
    default: { "*": true, plaintext: false, markdown: false, scminput: false },
    description: 'Languages that are completed, by language id; "*" stands for all others that Sotto knows.',
  }),
  multiLine: choice({
    scope: "window",
    default: "auto",
    values: [
      { value: "auto", description: "Several lines where a block begins, or where you ask (Alt+\\); else one." },
      { value: "never", description: "One line, always." },
      { value: "always", description: "Several lines wherever code is written." },
    ],
    description: "How many lines a suggestion may have.",
  }),
  quiet: onOff({
    scope: "window",
    default: false,
    description: "Quiet mode: suggestions only where you ask (Alt+\\), none while you type.",
  }),
  delayMs: integer({
    scope: "window",
    default: 0,
    minimum: 0,
    maximum: 5_000,
    description:
      "The least time in milliseconds from a key to the model's work for it, besides the 50 that the editor waits; Sotto waits longer by itself where you type faster than the model answers.",
  }),
  maxLines: integer({
    scope: "window",
    default: 12,
    minimum: 1,
    maximum: 200,
    description: "The most lines that one suggestion may have; a longer one is cut where its code is whole.",
  }),
  temperature: decimal({
    scope: "window",
    default: 0,
    minimum: 0,
    maximum: 2,
    description:
      "How freely the model chooses its words; 0 takes the likeliest ones and gives the same answer each time.",
  }),
  filters: switches({
    scope: "window",
    names: {
      duplicates: { default: true, description: "Hide what follows or directly precedes the cursor already." },
      repetition: { default: true, description: "Hide text that goes round in circles." },
      syntax: { default: true, description: "Hide what would bring a syntax error that was not there before." },
      symbols: { default: true, description: "Hide what names things that are not known at the cursor." },
      secrets: { default: true, description: "Hide what looks like a password, a token or a key." },
      insecure: {
        default: true,
        description:
          "Hide credentials in code, SQL and shell commands put together from strings, and paths that leave their folder.",
      },
      improbable: { default: true, description: "Hide what is probably not what you want, unless you ask." },
    },
    description: "What is kept from being shown; each filter can be switched off.",
  }),
  maxTokens: integer({
    scope: "window",
    default: 128,
    minimum: 4,
    maximum: 512,
    description: "The most tokens that one suggestion may have. A token is about three characters of code.",
  }),
  deadlineMs: integer({
    scope: "window",
    default: 3000,
    minimum: 100,
    maximum: 60_000,
    description:
      "A suggestion that is not finished this many milliseconds after its first word is cut where it is. Its first word may take five times as long while the cursor stays where it is: a busy machine reads a new place for seconds.",
  }),
  exclude: textList({
    scope: "window",
    description:
      "Files that are neither read as context nor completed, as patterns of a .gitignore file at the root of each folder; besides those of .gitignore and .sottoignore.",
  }),
  index: onOff({
    scope: "window",
    default: true,
    description:
      "Keep an index of the workspace, from which fitting code of other files is taken as context. It lies in your cache folder, outside the workspace.",
  }),
  useCompiler: onOff({
    scope: "window",
    default: true,
    description:
      "Ask your TypeScript compiler, in trusted workspaces, whether what a suggestion names exists; it takes 0.1 to 1 GB of memory while you work in TypeScript, and is ended after five idle minutes.",
  }),
  useClipboard: onOff({
    scope: "window",
    default: false,
    description:
      "Use what you have copied as context: up to 2,000 characters of text. A text that looks as if it held a secret is never used.",
  }),
  "docstring.style": choice({
    scope: "window",
    default: "auto",
    values: [
      { value: "auto", description: "As the file's own docstrings, else as those of its neighbours, else Google's." },
      { value: "google", description: "Google's: sections such as Args: and Returns:." },
      { value: "numpy", description: "NumPy's: underlined sections." },
      { value: "rest", description: "reStructuredText: fields such as :param name:." },
    ],
    description: "The style of Python's docstrings. TypeScript has TSDoc, JavaScript JSDoc.",
  }),
  previewActions: onOff({
    scope: "window",
    default: false,
    description:
      "Show a docstring or a fix as a diff, to take or to leave, before it is put in. Those for a whole file are always shown first.",
  }),
  "fineTune.when": choice({
    scope: "window",
    default: "mains",
    values: [
      { value: "always", description: "Also on battery, and while you type." },
      { value: "mains", description: "Only on mains power." },
      { value: "idle", description: "Only on mains power, and while nobody types in any window." },
    ],
    description: "When fine-tuning may compute; it waits else, and goes on where it was.",
  }),
  "fineTune.minutes": integer({
    scope: "window",
    default: 40,
    minimum: 5,
    maximum: 1_440,
    description: "About how many minutes a fine-tuning may compute in all, to train and to judge what came of it.",
  }),
  "fineTune.afterClose": choice({
    scope: "window",
    default: "resume",
    values: [
      { value: "resume", description: "Stops where it can go on, and does when the folder is opened again." },
      { value: "continue", description: "Goes on without a window." },
    ],
    description: "What a fine-tuning does when its window is closed.",
  }),
  keepExamples: onOff({
    scope: "machine",
    default: false,
    description:
      "Keep suggestions with the code around them, without secrets, and what became of them in a file on this machine, for training here later; it never leaves the machine (Sotto: Show Statistics says where it lies).",
  }),
  threads: integer({
    scope: "machine",
    default: 0,
    minimum: 0,
    maximum: 64,
    description:
      "Processor threads of the model host; 0 chooses by the machine. Shared by all windows; takes effect when the host starts (Sotto: Restart Host).",
  }),
  device: choice({
    scope: "machine",
    default: "auto",
    values: [
      {
        value: "auto",
        description: "The fastest that computes what the processor computes; measured once, in the background.",
      },
      { value: "cpu", description: "The processor." },
      { value: "webgpu", description: "A graphics processor, through Vulkan, Direct3D 12 or Metal." },
      { value: "cuda", description: "A graphics processor, through CUDA, where onnxruntime has it." },
      { value: "dml", description: "A graphics processor, through DirectML (Windows)." },
      { value: "coreml", description: "Apple's accelerators, through Core ML (macOS)." },
    ],
    description:
      "Where the model runs; what cannot be used falls back to the processor, and the status says why. Shared by all windows; takes effect when the host starts (Sotto: Restart Host).",
  }),
  model: wordOrFolder({
    scope: "machine",
    words: ["auto", "quick", "strong"],
    description:
      "Which model runs. auto: what you ask for comes from the strong one, and what is suggested while you type from the strong one where it is fast enough here, else from the quick one. quick or strong: always that one. Or the absolute path of another model's folder, in Sotto's own layout (with a manifest.json). Sotto: Choose Model… sets it. Shared by all windows; takes effect when the host starts (Sotto: Restart Host).",
  }),
  "download.mirror": webAddress({
    scope: "machine",
    default: HUB,
    mayHoldCredentials: false,
    description:
      "Where models are downloaded from, when you ask for one: the hub, or a mirror that has the same paths. An access token in the environment variable HF_TOKEN is sent there and nowhere else.",
  }),
  "download.proxy": webAddress({
    scope: "machine",
    default: "",
    mayHoldCredentials: true,
    description:
      "The proxy that models are downloaded through, such as http://proxy.example:3128; empty for VS Code's own (http.proxy), else what the environment variables HTTPS_PROXY and NO_PROXY say.",
  }),
} satisfies Record<string, Setting<unknown>>;

export type SettingKey = keyof typeof settings;

type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type Settings = { [K in SettingKey]: ValueOf<(typeof settings)[K]> };

/** Settings that a workspace which is not trusted may not set: package.json's `restrictedConfigurations`. */
export function restrictedSettings(): SettingKey[] {
  return (Object.keys(settings) as SettingKey[]).filter((key) => settings[key].scope === "machine");
}

/**
 * All settings from raw values. A value that does not fit gives its default and one sentence in `problems`.
 * @param raw the value as the editor has it; undefined where nothing is set
 */
export function readSettings(raw: (key: SettingKey) => unknown): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const read = <K extends SettingKey>(key: K): Settings[K] => {
    const setting = settings[key] as unknown as Setting<Settings[K]>;
    const value = raw(key);
    if (value === undefined) return setting.default;
    const checked = setting.check(value);
    if ("value" in checked) return checked.value;
    problems.push(`The setting sotto.${key} ${checked.problem}; its default is used instead.`);
    return setting.default;
  };
  const values: { [K in SettingKey]: Settings[K] } = {
    enable: read("enable"),
    multiLine: read("multiLine"),
    quiet: read("quiet"),
    delayMs: read("delayMs"),
    maxLines: read("maxLines"),
    temperature: read("temperature"),
    filters: read("filters"),
    maxTokens: read("maxTokens"),
    deadlineMs: read("deadlineMs"),
    exclude: read("exclude"),
    index: read("index"),
    useCompiler: read("useCompiler"),
    useClipboard: read("useClipboard"),
    "docstring.style": read("docstring.style"),
    previewActions: read("previewActions"),
    "fineTune.when": read("fineTune.when"),
    "fineTune.minutes": read("fineTune.minutes"),
    "fineTune.afterClose": read("fineTune.afterClose"),
    keepExamples: read("keepExamples"),
    threads: read("threads"),
    device: read("device"),
    model: read("model"),
    "download.mirror": read("download.mirror"),
    "download.proxy": read("download.proxy"),
  };
  return { settings: values, problems };
}

/** Whether a person has left the language switched on: its own entry, else "*". */
export function languageEnabled(enable: Readonly<Record<string, boolean>>, languageId: string): boolean {
  return enable[languageId] ?? enable["*"] ?? false;
}

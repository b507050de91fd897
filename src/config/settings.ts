// Every setting, declared once. package.json's contributions and docs/user/settings.md are generated from this table, and the agent's values are checked by it.
// Must not import `vscode`: the editor reads the raw values and hands them in.

import { HUB } from "../../common/util/hub.ts";
import { engineSettings } from "./engineSettings.ts";
import {
  choice,
  decimal,
  integer,
  languageSwitches,
  onOff,
  program,
  type Setting,
  switches,
  textList,
  webAddress,
  wordOrFolder,
} from "./setting.ts";

export const settings = {
  enable: languageSwitches({
    group: "suggestions",
    scope: "window",
    default: { "*": true, plaintext: false, markdown: false, scminput: false },
    description:
      'The languages in which Sotto suggests code, by language id. `"*"` stands for every language that is not listed.',
  }),
  multiLine: choice({
    group: "suggestions",
    scope: "window",
    default: "auto",
    values: [
      { value: "auto", description: "Several lines at the start of a block or when you ask (Alt+\\), otherwise one." },
      { value: "never", description: "Always one line." },
      { value: "always", description: "Several lines everywhere in code." },
    ],
    description: "Whether a suggestion may have several lines.",
  }),
  quiet: onOff({
    group: "suggestions",
    scope: "window",
    default: false,
    description: "Quiet mode: suggestions only when you ask (Alt+\\\\), none while you type.",
  }),
  eagerness: choice({
    group: "suggestions",
    scope: "window",
    default: "usual",
    values: [
      { value: "fewer", description: "Only suggestions that are right most of the time." },
      { value: "usual", description: "Most of the right ones, and the wrong ones that come with them." },
      { value: "more", description: "Nearly all of the right ones, and more wrong ones." },
    ],
    description: "How sure Sotto must be of a suggestion that you did not ask for before it shows it.",
  }),
  learnFromUse: onOff({
    group: "suggestions",
    scope: "window",
    default: true,
    description:
      "Learn from what you write where Sotto suggests something, shown or not, how sure it must be for you. Numbers only, on this machine; **Sotto: Reset Statistics…** forgets them.",
  }),
  delayMs: integer({
    group: "suggestions",
    scope: "window",
    default: 0,
    minimum: 0,
    maximum: 5_000,
    description:
      "Minimum delay between a keystroke and the model's work, in milliseconds, in addition to the 50 ms that the editor waits. Sotto waits longer by itself when you type faster than the model answers.",
  }),
  maxLines: integer({
    group: "suggestions",
    scope: "window",
    default: 12,
    minimum: 1,
    maximum: 200,
    description: "Maximum number of lines in a suggestion. A longer one is cut after a complete statement.",
  }),
  temperature: decimal({
    group: "suggestions",
    scope: "window",
    default: 0,
    minimum: 0,
    maximum: 2,
    description:
      "Sampling temperature: how freely the model chooses its words. 0 always takes the most likely word and gives the same answer each time.",
  }),
  filters: switches({
    group: "suggestions",
    scope: "window",
    names: {
      duplicates: {
        default: true,
        description: "Hide text that is already there, right before or after the cursor, or declared in the file.",
      },
      repetition: { default: true, description: "Hide text that repeats itself." },
      syntax: {
        default: true,
        description: "Hide code that would add a syntax error or ends in an operator; cut back what you asked for.",
      },
      symbols: { default: true, description: "Hide code that uses names which do not exist at the cursor." },
      secrets: { default: true, description: "Hide text that looks like a password, a token or a key." },
      insecure: {
        default: true,
        description:
          "Hide hard-coded credentials, SQL and shell commands built from strings, and paths that can leave their folder.",
      },
      harmful: {
        default: true,
        description:
          "Hide slurs, insults, demeaning claims about groups of people, and plainly wrong advice on security.",
      },
      improbable: { default: true, description: "Hide suggestions that are probably wrong, unless you asked for one." },
    },
    description:
      "Filters that hide bad suggestions. Each can be switched off. How sure a suggestion must be is `#sotto.eagerness#`.",
  }),
  licenceGuard: choice({
    group: "suggestions",
    scope: "window",
    default: "mark",
    values: [
      { value: "off", description: "Nothing is compared, and no index of packages is kept." },
      {
        value: "mark",
        description: "It is shown, and the status item and the log say where it stands and under which licence.",
      },
      { value: "hide", description: "It is not shown." },
    ],
    description:
      "Licence guard: what happens to a suggestion that repeats 60 characters or more, or three whole lines, of an installed package, a vendored folder, a file with somebody else's copyright, or what Sotto's own models were trained on.",
  }),
  maxTokens: integer({
    group: "suggestions",
    scope: "window",
    default: 128,
    minimum: 4,
    maximum: 512,
    description: "Maximum length of a suggestion, in tokens. A token is about three characters of code.",
  }),
  deadlineMs: integer({
    group: "suggestions",
    scope: "window",
    default: 3000,
    minimum: 100,
    maximum: 60_000,
    description:
      "Time limit for writing a suggestion, in milliseconds from its first word; what is unfinished by then is cut. The first word itself may take up to five times this limit while the cursor does not move, because a busy machine may need seconds to read a new place.",
  }),
  exclude: textList({
    group: "context",
    scope: "window",
    description:
      "Files that Sotto neither reads nor completes, as `.gitignore` patterns relative to each folder's root. They apply in addition to `.gitignore` and `.sottoignore`.",
  }),
  index: onOff({
    group: "context",
    scope: "window",
    default: true,
    description:
      "Keep an index of the workspace, so that relevant code in other files can be used as context. It is stored in your cache folder, outside the workspace.",
  }),
  repositoryMemory: onOff({
    group: "context",
    scope: "window",
    default: true,
    description:
      "In trusted, indexed workspaces, let what stands elsewhere in the workspace speak with the model: its names and idioms become likelier, word by word. The text stays in the memory of Sotto's own process.",
  }),
  useCompiler: onOff({
    group: "context",
    scope: "window",
    default: true,
    description:
      "In trusted workspaces, ask your TypeScript compiler whether the names in a suggestion exist. It takes 0.1 to 1 GB of memory while you work in TypeScript and ends after five idle minutes.",
  }),
  useClipboard: onOff({
    group: "context",
    scope: "window",
    default: false,
    description:
      "Use the clipboard as context: up to 2,000 characters of text. Text that looks as if it contained a secret is never used.",
  }),
  "docstring.style": choice({
    group: "actions",
    scope: "window",
    default: "auto",
    values: [
      {
        value: "auto",
        description:
          "The style of the file's own docstrings, otherwise that of neighbouring files, otherwise Google's.",
      },
      { value: "google", description: "Google's: sections such as Args: and Returns:." },
      { value: "numpy", description: "NumPy's: underlined sections." },
      { value: "rest", description: "reStructuredText: fields such as :param name:." },
    ],
    description: "Style of Python docstrings. TypeScript always gets TSDoc, JavaScript JSDoc.",
  }),
  nextEdit: choice({
    group: "actions",
    scope: "window",
    default: "auto",
    values: [
      { value: "auto", description: "Other places that your edit calls for are marked once they are checked." },
      {
        value: "onRequest",
        description: "Nothing is marked; the light bulb and **Sotto: Go to Next Edit** offer them.",
      },
      { value: "off", description: "Nothing is looked for." },
    ],
    description:
      "Next edits: the rest of what you began, such as the other places of a name that you typed over. No model is asked.",
  }),
  smallModelChanges: onOff({
    group: "actions",
    scope: "window",
    default: false,
    description:
      "Let models below 1.5 billion parameters, Sotto's own among them, change selected lines as you say (**Sotto: Change Selection…**) and translate code, too. Of 60 changes that were asked of the strong one, 5 came out as meant.",
  }),
  previewActions: onOff({
    group: "actions",
    scope: "window",
    default: false,
    description:
      "Show a docstring or a fix as a diff that you accept or discard before it is inserted. Changes to a whole file are always shown first.",
  }),
  compareAdapter: onOff({
    group: "fineTuning",
    scope: "window",
    default: false,
    description:
      "Compare the adapter on alternate days: with an adapter in use, it writes on every second day only, and the model alone on the days between. [Sotto: Show Dashboard](command:sotto.showDashboard) compares both.",
  }),
  "fineTune.when": choice({
    group: "fineTuning",
    scope: "window",
    default: "mains",
    values: [
      { value: "always", description: "Also on battery power and while you type." },
      { value: "mains", description: "Only on mains power." },
      { value: "idle", description: "Only on mains power and while nobody is typing in any window." },
    ],
    description:
      "When fine-tuning may use the processor. Otherwise it waits and resumes from its checkpoint. It is started by [Sotto: Fine-Tune on This Workspace](command:sotto.fineTune).",
  }),
  "fineTune.minutes": integer({
    group: "fineTuning",
    scope: "window",
    default: 40,
    minimum: 5,
    maximum: 1_440,
    description:
      "Approximate total computing time of a fine-tuning, in minutes, for training and for judging the result.",
  }),
  "fineTune.afterClose": choice({
    group: "fineTuning",
    scope: "window",
    default: "resume",
    values: [
      { value: "resume", description: "Stops after a checkpoint and resumes when the folder is opened again." },
      { value: "continue", description: "Continues without a window." },
    ],
    description: "What happens to a fine-tuning when its window is closed.",
  }),
  "fineTune.commits": choice({
    group: "fineTuning",
    scope: "window",
    default: "alike",
    values: [
      { value: "alike", description: "From all of them alike." },
      { value: "ownMore", description: "Those of the repository's `user.email` count one and a half times as much." },
      { value: "off", description: "From the files as they are now, alone." },
    ],
    description:
      "Whether a fine-tuning also learns from the edits of git's last commits: a file as it was while a commit was being written, and what followed there. At most 10 % of what is learnt.",
  }),
  "fineTune.python": program({
    group: "fineTuning",
    scope: "machine",
    description:
      "The absolute path of a Python with PyTorch (torch, transformers, peft, safetensors), which then trains, on a graphics processor where there is one. Empty: Sotto's own trainer, which needs no Python.",
  }),
  keepExamples: onOff({
    group: "fineTuning",
    scope: "machine",
    default: false,
    description:
      "Record suggestions in a file on this machine, with the file's path, the code around them (without secrets), whether you accepted them, and what stood there five minutes later; some lines that you typed without one, too. Fine-tuning then also learns from them. The file never leaves the machine; [Sotto: Show Statistics](command:sotto.showStatistics) says where it is.",
  }),
  threads: integer({
    group: "model",
    scope: "machine",
    default: 0,
    minimum: 0,
    maximum: 64,
    description:
      "Number of processor threads that the model uses; 0 chooses by the machine. Shared by all windows; takes effect when the host restarts ([Sotto: Restart Model](command:sotto.restartHost)).",
  }),
  device: choice({
    group: "model",
    scope: "machine",
    default: "auto",
    values: [
      {
        value: "auto",
        description:
          "The fastest device that gives the same results as the processor; measured once, in the background.",
      },
      { value: "cpu", description: "The processor." },
      { value: "webgpu", description: "A graphics processor, through Vulkan, Direct3D 12 or Metal." },
      { value: "cuda", description: "A graphics processor, through CUDA, where onnxruntime has it." },
      { value: "dml", description: "A graphics processor, through DirectML (Windows)." },
      { value: "coreml", description: "Apple's accelerators, through Core ML (macOS)." },
    ],
    description:
      "The device on which the model runs. If it cannot be used, the processor takes over and the status says why. Shared by all windows; takes effect when the host restarts ([Sotto: Restart Model](command:sotto.restartHost)).",
  }),
  model: wordOrFolder({
    group: "model",
    scope: "machine",
    words: ["auto", "quick", "strong"],
    description:
      "The model that runs. `auto`: the strong model answers what you ask for, and also suggests while you type if it is fast enough on this machine; otherwise the quick model does. `quick` or `strong`: always that model. You can also give the absolute path of another model's folder in Sotto's layout (with a `manifest.json`). [Sotto: Choose Model…](command:sotto.chooseModel) sets this. Shared by all windows; takes effect when the host restarts ([Sotto: Restart Model](command:sotto.restartHost)).",
  }),
  ...engineSettings,
  "download.mirror": webAddress({
    group: "model",
    scope: "machine",
    default: HUB,
    mayHoldCredentials: false,
    description:
      "The address that models are downloaded from when you ask for one: the hub, or a mirror with the same paths. An access token in the environment variable `HF_TOKEN` is sent there and nowhere else.",
  }),
  "download.proxy": webAddress({
    group: "model",
    scope: "machine",
    default: "",
    mayHoldCredentials: true,
    description:
      "The proxy for downloading models, such as http://proxy.example:3128. If empty, VS Code's own (`#http.proxy#`) is used, otherwise the one in the environment variable `HTTPS_PROXY`; `NO_PROXY` makes exceptions to both.",
  }),
} satisfies Record<string, Setting<unknown>>;

export type SettingKey = keyof typeof settings;

type ValueOf<S> = S extends Setting<infer T> ? T : never;
/** The values of `eagerness`, in their order. */
const EAGERNESS = ["fewer", "usual", "more"] as const;

/** The value of `eagerness` one step further, or the same where there is none. */
export function eagernessAfter(value: Settings["eagerness"], step: 1 | -1): Settings["eagerness"] {
  return EAGERNESS[EAGERNESS.indexOf(value) + step] ?? value;
}

export type Settings = { [K in SettingKey]: ValueOf<(typeof settings)[K]> };

/** Settings that an untrusted workspace may not set: package.json's `restrictedConfigurations`. */
export function restrictedSettings(): SettingKey[] {
  return (Object.keys(settings) as SettingKey[]).filter((key) => settings[key].scope === "machine");
}

/** What holds where nothing is set. */
export const defaultSettings: Settings = byTable((key) => settings[key].default);

function byTable(value: (key: SettingKey) => unknown): Settings {
  return Object.fromEntries((Object.keys(settings) as SettingKey[]).map((key) => [key, value(key)])) as Settings;
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
  return { settings: byTable((key) => read(key)), problems };
}

/** Whether a person has left the language switched on: its own entry, else "*". */
export function languageEnabled(enable: Readonly<Record<string, boolean>>, languageId: string): boolean {
  return enable[languageId] ?? enable["*"] ?? false;
}

// The kinds of settings: the JSON schema that package.json gets for a value, and how a value from outside is checked.
// Knows no setting by name. Must not import `vscode`.

/** Where VS Code lets a person set the value. `machine` keeps paths and addresses out of a workspace's settings. */
type Scope = "machine" | "window";

/** The headings under which the editor lists the settings, in this order. */
export const GROUPS = {
  suggestions: "Suggestions",
  context: "Context",
  actions: "Docstrings and Fixes",
  fineTuning: "Fine-Tuning",
  model: "Model and Machine",
} as const;

interface Described {
  readonly group: keyof typeof GROUPS;
  readonly scope: Scope;
  readonly description: string; // Markdown: another setting as `#sotto.name#` in backticks, a command as a link command:sotto.name
}

export interface Setting<T> extends Described {
  readonly default: T;
  /** JSON schema beside `default` and what describes it. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The value where it is valid, else a `problem`: a sentence part such as "must be a whole number from 0 to 64". */
  check(value: unknown): { value: T } | { problem: string };
}

const described = ({ group, scope, description }: Described): Described => ({ group, scope, description });

export function integer(spec: Described & { default: number; minimum: number; maximum: number }): Setting<number> {
  const { default: fallback, minimum, maximum } = spec;
  return {
    default: fallback,
    ...described(spec),
    schema: { type: "integer", minimum, maximum },
    check: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum
        ? { value }
        : { problem: `must be a whole number from ${minimum} to ${maximum}` },
  };
}

export function decimal(spec: Described & { default: number; minimum: number; maximum: number }): Setting<number> {
  const { default: fallback, minimum, maximum } = spec;
  return {
    default: fallback,
    ...described(spec),
    schema: { type: "number", minimum, maximum },
    check: (value) =>
      typeof value === "number" && value >= minimum && value <= maximum
        ? { value }
        : { problem: `must be a number from ${minimum} to ${maximum}` },
  };
}

export function choice<const T extends string>(
  spec: Described & { default: NoInfer<T>; values: readonly { value: T; description: string }[] },
): Setting<T> {
  const { default: fallback, values } = spec;
  const names = values.map((entry) => entry.value);
  return {
    default: fallback,
    ...described(spec),
    schema: { type: "string", enum: names, enumDescriptions: values.map((entry) => entry.description) },
    check: (value) =>
      names.includes(value as T) ? { value: value as T } : { problem: `must be one of ${names.join(", ")}` },
  };
}

export function onOff(spec: Described & { default: boolean }): Setting<boolean> {
  return {
    default: spec.default,
    ...described(spec),
    schema: { type: "boolean" },
    check: (value) => (typeof value === "boolean" ? { value } : { problem: "must be true or false" }),
  };
}

const isAbsolute = (text: string): boolean => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(text);

/** One of a few words, the first of which is the default, or the path of a folder on this machine. Empty counts as the default. */
export function wordOrFolder(spec: Described & { words: readonly [string, ...string[]] }): Setting<string> {
  const { words } = spec;
  return {
    default: words[0],
    ...described(spec),
    schema: { type: "string" },
    check: (value) => {
      if (value === "") return { value: words[0] };
      if (typeof value === "string" && (words.includes(value) || isAbsolute(value))) return { value };
      return { problem: `must be ${words.join(", ")} or the absolute path of a model's folder` };
    },
  };
}

/** The absolute path of a program on this machine; empty where there is none. */
export const program = (spec: Described): Setting<string> => absolutePath(spec, "a program");

/** The same of a folder. */
export const folder = (spec: Described): Setting<string> => absolutePath(spec, "a folder");

function absolutePath(spec: Described, what: string): Setting<string> {
  return {
    default: "",
    ...described(spec),
    schema: { type: "string" },
    check: (value) =>
      value === "" || (typeof value === "string" && isAbsolute(value))
        ? { value }
        : { problem: `must be the absolute path of ${what}, or empty` },
  };
}

/** Any text; empty by default. */
export function text(spec: Described): Setting<string> {
  return {
    default: "",
    ...described(spec),
    schema: { type: "string" },
    check: (value) => (typeof value === "string" ? { value: value.trim() } : { problem: "must be a text" }),
  };
}

/** One word, the default, or an address without a name, password, query or fragment. Empty counts as the word. */
export function wordOrAddress(spec: Described & { word: string }): Setting<string> {
  const { word } = spec;
  return {
    default: word,
    ...described(spec),
    schema: { type: "string" },
    check: (value) => {
      if (value === "" || value === word) return { value: word };
      if (typeof value === "string" && isWebAddress(value, false)) return { value };
      return { problem: `must be ${word}, or an address that begins with http:// or https:// and holds no password` };
    },
  };
}

function isWebAddress(given: string, mayHoldCredentials: boolean): boolean {
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") return false;
  return mayHoldCredentials || (url.username === "" && url.password === "");
}

/** An address of the web; empty where there is none, or for the default. Who asks there is not part of it. */
export function webAddress(spec: Described & { default: string; mayHoldCredentials: boolean }): Setting<string> {
  const { default: fallback, mayHoldCredentials } = spec;
  return {
    default: fallback,
    ...described(spec),
    schema: { type: "string" },
    check: (value) => {
      if (value === "") return { value: fallback };
      if (typeof value === "string" && isWebAddress(value, mayHoldCredentials)) return { value };
      return { problem: "must be an address that begins with http:// or https://, or empty" };
    },
  };
}

/** A list of texts that is empty by default. */
export function textList(spec: Described): Setting<string[]> {
  return {
    default: [],
    ...described(spec),
    schema: { type: "array", items: { type: "string" } },
    check: (value) =>
      Array.isArray(value) && value.every((entry) => typeof entry === "string")
        ? { value }
        : { problem: "must be a list of texts" },
  };
}

/** On or off for each of a few names; what is not named stays as it is by default. */
export function switches<const K extends string>(
  spec: Described & { names: Record<K, { default: boolean; description: string }> },
): Setting<Record<K, boolean>> {
  const entries = Object.entries(spec.names) as [K, { default: boolean; description: string }][];
  const fallback = Object.fromEntries(entries.map(([name, entry]) => [name, entry.default])) as Record<K, boolean>;
  const properties = Object.fromEntries(
    entries.map(([name, entry]) => [name, { type: "boolean", default: entry.default, description: entry.description }]),
  );
  return {
    default: fallback,
    ...described(spec),
    schema: { type: "object", additionalProperties: false, properties },
    check: (value) =>
      isBooleans(value) && Object.keys(value).every((name) => Object.hasOwn(fallback, name))
        ? { value: { ...fallback, ...value } }
        : { problem: `must map some of ${Object.keys(fallback).join(", ")} to true or false` },
  };
}

function isBooleans(value: unknown): value is Record<string, boolean> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === "boolean")
  );
}

/** On or off for each language id, with "*" for all others. */
export function languageSwitches(
  spec: Described & { default: Record<string, boolean> },
): Setting<Record<string, boolean>> {
  return {
    default: spec.default,
    ...described(spec),
    schema: { type: "object", additionalProperties: { type: "boolean" } },
    check: (value) =>
      isBooleans(value)
        ? { value }
        : { problem: 'must map language ids to true or false, for example {"*": true, "python": false}' },
  };
}

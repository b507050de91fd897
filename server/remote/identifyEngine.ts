// Which kind of server answers at an address, and which models it has: asked by paths that only list and tell, never by a completion.

import * as z from "zod";
import {
  badInput,
  Cancelled,
  engineBusy,
  engineRefusedKey,
  engineUnreachable,
  UserError,
} from "../../common/errors.ts";
import { EngineConnection } from "./connection.ts";
import type { EngineKind, EngineModel, FoundEngine } from "./types.ts";

const TIMEOUT_MS = 3_000;

export interface IdentifyOptions {
  key?: string;
  signal: AbortSignal;
  timeoutMs?: number; // of each question; all are asked at the same time
}

/** @throws UserError engineUnreachable, engineRefusedKey, engineBusy, engineRedirected, badInput for what is no web address; Cancelled */
export async function identifyEngine(url: string, options: IdentifyOptions): Promise<FoundEngine> {
  const connection = new EngineConnection(normalised(url), options.key);
  try {
    return await identify(connection, options);
  } finally {
    connection.dispose();
  }
}

/** Origin and base path, without a slash at the end and without the "/v1" or "/beta" that other clients want there. */
export function normalised(url: string): string {
  const parsed = URL.parse(url.includes("://") ? url : `http://${url}`);
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw badInput(`${url} is no web address.`, "Give one such as http://127.0.0.1:8080.");
  if (parsed.username !== "" || parsed.password !== "")
    throw badInput("The address of a server holds a name or a password.", "Give the server's key apart from it.");
  return parsed.origin + parsed.pathname.replace(/(?:\/(?:v1|beta))?\/?$/, "");
}

/** Hosted services are told by their address: they have no path that says what they are. */
const BY_HOST: Readonly<Record<string, EngineKind>> = {
  "api.mistral.ai": "mistral",
  "codestral.mistral.ai": "mistral",
  "api.deepseek.com": "deepseek",
};

interface Told {
  status: number; // 0 where there was no answer
  value?: unknown; // of an answer with status 200 that is JSON
  error?: unknown;
}

const QUESTIONS = {
  models: "/v1/models",
  props: "/props",
  version: "/version",
  ollama: "/api/version",
  tags: "/api/tags",
  running: "/api/ps",
  sglang: "/get_model_info",
  tabby: "/v1/health",
  lmstudio: "/api/v1/models",
} as const;

type Answers = Readonly<Record<keyof typeof QUESTIONS, Told>>;

async function identify(connection: EngineConnection, options: IdentifyOptions): Promise<FoundEngine> {
  const { url } = connection;
  const byHost = BY_HOST[new URL(url).hostname];
  const names = Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[];
  const asked = byHost === undefined ? names : (["models"] as const);
  const path = (name: keyof typeof QUESTIONS) => (byHost === "deepseek" ? "/models" : QUESTIONS[name]);
  const told = await Promise.all(asked.map((name) => ask(connection, path(name), options)));
  if (options.signal.aborted) throw new Cancelled();
  const nothing: Told = { status: 0 };
  const answers = Object.fromEntries(
    names.map((name) => [name, told[(asked as readonly string[]).indexOf(name)] ?? nothing]),
  ) as Answers;
  requireAnswer(told);
  if (byHost) return { kind: byHost, url, models: listed(answers.models, connection) };
  return (
    sotto(answers, connection) ??
    llamacpp(answers, connection) ??
    ollama(answers, url) ??
    sglang(answers, connection) ??
    lmstudio(answers, url) ??
    tabby(answers, url) ??
    vllm(answers, connection) ?? { kind: "openai", url, models: listed(answers.models, connection) }
  );
}

async function ask(connection: EngineConnection, path: string, options: IdentifyOptions): Promise<Told> {
  const { signal, timeoutMs = TIMEOUT_MS } = options;
  const timeout = AbortSignal.timeout(timeoutMs); // of all of the answer, however slowly it comes
  try {
    const answer = await connection.send({ path, signal: AbortSignal.any([signal, timeout]), stallMs: 2 * timeoutMs });
    const text = await connection.textOf(answer);
    return { status: answer.status, ...(answer.status === 200 && { value: jsonIn(text) }) };
  } catch (error) {
    const late = engineUnreachable(connection.url, `it did not answer within ${timeoutMs / 1000} s`);
    return { status: 0, error: error instanceof Cancelled && !signal.aborted ? late : error };
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page for people, say: this is not the kind of server that was asked for
  }
}

/** @throws the error of the first question, where none was answered; what is no UserError at once */
function requireAnswer(told: readonly Told[]): void {
  const bug = told.find(({ error }) => error !== undefined && !(error instanceof UserError));
  if (bug) throw bug.error;
  const errors = told.flatMap(({ error }) => (error instanceof UserError ? [error] : []));
  if (errors.length === told.length) throw errors.find(({ code }) => code === "engineRedirected") ?? errors[0];
}

const listSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      owned_by: z.string().nullish(),
      parent: z.string().nullish(),
      max_model_len: z.number().nullish(),
      max_context_length: z.number().nullish(),
      meta: z.looseObject({ n_ctx: z.number().nullish() }).nullish(),
    }),
  ),
});

/** @throws UserError engineRefusedKey, engineBusy; the question's own error where it was not answered */
function listed({ status, value, error }: Told, connection: EngineConnection): EngineModel[] {
  if (error !== undefined) throw error;
  if (status === 401 || status === 403) throw engineRefusedKey(connection.url, connection.hasKey);
  if (status === 429 || status === 503) throw engineBusy(connection.url, status);
  const parsed = listSchema.safeParse(value);
  if (!parsed.success) return [];
  return parsed.data.data.map(({ id, parent, max_model_len, max_context_length, meta }) => {
    const contextTokens = max_model_len ?? max_context_length ?? meta?.n_ctx;
    return { id, ...(contextTokens && { contextTokens }), ...(parent && { parent }) };
  });
}

const isOwnedBy = ({ value }: Told, owner: string): boolean => {
  const parsed = listSchema.safeParse(value);
  return parsed.success && parsed.data.data.some(({ owned_by }) => owned_by === owner);
};

const propsSchema = z.looseObject({
  default_generation_settings: z.looseObject({ n_ctx: z.number().nullish() }),
  build_info: z.string().nullish(),
});

/** `sotto serve`, which has llama.cpp's properties for clients that look for them, and no more of it than /infill. */
function sotto({ props, models }: Answers, connection: EngineConnection): FoundEngine | undefined {
  if (!isOwnedBy(models, "sotto")) return undefined;
  const version = propsSchema.safeParse(props.value).data?.build_info;
  const { url } = connection;
  return { kind: "openai", url, ...(version && { version }), laysOut: true, models: listed(models, connection) };
}

/** While it loads a model, it says so with status 503 wherever it is asked. Without the key it tells the list of models only. */
function llamacpp({ props, models }: Answers, connection: EngineConnection): FoundEngine | undefined {
  const isKnown = isOwnedBy(models, "llamacpp");
  const parsed = propsSchema.safeParse(props.value);
  if (!parsed.success) {
    if (isKnown && (props.status === 401 || props.status === 403))
      throw engineRefusedKey(connection.url, connection.hasKey);
    if (props.status === 503) throw engineBusy(connection.url, props.status);
    if (!isKnown) return undefined;
  }
  const contextTokens = parsed.data?.default_generation_settings.n_ctx;
  const version = parsed.data?.build_info;
  const found = listed(models, connection).map((model) => ({ ...model, ...(contextTokens && { contextTokens }) }));
  return { kind: "llamacpp", url: connection.url, ...(version && { version }), models: found };
}

const versionSchema = z.looseObject({ version: z.string() });

const vllm = ({ version, models }: Answers, connection: EngineConnection): FoundEngine | undefined => {
  const parsed = versionSchema.safeParse(version.value);
  const isGuarded = models.status === 401 || models.status === 403; // the version is told to everyone, the models are not
  if (!isOwnedBy(models, "vllm") && !(parsed.success && isGuarded)) return undefined;
  const told = parsed.success && { version: parsed.data.version };
  return { kind: "vllm", url: connection.url, ...told, models: listed(models, connection) };
};

const tagsSchema = z.looseObject({ models: z.array(z.looseObject({ name: z.string() })) });
const runningSchema = z.looseObject({
  models: z.array(z.looseObject({ name: z.string(), context_length: z.number().nullish() })),
});

function ollama({ ollama: told, tags, running }: Answers, url: string): FoundEngine | undefined {
  const version = versionSchema.safeParse(told.value);
  const list = tagsSchema.safeParse(tags.value);
  if (!version.success || !list.success) return undefined;
  const now = runningSchema.safeParse(running.value).data?.models ?? [];
  const models = list.data.models.map(({ name }) => {
    const contextTokens = now.find((model) => model.name === name)?.context_length;
    return { id: name, ...(contextTokens && { contextTokens }) };
  });
  return { kind: "ollama", url, version: version.data.version, models };
}

const sglangSchema = z.looseObject({ model_path: z.string() });

const sglang = ({ sglang: told, models }: Answers, connection: EngineConnection): FoundEngine | undefined =>
  sglangSchema.safeParse(told.value).success || isOwnedBy(models, "sglang")
    ? { kind: "sglang", url: connection.url, models: listed(models, connection) }
    : undefined;

const studioSchema = z.looseObject({
  models: z.array(
    z.looseObject({
      key: z.string(),
      max_context_length: z.number().nullish(),
      loaded_instances: z.array(
        z.looseObject({ config: z.looseObject({ context_length: z.number().nullish() }).nullish() }),
      ),
    }),
  ),
});

function lmstudio({ lmstudio: told }: Answers, url: string): FoundEngine | undefined {
  const { data } = studioSchema.safeParse(told.value);
  if (!data) return undefined;
  const models = data.models.map(({ key, max_context_length, loaded_instances: [instance] }) => {
    const contextTokens = instance?.config?.context_length ?? max_context_length;
    return { id: key, ...(contextTokens && { contextTokens }) };
  });
  return { kind: "lmstudio", url, models };
}

const tabbySchema = z.looseObject({
  model: z.string().nullish(),
  device: z.string(),
  version: z.looseObject({ git_describe: z.string().nullish() }),
});

function tabby({ tabby: told }: Answers, url: string): FoundEngine | undefined {
  const { data } = tabbySchema.safeParse(told.value);
  if (!data) return undefined;
  const { model, version } = data;
  return {
    kind: "tabby",
    url,
    ...(version.git_describe && { version: version.git_describe }),
    models: model ? [{ id: model }] : [],
  };
}

// Tabby: /v1/completions in a form of its own, without a stream. It puts pieces of other files before the prefix itself.

import * as z from "zod";
import { type Dialect, given } from "./dialect.ts";

const eventSchema = z.looseObject({ choices: z.array(z.looseObject({ text: z.string() })) });

export const tabby: Dialect = {
  warms: false,
  fewestTokens: 1,
  holdsTo: false,

  request({ prompt, sampling }) {
    if (prompt.shape !== "fim") throw new Error("Tabby lays out the prompt itself");
    const { prefix, suffix, path, pieces, languageId } = prompt;
    const declarations = pieces.map((piece) => ({ filepath: piece.path, body: piece.text }));
    const segments = { prefix, suffix, filepath: path, declarations };
    const body = { language: languageId, segments, temperature: sampling.temperature, seed: sampling.seed };
    return { path: "/v1/completions", body: given(body) };
  },

  read(event) {
    const { success, data } = eventSchema.safeParse(event);
    return success ? { text: data.choices[0]?.text ?? "", end: "endOfText" } : undefined;
  },
};

// Mistral: /v1/fim/completions, a request of prefix and suffix whose answer has the form of a chat's.

import * as z from "zod";
import { countsOf, endOf, usageSchema } from "./completions.ts";
import { type Dialect, given } from "./dialect.ts";

const message = z.looseObject({ content: z.string().nullish() });
const eventSchema = z.looseObject({
  choices: z.array(
    z.looseObject({ delta: message.nullish(), message: message.nullish(), finish_reason: z.string().nullish() }),
  ),
  usage: usageSchema.nullish(),
});

export const mistral: Dialect = {
  warms: false,
  fewestTokens: 1,
  holdsTo: false,

  request({ prompt, model, sampling, stop, maxTokens }) {
    if (prompt.shape !== "fim") throw new Error("Mistral lays out the prompt itself");
    const body = given({
      model,
      prompt: prompt.context + prompt.prefix,
      suffix: prompt.suffix,
      max_tokens: maxTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      random_seed: sampling.seed,
      stop: stop.length > 0 ? stop : undefined,
      stream: true,
    });
    return { path: "/v1/fim/completions", body };
  },

  read(event) {
    const { success, data } = eventSchema.safeParse(event);
    if (!success) return undefined;
    const counts = countsOf(data.usage);
    const [choice] = data.choices;
    const end = endOf(choice?.finish_reason);
    const text = (choice?.delta ?? choice?.message)?.content ?? "";
    return { text, ...(end && { end }), ...(counts && { counts }) };
  },
};

// The agent's answers about code in another language, and their wiring to our extension's requests.

import { actionFailed } from "../../common/errors.ts";
import { notesOf } from "../actions/translate/notes.ts";
import { NO_TRANSLATION, translated } from "../actions/translate/translate.ts";
import {
  type ToldTranslation,
  type TranslationAnswer,
  TranslationMethod,
  type TranslationParams,
} from "../protocol/translation.ts";
import type { Feature } from "./feature.ts";
import { instructionDeps } from "./instructionDeps.ts";
import { answering } from "./languageServer.ts";
import type { Session } from "./session.ts";

/** @throws UserError when the model cannot be asked; Cancelled */
export function translationsOf(session: Session) {
  return async ({ uri, part, languageId }: TranslationParams, signal: AbortSignal): Promise<ToldTranslation> => {
    const document = session.documents.get(uri);
    if (!document) return { reason: "Sotto does not know the language of this file" };
    const { text, path } = document;
    const request = {
      document,
      ...(part && { part: { start: text.offsetAt(part.start), end: text.offsetAt(part.end) } }),
      to: languageId,
    };
    const found = await translated(request, instructionDeps(session, uri), signal);
    if (found.kind === "none") return { reason: NO_TRANSLATION[found.reason] };
    const { translation } = found;
    const from = `${path}, lines ${translation.lines.firstLine + 1} to ${translation.lines.lastLine + 1}`;
    return {
      text: translation.text,
      languageId: translation.target.id,
      notes: [`From ${from}.`, ...notesOf(translation)],
    };
  };
}

export const serveTranslations: Feature = (connection, session) => {
  const translate = translationsOf(session);
  const answered = answering(connection, (reason) => actionFailed("The code could not be translated", reason));
  connection.onRequest(
    TranslationMethod.translate,
    (params: TranslationParams, token): Promise<TranslationAnswer> =>
      answered("translate", token, (signal) => translate(params, signal)),
  );
};

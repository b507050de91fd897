// A window over a model that a test steps, for tests of what is an answer to what.

import type { WarmParams } from "../../../server/host/protocol/messages.ts";
import { folderModel } from "../../support/folderModel.ts";
import { drawnAnswer, EditorWindow, settled } from "./editorWindow.ts";
import { steppedModel } from "./steppedModel.ts";

const PLACE = "const total = 1;\nconst value = │\n";

/**
 * @param options of the window's completions
 * @param adapterOf folder of the adapter that the document's folder uses now
 */
export function answeringWindow(
  options: ConstructorParameters<typeof EditorWindow>[2] = {},
  adapterOf: () => string | undefined = () => undefined,
  model = steppedModel(),
) {
  const warmed: WarmParams[] = [];
  model.warm = async (params) => {
    warmed.push(params);
    return { stop: "done", tokens: { prompt: 9, cached: 0 }, ms: 1 };
  };
  const window = new EditorWindow(PLACE, model, { modelFor: () => folderModel(model, adapterOf()), ...options });
  /** Asks, and has the model write `text` to its end. */
  const answered = async (text: string, explicit = false) => {
    const answer = window.ask(explicit);
    await settled();
    model.last.write(text);
    model.last.finish();
    return drawnAnswer(await answer);
  };
  return { model, window, answered, warmed };
}

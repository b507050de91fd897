// The editor's chat: a model of the user's own that was tuned to answer is offered and answers there, without an account; Sotto's two are not.

import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import { execute, modelReady, setSetting, sotto, until } from "../../support/editorSuite.ts";

/** The folder of a model that was tuned to answer questions, though it has another use here. */
const modelDir = () =>
  path.join(vscode.extensions.getExtension("sotto.sotto")!.extensionPath, "models", "smollm2-135m");
const offered = () => vscode.lm.selectChatModels({ vendor: "sotto" });

async function use(model: string | undefined): Promise<void> {
  await setSetting("model", model);
  await execute("sotto.restartHost");
}

suite("chat", () => {
  suiteSetup(modelReady);
  suiteTeardown(async () => {
    await use(undefined);
    await modelReady();
  });

  test("Sotto's own models are not offered", async () => {
    assert.deepEqual(await offered(), []);
  });

  test("a model that is chosen by its folder is offered, answers as it writes, and ends when it is told to", async () => {
    await use(modelDir());
    await until("the model is offered", async () => (await offered()).length > 0, 45_000).catch(async (error) =>
      assert.fail(`${error.message}; the status item says: ${(await sotto()).statusText()}`),
    );
    const [model] = await offered();
    assert.ok(model.maxInputTokens > 1_000);
    const ask = (text: string, options: vscode.LanguageModelChatRequestOptions, token?: vscode.CancellationToken) =>
      model.sendRequest([vscode.LanguageModelChatMessage.User(text)], options, token);
    let parts = 0;
    let answer = "";
    for await (const part of (await ask("Say hello.", { modelOptions: { max_tokens: 12 } })).text) {
      parts++;
      answer += part;
    }
    assert.match(answer, /\w/);
    assert.ok(parts > 1, `it came in ${parts} part`);
    assert.ok((await model.countTokens("hello")) > 0);

    const stop = new vscode.CancellationTokenSource();
    const long = await ask("Count from one to a thousand.", {}, stop.token);
    let before = "";
    try {
      for await (const part of long.text) {
        before += part;
        stop.cancel();
      }
    } catch (error) {
      assert.ok(error instanceof vscode.CancellationError || /cancel/i.test(String(error)), String(error));
    }
    assert.ok(before.length < 400, `${before.length} characters came`);
  });
});

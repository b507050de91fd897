// What the agent reads from the settings of editors that know none of ours, and what it takes their names of languages for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageIdOf, languageIds } from "../../common/syntax/languages.ts";
import { configurationOf } from "../../src/agent/anyEditor/settings.ts";
import { defaultSettings } from "../../src/config/settings.ts";

const read = (...sections: unknown[]) => configurationOf(sections);

test("nothing said, or nothing that is an object, means the defaults, and no trust", () => {
  for (const said of [undefined, null, [], "trusted", true]) {
    const { configuration, problems } = read(said);
    assert.deepEqual(configuration, { ...defaultSettings, snoozedUntilMs: 0, trusted: false });
    assert.deepEqual(problems, []);
  }
});

test("a setting with a dot is read by its name or as a member, and null sets nothing", () => {
  const style = (said: object) => read(said).configuration["docstring.style"];
  assert.equal(style({ "docstring.style": "numpy" }), "numpy");
  assert.equal(style({ docstring: { style: "numpy" } }), "numpy");
  assert.equal(style({ docstring: { style: null } }), "auto");
  assert.equal(style({ docstring: null }), "auto");
});

test("the foremost section counts for each setting by itself", () => {
  const { configuration } = read({ maxLines: 3, quiet: null }, { maxLines: 5, quiet: true });
  assert.equal(configuration.maxLines, 3);
  assert.equal(configuration.quiet, true);
});

test("a language that is switched off leaves the others on", () => {
  const { enable } = read({ enable: { python: false } }).configuration;
  assert.deepEqual(enable, { ...defaultSettings.enable, python: false });
});

test("trust is true or it is not there", () => {
  assert.equal(read({ trusted: true }).configuration.trusted, true);
  assert.equal(read({ trusted: false }, { trusted: true }).configuration.trusted, false);
  for (const trusted of ["true", 1, {}]) {
    const { configuration, problems } = read({ trusted });
    assert.equal(configuration.trusted, false);
    assert.match(problems.join(), /sotto\.trusted must be true or false/);
  }
});

test("names of the prototype are no settings", () => {
  assert.deepEqual(read(JSON.parse('{"__proto__": {"trusted": true}}')).configuration.trusted, false);
});

test("VS Code's own ids of languages stay as they are", () => {
  for (const id of [...languageIds, "plaintext", "markdown", "anything"]) assert.equal(languageIdOf(id, "a.ts"), id);
  assert.equal(languageIdOf("", "file:///w/a.py"), "python");
  assert.equal(languageIdOf("", "file:///w/a"), "");
});

test("consent to an engine on another machine comes from the editor's environment, and from no setting", () => {
  const { configuration } = read({
    engine: { url: "https://engine.example" },
    engineConsents: ["https://engine.example"],
  });
  assert.equal(configuration["engine.url"], "https://engine.example");
  assert.equal(configuration.engineConsents, undefined);
  process.env.SOTTO_ENGINE_CONSENT = "https://engine.example, http://10.0.0.5:11434";
  try {
    assert.deepEqual(read({}).configuration.engineConsents, ["https://engine.example", "http://10.0.0.5:11434"]);
  } finally {
    delete process.env.SOTTO_ENGINE_CONSENT;
  }
});

// A report of a problem says what there is, and nothing that names the person, their folders, keys or servers.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MOST_LOG_LINES, type ProblemReport, problemReport } from "../../../src/config/problemReport.ts";

// put together here, so that no rule takes this file's text for one
const planted = ["gh", "p_", "Q7wZx4Lr9Tb", "Nc2Vy6MdKs8", "HfJg3PaEu5RiOq"].join("");

const given: ProblemReport = {
  versions: { Sotto: "0.1.0" },
  settings: {
    "engine.url": "https://ada@engine.example:8443/v1",
    exclude: ["salaries/", "b/"],
    maxLines: 8,
    quiet: false,
  },
  doctor: "model smollm2-135m: whole (/home/ada/sotto/models/quick)",
  log: `engine https://engine.example:8443 answers\ntoken ${planted}`,
  bugs: undefined,
  home: "/home/ada",
};

test("versions, settings, doctor and log are there", () => {
  const text = problemReport(given);
  assert.match(text, /\| Sotto \| 0\.1\.0 \|/);
  assert.match(text, /sotto\.maxLines: 8\nsotto\.quiet: false/);
  assert.match(text, /smollm2-135m: whole \(~\/sotto\/models\/quick\)/);
  assert.match(text, /Nothing of this has been sent\..* give it to whoever you have Sotto from\./);
  assert.match(
    problemReport({ ...given, bugs: "https://bugs.example/sotto" }),
    /file it at https:\/\/bugs\.example\/sotto\./,
  );
});

test("home, hosts, names in addresses, patterns and secrets are not", () => {
  const text = problemReport(given);
  assert.doesNotMatch(text, /ada|engine\.example|salaries/);
  assert.ok(!text.includes(planted));
  assert.match(text, /sotto\.engine\.url: "https:\/\/<host>:8443\/v1"/);
  assert.match(text, /sotto\.exclude: 2 entries/);
});

test("addresses of this machine stay, unless somebody logs in there", () => {
  const log = "http://127.0.0.1:8080 and http://localhost:1234/v1, http://me@127.0.0.1:9";
  const text = problemReport({ ...given, log });
  assert.match(text, /http:\/\/127\.0\.0\.1:8080 and http:\/\/localhost:1234\/v1, http:\/\/<host>:9/);
});

test("of the log the last lines are kept", () => {
  const log = Array.from({ length: 500 }, (_, index) => `line ${index + 1}.`).join("\n");
  const text = problemReport({ ...given, log });
  assert.ok(!text.includes(`line ${500 - MOST_LOG_LINES}.`));
  assert.ok(text.includes(`line ${501 - MOST_LOG_LINES}.`) && text.includes("line 500."));
});

test("no text of the doctor or the log closes its fence, and none brings the home folder in", () => {
  const drawn = fc.string({ unit: fc.constantFrom("`", "\n", "a", "/home/ada", " ", "#") });
  fc.assert(
    fc.property(drawn, drawn, (doctor, log) => {
      const text = problemReport({ ...given, doctor, log });
      assert.ok(!text.includes("/home/ada"));
      const headings = text.split("\n");
      let fence: string | undefined;
      const outside: string[] = [];
      for (const line of headings) {
        const [run] = /^`{3,}/.exec(line) ?? [];
        if (fence === undefined && run) fence = run;
        else if (fence !== undefined && line === fence) fence = undefined;
        else if (fence === undefined && line.startsWith("#")) outside.push(line);
      }
      assert.equal(outside.length, 6);
    }),
  );
});

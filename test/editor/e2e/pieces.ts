// Missing pieces as a person takes them, from the menu of code actions: the cases of a switch, a literal's members as a quick fix of what is reported, the
// cases of a Python match. What is written is right, and the editor's own compiler says nothing against it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const SHAPES = `export type Shape = { kind: "circle"; r: number } | { kind: "square"; a: number } | { kind: "line" };

export function area(shape: Shape): number {
  switch (shape.kind) {
    case "circle":
      return Math.PI * shape.r ** 2;
  }
}

export const unit: Shape = { kind: "square" };
`;
const WITH_CASES = SHAPES.replace(
  "** 2;\n",
  `** 2;
    case "square":
      throw new Error("Not handled yet: square");
    case "line":
      throw new Error("Not handled yet: line");
`,
);
const WITH_MEMBER = WITH_CASES.replace('{ kind: "square" };', '{ kind: "square", a: 0 };');

const COLOURS = `from enum import Enum


class Colour(Enum):
    RED = 1
    GREEN = 2


def name_of(colour: Colour) -> str:
    match colour:
        case Colour.RED:
            return "red"
`;
const WITH_GREEN = `${COLOURS}        case Colour.GREEN:
            raise NotImplementedError("Colour.GREEN")
`;

const errors = ({ window }: ScenarioContext) => window.page.locator(".editor-instance .squiggly-error");

async function textAfter(context: ScenarioContext, name: string): Promise<string> {
  await context.window.save();
  return readFileSync(path.join(context.workspace, "src", name), "utf8");
}

async function take(context: ScenarioContext, title: string): Promise<void> {
  await context.window.takeAction(title);
  await context.window.page.locator(".tab.active.dirty").waitFor();
}

export const scenario: Scenario = {
  name: "missing pieces",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", "shapes.ts"), SHAPES);
    writeFileSync(path.join(workspace, "src", "colours.py"), COLOURS);
    return {};
  },
  steps: [
    {
      name: "the menu at a switch offers the cases that it lacks, and writes them",
      async run(context) {
        await context.window.openFile("shapes.ts");
        await context.window.goTo(4, 3);
        await take(context, 'Add the missing cases "square", "line" (Sotto)');
        assert.equal(await textAfter(context, "shapes.ts"), WITH_CASES);
      },
    },
    {
      name: "a literal that lacks a member gets it as a quick fix, and then nothing is reported any more",
      async run(context) {
        await errors(context).first().waitFor({ timeout: 60_000 }); // the editor's own check, of the literal alone
        await context.window.goTo(14, 14);
        await take(context, "Add the missing member a (Sotto)");
        assert.equal(await textAfter(context, "shapes.ts"), WITH_MEMBER);
        await errors(context).first().waitFor({ state: "detached" });
      },
    },
    {
      name: "a match over an enum of the file gets its missing cases in Python, and asks for nothing once it is whole",
      async run(context) {
        const { window } = context;
        await window.openFile("colours.py");
        await window.goTo(10, 5);
        await take(context, "Add the missing case Colour.GREEN (Sotto)");
        assert.equal(await textAfter(context, "colours.py"), WITH_GREEN);
        await window.goTo(10, 5);
        await context.window.openActions();
        assert.equal(await context.window.action("missing case").count(), 0);
        await window.page.keyboard.press("Escape");
      },
    },
  ],
};

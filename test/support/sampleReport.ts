// A made-up fine-tuning report, for the tests of its page and for viewing: node test/support/sampleReport.ts > page.html

import { type Report, reportPage } from "../../finetune/judge/reportPage.ts";
import { verdictOf } from "../../finetune/judge/verdict.ts";
import { answered } from "./heldOut.ts";

const CODE = [
  {
    path: "src/query/select.ts",
    prefix:
      "export class SelectQuery<T> {\n  readonly #node: SelectNode;\n\n  where(column: keyof T, value: unknown): this {\n    const parsed = ",
    expected: "parseReference(column);",
    suffix: "\n    return this.#with({ where: [...this.#node.where, parsed] });\n  }\n}\n",
    wrong: "this.#node.where(column);",
  },
  {
    path: "src/schema/index.ts",
    prefix:
      "/** Columns of a table, in order. */\nexport function columnsOf(table: Table): Column[] {\n  if (!table.columns) ",
    expected: 'throw new SchemaError(table.name, "it has no columns");',
    suffix: "\n  return [...table.columns.values()];\n}\n",
    wrong: "return [];",
  },
];

/** Some right, some not; `is` of every five are right afterwards, two were before. */
export function sampleReport({ accepted = true } = {}): Report {
  const outcome = (i: number) => {
    const wrong = CODE[i % 2].wrong;
    const was = i % 5 < 2;
    const is = accepted ? (i % 5 < 3 || i % 11 === 0) && i % 19 !== 0 : i % 5 === 1 || i % 7 === 0;
    return { was, is, nats: [9 + (i % 7), 8 + (i % 6)] as [number, number], wrong: [wrong, wrong] as [string, string] };
  };
  const cases = Array.from({ length: 160 }, (_, i) => {
    const { path, prefix, suffix, expected } = CODE[i % 2];
    const base = answered(i, { ...outcome(i), path: path.replace(".", `${i % 40}.`) });
    const { was, is, wrong } = outcome(i);
    return {
      value: { ...base.value, prefix, suffix, expected },
      before: { ...base.before, text: was ? expected : wrong[0] },
      after: { ...base.after, text: is ? expected : wrong[1] },
    };
  });
  const general = Array.from({ length: 120 }, (_, i) => answered(i, { was: i % 4 === 0, is: i % 4 === 0 || i === 7 }));
  const verdict = verdictOf(cases, general);
  return {
    workspace: "query-builder",
    result: {
      corpus: {
        files: 184,
        bytes: 1_048_000,
        tokens: 361_204,
        generalShare: 0.15,
        split: {
          train: { files: 158, bytes: 905_000 },
          validation: { files: 11, bytes: 61_000 },
          report: { files: 15, bytes: 82_000 },
        },
        byGitTime: true,
        dropped: { notCode: 212, generated: 14, secret: 1, nearDuplicate: 6 },
        droppedFiles: [
          { path: "config/keys.local.ts", reason: "secret" },
          { path: "src/api/generated/client.ts", reason: "generated" },
          { path: "src/api/generated/types.ts", reason: "generated" },
        ],
      },
      learningRates: [
        { rate: 2e-4, heldOutLoss: 1.312 },
        { rate: 4e-4, heldOutLoss: 1.281 },
        { rate: 8e-4, heldOutLoss: 1.305 },
      ],
      heldOut: { cases: 160, before: verdict.before, after: verdict.after, interval: verdict.interval },
      forgetting: verdict.forgetting,
      accepted: verdict.accepted,
      reason: verdict.reason,
      adapter: verdict.accepted ? "v3" : null,
      tokensPerSecond: 412,
      ms: 37 * 60_000,
      peakRssBytes: 1_382_000_000,
    },
    verdict,
    curves: [2e-4, 4e-4, 8e-4].map((rate, k) => ({
      rate,
      chosen: k === 1,
      points: Array.from({ length: k === 1 ? 120 : 24 }, (_, step) => ({
        step: step + 1,
        loss: 1.28 + 0.3 * Math.exp(-step / (30 - 8 * k)) + 0.05 * Math.sin(step * 7.3 + k),
        ...(step % 10 === 0 && {
          heldOutLoss: 1.27 + 0.22 * Math.exp(-step / 25) + 0.012 * Math.abs(k - 1) + step * 1e-4,
        }),
      })),
    })),
    settings: [
      ["Model", "SmolLM2 135M"],
      ["Learning rate", "0.00040"],
      ["Rank", 16],
      ["Alpha", 32],
      ["Steps", 120],
      ["Tokens a step", 4096],
      ["Seed", 1],
    ],
  };
}

if (import.meta.main) console.log(reportPage(sampleReport({ accepted: process.argv[2] !== "refused" })));

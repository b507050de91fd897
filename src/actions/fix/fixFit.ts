// The weights of a fix's confidence. Made by lab/fit/fitFixes.ts from 485 verified candidates for 311 errors that were put into
// 10 packages whose code no weights were trained on.

import type { FixFit } from "./fixFeatures.ts";

export const fixFit: FixFit = {
  bias: 1.77,
  weights: {
    "is:nearMember": 1.88,
    "is:nearName": 0.87,
    "is:literal": -2.14,
    "is:swap": 0.41,
    "is:memberOfType": -0.06,
    "is:value": 0.26,
    "is:argument": -1.78,
    "is:import": 1.19,
    "is:await": 0.91,
    "is:conversion": -1.6,
    "is:compiler": -2.5,
    "is:declaration": -2.5,
    there: -0.72,
    alone: 0.52,
    rivals: -1,
    order: -0.82,
    distance: -0.4,
    likeness: 1.22,
    uses: 0.61,
    changedUnits: -0.25,
  },
  sure: 0.58, // at least 90 % of these equal what stood there, in packages that were not fitted on
};

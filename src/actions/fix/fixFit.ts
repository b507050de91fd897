// The weights of a fix's confidence. Made by lab/fit/fitFixes.ts.

import type { FixFit } from "./confidence.ts";

export const fixFit: FixFit = {
  bias: 0,
  weights: {
    "is:nearMember": 2,
    "is:nearName": 2,
    "is:import": 1,
    "is:swap": 1,
    "is:await": 1,
    "is:literal": 0.8,
    "is:memberOfType": 0.5,
    "is:argument": 0.5,
    "is:value": 0.5,
    "is:compiler": -0.5,
    "is:conversion": -1,
    "is:declaration": -4,
    there: 1,
    order: -0.5,
    distance: -0.5,
    likeness: 0.7,
    uses: 0.5,
  },
  sure: 0.7,
};

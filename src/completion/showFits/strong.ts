// How suggestions of the strong model are decided about. Not fitted yet: as those of the quick one.

import type { ShowFit } from "../showDecision.ts";
import { quick } from "./quick.ts";

export const strong: ShowFit = quick;

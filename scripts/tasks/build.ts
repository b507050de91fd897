// `npm run build`: the bundles of dist/.

import { build } from "../steps.ts";

build();

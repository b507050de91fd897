#!/usr/bin/env node
// Entry of the command line `sotto` (bundled to dist/cli.cjs). What there is, it says itself; whatever does something is in commandLine.ts, a bundle
// of its own (dist/commands.cjs), because reading that takes several times as long as Node's own start.

import { asksForOverview, overview } from "./overview.ts";

const args = process.argv.slice(2);
if (asksForOverview(args)) process.stdout.write(overview());
else import("./commandLine.ts").then(({ runCommandLine }) => runCommandLine(args));

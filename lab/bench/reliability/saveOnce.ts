// A process that saves one generation of a store and is killed while it does: STORE DIR GENERATION CALL HALF. Prints how many calls of the file
// system it made where it was not.

import { armed, callsSoFar } from "./dieAt.ts";
import { STORES } from "./stores.ts";

const [store, dir, generation, call, half] = process.argv.slice(2);
await armed(Number(call), half === "half");
await STORES[store].save(dir, Number(generation));
process.stdout.write(String(callsSoFar()));

// The TypeScript compiler as a value: `loadCompiler.ts` decides at run time which one is loaded. Its types are those of our own dependency.

import type ts from "typescript";

export type Compiler = typeof ts;

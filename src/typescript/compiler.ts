// The TypeScript compiler as a value: which one is loaded is decided at run time (`loadCompiler.ts`). Its types are those of our own dependency.

import type ts from "typescript";

export type Compiler = typeof ts;

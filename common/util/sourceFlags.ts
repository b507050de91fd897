// Flags of Node for a process that runs a TypeScript file of this repository. They change nothing for a bundle.

/** Node takes types out by itself since 22.18. */
const typesFlag = process.features.typescript ? [] : ["--experimental-strip-types"];

export const sourceFlags: readonly string[] = ["--disable-warning=ExperimentalWarning", ...typesFlag];

// Flags of Node for a process that runs a TypeScript file of this repository. They change nothing for a bundle.

export const sourceFlags: readonly string[] = ["--disable-warning=ExperimentalWarning"];

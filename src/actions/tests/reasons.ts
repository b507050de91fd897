// Why no test is offered for a function: a closed list, and what a person reads.

export const NO_TESTS = {
  unsupportedLanguage: "tests are written for TypeScript, JavaScript and Python only",
  noFunction: "no exported function stands there",
  isAsync: "it is a coroutine, which is not run",
  noPython: "no Python of version 3.9 or newer is installed in the workspace or on the PATH",
  noSandbox: "Python is run only where the system can take its network away, and this one does not",
  reportedProblem:
    "the compiler reports a problem on the function, and a test would record a fault as what is expected",
  readsFiles: "the code that it reaches uses files",
  usesNetwork: "the code that it reaches uses the network",
  startsProcesses: "the code that it reaches starts processes or threads",
  asksTheProcess: "the code that it reaches asks for the process or its environment",
  asksTheClock: "the code that it reaches asks for the time or for chance",
  runsText: "the code that it reaches runs text as code",
  loadsNative: "the code that it reaches loads native code",
  usesTheSystem: "the code that it reaches uses a module of the system that is not on the list of harmless ones",
  loadsUnseen: "the code that it reaches loads modules by a name that is made at run time, or that lies nowhere",
  keptAway: "a module that it reaches is kept from Sotto by the ignore rules",
  tooMuchCode: "it reaches more code than is looked at",
  unreadable: "a module that it reaches cannot be read or parsed",
  noInputs: "no plain value follows from the type of a parameter",
  cannotLoad: "the module cannot be loaded by itself",
  tooSlow: "the module or each call takes too long",
  notStable: "what comes out differs from run to run, or cannot be written down",
  nothingGained: "no call reaches a branch or notices a change of the function",
  onlyNaN: "whatever is tried gives NaN: which values fit does not follow from the code",
  notTyped: "the compiler has a problem with each test",
} as const;

export type NoTests = keyof typeof NO_TESTS;

/** Those for which a skeleton is offered instead: the function is there, but is not run unasked. */
const NOT_RUN: readonly NoTests[] = [
  "readsFiles",
  "usesNetwork",
  "startsProcesses",
  "asksTheProcess",
  "asksTheClock",
  "runsText",
  "loadsNative",
  "usesTheSystem",
  "loadsUnseen",
  "keptAway",
  "tooMuchCode",
  "isAsync",
  "noSandbox",
];

export const isNotRun = (reason: NoTests): boolean => NOT_RUN.includes(reason);

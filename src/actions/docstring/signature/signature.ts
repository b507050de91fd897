// The facts about a function from its syntax tree: its docstring may state them, and must not contradict them. Types and small helpers only.

/** One parameter, in the order of the signature. */
export interface Parameter {
  /** The name used in a docstring: without stars and dots. A destructured parameter has no name and gets a descriptive one. */
  name: string;
  isDestructured: boolean;
  /** The names of the destructured properties, where it is a destructured object. */
  properties: string[];
  type?: string; // as written
  default?: string; // as written
  isOptional: boolean; // may be left out: marked as optional, or with a default
  /** Number of stars before its name in Python; 1 for a rest parameter of JavaScript. */
  stars: 0 | 1 | 2;
}

/** An error that the function's own code throws. */
export interface Thrown {
  /** The qualified name of its class; undefined where the code throws a value that it was given. */
  type?: string;
}

/** The result of a call: "unknown" where only running it would tell (an arrow function that calls another, a declaration without types). */
export type Gives = "value" | "nothing" | "unknown";

export interface Signature {
  kind: "function" | "constructor" | "getter" | "setter";
  name: string; // "" where it has none
  isAsync: boolean;
  isGenerator: boolean;
  typeParameters: string[];
  parameters: Parameter[];
  /** The written return type; undefined where none is written. */
  returnType?: string;
  returns: Gives;
  /** Each class once, in the order of the code. */
  throws: Thrown[];
}

/** Whether two names mean one class: `Missing` and `errors.Missing`. */
export const isSameClass = (a: string, b: string): boolean => a.split(".").at(-1) === b.split(".").at(-1);

/** Each error class once. */
export function eachOnce(thrown: readonly Thrown[]): Thrown[] {
  const seen = new Set<string | undefined>();
  return thrown.filter(({ type }) => !seen.has(type) && seen.add(type));
}

/** Makes the names of parameters that have none of their own different from all others: "options", "options2". */
export function withUniqueNames(parameters: readonly Parameter[]): Parameter[] {
  const taken = new Set(parameters.filter(({ isDestructured }) => !isDestructured).map(({ name }) => name));
  return parameters.map((parameter) => {
    if (!parameter.isDestructured) return parameter;
    let name = parameter.name;
    for (let number = 2; taken.has(name); number++) name = `${parameter.name}${number}`;
    taken.add(name);
    return { ...parameter, name };
  });
}

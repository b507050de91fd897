// What the syntax tree tells of a function: the facts that its docstring may state, and must not contradict. Types and small helpers only.

/** One parameter, in the order of the signature. */
export interface Parameter {
  /** As a docstring names it: without stars and dots. One that is taken apart has none of its own, and gets one that says what it is. */
  name: string;
  isDestructured: boolean;
  /** The names of what is taken out of it, where it is an object that is taken apart. */
  properties: string[];
  type?: string; // as it is written
  default?: string; // as it is written
  isOptional: boolean; // may be left out: marked so, or with a default
  /** How many stars stand before its name in Python; 1 where it is a rest parameter of JavaScript. */
  stars: 0 | 1 | 2;
}

/** An error that the function's own code throws. */
export interface Thrown {
  /** The name of its class, with what it is a member of; undefined where the code throws a value that it was given. */
  type?: string;
}

/** What a call gives: "unknown" where nothing but running it would tell (an arrow function that calls another, a declaration without types). */
export type Gives = "value" | "nothing" | "unknown";

export interface Signature {
  kind: "function" | "constructor" | "getter" | "setter";
  name: string; // "" where it has none
  isAsync: boolean;
  isGenerator: boolean;
  typeParameters: string[];
  parameters: Parameter[];
  /** Written types of what it returns; undefined where none is written. */
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

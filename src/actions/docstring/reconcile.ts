// Reconciles a docstring with the facts of its definition: which entries it needs, and which existing ones still apply. Pure; writes no words.

import type { DocEntry, DocText } from "./docText.ts";
import { isSameClass, type Signature } from "./signature/signature.ts";

/** The facts that a docstring has entries for. */
export interface DocFacts {
  typeParameters: readonly string[];
  parameters: readonly { name: string; properties: readonly string[]; stars: number }[];
  returns: Signature["returns"];
  isGenerator: boolean;
  throws: readonly string[];
  /** Whether the language's docstrings describe errors without a class. */
  namelessErrors: boolean;
}

export const NO_FACTS: DocFacts = {
  ...{ typeParameters: [], parameters: [], returns: "nothing", isGenerator: false, throws: [], namelessErrors: false },
};

/** Errors of unimplemented methods: no caller meets them. */
const ABSTRACT_ERRORS = new Set(["NotImplementedError"]);

export function factsOf(signature: Signature): DocFacts {
  const isPlain = signature.kind === "function" || signature.kind === "constructor";
  const named = signature.throws.flatMap(({ type }) => (type === undefined || ABSTRACT_ERRORS.has(type) ? [] : [type]));
  return {
    typeParameters: signature.typeParameters,
    parameters: signature.kind === "getter" ? [] : signature.parameters,
    returns: isPlain ? signature.returns : "nothing", // an accessor is documented as the property that it stands for
    isGenerator: signature.isGenerator,
    throws: named,
    namelessErrors: signature.throws.some(({ type }) => type === undefined),
  };
}

/**
 * The existing docstring with one entry for each parameter, in the signature's order, where it has entries for parameters at all, and without what
 * the code no longer does. Entries without words are still to be written. A renamed parameter is recognised by its position: the only removed name
 * and the only new name have the same position.
 */
export function reconciled(old: DocText, facts: DocFacts): DocText {
  const own = old.parameters.filter(({ name }) => !name.includes("."));
  const names = facts.parameters.map(({ name }) => name);
  const parameters =
    own.length === 0
      ? old.parameters
      : matched(own, names).flatMap((entry, index) => [
          entry,
          ...propertiesOf(old, entry, facts.parameters[index].properties),
        ]);
  const doc: DocText = {
    lead: old.lead,
    typeParameters: old.typeParameters.length === 0 ? [] : matched(old.typeParameters, facts.typeParameters),
    parameters,
    throws: thrownBy(old, facts),
    others: old.others,
  };
  if (facts.isGenerator && old.yields) doc.yields = old.yields;
  if ((facts.isGenerator || facts.returns !== "nothing") && old.returns) doc.returns = old.returns;
  return doc;
}

/** One entry for each name, in the order of the names, with its earlier words. */
function matched(old: readonly DocEntry[], names: readonly string[]): DocEntry[] {
  const byName = new Map(old.map((entry) => [entry.name, entry]));
  const gone = old.filter(({ name }) => !names.includes(name));
  const added = names.filter((name) => !byName.has(name));
  const isOne = old.length === names.length && gone.length === 1 && added.length === 1;
  const isRenamed = isOne && old.indexOf(gone[0]) === names.indexOf(added[0]);
  return names.map((name) => byName.get(name) ?? (isRenamed ? renamed(gone[0], name) : { name, words: "" }));
}

/** The entry with the new name, in its words too. */
function renamed({ name: oldName, words, type }: DocEntry, name: string): DocEntry {
  const says = words.replaceAll(`\`${oldName}\``, `\`${name}\``);
  return { name, ...(type === undefined ? {} : { type }), words: says };
}

/** The entries `options.a` under `options`: for properties that the signature still destructures; all of them, if it does not destructure. */
function propertiesOf(old: DocText, { name }: DocEntry, properties: readonly string[]): DocEntry[] {
  const own = old.parameters.filter((entry) => entry.name.startsWith(`${name}.`));
  if (properties.length === 0) return own;
  return own.filter((entry) => properties.includes(entry.name.slice(name.length + 1).split(/[.[]/)[0]));
}

/** Classes that the code throws. Entries for others may be true of called code: they are kept where the code throws a value without a class. */
const thrownBy = (old: DocText, { throws, namelessErrors }: DocFacts): DocEntry[] =>
  old.throws.filter(({ name }) => throws.some((type) => isSameClass(type, name)) || namelessErrors);

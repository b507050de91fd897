// Words as sentences about code have them: those that need no evidence, and an approximate stem. Pure.

/** Words of grammar, and such as hold of any code. */
export const FREE: ReadonlySet<string> = new Set(
  (
    "a an the this that these those of to for in on with by from into onto at as and or is are was be been being it its their them they which whose where " +
    "if when whether than via using use uses used per over under between out up down off within through across against about along so such " +
    "given specified provided passed current new value values result results name named set get type types true false return returns returned returning " +
    "only all every each first last otherwise unless until while based depending not no any one has have had do does can there first instance object " +
    "function method property properties argument arguments parameter parameters option options item items element elements list array string number boolean " +
    "associated contained containing contains matching belonging related represented representing represents corresponding stored resulting " +
    "null none undefined empty default defaults optional data information details call called calls"
  ).split(" "),
);

/** An approximate stem: without the endings of verbs and plurals. */
export const stem = (word: string): string =>
  word
    .replace(/(?:ies|ied)$/, "y")
    .replace(/(?<=\p{L}{3})(?:ations?|ators?|ions?|ors?|ers?|ing|ed|es|s|e|ment|able)$/u, "")
    .replace(/(?<=\p{L}{2})(\p{L})\1$/u, "$1");

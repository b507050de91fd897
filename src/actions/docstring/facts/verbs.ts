// The verbs with which a summary may begin, in both moods, and what the code must have for each. Pure.

/** "Return …" or "Returns …". */
export type Mood = "imperative" | "thirdPerson";

/** Code that bears out a verb that is no word of the name. undefined: any code does. */
interface VerbFamily {
  verbs: string; // imperative, separated by blanks
  evidence?: RegExp;
  /** The value that it gives: "any" or "truth"; absent: it may give none. */
  gives?: "any" | "truth";
}

const FAMILIES: readonly VerbFamily[] = [
  { verbs: "return", gives: "any" },
  { verbs: "get fetch retrieve obtain", gives: "any" },
  { verbs: "compute calculate count measure", evidence: /[-+*/]=?\s|Math\.|\+\+|\blen\(|\.length|sum\(/, gives: "any" },
  {
    verbs: "find locate search",
    evidence: /find|search|index|for\b|filter|match|includes|\bin\b|querySelector|lookup|get/i,
    gives: "any",
  },
  { verbs: "check determine", gives: "truth" },
  { verbs: "test verify validate assert ensure", evidence: /throw|raise|assert|valid|check|test\(|if\b/i },
  {
    verbs: "create make build construct",
    evidence: /\bnew\b|\{|\[|\b[A-Z]\w*\(|create|make|build|construct/,
    gives: "any",
  },
  { verbs: "generate", evidence: /generat|yield|random|\bnew\b|`|\{|\[|join/i, gives: "any" },
  { verbs: "initialize initialise", evidence: /constructor|__init__|\binit|this\.\w+ =|self\.\w+ =/i },
  { verbs: "set assign store", evidence: /[\w\])] ?=(?!=)|set/i },
  { verbs: "update", evidence: /[\w\])] ?[-+*/|&]?=(?!=)|update|set|\+\+|--/i },
  {
    verbs: "add append push insert prepend",
    evidence: /add|append|push|insert|unshift|prepend|\+=|extend|concat|set/i,
  },
  { verbs: "register subscribe", evidence: /register|subscribe|\bon\(|addEventListener|listen|push|\.set\(|add/i },
  {
    verbs: "remove delete",
    evidence: /remov|delet|splice|pop|shift|filter|unset|unregister|\bdel\b|discard|replace|slice|strip/i,
  },
  {
    verbs: "clear reset",
    evidence: /clear|reset|= (?:null|undefined|None|0|\[\]|\{\}|false|False|'')|length = 0|clean/i,
  },
  { verbs: "destroy dispose release", evidence: /destroy|dispos|releas|clear|remove|off\(|= null|= undefined|close/i },
  { verbs: "convert transform translate normalize normalise", gives: "any" },
  { verbs: "parse", evidence: /parse|split|match|exec|slice|regex|re\.|charCode|loads|substring/i, gives: "any" },
  {
    verbs: "serialize serialise format stringify",
    evidence: /serial|format|string|str|join|`|dump|toString|JSON|%|\+/i,
  },
  { verbs: "increment increase", evidence: /\+\+|\+=|\+ ?1|incr/i },
  { verbs: "decrement decrease", evidence: /--|-=|- ?1|decr/i },
  { verbs: "sort order", evidence: /sort|order|compar/i },
  { verbs: "filter", evidence: /filter|if\b/i },
  { verbs: "map", evidence: /map|for\b/i },
  {
    verbs: "merge combine join concatenate",
    evidence: /merge|assign|\.\.\.|concat|join|\+|update|combin|extend|union/i,
  },
  { verbs: "split", evidence: /split|slice|partition/i },
  { verbs: "copy clone", evidence: /copy|clone|\.\.\.|slice|assign/i, gives: "any" },
  { verbs: "call invoke run execute apply", evidence: /\w\(/ },
  { verbs: "trigger dispatch emit fire", evidence: /emit|trigger|dispatch|fire|publish|notify/i },
  { verbs: "start begin open", evidence: /start|begin|open|play|run|resume|init|load/i },
  { verbs: "stop end close cancel abort", evidence: /stop|end|close|cancel|abort|clear|pause|destroy/i },
  { verbs: "load read import", evidence: /load|read|import|fetch|open|get|require/i },
  { verbs: "write save print log output", evidence: /writ|save|print|log|send|out|echo|console|push/i },
  { verbs: "send", evidence: /send|post|emit|write|fetch/i },
  { verbs: "wrap", gives: "any" },
  { verbs: "handle process" },
  { verbs: "iterate", evidence: /for\b|each|iter|yield|while/i },
  { verbs: "yield", evidence: /yield/ },
  { verbs: "resolve", evidence: /resolv/i },
  { verbs: "compare", evidence: /compar|===|==|[<>]|eq/i },
  { verbs: "select choose pick", evidence: /select|choos|pick|find|filter|\?|if\b/i, gives: "any" },
  { verbs: "extract", evidence: /extract|match|slice|get|split|substr|exec|\[|\./i, gives: "any" },
  { verbs: "encode escape", evidence: /encod|escap|replace/i },
  { verbs: "decode unescape", evidence: /decod|escap|replace|parse/i },
  { verbs: "replace", evidence: /replac|sub\(|=/i },
  { verbs: "raise throw", evidence: /raise|throw/ },
  { verbs: "wait", evidence: /await|wait|timeout|sleep/i },
  { verbs: "prompt ask", evidence: /prompt|input|ask/i },
  { verbs: "walk traverse visit", evidence: /walk|travers|visit|for\b|while/i },
  { verbs: "skip ignore", evidence: /skip|ignor|continue/i },
  { verbs: "retry", evidence: /retry|retries/i },
  {
    verbs:
      "enable disable toggle show hide move scroll zoom draw render paint resize attach detach bind mount unmount inject install serve schedule notify toggle push pop flush swap",
    evidence: /$^/,
  },
  { verbs: "compile evaluate define declare configure define describe decorate delegate", evidence: /$^/ },
];

/** Verbs of names, which are borne out by a name that has them. */
const OF_NAMES: VerbFamily = {
  evidence: /$^/,
  verbs:
    "abort accept access acquire adjust advance align allocate analyze animate annotate announce archive arrange attempt " +
    "authenticate authorize await balance batch blur boot broadcast buffer bump cache capture cast chain clamp clean " +
    "click coerce collapse collect colorize commit complete compress confirm connect consume continue crop cycle " +
    "debounce debug decompress decrypt deduplicate defer dequeue deserialize detect diff discard disconnect divide " +
    "download drain drop dump duplicate edit eject embed empty enqueue enter erase estimate exclude exit expand expect " +
    "expire explain export expose extend fail fill finish fit fix flatten flip focus follow force fork free freeze " +
    "generate group grow guess hash highlight hold hydrate identify include indent infer inherit inspect intercept " +
    "interpolate interpret intersect invalidate invert isolate iterate kill label launch lay leave lift limit link list " +
    "listen lock lower mark mask match migrate minify mock modify monitor mutate name narrow navigate negate nest " +
    "normalize observe offer offset override own pad pause peek perform persist pipe place plot poll populate position " +
    "post precompute prefetch prepare preserve preview proxy publish pull purge query queue quote raise randomize rank " +
    "rebuild receive recompute reconnect record recover redirect reduce refresh refuse reject release reload remember " +
    "rename reorder repeat report request require rescale restart restore restrict resume retain reveal reverse revert " +
    "rewind rewrite rotate round route sample sanitize scale scan score seal seek separate sequence share shift shrink " +
    "shuffle shut sign signal simplify simulate sleep slice slide smooth snap spawn splice spread stack stamp step " +
    "stream strip style submit substitute subtract sum summarize supply suppress suspend swap switch sync synchronize " +
    "tag take terminate throttle tick tie track transfer traverse trim truncate try tune unlock unregister unsubscribe " +
    "unwrap upgrade upload validate warn watch weigh yield zip",
};

const familyOf = new Map(
  [OF_NAMES, ...FAMILIES].flatMap((family) => family.verbs.split(" ").map((verb) => [verb, family] as const)),
);

/** The imperative of a verb in either mood; undefined where it is no verb that is known, nor the first of `own` with a verb's ending. */
export function imperativeOf(word: string, own: readonly string[] = []): string | undefined {
  const lower = word.toLowerCase();
  const isVerb = (verb: string) => familyOf.has(verb) || (verb !== lower && verb === own[0]);
  return [lower, lower.replace(/s$/, ""), lower.replace(/es$/, ""), lower.replace(/ies$/, "y")].find(isVerb);
}

/** The third person: "returns". */
export function thirdPersonOf(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

export const familyOfVerb = (imperative: string): VerbFamily | undefined => familyOf.get(imperative);

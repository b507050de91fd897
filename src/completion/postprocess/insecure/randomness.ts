// Numbers that can be told in advance where a secret is made of them (CWE-330, CWE-338): tokens, keys, passwords, codes, salts. What is made is
// told by names: of what the result is given to, and of the function around. Jitter, samples and shuffled lists are fine. Pure.

import type { Call } from "./calls.ts";
import type { Code } from "./code.ts";
import type { Span } from "./lexemes.ts";
import { functionAround, inWords, statementAround, statementStart } from "./statements.ts";

/** Calls that give predictable numbers, by language; those of generators that were made by hand are told by `generators`. */
const numbers: readonly { languages: RegExp; callee: RegExp }[] = [
  {
    languages: /^(?:java|type)script/,
    callee:
      /^(?:Math\.random|(?:_|lodash)\.(?:random|sample|sampleSize|shuffle)|(?:chance|faker|casual|seedrandom)\.\w[\w.]{0,40}|uniqid|(?:Date|performance)\.now|new Date\(\)\.getTime|(?:new )?Date)$/,
  },
  {
    languages: /^python$/,
    callee:
      /^(?:random|rnd|rng|rand|np\.random|numpy\.random)\.(?:random|choice|choices|randint|randrange|sample|uniform|getrandbits|randbytes|shuffle|integers|bytes|rand)$|^random\.Random\([^()]{0,60}\)\.\w{1,20}$|^(?:uuid\.)?uuid1$|^time\.time(?:_ns)?$/,
  },
  {
    languages: /^go$/,
    callee:
      /^(?:m?rand|mathrand|mrand|r|rng|rnd|rd|random|seeded\w{0,10}|src|source|gen)\.(?:Intn?|IntN|Int(?:31|63|32|64)[nN]?|Float(?:32|64)|Uint(?:32|64)N?|Perm|Shuffle|N)$|^rand\.New\(.{0,80}\)\.\w{1,20}$|^time\.Now\(\)\.Unix(?:Nano|Milli|Micro)?$/,
  },
  {
    languages: /^(?:java|kotlin|scala|groovy)$/,
    callee:
      /^(?:Math\.random|ThreadLocalRandom\.current\(\)\.\w{1,20}|(?:new )?(?:java\.util\.)?(?:Split\w{1,6})?Random\([^()]{0,80}(?:\(\))?\)\.\w{1,20}|(?:Random|Random\.Default)\.next\w{1,10}|RandomStringUtils\.(?!secure)\w{1,40}|RandomUtils\.\w{1,20}|.{0,60}\)\.random|System\.(?:currentTimeMillis|nanoTime)|Collections\.shuffle|\w{1,20}\.random)$/,
  },
  {
    languages: /^(?:csharp|vb|fsharp)$/,
    callee:
      /^(?:(?:new )?(?:System\.)?Random\([^()]{0,80}\)\.\w{1,20}|Random\.Shared\.\w{1,20}|(?:this\.)?\w{0,20}(?:[rR]and(?:om)?|[rR]nd|[rR]ng|RANDOM)\w{0,10}\.Next(?:Bytes|Int64|Double|Single)?|DateTime(?:Offset)?\.(?:Utc)?Now\.\w{1,40})$/,
  },
  {
    languages: /^rust$/,
    callee: /^(?:fastrand::|oorandom::|(?:rand::rngs::)?SmallRng::|\w{0,20}::seed_from_u64$|nanorand::|WyRand::)/,
  },
  {
    languages: /^c(?:pp)?$|^objective-c/,
    callee:
      /^(?:std::|::)?(?:rand|random|rand_r|drand48|[lm]rand48|erand48|rand_s16|qrand|g_random_int(?:_range)?|time|clock)$/,
  },
  {
    languages: /^(?:php|ruby|perl)$/,
    callee:
      /^(?:rand|mt_rand|uniqid|lcg_value|str_shuffle|array_rand|shuffle|microtime|Random\.rand|Random\.new(?:\([^()]{0,40}\))?\.\w{1,20}|Kernel\.rand|.{0,60}\.(?:sample|shuffle))$/,
  },
];
/** The time alone is no number that looks random: it must be the whole of what is made. */
const clock = /(?:now|getTime|Date|time|time_ns|Unix\w{0,5}|clock|microtime|currentTimeMillis|nanoTime|Now\.\w{1,40})$/;

/** Generators that are made by hand, and the name that each is given. */
const generators: readonly { languages: RegExp; made: RegExp }[] = [
  {
    languages: /^c(?:pp)?$/,
    made: /\b(?:std::)?(?:mt19937(?:_64)?|default_random_engine|minstd_rand0?|ranlux\w{2,8}|knuth_b|QRandomGenerator)\s{1,4}(\w{1,40})/g,
  },
  {
    languages: /^(?:java|csharp|kotlin)$/,
    made: /(?<!\w)(?:Random|SplittableRandom|ThreadLocalRandom)\s{1,4}(\w{1,40})|(?<![\w.])(\w{1,40})\s{0,4}=\s{0,4}(?:new )?Random\(/g,
  },
  {
    languages: /^go$/,
    made: /(?<![\w.])(\w{1,40})\s{0,4}:?=\s{0,4}\w{0,8}rand\.New\(/g,
  },
  {
    languages: /^python$/,
    made: /(?<![\w.])(\w{1,40})\s{0,4}=\s{0,4}(?:random\.Random|np\.random\.(?:default_rng|RandomState))\(/g,
  },
  {
    languages: /^rust$/,
    made: /\blet mut (\w{1,40})(?::\s?\w{1,40})?\s{0,4}=\s{0,4}(?:[\w:]{0,40}(?:SmallRng|Pcg\w{1,20}|Xo\w{1,30}|XorShiftRng|WyRand|Rand(?:32|64))::\w{1,20}|[\w:]{1,40}::seed_from_u64|fastrand::Rng::\w{1,20}|StepRng::new)/g,
  },
];

/** Words of secrets, in names that `inWords` has read. */
const secret =
  /(?<![a-z])(?:token|secret|passw(?:or)?d|pwd|passphrase|passcode|new_pass|temp_pass|otp|totp|csrf|xsrf|nonce|salt|iv|init_vector|session_?id|sess_?id|sid|jti|(?:session|api|access|auth|secret|signing|encryption|private|master|license|licence|aes|hmac|jwt|activation|shared|client|recovery|product|data)_?keys?|(?:reset|verif\w{0,8}|confirm\w{0,8}|auth\w{0,8}|login|sign_?in|invit\w{0,6}|recovery|backup|activation|access|security|sms|two_?factor|mfa|two_fa|2_?fa|one_?time|magic|pairing|coupon|voucher|gift|promo|redeem|unlock|email|device)_?(?:code|link|key|pin|hash|id|string)s?|pin_?code|user_code|device_code|credentials?|oauth_?state|code_verifier|challenge|captcha|ticket)s?(?![a-z])/;
/** Names that say little; what is made is then told by the function. */
const vague =
  /^(?:code|key|raw|bytes?|buf(?:fer)?|chars?|result|res|ret|out|output|sb|builder|str|s|text|link|value|val|digits?|characters|generated|pin|data|state|random\w{0,10}|rand\w{0,10}|b|c|n|arr|array|parts?|suffix|password_?chars|number|num|word|array_list|list|stream|hash|hex)$/;
/** Functions that make secrets, by their names or routes. */
const makes =
  /(?:generat|creat|mak|issu|mint|new|gen|build|random|rand|send|request|start|get|init|begin|forgot|provision|register|rotate|derive|store|set|reset|add|assign|prepare|next)\w{0,8}_.{0,40}(?:key|code|pin)s?(?![a-z])|reset|forgot|verif\w{1,8}|otp|two_?factor|2_?fa|mfa|invite|api_?key|session|passw|csrf|token|secret|recover|activation|encrypt|salt|nonce|credential|voucher|coupon|license|secret_key|^\/(?:[\w:/]{1,60}\/)?keys?$/;
/** How keys and tokens begin by which people tell them apart: `sk_…`, `sess_…`. */
const secretPrefix =
  /["'`](?:[a-z]{2,8}_)?(?:sk|rk|tok|sess|whsec|pat|lic|api|otp)(?:_live|_test)?[_-](?:["'`]|\$\{|%|\{)/;
/** How many UTF-16 units after a statement may say what becomes of its result. */
const USED_UNITS = 160;
const inContext =
  /passw|login|_otp|otp_|verif|two_?factor|2_?fa|mfa|reset|recover|magic_?link|secret_?key|api_?key|sms|invite|confirm|activation|csrf|session_?id|encrypt|cipher|login_code|authoriz/;
/** What is waited, spread, drawn or tried with random numbers. */
const harmless =
  /jitter|back_?off|delay|sleep|timeout|interval|ttl|expir|retry|retries|duration|shuffl\w{0,4}_(?:deck|cards|questions)|weight|color|colour|position|offset|angle|(?<![a-z])(?:index|idx|width|height|x|y|port|seed|temperature|logits?|prob\w{0,12}|sample[sd]?|tokenizer|next_token|issued_at|created_?at|updated_?at|started_?at|iat|exp|nbf|last_\w{1,20}|max_age|elapsed|now|start|end)(?![a-z])/;
/** Generators of the operating system, of a language or of a library. */
const strong =
  /\bcrypto\b|randomBytes|randomUUID|getRandomValues|\bsecrets\.|SystemRandom|urandom|SecureRandom|RandomNumberGenerator|rand\.Reader|OsRng|thread_rng|random_bytes|random_int|nanoid|uuidv?4|uuid\.New|UUID\.randomUUID|\bNewGuid|webcrypto|RAND_bytes|getrandom|arc4random|randombytes|hmac|jwt\.sign|\.sign\(|secure:/i;

/** A generator for secrets that begins with what is written down, and gives the same numbers each time. */
const seededGenerator = /\bnew SecureRandom\(\s?(?:"[^"\n]{0,40}"|new byte\[?\]?\s?\{|\w{0,20}(?:[sS]eed|SEED)\b)/g;

export function predictableSecrets(code: Code): Span[] {
  const { calls, text, languageId } = code;
  const known = numbers.find(({ languages }) => languages.test(languageId));
  if (!known) return [];
  const made = generatorNames(code);
  const seeded = [...text.matchAll(seededGenerator)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }));
  const drawn = calls.flatMap((call) => {
    if (!isPredictable(call, known.callee, made, code)) return [];
    const start = statementStart(text, call.start);
    const { end } = statementAround(text, call.end);
    return isSecret(code, call, { start, end }) ? [{ start: call.start, end: Math.max(end, call.end + 1) }] : [];
  });
  return [...seeded, ...drawn];
}

function generatorNames({ text, languageId }: Code): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { languages, made } of generators)
    if (languages.test(languageId)) for (const [, one, other] of text.matchAll(made)) names.add((one ?? other)!);
  return names;
}

function isPredictable(
  { callee, args }: Call,
  known: RegExp,
  made: ReadonlySet<string>,
  { text, languageId }: Code,
): boolean {
  const said = args.map(({ start, end }) => text.slice(start, end));
  if (/rand\.Reader/.test(said[0] ?? "")) return false;
  if (known.test(callee)) return !(languageId === "python" && /SystemRandom|secrets\.SystemRandom/.test(text));
  if (languageId === "python" && /^(?:choices?|randint|randrange|getrandbits|sample|randbytes)$/.test(callee))
    return /\bfrom random import\b/.test(text);
  if (languageId === "go" && callee === "rand.Read") return /\bmath\/rand\b|\brand\.(?:Seed|New)\(/.test(text);
  const base = /^(?:this\.|self\.)?(\w{1,40})[.(]?/.exec(callee)?.[1] ?? "";
  if (languageId === "cpp" && made.has(callee)) return true; // `engine()`
  if (made.has(base) && /[.]/.test(callee))
    return /next|ints|Next|gen|random|sample|fill|choice|Int|Float|Uint|Perm|Read|rand|u64|u32|bytes|bounded/i.test(
      callee,
    );
  return said.some((one) => made.has(one.replace(/^&(?:mut )?/, ""))) && !/(?:^|\.)(?:seed|Seed)$/.test(callee);
}

function isSecret(code: Code, call: Call, { start, end }: Span): boolean {
  const { text, languageId } = code;
  const statement = text.slice(start, end);
  const isClock = clock.test(call.callee);
  if (strong.test(statement)) return false;
  const before = text
    .slice(start, call.start)
    .replace(/^\s{0,60}for\s?\([^()\n]{0,80}\)/, "")
    .replace(/\bhash\(\s?["'][\w-]{1,20}["'],\s/, "hash("); // the algorithm's name
  const targets = targetsOf(before);
  const target = targets.find((one) => secret.test(one)) ?? targets.at(0) ?? "";
  if (targets.some((one) => harmless.test(one))) return false;
  if (
    isClock &&
    target === "" &&
    /^\s{0,60}return\b[^\n]{0,80}(?:UUID|md5|sha|hash|toString|hex|base64|b64)/i.test(before)
  )
    return secret.test(inWords(functionAround(text, start, languageId).name));
  if (isClock) return secret.test(target) && !/_at$|time|date/.test(target) && isWhole(before);
  if (secret.test(target)) return true;
  const words = inWords(withoutArguments(statement));
  if (harmless.test(words)) return false;
  if (secret.test(words)) return true;
  const around = functionAround(text, start, languageId);
  if (vague.test(target) && secretPrefix.test(statement)) return true;
  if (target === "id") return /session|token|api_key|ticket/.test(inWords(`${around.name} ${ownerName(text, start)}`));
  if (target !== "" && !vague.test(target)) return false;
  if (isMaker(around.name) || (!harmless.test(inWords(around.name)) && isFactory(ownerName(text, start)))) return true;
  return (
    /^(?:code|key|pin|password_?chars|digits?|link|state|raw|value)$/.test(target) &&
    inContext.test(inWords(text.slice(around.start, end + USED_UNITS)))
  );
}

/** The class or package that a place is in, as far as its beginning was seen. */
const ownerName = (text: string, at: number): string =>
  [...text.slice(0, at).matchAll(/^(?:package|(?:[a-z]{1,12} ){0,3}class|impl|module) (\w{1,60})/gm)].at(-1)?.[1] ?? "";

/** A class that makes secrets and nothing else: `ApiTokenFactory`. */
const isFactory = (name: string): boolean =>
  /(?:factory|generator|issuer|maker|minter)$/.test(inWords(name)) && secret.test(inWords(name));

const isMaker = (name: string): boolean => {
  const words = inWords(name);
  return (makes.test(words) || secret.test(words)) && !harmless.test(words);
};

/** The names, in words, that are given what follows: `const a =`, `a +=`, `a:`, `a.push(`, `"a",`. */
const targetsOf = (before: string): string[] =>
  [
    ...before.matchAll(
      /(?<![\w$])([A-Za-z_$][\w$]{0,59})["'`]?\]?(?:\[[^\]\n]{0,40}\])?(?::\s?[\w<>[\].:]{1,40}(?=\s?=))?\s{0,4}(?:\+?=(?![=>])|:=|:(?!:)|\.(?:push|append|add|Append|push_str|write|WriteByte|WriteString|WriteRune)\(|,\s)/g,
    ),
  ]
    .map(([, name]) => inWords(name!.replace(/^\$/, "")))
    .filter((name) => !/^(?:length|count|size|len)$/.test(name));

/** A statement without what is drawn from, clocks and formats, whose names say nothing about what is made. */
const withoutArguments = (statement: string): string =>
  statement
    .replace(/\b(?:choices?|sample)\(\s{0,4}\w{1,40}/g, "(")
    .replace(/%\d{0,3}[a-z]/g, "") // of a format
    .replace(/\b(?:Date|performance|DateTime(?:Offset)?|Instant|time|Time|datetime)\.(?:Utc)?[nN]ow\b/g, "");

/** Whether the time is what the secret is made of, not one of many values. */
const isWhole = (before: string): boolean =>
  /(?:=|:|\(|`|\{|\+)\s{0,4}(?:["'`]?[^,;\n]{0,60})?$/.test(before) && !/[,{]\s{0,4}$/.test(before);

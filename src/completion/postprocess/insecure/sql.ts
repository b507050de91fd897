// SQL that is put together from strings (CWE-89). Placeholders, `sql` tags and constants are fine. Pure.

import { type Code, type Composed, HOLE } from "./code.ts";
import { constantsOf } from "./constants.ts";
import { heldStrings, nameIn } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Words that make a string an SQL statement, wherever it stands. */
const statement =
  /^[\s("'`]*(?:select\s[\s\S]*?\sfrom[\s\0]|select\s[\w.*\0,\s()]*\swhere\s|insert\s+(?:or\s+\w+\s+)?into[\s\0]|update\s+\S+\s+set\s|delete\s+from[\s\0]|from\s+[A-Z]\w+\s[^;]{0,60}where\s|replace\s+into[\s\0]|with\s+\S+\s+as\s*\(|merge\s+into[\s\0]|(?:drop|alter|create|truncate)\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+)?(?:table|database|index|view|user|schema|role|trigger)[\s\0]|grant\s[\w,\s]*\s(?:on|to)[\s\0]|exec(?:ute)?\s+\w*sp_|call\s+[\w.]+\s*\()/i;

/** Words of a part of a statement, for places that are known to hold SQL. */
const clause =
  /(?:^|[\s(\0])(?:select|from|where|and|or|set|values|order\s+by|group\s+by|having|limit|offset|join|in|i?like|similar\s+to|rlike|regexp|between|union|into|on|not\s+null|table|database|delete|update|insert|pragma|using|returning)(?:[\s(\0'"%]|$)|[=<>]\s*\\?['"]?%?\0/i;

/** Words that can also begin an English sentence; capitals or a comparison must then show that it is SQL. */
const shouted =
  /\b(?:SELECT|INSERT|UPDATE|DELETE|DROP|ALTER|CREATE|TRUNCATE|REPLACE|MERGE|WITH|GRANT|EXEC)\b[\s\S]*\b(?:FROM|INTO|SET|TABLE|DATABASE|INDEX|VIEW|USER|WHERE|AS|ON|TO)\b/;
const compares = /\b(?:where|set|values|and|like)\b[\s\S]*(?:[=<>(]|like)\s*['"]?%?\0/i;

const runs =
  /(?:^|[.:>])(?:\$?query(?:raw|async|one|row|rows|map|first)?(?:unsafe)?|\$?(?:query|execute)rawunsafe|execute(?:many|script|query|update|sql|async|raw)?|exec|prepare(?:statement|d)?|raw|\w+raw|all|get|each|run|any|one|none|many|oneornone|manyornone|unsafe|literal|text|read_sql(?:_query)?|extra|fetch(?:one|all|val|row)?|create(?:native)?query|sql|query_scalar|where|andwhere|orwhere|having|orderby|command|sqlcommand)$/i;
const holds =
  /(?:^|_)(?:[jh]?p?ql|sql|query|stmt|statement|where|cond(?:ition)?s?|clause|criteria)|(?:Sql|SQL|Query|Stmt|Statement|Where|Clause)$/;

/** Calls that take text for people. */
const tells =
  /(?:^|[.\s])(?:log|info|warn|warning|error|debug|trace|print|println|printf|puts|write|notice|fail|alert|confirm|assert\w*|expect|it|test|describe|t|i18n|_|gettext|raise|throw|toast|\w*(?:Error|Exception|Message|Label|Text|Title))$/;

/** Substituted expressions that are always harmless. */
const constantHole =
  /^(?:[A-Z][A-Z0-9_]*|(?:[A-Za-z_$][\w$]*\.)+[A-Z][A-Z0-9_]+|["'][^"'`]*["']|[\d.]+|.*\.(?:length|size)|(?:parseInt|parseFloat|Number|BigInt|Math\.\w+|int|float|len|bool|Boolean)\(.*\)|.*\b(?:[Ee]scape\w*|quote\w*|\w*Quote(?:d|Ident\w*)?|quot\w*|ident|identifier|Identifier|Literal|pgFormat)\b\(?.*)$/s;
export const isConstantHole = (hole: string): boolean => constantHole.test(hole.trim());

/** Placeholders for values that are passed separately: `?, ?, ?` */
const placeholders =
  /^(?=\w*(?:[Pp]laceholder|[Bb]inding|[Mm]arks))\w+$|["'`](?:\?|%s|\$)["'`]|=>\s*["'`]\(?\?|=>\s*`\$\$\{/;

/** Calls that are given a statement by its name. */
const runsByName =
  /(?:^|[.:>])\$?(?:(?:query|execute|exec|prepare|run|raw|select|fetch|createQuery|createNativeQuery|SqlCommand|NpgsqlCommand|SqliteCommand|OleDbCommand|MySqlCommand|sql|text|read_sql|all|get|any|many|one|update|unsafe|sqlite3_exec|mysql_query|mysqli_query|pg_query|PQexec|rawQuery|execSQL)\w{0,20})$/i;
/** Calls that add a part to a statement, and names of what holds such parts. */
const adds = /\.(?:append|Append|AppendFormat|AppendLine|WriteString|push|add|Add)$|(?:^|\.)(?:Fprintf|sn?printf)$/;
const partsName =
  /(?:cond(?:ition)?s?|clauses?|where\w{0,10}|filters?|criteria|predicates?|sql\w{0,10}|[jh]p?ql|query|stmt)$/i;
const part = /^\s{0,8}(?:AND|OR|WHERE|ORDER\s+BY|GROUP\s+BY|SET|VALUES|HAVING|LIMIT|UNION|IN|FROM|JOIN)\b/;
const lowerPart = new RegExp(part.source, "i");
const comparesWith =
  /[\w"'`\])]\s{0,4}(?:=|<>|!=|<|>|<=|>=|\bi?like|\bin|\bis)\s{0,4}(?:\w{1,20}\s?)?\(?\s{0,4}['"]?%{0,2}\0|\b(?:order\s+by|group\s+by|limit|offset|from|join|values)\s{0,4}\(?\s{0,4}(?:\w{1,20}\.)?['"]?\0/i;
/** Query builders' and drivers' methods that take a piece of SQL as it is. */
const takesSql =
  /(?:^|\.)(?:\w{0,20}Raw|raw|(?:execute|executescript|executemany|executeQuery|executeUpdate|createNativeQuery|createQuery|nativeQuery|queryForList|queryForObject|exec_driver_sql|FromSqlRaw|ExecuteSqlRaw|ExecuteSqlRawAsync|SqlQueryRaw|\$queryRawUnsafe|\$executeRawUnsafe|unsafe|rawQuery|execSQL)|(?:db|DB|pool|conn|connection|cursor|cur|sequelize|knex|client|tx|database|dataSource|manager|sqlite|pg)\.(?:query|Query|QueryContext|QueryRow|Exec|ExecContext|exec|execute|prepare|Raw|Order|Where|Having|Group|Joins|Select)|(?:new )?(?:Sql|Npgsql|MySql|Sqlite)Command|sqlx::query(?:_as|_scalar)?|diesel::sql_query|sql_query|sqlite3_exec|mysql_query|PQexec)$/;

/** Query builders' methods that do not quote what is put together. */
const takesColumn = /\.(?:orderBy|addOrderBy|addSelect|groupBy|addGroupBy|having|andHaving|orHaving)$/;

export function builtSql(code: Code, input: Input): Span[] {
  const quoted = quotedNames(code);
  const isConstant = constantsOf(code);
  const marks = markNames(code);
  const open = (one: Composed): boolean =>
    one.holes.some(
      (hole) =>
        (isOpenHole(hole) && !isConstant(hole) && !marks.has(nameIn(hole.trim()))) || quoted.has(nameIn(hole.trim())),
    ) && !isInterpolatedSafely(code, one);
  const made = composesItself(code.languageId);
  const built = code.composed.filter(
    (one) =>
      (isSql(one) || isPart(one) || isCondition(one)) &&
      !one.callees.some(({ callee }) => made.test(callee)) &&
      open(one),
  );
  const given = code.calls.flatMap(({ callee, args }) => {
    const [first] = args;
    if (!first) return [];
    const expression = code.text.slice(first.start, first.end);
    const isColumn = takesColumn.test(callee) && code.composed.some((one) => one.start === first.start);
    if (!isColumn && !takesSql.test(callee)) return [];
    if (/=>|^(?:async|function|func|\{)/.test(expression) || !input.comesIn(expression)) return [];
    const whole = code.composed.find((one) => one.start === first.start && one.end === first.end);
    return (whole ? open(whole) : !isConstant(expression)) ? [first] : [];
  });
  built.push(...code.composed.filter((one) => isRawPart(one) && open(one)));
  const held = heldStrings({ ...code, composed: built });
  if (held.size === 0) return [...built, ...given];
  const runs = code.calls
    .filter(({ callee }) => runsByName.test(callee) && !tells.test(callee))
    .flatMap(({ args }) => args)
    .filter(({ start, end }) => held.get(nameIn(code.text.slice(start, end)))?.some((one) => one.end <= start));
  return [...built, ...given, ...runs];
}

/** Calls that compose safely: psycopg's `sql.SQL(…)`, and tags in other languages. */
const composesItself = (languageId: string): RegExp =>
  languageId === "python" ? /(?:^|\.)(?:SQL|sql)$/ : /(?:^|\.)sql$/;

/** A comparison in quotes that were put by hand, given to a method of a database: `db.delete("notes", "title = '" + title + "'")`. */
const isCondition = ({ text, callees }: Composed): boolean =>
  callees[0] !== undefined &&
  takesCondition.test(callees[0].callee) &&
  quotedComparison.test(text.slice(0, MAX_STATEMENT_UNITS));
const takesCondition =
  /\.(?:delete|update|query|queryForList|updateWithOnConflict|where|not|or|having|joins|left_joins|order|reorder|pluck|select|from|exists|find_by|delete_by|destroy_by|update_all|filter|setFilter|RowFilter|Select|Where|OrderBy)$/;
const quotedComparison = /(?:^|[\s(.])\w{1,40}\s{0,2}(?:=|<>|!=|\bi?like)\s{0,2}'%?\0%?'/i;

/** Names that are given nothing but numbered placeholders: `($${i + 1}, $${i + 2})`. */
const markNames = ({ composed }: Code): ReadonlySet<string> =>
  new Set(
    composed
      .filter(
        ({ text, target }) =>
          target !== "" && /^[\s(),]*(?:[$:@?][a-z]{0,8}\0(?:::\w{1,20})?[\s(),]*)+$/i.test(text.slice(0, 200)),
      )
      .map(({ target }) => target),
  );

const quotesByHand = /["`]'(?:%s|\$?\{)|["`]'["`]\s?\+/;

/** Names of lists whose items were put between quotes by hand: their names ("quoted") do not make them harmless. */
function quotedNames({ composed }: Code): ReadonlySet<string> {
  return new Set(
    composed
      .filter(({ text, holes }) => /'\0'/.test(text) || holes.some((hole) => quotesByHand.test(hole)))
      .map(({ target }) => target),
  );
}

/** Entity Framework's methods that make parameters of what is substituted. */
const isInterpolatedSafely = ({ text, languageId }: Code, { callees, start }: Composed): boolean =>
  languageId === "csharp" &&
  /(?:^|\.)(?:FromSql|FromSqlInterpolated|ExecuteSql|ExecuteSqlInterpolated|SqlQuery)(?:Async)?(?:<\w{1,40}>)?$/.test(
    callees[0]?.callee ?? "",
  ) &&
  /\$@?$|^\$/.test(text.slice(start - 2, start + 1).replace(/"$/, ""));

/** ` AND name = '` + name, added to a statement that is put together piece by piece. */
function isPart({ text, callees, target }: Composed): boolean {
  const short = text.slice(0, MAX_STATEMENT_UNITS);
  if (!comparesWith.test(short)) return false;
  const [direct] = callees;
  if (direct && tells.test(direct.callee)) return false;
  if (part.test(short)) return true;
  if (target !== "" && partsName.test(target)) return lowerPart.test(short);
  return direct !== undefined && adds.test(direct.callee) && partsName.test(direct.callee.replace(/\.\w+$/, ""));
}

/** `.orderByRaw(column + " desc")`: whatever is put together there is SQL. */
const isRawPart = ({ text, callees }: Composed): boolean =>
  (/(?:^|\.)extra$/.test(callees[0]?.callee ?? "") && /'%?\0%?'|[=<>]\s?\0/.test(text)) ||
  (callees[0] !== undefined &&
    callees[0].argument === 0 &&
    /\.(?:where|orWhere|andWhere|having|orHaving|orderBy|groupBy|join|select|from|update)Raw$/.test(callees[0].callee));

/** How many UTF-16 units at the beginning of a string are searched for a statement. */
const MAX_STATEMENT_UNITS = 1_000;

/** Names of what was quoted as an identifier before: `tableSql`, `indexNameSql`. */
const quotedIdentifier = /^(?:\w{1,40}\.)?\w{0,40}(?:[tT]able|[iI]ndex|[cC]olumn|[iI]dentifier)(?:Names?)?Sql$/;
/** A call that is given a column in its own quotes: `listOf('"name"')`. */
const makesOfColumn = /^[\w$.]{1,60}\(\s{0,2}["'`]\\?["'`][\w.]{1,40}\\?["'`]["'`]\s{0,2}\)$/;

const isOpenHole = (hole: string): boolean =>
  !isConstantHole(hole) &&
  !makesOfColumn.test(hole.trim()) &&
  !quotedIdentifier.test(hole.trim()) &&
  !placeholders.test(withoutBrackets(hole.trim()));
const withoutBrackets = (text: string): string => text.replace(/^\(/, "").replace(/\)$/, "").trim();

function isSql({ text: whole, callees, target }: Composed): boolean {
  const text = whole.slice(0, MAX_STATEMENT_UNITS);
  const [direct] = callees;
  const ran = direct !== undefined && runs.test(direct.callee) && !/^(?:console|logger|log)\b/.test(direct.callee);
  const told = direct !== undefined && tells.test(direct.callee);
  if (statement.test(text)) {
    if (ran && !told) return true;
    if (told) return false;
    return shouted.test(text) || compares.test(text) || (holds.test(target) && text.includes(HOLE));
  }
  if (told || isLineOfCode(target, text) || isAddressQuery.test(text)) return false;
  const isRaw =
    direct !== undefined &&
    /raw$|^(?:.*\.)?(?:extra|literal|unsafe|execute|executemany|query|text)$|[wW]here$/i.test(direct.callee);
  return (isRaw || holds.test(target)) && clause.test(text) && comparesOrAdds(text);
}

/** `const statement = \`${name} = ${value};\``: what writes code calls its lines so, too, and no word in it is SQL's. */
const isLineOfCode = (target: string, text: string): boolean => target === "statement" && !/[a-z]/i.test(text);

/** `a=1&b=2`: what stands behind an address's "?". */
const isAddressQuery = /^[?&]?[\w.[\]-]{1,40}=[^\s&]{0,80}&[\w.[\]-]{1,40}=[^\s]{0,200}$/;

/** Whether a part of a statement compares a column with the substituted value, or orders or limits by it. */
const comparesOrAdds = (text: string): boolean =>
  /[\w"'`\])]\s*(?:=|<>|!=|<|>|<=|>=|~\*?|\bi?like|\brlike|\bregexp|\bsimilar\s+to|\bin|\bis|\bbetween)\s*(?:\w{1,20}\s?)?\(?\s*\\?['"]?[%*]{0,2}\0|\b(?:order\s+by|group\s+by|limit|offset|from|join|into|set|values)\s*\(?\s*['"]?\0|\0['"]?\s*(?:=|like\b)/i.test(
    text,
  );

// Queries to what is no SQL database, put together from strings (CWE-943): Cypher, MongoDB, Elasticsearch, GraphQL, LDAP (CWE-90), XPath
// (CWE-643) and others. Parameters, filter builders and escaped values are fine. Pure.

import { type Code, type Composed, HOLE } from "./code.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";
import { isConstantHole } from "./sql.ts";

/** How many UTF-16 units at the beginning of a string are looked at. */
const MAX_QUERY_UNITS = 600;

/** Query languages by how a query begins and goes on; `asks` are calls and names without which it may be a text for people. */
const languages: readonly { text: RegExp; asks?: RegExp }[] = [
  {
    text: /^\s{0,20}(?:OPTIONAL MATCH|MATCH|MERGE|CREATE|UNWIND|DETACH DELETE)\s[^;]{0,200}\((?:\w{0,20}\s?(?::\s?[\w`|\0]{1,40})?)?\s?(?:\{|\))/,
  }, // Cypher
  { text: /^\s{0,20}FOR\s{1,4}\w{1,30}\s{1,4}IN\s[^;]{1,300}\b(?:FILTER|RETURN|SORT|SEARCH)\b/ }, // AQL
  { text: /^\s{0,20}from\(\s?bucket:\s?[^;]{1,300}\|>/ }, // Flux
  {
    text: /^\s{0,20}(?:PREFIX\s|SELECT\s|ASK\s|CONSTRUCT\s|DESCRIBE\s|INSERT DATA\s|DELETE\s)[^;]{0,300}\{[^;]{0,200}[?$]\w/,
  }, // SPARQL
  { text: /^\s{0,20}g\.(?:V|E|addV|addE)\(/ }, // Gremlin
  { text: /^\s{0,20}\w{1,40}\s?\|\s?where\s/ }, // KQL
  { text: /^\s{0,20}for \$\w{1,30} in (?:doc|collection)?\(|^\s{0,20}(?:doc|collection)\(["']/ }, // XQuery
  {
    text: /^\s{0,20}(?:(?:query|mutation|subscription)\b[^{\0]{0,80})?\{[\s\S]{0,200}\(\s?\w{1,30}\s?:\s?(?:\\?["']\0|\{[^{}\0]{0,80}\\?["']\0|\0\s?[,)])/,
  }, // GraphQL
  {
    text: /^\(?[&|!]?\(?[\w;-]{1,40}[~<>]?=\*?\0[^\0]{0,80}\)/,
    asks: /filter|ldap|search|find\w{0,12}$|query|directory/i,
  },
  { text: /^\s?\([&|][\s\S]{0,200}[~<>]?=\*?\0\*?\)/ }, // LDAP
  {
    text: /^\s?\((?:uid|cn|sn|mail|sAMAccountName|userPrincipalName|memberOf|member|givenName|employee\w{2,10}|objectClass|displayName|ou|dn|telephoneNumber)[~<>]?=\*?\0\*?\)$/i,
  }, // LDAP
  { text: /^(?:uid|cn|mail|sAMAccountName)=\0,\s?(?:ou|dc|cn|o)=/i }, // a name in LDAP
  {
    text: /^(?!\s{0,4}\.[A-Za-z])(?![^[]{0,80}\[data-)\s{0,4}(?:[\w-]{1,20}\()?\.{0,2}\/{0,2}[\w@:*/.\0-]{1,80}\[[^\]]{0,120}(?:=|,)\s?\\?["']\0/,
    asks: /xpath|xmldoc|select(?:Single)?(?:Nodes?|Element)?s?$|SelectElements?$|evaluate|compile|find(?:all|text|value|nodes)?$|iterfind|search|query|^expr\w{0,10}$/i,
  }, // XPath
  {
    text: /^\s{0,20}\{[\s\S]{0,300}:\s{0,2}(?:\{[\s\S]{0,60})?\\?["'][^"'\0]{0,20}\0/,
    asks: /(?:Document|BasicDBObject|BsonDocument)(?:\.|::)?(?:parse|Parse)|BasicQuery|UnmarshalExtJSON|\.(?:find|aggregate|search|count|query|runCommand|wrapperQuery|raw)\w{0,12}$|StringQuery|setJsonEntity|wrapper|[qQ]uery\w{0,10}$|[fF]ilter$|[sS]elector$|dsl$/,
  }, // JSON
  { text: /\bredis\.p?call\([^\0]{0,120}\0/ },
  { text: /^\w[\w.]{0,40}\.(?:eq|neq|i?like|gte?|lte?|in|is|cs|fts)\.[%*(]?\0/, asks: /\.(?:or|filter|not)$/ }, // PostgREST
  { text: /\$filter=[^\0]{0,80}(?:eq|contains\([^\0]{0,30},)\s?'\0/ }, // OData
  {
    text: /^\w{1,40}(?:\.\w{1,40})?:\s?\\?["(*]{0,2}\0/,
    asks: /^(?:query|q|query_string)$|(?:elastic|^es|\bes|opensearch|solr|lucene|search)\w{0,12}\.(?:search|query|msearch)$|QueryParser|queryStringQuery|parser?\.parse$/i,
  }, // Lucene
  {
    text: /(?:\bdoc\[|ctx\._source|\bparams\.|\bthis\.\w)[^\0]{0,120}\0/,
    asks: /^(?:source|inline|script|\$where|\$function|mapReduce|map|body)$|\$where|mapReduce|\.where$/,
  }, // scripts
];

/** MongoDB's operators whose value is code, and what is given to them. */
const where = /["'`]?\$(?:where|accumulator|function)["'`]?\s{0,2}(?::|,|=>|=)\s{0,2}(?=\S)/g;
/** Calls of MongoDB's drivers whose first argument is a filter. */
const finds =
  /\.(?:find|findOne|findOneAnd\w{1,10}|findMany|findFirst|updateOne|updateMany|deleteOne|deleteMany|countDocuments|aggregate|where|exists|find_one|find_one_and_\w{1,10}|update_one|update_many|delete_one|delete_many|count_documents|replaceOne|Find|FindOne|DeleteOne|DeleteMany|UpdateOne|Aggregate)$/;
/** An object of the request, whole, or a password of one that may be an operator instead of a text. */
const wholeObject =
  /^(?:req|request|ctx\.request|ctx)\.(?:body|query)(?:\.(?:filter|where|query|conditions|selector|criteria|q|search|match))?$|^(?:await )?(?:req|request|c\.req)\.json(?:\(\))?$|^request\.(?:json|get_json\(\)|data)$|^(?:JSON\.parse|json\.loads)\(/;
const password =
  /\b(?:pass(?:word|wd)?|pwd|token|pin|secret)["']?\s{0,2}:\s{0,2}(?:req|request|ctx\.request)\.(?:body|query|json)\b(?!\.\w{1,40}\.)[\w.["'\]]{0,40}\s{0,4}[,}]/;
const VALUE_UNITS = 160;

export function builtQueries(code: Code, input: Input): Span[] {
  const { text, calls } = code;
  const found: Span[] = code.composed.filter((one) => one.holes.some((hole) => !isConstantHole(hole)) && isQuery(one));
  for (const { index, 0: whole } of text.matchAll(where)) {
    const start = index + whole.length;
    const value = text.slice(start, start + VALUE_UNITS).split(/[;\n}]/, 1)[0]!;
    if (input.comesIn(value) || code.composed.some((one) => one.start >= start - 1 && one.start <= start + 1))
      found.push({ start: index, end: start + value.length });
  }
  for (const { callee, args, start, end } of calls) {
    const [first] = args;
    if (!first || !finds.test(callee)) continue;
    const expression = text.slice(first.start, first.end);
    const isParsed = /^(?:JSON\.parse|json\.loads)\(/.test(expression);
    if ((wholeObject.test(expression) && (!isParsed || input.comesIn(expression))) || password.test(expression))
      found.push({ start, end });
    else if (/^\w{1,40}$/.test(expression) && isParsedFromOutside(text, expression, input)) found.push({ start, end });
  }
  return found;
}

/** `filter = JSON.parse(req.query.filter)` */
function isParsedFromOutside(text: string, name: string, input: Input): boolean {
  const made = new RegExp(
    `(?<![\\w$.])${name}\\s{0,4}=\\s{0,4}(?:JSON\\.parse|json\\.loads|request\\.get_json|bson\\.json_util\\.loads|json_util\\.loads)(\\([^\\n]{0,120})`,
  ).exec(text);
  return made !== null && (input.comesIn(made[1]!) || /request\.get_json/.test(made[0]));
}

function isQuery({ text: whole, callees, target }: Composed): boolean {
  const text = whole.slice(0, MAX_QUERY_UNITS);
  if (!text.includes(HOLE)) return false;
  const [direct] = callees;
  if (
    direct &&
    /^(?:console|logger|log)\b|(?:Error|Exception)$|(?:^|\.)(?:print|println|Errorf|Printf|info|debug|warn|error|xpath|locator|find_elements?|By\.\w{1,10}|waitForXPath|getBy\w{1,12})$/.test(
      direct.callee,
    ) &&
    !/(?:tree|root|doc|dom|xml|etree|node|html)\w{0,10}\.xpath$/i.test(direct.callee)
  )
    return false;
  return languages.some(
    (one) =>
      one.text.test(text) &&
      (!one.asks || one.asks.test(target) || callees.some(({ callee }) => one.asks!.test(callee))),
  );
}

// Parses the JSON of configuration files: with comments, trailing commas and a byte order mark.
// Must not throw, and takes linear time on any text.

import { isRecord } from "../../common/util/parsedJson.ts";

/** A string, a comment up to its line's end, the begin of another, a comma, a closing bracket, or what lies between those. */
const TOKEN = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\/\/[^\n]*|\/\*|,|[}\]]|\s+|[^",/}\]\s]+/y;

/** undefined where the text is no JSON */
export function parseJson(text: string): unknown {
  const whole = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return parsed(whole) ?? parsed(plainJson(whole) ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text without comments and trailing commas; undefined where it holds a token that is not JSON. */
function plainJson(text: string): string | undefined {
  let plain = "";
  let comma = ""; // held back until something other than a closing bracket follows
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return undefined;
    at += token.length;
    if (token === "/*") {
      const end = text.indexOf("*/", at);
      if (end === -1) return undefined;
      at = end + 2;
    } else if (token === ",") {
      plain += comma;
      comma = ",";
    } else if (!token.startsWith("//") && token.trim() !== "") {
      plain += /^[}\]]/.test(token) ? token : comma + token;
      comma = "";
    }
  }
  return plain + comma;
}

/** A value's own member; undefined where the value is no object or has no member of that name. */
export function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export const stringOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The strings of an array; none where the value is not an array. */
export const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

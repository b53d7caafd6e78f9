// Bundle and trust files read strictly, as ledger/verify/strict_json.py: no duplicate names, no
// unknown or missing fields, bounded size.
import { fromHex, fromUtf8, hasLoneSurrogate, isHex, lengthOf } from "./bytes.mjs";
import { NotJson, readJson, twice } from "./json_text.mjs";
import { FileRefused } from "./refusals.mjs";

// Python turns no longer digit strings into numbers.
const MOST_DIGITS = 4300;

function integer(text) {
  if (text.replace("-", "").length > MOST_DIGITS) throw new NotJson(0);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value + 0 : BigInt(text);
}

/** The value of a file's bytes; throws FileRefused. */
export function load(raw, what, most) {
  if (raw.length > most) throw new FileRefused("too-large", { what, found: raw.length, most });
  const rules = {
    integer,
    float(text) {
      const params = { where: "a number", what, found: text, expected: "a whole number" };
      throw new FileRefused("value-wrong", params);
    },
    object(pairs) {
      const found = twice(pairs);
      if (found !== undefined) throw new FileRefused("name-twice", { what, found });
    },
  };
  try {
    const text = fromUtf8(raw);
    const start = /^[ \t\n\r]*/.exec(text)[0].length;
    const { value, end } = readJson(text, rules, start);
    if (/[^ \t\n\r]/.test(text.slice(end))) throw new NotJson(end);
    return value;
  } catch (wrong) {
    const why = [
      [NotJson, "JSONDecodeError"],
      [TypeError, "UnicodeDecodeError"], // the text decoder's
      [RangeError, "RecursionError"],
    ].find(([kind]) => wrong instanceof kind)?.[1];
    throw why ? new FileRefused("not-json", { what, why }) : wrong;
  }
}

export function wrongValue(where, what, found, expected) {
  return new FileRefused("value-wrong", { where, what, found, expected });
}

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `value` as an object with exactly these fields. */
export function objectOf(value, fields, where, what) {
  const expected = [...fields].sort();
  const found = isObject(value) ? Object.keys(value).sort() : value;
  if (!isObject(value) || JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new FileRefused("fields-differ", { where, what, found, expected });
  }
  return value;
}

export function textOf(value, where, what, most) {
  if (typeof value !== "string" || lengthOf(value) > most || hasLoneSurrogate(value)) {
    throw wrongValue(where, what, value, "text");
  }
  return value;
}

export function wholeOf(value, where, what) {
  if (typeof value !== "number" || value < 0) throw wrongValue(where, what, value, "a whole number");
  return value;
}

export function listOf(value, where, what, most) {
  if (!Array.isArray(value) || value.length > most) {
    throw wrongValue(where, what, value, `a list of up to ${most}`);
  }
  return value;
}

export function hexOf(value, length, where, what) {
  if (!isHex(value, length)) {
    throw wrongValue(where, what, value, `${2 * length} lower-case hex digits`);
  }
  return fromHex(value, length);
}

// Payloads in RFC 8785 form within the ledger's profile, as ledger/verify/canonical.py: outside the
// profile refused, never repaired.
import { hasLoneSurrogate } from "./bytes.mjs";
import { NotJson, readJson, twice } from "./json_text.mjs";
import { CanonicalRefused } from "./refusals.mjs";

const MAX_DEPTH = 16;
const KEY = /^[a-z][a-z0-9_-]{0,63}$/;

/** Canonical text of plain values (null, boolean, string, safe integer, array, object). */
export function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${written(value[name])}`).join(",")}}`;
}

function integer(text) {
  const value = text.length > 17 ? NaN : Number(text);
  if (!Number.isSafeInteger(value)) throw new CanonicalRefused("integer_too_large", { found: text });
  return value + 0;
}

function float(text) {
  throw new CanonicalRefused("not_an_integer", { found: text });
}

function checkKeys(_pairs, made) {
  for (const key of Object.keys(made)) {
    if (!KEY.test(key)) throw new CanonicalRefused("bad_key", { key });
  }
}

function checkTwice(pairs) {
  const key = twice(pairs);
  if (key !== undefined) throw new CanonicalRefused("duplicate_key", { key });
}

function* strings(value) {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const one of Object.values(value)) yield* strings(one);
  }
}

function checkStrings(value) {
  for (const found of strings(value)) {
    if (found.includes("\0") || hasLoneSurrogate(found)) {
      throw new CanonicalRefused("bad_character", { found });
    }
    if (found.normalize("NFC") !== found) throw new CanonicalRefused("not_nfc", { found });
  }
}

function checkDepth(text) {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\[^])*"?|[[{]|[\]}]/g)) {
    if (token === "[" || token === "{") {
      depth += 1;
      if (depth > MAX_DEPTH) throw new CanonicalRefused("too_deep", { limit: MAX_DEPTH });
    } else if (token === "]" || token === "}") {
      depth -= 1;
    }
  }
}

/** The object whose canonical form `text` is; throws CanonicalRefused. */
export function decode(text) {
  checkDepth(text);
  let value;
  try {
    ({ value } = readJson(text, { integer, float, object: checkKeys }));
  } catch (wrong) {
    if (wrong instanceof NotJson) {
      throw new CanonicalRefused("not_json", { position: wrong.position });
    }
    throw wrong;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CanonicalRefused("not_an_object");
  }
  const again = written(value);
  if (again !== text) {
    readJson(text, { integer, float, object: checkTwice });
    checkStrings(value);
    let position = 0;
    while (position < text.length && text[position] === again[position]) position += 1;
    throw new CanonicalRefused("not_canonical", { position });
  }
  checkStrings(value);
  return value;
}

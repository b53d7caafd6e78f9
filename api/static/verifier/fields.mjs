// Judges a value against the table of statement shapes, which is made from ledger/verify/shapes.py:
// {t: longest} text, {c: pattern, m?: meaning} code, {w: words}, {i: [least, most]} whole number,
// {n: kind} or null, {l: [kind, least, most]} list, {o: fields, q: optional names} object.
import { lengthOf } from "./bytes.mjs";
import { isObject } from "./strict_file.mjs";

const TEXT = /^[^\x00-\x1f\x7f]+$/;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function dayExists(text) {
  const [year, month, day] = text.slice(0, 10).split("-").map(Number);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= LENGTHS[month - 1] + leap;
}

// GS1 General Specifications 7.9: weights 3, 1 from the right give a multiple of ten.
function checkDigitHolds(digits) {
  const weighed = [...digits].reverse().map((digit, at) => (at % 2 ? 3 : 1) * Number(digit));
  return weighed.reduce((sum, one) => sum + one, 0) % 10 === 0;
}

const MEANINGS = {
  day: dayExists,
  moment: dayExists,
  gtin: checkDigitHolds,
  item: (text) => text.includes("/") || checkDigitHolds(text),
};
const patterns = new Map();

function accepts(kind, value) {
  if (kind.t) {
    const length = typeof value === "string" ? lengthOf(value) : 0;
    return length >= 1 && length <= kind.t && TEXT.test(value);
  }
  if (kind.c) {
    if (typeof value !== "string") return false;
    if (!patterns.has(kind.c)) patterns.set(kind.c, new RegExp(`^(?:${kind.c})$`));
    return patterns.get(kind.c).test(value) && (!kind.m || MEANINGS[kind.m](value));
  }
  if (kind.w) return kind.w.includes(value);
  return typeof value === "number" && value >= kind.i[0] && value <= kind.i[1];
}

/** First place where `value` is not of `kind`, as {path, found, kind}, or null. */
export function fault(kind, value, path = "") {
  if (kind.n) return value === null ? null : fault(kind.n, value, path);
  if (kind.l) {
    const [one, least, most] = kind.l;
    const fits = Array.isArray(value) && value.length >= least && value.length <= most;
    if (!fits) return { path, found: value, kind };
    return first(value.map((part, at) => () => fault(one, part, `${path}[${at}]`)));
  }
  if (kind.o) {
    if (!isObject(value)) return { path, found: value, kind };
    const place = (name) => (path ? `${path}.${name}` : name);
    const strange = Object.keys(value).sort().find((name) => !Object.hasOwn(kind.o, name));
    if (strange !== undefined) return { path: place(strange), found: value[strange], kind: null };
    return first(Object.entries(kind.o).map(([name, one]) => () => {
      if (Object.hasOwn(value, name)) return fault(one, value[name], place(name));
      return kind.q.includes(name) ? null : { path: place(name), found: null, kind: one };
    }));
  }
  return accepts(kind, value) ? null : { path, found: value, kind };
}

function first(looks) {
  for (const look of looks) {
    const found = look();
    if (found) return found;
  }
  return null;
}

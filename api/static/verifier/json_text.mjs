// A JSON reader (RFC 8259) that tells what JSON.parse forgets: names given twice, how a number was
// written, integers beyond 2^53. It accepts exactly the texts that Python's json module accepts.

export class NotJson extends Error {
  constructor(position) {
    super(`no JSON at character ${position}`);
    this.position = position;
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const CONSTANT = /NaN|-?Infinity/y;
// Python's json refuses control characters inside strings, and nothing else that is a character.
const PLAIN = /[^"\\\x00-\x1f]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const DEEPEST = 900;

/**
 * The value of `text` and the place after it: {value, end}. Objects have no prototype.
 * `rules` says what to do with `integer(text)`, `float(text)` and `object(pairs, made)`.
 */
export function readJson(text, rules, start = 0) {
  let at = start;

  function matched(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found;
  }

  function string() {
    const opened = at;
    at += 1;
    let made = "";
    for (;;) {
      made += matched(PLAIN)[0];
      const next = text[at];
      if (next === '"') {
        at += 1;
        return made;
      }
      if (next !== "\\") throw new NotJson(next === undefined ? opened : at);
      const kind = text[at + 1];
      if (kind === "u") {
        const digits = text.slice(at + 2, at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new NotJson(at + 1);
        made += String.fromCharCode(parseInt(digits, 16));
        at += 6;
      } else {
        if (kind === undefined || !Object.hasOwn(ESCAPES, kind)) throw new NotJson(at);
        made += ESCAPES[kind];
        at += 2;
      }
    }
  }

  function list(depth) {
    const made = [];
    at += 1;
    matched(SPACE);
    if (text[at] === "]") {
      at += 1;
      return made;
    }
    for (;;) {
      matched(SPACE);
      made.push(value(depth));
      matched(SPACE);
      at += 1;
      if (text[at - 1] === "]") return made;
      if (text[at - 1] !== ",") throw new NotJson(at - 1);
    }
  }

  function object(depth) {
    const pairs = [];
    at += 1;
    matched(SPACE);
    while (pairs.length || text[at] !== "}") {
      if (text[at] !== '"') throw new NotJson(at);
      const name = string();
      matched(SPACE);
      if (text[at] !== ":") throw new NotJson(at);
      at += 1;
      matched(SPACE);
      pairs.push([name, value(depth)]);
      matched(SPACE);
      if (text[at] === "}") break;
      if (text[at] !== ",") throw new NotJson(at);
      at += 1;
      matched(SPACE);
    }
    at += 1;
    const made = Object.create(null);
    for (const [name, one] of pairs) made[name] = one;
    rules.object(pairs, made);
    return made;
  }

  function value(depth) {
    if (depth > DEEPEST) throw new NotJson(at);
    const first = text[at];
    if (first === '"') return string();
    if (first === "{") return object(depth + 1);
    if (first === "[") return list(depth + 1);
    for (const [word, meant] of [["null", null], ["true", true], ["false", false]]) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meant;
      }
    }
    const found = matched(NUMBER);
    if (found) return found[1] || found[2] ? rules.float(found[0]) : rules.integer(found[0]);
    const constant = matched(CONSTANT);
    if (constant) return rules.float(constant[0]);
    throw new NotJson(at);
  }

  const made = value(0);
  return { value: made, end: at };
}

/** The first name that stands twice in an object's pairs, or undefined. */
export function twice(pairs) {
  const seen = new Set();
  return pairs.map(([name]) => name).find((name) => seen.size === seen.add(name).size);
}

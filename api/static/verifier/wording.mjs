// Fills in the verifier's sentences, which are Python's own (ledger/verify/wording.py). Values are
// shortened and freed of control and bidirectional characters.

const SHOWN = 80;
const ODD = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

function printable(text) {
  const letters = [...text];
  if (letters.length <= SHOWN && !ODD.test(text)) return text;
  const escaped = (one) => `\\u${one.codePointAt(0).toString(16).padStart(4, "0")}`;
  const safe = letters.slice(0, SHOWN + 1).map((one) => (ODD.test(one) ? escaped(one) : one));
  const shown = safe.join("");
  if (letters.length <= SHOWN && shown.length <= SHOWN) return shown;
  return `${[...shown].slice(0, SHOWN - 1).join("")}…`;
}

export function shown(value) {
  if (typeof value === "string") return printable(value);
  if (["number", "bigint", "boolean"].includes(typeof value)) return printable(String(value));
  if (Array.isArray(value)) {
    const items = value.slice(0, 5).map((one) => (Array.isArray(one) ? "…" : shown(one)));
    return printable([...items, ...(value.length > 5 ? ["…"] : [])].join(", "));
  }
  return value === null || value === undefined ? "null" : "<object>";
}

export function filled(template, params) {
  return template.replace(/\{(\w+)\}/g, (_, name) => shown(params[name]));
}

/**
 * One sentence about a failure or a finding of a report. `words` is a sentences file of one
 * language: {refusals, findings, reasons, types, ...}.
 */
export function sentence(words, one) {
  if (one.severity === undefined) {
    const refusal = words.refusals[one.family]?.[one.code];
    return refusal ? filled(refusal, one.params) : one.code;
  }
  const params = { ...one.params, lot: one.lot.split("\0")[1] };
  if (params.reason) params.reason = words.reasons[params.reason];
  for (const name of ["type", "status"]) {
    if (params[name]) params[name] = words.types[params[name]] ?? params[name];
  }
  return filled(words.findings[one.code], params);
}

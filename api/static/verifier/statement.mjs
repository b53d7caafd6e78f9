// A statement read from its signed payload: canonical, of a known type, every field of its kind.
import { decode } from "./canonical.mjs";
import { fault } from "./fields.mjs";
import { StatementRefused } from "./refusals.mjs";
import { BODIES, COMMON, CORRECTIONS } from "./shapes.mjs";
import { isObject } from "./strict_file.mjs";

const RANGED = ["printed", "voided", "reprinted"];
const shapes = new Map();

/** The common fields around one body. */
function shapeOf(key, type, body) {
  if (!shapes.has(key)) shapes.set(key, { o: { ...COMMON, type: { w: [type] }, body }, q: [] });
  return shapes.get(key);
}

function shapeFor(value) {
  const { type, body } = value;
  if (type === "corrected" && isObject(body)) {
    const { of } = body;
    if (typeof of === "string" && Object.hasOwn(CORRECTIONS, of)) {
      return shapeOf(`corrected ${of}`, "corrected", CORRECTIONS[of]);
    }
    const listed = Object.keys(CORRECTIONS).join(", ");
    const expected = { expected: `one of: ${listed}`, expected_vi: `một trong: ${listed}` };
    throw new StatementRefused("field-wrong", { path: "body.of", found: of ?? null, ...expected });
  }
  if (typeof type === "string" && Object.hasOwn(BODIES, type)) {
    return shapeOf(type, type, BODIES[type]);
  }
  throw new StatementRefused("type-unknown", { found: type ?? null });
}

/** What a right value looks like, in English and Vietnamese. */
function expectation(kind) {
  if (!kind) return ["no such field", "không có trường này"];
  if (kind.t) {
    const vietnamese = `một dòng chữ từ 1 đến ${kind.t} ký tự`;
    return [`a text of 1 to ${kind.t} characters`, vietnamese];
  }
  if (kind.c) return kind.s;
  if (kind.w) return [`one of: ${kind.w.join(", ")}`, `một trong: ${kind.w.join(", ")}`];
  if (kind.i) {
    const [least, most] = kind.i;
    return [`a whole number from ${least} to ${most}`, `số nguyên từ ${least} đến ${most}`];
  }
  if (kind.n) {
    const [english, vietnamese] = expectation(kind.n);
    return [`${english}, or null`, `${vietnamese}, hoặc null`];
  }
  if (kind.l) {
    const [, least, most] = kind.l;
    const vietnamese = `danh sách từ ${least} đến ${most} giá trị`;
    return [`a list of ${least} to ${most} values`, vietnamese];
  }
  return [
    "an object with exactly its known fields",
    "một đối tượng với đúng các trường đã biết",
  ];
}

function checkRanges(body) {
  for (const name of RANGED) {
    for (const { first, last } of body[name]?.ranges ?? []) {
      if (first > last) throw new StatementRefused("range-reversed", { first, last });
    }
  }
}

/**
 * The statement of one payload text: {type, party, seq, prev, time, inputs, anchor, body}.
 * Throws CanonicalRefused or StatementRefused.
 */
export function readStatement(payload) {
  const value = decode(payload);
  const wrong = fault(shapeFor(value), value);
  if (wrong) {
    const [expected, vietnamese] = expectation(wrong.kind);
    const params = { path: wrong.path, found: wrong.found, expected, expected_vi: vietnamese };
    throw new StatementRefused("field-wrong", params);
  }
  checkRanges(value.body);
  const { type, party, seq, prev, time, anchor, body } = value;
  if ((prev === null) !== (seq === 1)) throw new StatementRefused("first-has-prev", { seq, prev });
  return { type, party, seq, prev, time, inputs: value.in, anchor, body };
}

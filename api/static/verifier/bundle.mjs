// The lot bundle's file, v1 and v2 (ledger/verify/bundle.py, bundle_rows.py). Nothing in it is
// believed before the checklist has run.
import { fromBase64 } from "./bytes.mjs";
import { makeEntry } from "./entry.mjs";
import {
  hexOf, isObject, listOf, load, objectOf, textOf, wholeOf, wrongValue,
} from "./strict_file.mjs";

const FORMAT = "ocop-ledger/lot-bundle/v2";
const OLD_FORMAT = "ocop-ledger/lot-bundle/v1";
const MAX_BUNDLE = 32 * 1024 * 1024;
const MOST = 20000;
const MAX_PAYLOAD = 16384;
const KEY_BITS = 256;
const HASH_BYTES = 32;
const PARTS = 3;
const WHAT = "bundle";
const V1 = ["format", "item", "lot", "checkpoint", "entries", "anchors", "disclosures"];
const V2 = ["format", "item", "lot", "checkpoint", "entries", "nodes", "index", "disclosures"];
const ROWS = {
  lot: ["count", "head"],
  key: ["enrolled", "ended", "last_good"],
  papers: ["count", "head"],
};

const hashes = (value, where, most) =>
  listOf(value, where, WHAT, most).map((one) => hexOf(one, 32, where, WHAT));

/** Hashes, one after the other in one base64 text. */
function nodesOf(value, where) {
  const wrong = () => wrongValue(where, WHAT, value, "base64 of hashes of 32 bytes");
  if (typeof value !== "string") throw wrong();
  let raw;
  try {
    raw = fromBase64(value);
  } catch {
    throw wrong();
  }
  if (raw.length % HASH_BYTES) throw wrong();
  const count = raw.length / HASH_BYTES;
  return Array.from({ length: count }, (_, at) =>
    raw.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** {item, lot, checkpoint, entries, anchors, nodes (null in v1), index, disclosures}. */
export function parseBundle(raw) {
  const value = load(raw, WHAT, MAX_BUNDLE);
  const old = !(isObject(value) && value.format === FORMAT);
  const top = objectOf(value, old ? V1 : V2, "the file", WHAT);
  if (old && top.format !== OLD_FORMAT) throw wrongValue("format", WHAT, top.format, FORMAT);
  const anchors = old ? listOf(top.anchors, "anchors", WHAT, MOST) : [];
  return {
    item: textOf(top.item, "item", WHAT, 80),
    lot: textOf(top.lot, "lot", WHAT, 20),
    checkpoint: textOf(top.checkpoint, "checkpoint", WHAT, 1024 * 1024),
    entries: entriesOf(listOf(top.entries, "entries", WHAT, MOST), old),
    anchors: anchorsOf(anchors),
    disclosures: disclosuresOf(listOf(top.disclosures, "disclosures", WHAT, MOST)),
    nodes: old ? null : nodesOf(top.nodes, "nodes"),
    index: old ? null : indexOf(top.index),
  };
}

function entriesOf(values, old) {
  const names = ["index", "payload", "keyid", "signature", ...(old ? ["path"] : [])];
  let last = -1;
  return values.map((value, at) => {
    const where = `entries[${at}]`;
    const fields = objectOf(value, names, where, WHAT);
    const index = wholeOf(fields.index, where, WHAT);
    if (index <= last) throw wrongValue(`${where}.index`, WHAT, index, `an index above ${last}`);
    last = index;
    const payload = textOf(fields.payload, `${where}.payload`, WHAT, MAX_PAYLOAD);
    const keyid = hexOf(fields.keyid, 32, `${where}.keyid`, WHAT);
    const entry = makeEntry(payload, keyid, hexOf(fields.signature, 64, `${where}.signature`, WHAT));
    return { ...entry, index, path: old ? hashes(fields.path, `${where}.path`, 64) : [] };
  });
}

function anchorsOf(values) {
  let last = -1;
  return values.map((value, at) => {
    const where = `anchors[${at}]`;
    const fields = objectOf(value, ["size", "path"], where, WHAT);
    const size = wholeOf(fields.size, where, WHAT);
    if (size <= last) throw wrongValue(`${where}.size`, WHAT, size, `a size above ${last}`);
    last = size;
    return { size, path: hashes(fields.path, `${where}.path`, 64) };
  });
}

function disclosuresOf(values) {
  return values.map((value, at) => {
    const where = `disclosures[${at}]`;
    const fields = objectOf(value, ["digest", "salt", "text"], where, WHAT);
    hexOf(fields.digest, 32, where, WHAT);
    const salt = hexOf(fields.salt, 32, where, WHAT);
    return { digest: fields.digest, salt, text: textOf(fields.text, where, WHAT, 4000) };
  });
}

function indexOf(value) {
  if (value === null) return null;
  const fields = objectOf(value, ["entry", "rows", "nodes"], "index", WHAT);
  let last = null;
  const rows = listOf(fields.rows, "index.rows", WHAT, MOST).map((one, at) => {
    const where = `index.rows[${at}]`;
    const row = rowOf(one, where);
    if (last !== null && row.name <= last) {
      throw wrongValue(where, WHAT, row.parts, "rows in ascending order, each once");
    }
    last = row.name;
    return row;
  });
  const entry = wholeOf(fields.entry, "index.entry", WHAT);
  return { entry, rows, nodes: nodesOf(fields.nodes, "index.nodes") };
}

/** {name (its JSON text), parts, value, depth, other ({key, value} as bytes, or null)}. */
function rowOf(given, where) {
  const fields = objectOf(given, ["row", "value", "depth", "other"], where, WHAT);
  const parts = listOf(fields.row, where, WHAT, PARTS);
  if (!parts.every((part) => typeof part === "string" && /^[\x20-\x7e]{1,80}$/.test(part))) {
    throw wrongValue(where, WHAT, fields.row, "a list of codes");
  }
  if (parts.length !== PARTS || !Object.hasOwn(ROWS, parts[0])) {
    throw wrongValue(where, WHAT, fields.row, "lot, key or papers, its owner and what it is of");
  }
  const depth = wholeOf(fields.depth, `${where}.depth`, WHAT);
  if (depth > KEY_BITS) throw wrongValue(`${where}.depth`, WHAT, depth, `at most ${KEY_BITS}`);
  const value = fields.value === null ? null : valueOf(ROWS[parts[0]], fields.value, where);
  let other = null;
  if (fields.other !== null) {
    if (value !== null) throw wrongValue(where, WHAT, fields.other, "null beside a value");
    const found = objectOf(fields.other, ["key", "value"], `${where}.other`, WHAT);
    const key = hexOf(found.key, 32, `${where}.other`, WHAT);
    other = { key, value: hexOf(found.value, 32, `${where}.other`, WHAT) };
  }
  return { name: JSON.stringify(parts), parts, value, depth, other };
}

function valueOf(names, given, where) {
  const fields = objectOf(given, names, `${where}.value`, WHAT);
  for (const [name, content] of Object.entries(fields)) {
    if (name === "head") hexOf(content, 32, `${where}.value`, WHAT);
    else if (content !== null || !["ended", "last_good"].includes(name)) {
      wholeOf(content, `${where}.value`, WHAT);
    }
  }
  return fields;
}

// The trust file: what a reader believes beforehand, got by another way than the bundle
// (ledger/verify/trust.py).
import { same } from "./bytes.mjs";
import { COSIGNATURE, ED25519, readNoteKey } from "./note.mjs";
import { NoteRefused } from "./refusals.mjs";
import {
  hexOf, isObject, listOf, load, objectOf, textOf, wholeOf, wrongValue,
} from "./strict_file.mjs";

const FORMAT = "ocop-ledger/trust/v2";
const OLD_FORMAT = "ocop-ledger/trust/v1";
const MOST_WITNESSES = 16;
const MOST = 64 * 1024;
const WHAT = "trust file";
const V1 = ["format", "log_key", "roots", "witnesses", "quorum"];

function keyOf(value, where, type) {
  const text = textOf(value, where, WHAT, 400);
  let key;
  try {
    key = readNoteKey(text);
  } catch (refused) {
    if (!(refused instanceof NoteRefused)) throw refused;
    throw wrongValue(where, WHAT, text, "a C2SP verifier key");
  }
  if (key.type !== type) throw wrongValue(where, WHAT, text, `a key of type ${type}`);
  return key;
}

function witnessesOf(value, logKey) {
  const found = [];
  for (const one of listOf(value, "witnesses", WHAT, MOST_WITNESSES)) {
    const key = keyOf(one, "witnesses", COSIGNATURE);
    const clashes = (other) => other.name === key.name || same(other.key.raw, key.key.raw);
    if ([logKey, ...found].some(clashes)) {
      const expected = "names and keys that are each of one body only";
      throw wrongValue("witnesses", WHAT, key.name, expected);
    }
    found.push(key);
  }
  return found;
}

/** {logKey, roots (Set of hex), witnesses, quorum, indexRequired}; throws FileRefused. */
export function parseTrust(raw) {
  const value = load(raw, WHAT, MOST);
  const old = !(isObject(value) && value.format === FORMAT);
  const top = objectOf(value, old ? V1 : [...V1, "index"], "the file", WHAT);
  if (old) {
    if (top.format !== OLD_FORMAT) throw wrongValue("format", WHAT, top.format, FORMAT);
    const none = Array.isArray(top.witnesses) && !top.witnesses.length;
    if (!none || top.quorum !== 0) {
      throw wrongValue("witnesses", WHAT, top.quorum, `a quorum of 0; witnesses need ${FORMAT}`);
    }
  }
  const roots = listOf(top.roots, "roots", WHAT, 16);
  if (!roots.length) throw wrongValue("roots", WHAT, [], "at least one key");
  for (const root of roots) hexOf(root, 32, "roots", WHAT);
  const logKey = keyOf(top.log_key, "log_key", ED25519);
  const witnesses = witnessesOf(top.witnesses, logKey);
  const quorum = wholeOf(top.quorum, "quorum", WHAT);
  if (quorum > witnesses.length) {
    const expected = `at most ${witnesses.length}, as many as there are witnesses`;
    throw wrongValue("quorum", WHAT, quorum, expected);
  }
  if (!old && !["required", "optional"].includes(top.index)) {
    throw wrongValue("index", WHAT, top.index, "required or optional");
  }
  const indexRequired = !old && top.index === "required";
  return { logKey, roots: new Set(roots), witnesses, quorum, indexRequired };
}

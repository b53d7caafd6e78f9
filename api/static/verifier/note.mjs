// C2SP signed notes, verifier keys, checkpoints and cosignatures, as ledger/verify/note.py and
// checkpoint.py read them.
import {
  fromBase64, hasLoneSurrogate, isHex, joined, same, toBase64, toHex, utf8,
} from "./bytes.mjs";
import { publicKey } from "./ed25519.mjs";
import { NoteRefused, SignatureRefused } from "./refusals.mjs";
import { sha256 } from "./sha256.mjs";

export const ED25519 = 1;
export const COSIGNATURE = 4;
const DASH = "\u2014 ";
const MAX_NOTE = 1024 * 1024;
const MAX_SIGNATURES = 100;
const MAX_SIZE = 2n ** 63n - 1n;
// What Python calls a space, and control characters.
const NOT_IN_NAME =
  /[+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function checkName(name) {
  if (!name || NOT_IN_NAME.test(name)) throw new NoteRefused("key_name", { found: name });
}

function base64Or(text, refused) {
  try {
    return fromBase64(text);
  } catch {
    throw refused;
  }
}

const hashOf = (name, type, raw) =>
  toHex(sha256(joined(utf8(`${name}\n`), Uint8Array.of(type), raw)).subarray(0, 4));

/** The key in `name+hash+base64`: {name, type, hash (8 hex digits), key, text}. */
export function readNoteKey(text) {
  const layout = new NoteRefused("key_layout", { found: text });
  const [name, hash, ...rest] = text.split("+");
  // Base64 may hold plus signs of its own.
  if (!rest.length || !isHex(hash, 4)) throw layout;
  checkName(name);
  const material = base64Or(rest.join("+"), layout);
  const type = material[0];
  if (material.length !== 33 || ![ED25519, COSIGNATURE].includes(type)) {
    const length = Math.max(material.length - 1, 0);
    throw new NoteRefused("key_type", { name, found: type ?? null, length });
  }
  let key;
  try {
    key = publicKey(material.slice(1));
  } catch (refused) {
    if (refused instanceof SignatureRefused) throw new NoteRefused("key_unusable", { name });
    throw refused;
  }
  const expected = hashOf(name, type, key.raw);
  if (expected !== hash) throw new NoteRefused("key_hash", { name, found: hash, expected });
  return { name, type, hash, key, text: `${name}+${hash}+${toBase64(material)}` };
}

/** The note of a text, signatures unchecked: {text, signatures: [{name, hash, signature}]}. */
export function parseNote(note) {
  const bytes = utf8(note);
  if (bytes.length > MAX_NOTE) {
    throw new NoteRefused("too_long", { found: bytes.length, limit: MAX_NOTE });
  }
  if (hasLoneSurrogate(note) || /[\x00-\x09\x0b-\x1f]/.test(note)) throw new NoteRefused("not_text");
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n") || blank + 2 === note.length) {
    throw new NoteRefused("layout");
  }
  const lines = note.slice(blank + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) {
    const params = { found: lines.length, limit: MAX_SIGNATURES };
    throw new NoteRefused("too_many_signatures", params);
  }
  return { text: note.slice(0, blank + 1), signatures: lines.map(signatureLine) };
}

function signatureLine(line) {
  const refused = new NoteRefused("signature_line", { found: line });
  const space = line.indexOf(" ", DASH.length);
  if (!line.startsWith(DASH) || space < 0) throw refused;
  const bytes = base64Or(line.slice(space + 1), refused);
  if (bytes.length < 5) throw refused;
  const name = line.slice(DASH.length, space);
  checkName(name);
  return { name, hash: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/** When `signature` of a note key covers `text`: POSIX seconds of a cosignature, else null. */
export async function checkLine(noteKey, signature, text, verifier) {
  let time = null;
  let message = text;
  let bare = signature;
  if (noteKey.type === COSIGNATURE) {
    const refused = new NoteRefused("cosignature", { found: signature.length });
    if (signature.length !== 72) throw refused;
    time = BigInt(`0x${toHex(signature.subarray(0, 8))}`);
    if (time > MAX_SIZE) throw refused;
    message = `cosignature/v1\ntime ${time}\n${text}`;
    bare = signature.subarray(8);
  }
  try {
    await verifier.verify(noteKey.key, bare, utf8(message));
  } catch (refused) {
    if (!(refused instanceof SignatureRefused)) throw refused;
    throw new NoteRefused("bad_signature", { name: noteKey.name });
  }
  return time;
}

/** [[key, time]] of every signature by one of `keys`, in the order of the note. */
export async function signedBy(note, keys, verifier) {
  const found = [];
  for (const { name, hash, signature } of note.signatures) {
    const key = keys.find((one) => one.name === name && one.hash === hash);
    if (key) found.push([key, await checkLine(key, signature, note.text, verifier)]);
  }
  return found;
}

function sizeOf(text) {
  const written = /^(0|[1-9][0-9]{0,18})$/.test(text);
  const size = written ? BigInt(text) : MAX_SIZE + 1n;
  if (size > MAX_SIZE) throw new NoteRefused("checkpoint_size", { found: text });
  return size;
}

/** The checkpoint in a note once `logKey` is seen to have signed it: {origin, size, root}. */
export async function openCheckpoint(text, logKey, verifier) {
  if (logKey.type !== ED25519) throw new NoteRefused("not_a_log_key", { name: logKey.name });
  const note = parseNote(text);
  if (!(await signedBy(note, [logKey], verifier)).length) {
    throw new NoteRefused("no_known_key", { found: note.signatures.length });
  }
  const lines = note.text.split("\n");
  if (lines.length < 4) throw new NoteRefused("checkpoint_layout");
  const [origin, sizeText, rootText, ...extensions] = lines.slice(0, -1);
  const size = sizeOf(sizeText);
  const refused = new NoteRefused("checkpoint_root", { found: rootText });
  const root = base64Or(rootText, refused);
  if (!origin) throw new NoteRefused("checkpoint_origin", { found: origin });
  if (!root.length) throw refused;
  if (origin !== logKey.name) {
    throw new NoteRefused("wrong_origin", { found: origin, expected: logKey.name });
  }
  if (root.length !== 32) throw new NoteRefused("root_length", { found: root.length });
  if (size === 0n && !same(root, sha256(new Uint8Array()))) throw new NoteRefused("empty_root");
  if (extensions.includes("")) throw new NoteRefused("checkpoint_extension", { found: "" });
  return { origin, size, root };
}

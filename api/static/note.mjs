// C2SP signed notes and checkpoints, as ledger/verify/note.py and checkpoint.py read them.
import { fromBase64, joined, sha256, toHex, utf8 } from "./bytes.mjs";

const DASH = "\u2014 ";

function wrong(code) {
  return Object.assign(new Error(code), { code });
}

/** The log key in `name+hash+base64`: {name, hash (8 hex digits), raw (32 bytes)}. */
export async function readLogKey(text) {
  const parts = typeof text === "string" ? text.split("+") : [];
  const [name, hash] = parts;
  // Base64 may hold plus signs of its own.
  const material = fromBase64(parts.slice(2).join("+"));
  if (!name || /[\s\x00-\x1f]/.test(name) || material.length !== 33 || material[0] !== 1) {
    throw wrong("log-key-malformed");
  }
  const id = (await sha256(joined(utf8(`${name}\n`), material))).subarray(0, 4);
  if (toHex(id) !== hash) throw wrong("log-key-malformed");
  return { name, hash, raw: material.subarray(1) };
}

function split(note) {
  if (typeof note !== "string" || note.length > 1048576 || /[\x00-\x09\x0b-\x1f]/.test(note)) {
    throw wrong("checkpoint-malformed");
  }
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n") || blank + 2 === note.length) {
    throw wrong("checkpoint-malformed");
  }
  const lines = note.slice(blank + 2, -1).split("\n");
  if (lines.length > 100) throw wrong("checkpoint-malformed");
  return { text: note.slice(0, blank + 1), lines };
}

function signatureOf(line) {
  const [name, encoded, ...rest] = line.startsWith(DASH) ? line.slice(2).split(" ") : [];
  if (!name || !encoded || rest.length) throw wrong("checkpoint-malformed");
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) throw wrong("checkpoint-malformed");
  return { name, hash: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/** The checkpoint in `note` once `logKey` is seen to have signed it: {origin, size, root}. */
export async function openCheckpoint(note, logKey, verifier) {
  const { text, lines } = split(note);
  const ours = lines
    .map(signatureOf)
    .filter(({ name, hash }) => name === logKey.name && hash === logKey.hash);
  if (!ours.length) throw wrong("checkpoint-unsigned");
  for (const { signature } of ours) {
    if (!(await verifier.accepts(logKey.raw, signature, utf8(text)))) {
      throw wrong("checkpoint-signature");
    }
  }
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  if (origin !== logKey.name) throw wrong("checkpoint-origin");
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size ?? "") || !Number.isSafeInteger(Number(size))) {
    throw wrong("checkpoint-malformed");
  }
  const hash = fromBase64(root ?? "");
  if (hash.length !== 32 || extensions.includes("")) throw wrong("checkpoint-malformed");
  return { origin, size: Number(size), root: hash };
}

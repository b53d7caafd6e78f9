// Entries of a bundle: canonical payloads, the signed bytes, and what each statement names.
import { fromHex, joined, toHex, utf8 } from "./bytes.mjs";
import { leafHash } from "./merkle.mjs";

const PAYLOAD_TYPE = "application/vnd.ocop-ledger.statement.v1+json";
const MAX_PAYLOAD = 16384;
const ENVELOPE = "anchor,body,in,party,prev,seq,time,type";

/** DSSE v1 pre-authentication encoding, the bytes that are signed. */
export function pae(type, payload) {
  return joined(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);
}

/** RFC 8785 form within the ledger's profile; throws for what the profile does not hold. */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "string") {
    if (value.normalize("NFC") !== value || /[\ud800-\udfff]/u.test(value)) {
      throw new TypeError("a string outside the profile");
    }
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("a number outside the profile");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = Object.keys(value).sort();
  if (!fields.every((name) => /^[a-z][a-z0-9_-]{0,63}$/.test(name))) {
    throw new TypeError("a field name outside the profile");
  }
  return `{${fields.map((name) => `"${name}":${canonical(value[name])}`).join(",")}}`;
}

/** One entry read to the last byte; throws for anything malformed. */
export async function readEntry(given) {
  const fields = Object.keys(given).sort().join(",");
  if (fields !== "index,keyid,path,payload,signature") throw new TypeError("unknown fields");
  const { index, payload, path } = given;
  if (!Number.isSafeInteger(index) || index < 0 || !Array.isArray(path) || path.length > 64) {
    throw new TypeError("index or path");
  }
  const statement = JSON.parse(payload);
  // Writing it again and comparing finds duplicate keys, spaces, escapes and other number forms.
  if (canonical(statement) !== payload || Object.keys(statement).sort().join(",") !== ENVELOPE) {
    throw new TypeError("not canonical");
  }
  const bytes = utf8(payload);
  const { seq, prev } = statement;
  if (bytes.length > MAX_PAYLOAD || !Number.isSafeInteger(seq) || seq < 1) {
    throw new TypeError("payload");
  }
  if ((prev === null) !== (seq === 1) || !Array.isArray(statement.in)) {
    throw new TypeError("place in the journal");
  }
  const keyid = fromHex(given.keyid, 32);
  const signature = fromHex(given.signature, 64);
  const signed = pae(PAYLOAD_TYPE, bytes);
  const leaf = await leafHash(joined(signed, keyid, signature));
  return {
    index,
    statement,
    signed,
    signature,
    keyid: given.keyid,
    leaf,
    id: toHex(leaf),
    path: path.map((hash) => fromHex(hash, 32)),
  };
}

/** Every lot that a statement names, as "item lot" strings. */
export function lotsNamed({ type, body }) {
  if (type === "corrected") return lotsNamed({ type: body.of, body: body.body });
  const parts = [body, ...(body.inputs ?? []), ...(body.outputs ?? []), ...(body.contents ?? [])];
  const lots = parts.map((part) => part.lot).filter(Boolean);
  return [...lots, ...(body.lots ?? [])].map((lot) => `${lot.item} ${lot.code}`);
}

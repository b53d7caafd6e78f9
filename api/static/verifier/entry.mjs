// The stored bytes of one statement, `PAE ‖ keyid ‖ signature`, and their hash, the entry's id.
import { joined, toHex, utf8 } from "./bytes.mjs";
import { leafHash } from "./merkle.mjs";
import { EntryRefused } from "./refusals.mjs";

const PAYLOAD_TYPE = "application/vnd.ocop-ledger.statement.v1+json";
const MAX_PAYLOAD = 16384;

/** DSSE v1 pre-authentication encoding, the bytes that are signed. */
export function pae(type, payload) {
  return joined(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);
}

/** One entry: {payload (text), signed, keyid (hex), signature, leaf, id (hex)}. */
export function makeEntry(payload, keyid, signature) {
  const bytes = utf8(payload);
  if (bytes.length > MAX_PAYLOAD) {
    throw new EntryRefused("payload_too_long", { found: bytes.length, limit: MAX_PAYLOAD });
  }
  const signed = pae(PAYLOAD_TYPE, bytes);
  const leaf = leafHash(joined(signed, keyid, signature));
  return { payload, signed, keyid: toHex(keyid), signature, leaf, id: toHex(leaf) };
}

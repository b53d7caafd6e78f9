// The address in a label's QR code: what it says of the pack, and its seal
// (ledger/verify/label_address.py, label_seal.py; docs/format.md, section 18).
import { fromHex, joined, lengthOf, toHex, utf8 } from "./bytes.mjs";
import { AddressRefused, SealRefused } from "./refusals.mjs";

const LONGEST = 2048;
const DIGITS = 164;
const HINT_BYTES = 4;
const SIGNATURE_BYTES = 64;
const PART = '[!"$-.0->@-~]+'; // printable ASCII without # / ?
const ADDRESS = new RegExp(
  `^(?:http|https|HTTP|HTTPS)://${PART}(?:/${PART})*?/01/([0-9]{14})/10/(${PART})/21/(${PART})` +
    '(?:\\?([!"$-~]*))?(?:#[!-~]*)?$',
);
const LOT = /^[\x21-\x7e]{1,20}$/;
const SERIAL = /^[0-9A-HJKMNP-TV-Z]{2}(?:[0-9]{6}|[1-9][0-9]{6,8})[0-9A-HJKMNP-TV-Z]{4}$/;
const ORIGIN = /^[\x21-\x7e]{1,200}$/;

const unescaped = (part) =>
  part.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

/** {item, lot, serial, tag, counter, seal (its digits, or null)}; throws AddressRefused. */
export function readAddress(text) {
  const found = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const parts = lengthOf(found) <= LONGEST ? ADDRESS.exec(found) : null;
  if (!parts) throw new AddressRefused("address-wrong", { found });
  const [, item, rawLot, rawSerial, query] = parts;
  const lot = unescaped(rawLot);
  const serial = unescaped(rawSerial);
  if (!LOT.test(lot) || !SERIAL.test(serial)) throw new AddressRefused("address-wrong", { found });
  const seals = (query ?? "").split("&").flatMap((pair) => {
    const [name, ...rest] = pair.split("=");
    return name.toUpperCase() === "S" ? [rest.join("=")] : [];
  });
  if (seals.length > 1) throw new AddressRefused("seal-twice");
  const label = { tag: serial.slice(0, 2), counter: Number(serial.slice(2, -4)) };
  return { item, lot, serial, ...label, seal: seals[0] ?? null };
}

/** {hint (hex), signature} that 164 digits spell; throws SealRefused. */
export function readSeal(text) {
  if (text.length !== DIGITS || !/^[0-9]+$/.test(text)) {
    throw new SealRefused("seal-length", { found: lengthOf(text) });
  }
  const hex = BigInt(text).toString(16).padStart(2 * (HINT_BYTES + SIGNATURE_BYTES), "0");
  if (hex.length > 2 * (HINT_BYTES + SIGNATURE_BYTES)) throw new SealRefused("seal-range");
  const raw = fromHex(hex, HINT_BYTES + SIGNATURE_BYTES);
  return { hint: toHex(raw.subarray(0, HINT_BYTES)), signature: raw.slice(HINT_BYTES) };
}

/** What a station signs for one label. The parts are those of an address that was read. */
export function sealedBytes(origin, { item, lot, serial }) {
  if (!ORIGIN.test(origin)) throw new SealRefused("seal-part", { found: origin, most: 200 });
  const lines = [origin, item, lot, serial].map((part) => `${part}\n`);
  return joined(utf8("ocop-ledger/label/v1\n"), utf8(lines.join("")));
}

// Bytes, hex, strict base64 and strict UTF-8. Every decoder refuses what has more than one spelling.

const encoder = new TextEncoder();
// A byte order mark is a character here as it is in Python: it is no JSON and not to be skipped.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);
/** Text of UTF-8 bytes; throws TypeError for anything else. */
export const fromUtf8 = (bytes) => decoder.decode(bytes);

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (a, b) => a.length === b.length && a.every((value, at) => value === b[at]);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const isHex = (text, length) =>
  typeof text === "string" && text.length === 2 * length && /^[0-9a-f]*$/.test(text);

export function fromHex(text, length) {
  if (!isHex(text, length)) throw new TypeError(`not ${length} bytes of lower-case hex`);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function toHex(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1) text += HEX[bytes[at]];
  return text;
}

export const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));

/** Bytes of standard base64 with exactly one spelling; throws TypeError. */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new TypeError("not base64");
  let letters;
  try {
    letters = atob(text);
  } catch {
    throw new TypeError("not base64");
  }
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
  // atob skips missing padding and unused bits of the last four; one spelling only may pass.
  const last = bytes.slice(bytes.length - (bytes.length % 3 || 3));
  if (text.length % 4 || (text && toBase64(last) !== text.slice(-4))) {
    throw new TypeError("not the canonical base64 form");
  }
  return bytes;
}

/** Number of code points: what Python calls the length of a text. */
export function lengthOf(text) {
  let count = text.length;
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = text.charCodeAt(at) >> 10 === 0x36 && text.charCodeAt(at + 1) >> 10 === 0x37;
    if (pair) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}

const LONE = /[\ud800-\udfff]/u; // with the u flag a pair is one character and does not match
export const hasLoneSurrogate = (text) => LONE.test(text);

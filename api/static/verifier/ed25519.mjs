// Ed25519 (RFC 8032) by exactly the rules of ledger/verify/signature.py: the 14 low-order encodings
// are refused for the key and for R, S >= L is refused, a key must decode to a point, and the
// equation is the one without cofactor. Then every verifier accepts the same signatures.
import { fallbackArithmetic } from "./arithmetic.mjs";
import { fromHex, joined, same, toHex } from "./bytes.mjs";
import { sha256 } from "./sha256.mjs";
import { SignatureRefused } from "./refusals.mjs";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const Y_OF_ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

const number = (bytes) =>
  bytes.length ? BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`) : 0n;
const encoded = (value) => toHex(fromHex(value.toString(16).padStart(64, "0"), 32).reverse());

export const LOW_ORDER = new Set(
  [0n, 1n, P - 1n, P, P + 1n, Y_OF_ORDER_8, P - Y_OF_ORDER_8].flatMap((y) =>
    [0n, 1n].map((sign) => encoded(y | (sign << 255n))),
  ),
);

function power(base, exponent) {
  let result = 1n;
  for (let b = base, e = exponent; e; e >>= 1n, b = (b * b) % P) {
    if (e & 1n) result = (result * b) % P;
  }
  return result;
}

// RFC 8032 section 5.1.3: x^2 = (y^2 - 1) / (D*y^2 + 1) must have a root, and y < P.
function isPoint(raw) {
  const y = number(raw) & ((1n << 255n) - 1n);
  if (y >= P) return false;
  const u = (y * y - 1n + P) % P;
  const v = (D * y * y + 1n) % P;
  return power((u * v) % P, (P - 1n) / 2n) <= 1n;
}

const usable = new Map();

/** {raw, keyid (hex)} of 32 raw bytes that may be trusted to verify; throws SignatureRefused. */
export function publicKey(raw) {
  const hex = toHex(raw);
  const known = usable.get(hex);
  if (known) return known;
  if (raw.length !== 32) throw new SignatureRefused("key_length", { found: raw.length });
  if (LOW_ORDER.has(hex)) throw new SignatureRefused("key_low_order", { found: hex });
  if (!isPoint(raw)) throw new SignatureRefused("key_no_point", { found: hex });
  const made = { raw, keyid: toHex(sha256(raw)) };
  usable.set(hex, made);
  return made;
}

const imported = new Map();

async function builtIn(key, signature, message) {
  const { subtle } = globalThis.crypto;
  const hex = toHex(key);
  // A lot has many signatures of few keys, and each import is a way to another thread and back.
  if (!imported.has(hex)) {
    imported.set(hex, await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]));
  }
  return subtle.verify({ name: "Ed25519" }, imported.get(hex), signature, message);
}

async function vendored() {
  const { Point, sha512 } = await fallbackArithmetic();
  return async (key, signature, message) => {
    const r = signature.subarray(0, 32);
    const k = number(sha512(joined(r, key, message))) % L;
    // The library's own verify() multiplies by the cofactor, which accepts signatures that
    // WebCrypto and OpenSSL refuse; only its strict point decoding and arithmetic are used.
    const a = Point.fromBytes(key, false);
    const s = number(signature.subarray(32));
    return same(Point.BASE.multiply(s, false).subtract(a.multiply(k, false)).toBytes(), r);
  };
}

// RFC 8032 section 7.1, test 2.
const VECTOR = [
  fromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", 32),
  fromHex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    64,
  ),
  Uint8Array.of(0x72),
];

async function works(verify) {
  try {
    const [key, signature, message] = VECTOR;
    return (
      (await verify(key, signature, message)) === true &&
      (await verify(key, signature, Uint8Array.of(0x73))) === false
    );
  } catch {
    return false;
  }
}

/**
 * The verifier of this browser: {name, verify(key, signature, message), accepts(raw, ...)}.
 * `verify` takes a `publicKey` and throws SignatureRefused; `accepts` takes raw bytes and answers.
 * The vendored arithmetic is read only when the built-in one fails its test vector.
 */
export async function chooseVerifier({ fallback = false } = {}) {
  const native = !fallback && (await works(builtIn));
  const holds = native ? builtIn : await vendored();
  if (!native && !(await works(holds))) throw new Error("no working Ed25519 in this browser");

  async function verify(key, signature, message) {
    if (signature.length !== 64) {
      throw new SignatureRefused("signature_length", { found: signature.length });
    }
    if (LOW_ORDER.has(toHex(signature.subarray(0, 32)))) throw new SignatureRefused("r_low_order");
    if (number(signature.subarray(32)) >= L) throw new SignatureRefused("s_too_large");
    let good = false;
    try {
      good = await holds(key.raw, signature, message);
    } catch {
      // An R that decodes to no point.
    }
    if (!good) throw new SignatureRefused("wrong", { keyid: key.keyid });
  }

  async function accepts(raw, signature, message) {
    try {
      await verify(publicKey(raw), signature, message);
      return true;
    } catch (refused) {
      if (refused instanceof SignatureRefused) return false;
      throw refused;
    }
  }

  return { name: native ? "WebCrypto" : "noble-ed25519", verify, accepts };
}

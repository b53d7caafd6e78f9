// Ed25519 (RFC 8032) by exactly the rules of ledger/verify/signature.py: the 14 low-order encodings
// are refused for the key and for R, S >= L is refused, y >= P is refused for the key, and the
// equation is the one without cofactor. Then every verifier accepts the same signatures.
import { fromHex, joined, same, toHex } from "./bytes.mjs";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const Y_OF_ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

const number = (bytes) =>
  bytes.length ? BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`) : 0n;
const encoded = (value) => toHex(fromHex(value.toString(16).padStart(64, "0"), 32).reverse());

export const LOW_ORDER = new Set(
  [0n, 1n, P - 1n, P, P + 1n, Y_OF_ORDER_8, P - Y_OF_ORDER_8].flatMap((y) =>
    [0n, 1n].map((sign) => encoded(y | (sign << 255n))),
  ),
);

/** Whether the rules refuse this key and signature before any curve arithmetic. */
export function refusedAtSight(key, signature) {
  return (
    key.length !== 32 ||
    signature.length !== 64 ||
    LOW_ORDER.has(toHex(key)) ||
    LOW_ORDER.has(toHex(signature.subarray(0, 32))) ||
    (number(key) & ((1n << 255n) - 1n)) >= P ||
    number(signature.subarray(32)) >= L
  );
}

async function builtIn(key, signature, message) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

async function vendored() {
  const { Point } = await import("./vendor/noble-ed25519.js");
  return async (key, signature, message) => {
    const r = signature.subarray(0, 32);
    const digest = await crypto.subtle.digest("SHA-512", joined(r, key, message));
    const k = number(new Uint8Array(digest)) % L;
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
 * The verifier of this browser: {name, accepts(key, signature, message) -> Promise<boolean>}.
 * The vendored arithmetic is fetched only when the built-in one fails its test vector.
 */
export async function chooseVerifier({ fallback = false } = {}) {
  const native = !fallback && (await works(builtIn));
  const verify = native ? builtIn : await vendored();
  if (!native && !(await works(verify))) throw new Error("no working Ed25519 in this browser");
  return {
    name: native ? "WebCrypto" : "noble-ed25519",
    async accepts(key, signature, message) {
      if (refusedAtSight(key, signature)) return false;
      try {
        return await verify(key, signature, message);
      } catch {
        return false; // bytes that decode to no point of the curve
      }
    },
  };
}

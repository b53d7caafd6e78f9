// For browsers without Ed25519: vendored curve arithmetic and a hash, read only when needed.

/** {Point, sha512}. */
export async function fallbackArithmetic() {
  const found = await Promise.all([import("../vendor/noble-ed25519.js"), import("./sha512.mjs")]);
  return Object.assign({}, ...found);
}

// SHA-512 (FIPS 180-4), for the vendored arithmetic where the browser gives no hash of its own.
// Seldom used and short: plain big integers.

const MASK = 2n ** 64n - 1n;

/** Whole part of the `degree`-th root of `value`. */
function root(value, degree) {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / Number(degree)) + 1);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= value) low = middle;
    else high = middle;
  }
  return low;
}

let constants = null;

// Sections 4.2.3 and 5.3.5: fractional parts of the cube and square roots of the first primes.
function made() {
  const primes = [];
  for (let n = 2n; primes.length < 80; n += 1n) if (primes.every((p) => n % p)) primes.push(n);
  return {
    k: primes.map((p) => root(p << 192n, 3n) & MASK),
    start: primes.slice(0, 8).map((p) => root(p << 128n, 2n) & MASK),
  };
}

const right = (x, by) => ((x >> by) | (x << (64n - by))) & MASK;

export function sha512(bytes) {
  constants ??= made();
  const { k, start } = constants;
  const length = Math.ceil((bytes.length + 17) / 128) * 128;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  let state = [...start];
  for (let at = 0; at < length; at += 128) {
    const w = Array.from({ length: 16 }, (_, i) => view.getBigUint64(at + 8 * i));
    for (let i = 16; i < 80; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = right(x, 1n) ^ right(x, 8n) ^ (x >> 7n);
      const s1 = right(y, 19n) ^ right(y, 61n) ^ (y >> 6n);
      w.push((w[i - 16] + s0 + w[i - 7] + s1) & MASK);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i += 1) {
      const s1 = right(e, 14n) ^ right(e, 18n) ^ right(e, 41n);
      const t1 = h + s1 + ((e & f) ^ (~e & MASK & g)) + k[i] + w[i];
      const s0 = right(a, 28n) ^ right(a, 34n) ^ right(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK];
    }
    const added = [a, b, c, d, e, f, g, h];
    state = state.map((value, i) => (value + added[i]) & MASK);
  }
  const digest = new DataView(new ArrayBuffer(64));
  state.forEach((value, i) => digest.setBigUint64(8 * i, value));
  return new Uint8Array(digest.buffer);
}

// RFC 6962 hashing and RFC 9162 proof checking (sections 2.1.3.2 and 2.1.4.2). Sizes and indexes
// are big integers here: the log's have 63 bits.
import { joined, same } from "./bytes.mjs";
import { ProofRefused } from "./refusals.mjs";
import { sha256 } from "./sha256.mjs";

export const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
export const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

const bits = (value) => value.toString(2).length;
/** The largest power of two below `width` (2 or more). */
export const split = (width) => 1n << BigInt(bits(width - 1n) - 1);

/** How many hashes lie beside the way from leaf `index` to the root. */
function inclusionLength(index, size) {
  let [lo, hi, count] = [0n, size, 0];
  for (; hi - lo > 1n; count += 1) {
    const middle = lo + split(hi - lo);
    if (index < middle) hi = middle;
    else lo = middle;
  }
  return count;
}

function consistencyLength(size1, size2) {
  let [lo, hi, count] = [0n, size2, 0];
  for (; hi !== size1; count += 1) {
    const middle = lo + split(hi - lo);
    if (size1 <= middle) hi = middle;
    else lo = middle;
  }
  return count + (lo ? 1 : 0);
}

function checkLength(path, expected) {
  if (path.length !== expected) {
    throw new ProofRefused("proof_length", { found: path.length, expected });
  }
}

/** Walks `path` upwards from `position`; `step(sibling, onLeft)` takes in each hash. */
function climb(path, position, last, step) {
  for (const sibling of path) {
    const onLeft = Boolean(position & 1n) || position === last;
    step(sibling, onLeft);
    if (onLeft) {
      while (!(position & 1n) && position) {
        position >>= 1n;
        last >>= 1n;
      }
    }
    position >>= 1n;
    last >>= 1n;
  }
}

/** Returns when `path` shows `leaf` at `index` under `root` of `size` leaves. */
export function verifyInclusion(leaf, index, size, path, root) {
  if (index >= size) throw new ProofRefused("index_outside", { index, size });
  checkLength(path, inclusionLength(index, size));
  let found = leaf;
  climb(path, index, size - 1n, (sibling, onLeft) => {
    found = onLeft ? nodeHash(sibling, found) : nodeHash(found, sibling);
  });
  if (!same(found, root)) throw new ProofRefused("not_included", { index, size });
}

/** Returns when `path` shows that the tree (size2, root2) continues (size1, root1). */
export function verifyConsistency(size1, size2, path, root1, root2) {
  if (size1 < 1n || size1 > size2) throw new ProofRefused("sizes", { size1, size2 });
  checkLength(path, consistencyLength(size1, size2));
  const wrong = () => new ProofRefused("not_consistent", { size1, size2 });
  if (size1 === size2) {
    if (!same(root1, root2)) throw wrong();
    return;
  }
  // When the first tree is one complete subtree its root opens the path instead of a hash.
  const [start, ...rest] = size1 & (size1 - 1n) ? path : [root1, ...path];
  let position = size1 - 1n;
  let last = size2 - 1n;
  while (position & 1n) {
    position >>= 1n;
    last >>= 1n;
  }
  let first = start;
  let second = start;
  climb(rest, position, last, (sibling, onLeft) => {
    if (onLeft) first = nodeHash(sibling, first);
    second = onLeft ? nodeHash(sibling, second) : nodeHash(second, sibling);
  });
  if (!same(first, root1) || !same(second, root2)) throw wrong();
}

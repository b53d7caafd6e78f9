// One proof for all rows of the completeness index, a compact sparse Merkle map (docs/format.md,
// sections 10 and 17; ledger/verify/map_proof.py, sparse_map.py).
import { joined, same, toHex, utf8 } from "./bytes.mjs";
import { written } from "./canonical.mjs";
import { nodeHash } from "./merkle.mjs";
import { RowsRefused } from "./refusals.mjs";
import { sha256 } from "./sha256.mjs";

const EMPTY = new Uint8Array(32);
const OWNER_BYTES = 2;
const leafOf = (key, digest) => sha256(joined(Uint8Array.of(0), key, digest));
const bit = (key, depth) => (key[depth >> 3] >> (7 - (depth & 7))) & 1;

function sharedBits(one, other) {
  let depth = 0;
  while (depth < 256 && bit(one, depth) === bit(other, depth)) depth += 1;
  return depth;
}

/** Where a row stands: rows of one owner side by side. */
const keyOf = ([, owner], name) =>
  joined(sha256(utf8(owner)).subarray(0, OWNER_BYTES), sha256(utf8(name)).subarray(OWNER_BYTES));

/** The hash of the place at which a row says that it, or nothing, or another row stands. */
function placeOf({ key, digest, other }, depth) {
  if (digest) return leafOf(key, digest);
  if (!other) return EMPTY;
  if (same(other.key, key) || sharedBits(other.key, key) < depth) {
    throw new RowsRefused("rows-elsewhere");
  }
  return leafOf(other.key, other.value);
}

function ends(rows, depth) {
  const here = rows.filter((row) => row.depth <= depth);
  if (here.length && here.length !== rows.length) throw new RowsRefused("rows-clash");
  return here.length > 0;
}

function halves(rows, depth) {
  return [rows.filter(({ key }) => !bit(key, depth)), rows.filter(({ key }) => bit(key, depth))];
}

/** How many hashes belong beside rows in order of their keys; counted before any is looked for. */
function countOf(rows) {
  let inner = rows.length ? rows[0].depth : 0;
  let places = rows.length ? 1 : 0;
  for (let at = 1; at < rows.length; at += 1) {
    const [before, row] = [rows[at - 1], rows[at]];
    const shared = sharedBits(before.key, row.key);
    if (shared < Math.min(before.depth, row.depth)) {
      inner += row.depth - shared - 1;
      places += 1;
    } else if (before.depth !== row.depth) {
      throw new RowsRefused("rows-clash");
    }
  }
  return inner + 1 - places;
}

/** The root that a bundle's rows and the hashes beside them lead to; throws RowsRefused. */
export function rootOfRows(rows, given) {
  const placed = rows.map(({ name, parts, value, depth, other }) => {
    const digest = value === null ? null : sha256(utf8(written(value)));
    const key = keyOf(parts, name);
    return { key, order: toHex(key), digest, depth, other };
  });
  placed.sort((one, other) => (one.order < other.order ? -1 : 1));
  const expected = countOf(placed);
  if (expected !== given.length) {
    throw new RowsRefused("rows-count", { found: given.length, expected });
  }
  let next = 0;
  const hash = (some, depth) => {
    if (!some.length) {
      next += 1;
      return given[next - 1];
    }
    if (ends(some, depth)) {
      const found = some.map((row) => placeOf(row, depth));
      if (new Set(found.map(toHex)).size !== 1) throw new RowsRefused("rows-clash");
      return found[0];
    }
    const [left, right] = halves(some, depth);
    const first = hash(left, depth + 1);
    return nodeHash(first, hash(right, depth + 1));
  };
  return hash(placed, 0);
}

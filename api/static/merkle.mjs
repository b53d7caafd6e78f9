// RFC 6962 hashing and RFC 9162 proof checking (sections 2.1.3.2 and 2.1.4.2).
import { joined, same, sha256 } from "./bytes.mjs";

export const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

const whole = (value) => Number.isSafeInteger(value) && value >= 0;
const half = (value) => Math.floor(value / 2);

/** Whether `path` shows `leaf` at `index` under `root` of `size` leaves. */
export async function included(leaf, index, size, path, root) {
  if (!whole(index) || !whole(size) || index >= size) return false;
  let position = index;
  let last = size - 1;
  let found = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 || position === last) {
      found = await nodeHash(sibling, found);
      while (position % 2 === 0 && position) {
        position = half(position);
        last = half(last);
      }
    } else {
      found = await nodeHash(found, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && same(found, root);
}

/** Whether the tree (size2, root2) continues (size1, root1), 1 <= size1 <= size2. */
export async function continues(size1, size2, path, root1, root2) {
  if (!whole(size1) || !whole(size2) || size1 < 1 || size1 > size2) return false;
  if (size1 === size2) return path.length === 0 && same(root1, root2);
  let position = size1 - 1;
  let last = size2 - 1;
  while (position % 2) {
    position = half(position);
    last = half(last);
  }
  // When the first tree is one complete subtree its root opens the path instead of a hash.
  const rest = position ? [...path] : [root1, ...path];
  if (!rest.length) return false;
  let first = rest[0];
  let second = rest[0];
  for (const sibling of rest.slice(1)) {
    if (last === 0) return false;
    if (position % 2 || position === last) {
      first = await nodeHash(sibling, first);
      second = await nodeHash(sibling, second);
      while (position % 2 === 0 && position) {
        position = half(position);
        last = half(last);
      }
    } else {
      second = await nodeHash(second, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && same(first, root1) && same(second, root2);
}

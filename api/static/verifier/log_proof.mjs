// One proof for all entries of a bundle and all the older roots that they name (docs/format.md,
// section 10; ledger/verify/log_proof.py).
import { nodeHash, split } from "./merkle.mjs";
import { ProofRefused } from "./refusals.mjs";

/** How many of `sorted` are below `value`. */
function below(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class ProvedTree {
  #known = new Map();

  /**
   * `leaves` maps log indexes (big integers) to entry ids, `sizes` are older sizes to be proved,
   * `given` the hashes of the proof. Worth nothing until `rootAt(size)` was seen to be the sealed
   * root. Throws ProofRefused when there are more or fewer hashes than needed.
   */
  constructor(size, leaves, sizes, given) {
    this.size = size;
    const ascending = (a, b) => (a < b ? -1 : Number(a > b));
    const sorted = [...leaves.keys()].sort(ascending);
    const cuts = [...new Set(sizes)].filter((one) => one > 0n && one < size).sort(ascending);
    const spans = [];
    const walk = (lo, hi) => {
      const named = below(sorted, lo) < below(sorted, hi);
      const cut = below(cuts, lo + 1n) < below(cuts, hi);
      if (!named && !cut) spans.push(`${lo} ${hi}`);
      else if (hi - lo > 1n) {
        const middle = lo + split(hi - lo);
        walk(lo, middle);
        walk(middle, hi);
      }
    };
    walk(0n, size);
    if (spans.length !== given.length) {
      throw new ProofRefused("proof_length", { found: given.length, expected: spans.length });
    }
    spans.forEach((span, at) => this.#known.set(span, given[at]));
    for (const [index, leaf] of leaves) this.#known.set(`${index} ${index + 1n}`, leaf);
  }

  /** The root of the first `size` leaves: the whole tree, or a size that was asked for. */
  rootAt(size) {
    let [lo, hi] = [0n, this.size];
    const left = [];
    while (size < hi) {
      const middle = lo + split(hi - lo);
      if (size <= middle) hi = middle;
      else {
        left.push(this.#hash(lo, middle));
        lo = middle;
      }
    }
    return left.reduceRight((found, one) => nodeHash(one, found), this.#hash(lo, hi));
  }

  #hash(lo, hi) {
    const span = `${lo} ${hi}`;
    if (!this.#known.has(span)) {
      const middle = lo + split(hi - lo);
      this.#known.set(span, nodeHash(this.#hash(lo, middle), this.#hash(middle, hi)));
    }
    return this.#known.get(span);
  }
}

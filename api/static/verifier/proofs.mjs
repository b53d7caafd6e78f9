// Checks 4 and 10: every entry lies in the sealed tree, and the tree extends what signers saw
// (ledger/verify/bundle_proofs.py).
import { fromHex, toHex } from "./bytes.mjs";
import { ProvedTree } from "./log_proof.mjs";
import { verifyConsistency, verifyInclusion } from "./merkle.mjs";
import { BundleRefused, ProofRefused } from "./refusals.mjs";

export class BundleProofs {
  #tree = null;

  constructor(bundle, checkpoint, report) {
    this.bundle = bundle;
    this.checkpoint = checkpoint;
    this.report = report;
  }

  #refusedAs(check, index, prove) {
    try {
      prove();
    } catch (refused) {
      if (!(refused instanceof ProofRefused)) throw refused;
      this.report.fail(check, index, refused);
    }
  }

  /** The one proof of v2: all entries, and all anchors of the statements that could be read. */
  proveAll(readable) {
    const { checkpoint, bundle } = this;
    if (!checkpoint || bundle.nodes === null) return;
    const { size, root } = checkpoint;
    const leaves = new Map(bundle.entries.map(({ index, leaf }) => [BigInt(index), leaf]));
    if ([...leaves.keys()].some((index) => index >= size)) return; // told entry by entry
    const sizes = readable.filter(({ anchor }) => anchor).map(({ anchor }) => BigInt(anchor.size));
    this.#refusedAs(4, null, () => {
      const tree = new ProvedTree(size, leaves, sizes, bundle.nodes);
      if (toHex(tree.rootAt(size)) === toHex(root)) this.#tree = tree;
      else this.report.fail(4, null, new BundleRefused("entries-unproved", { size }));
    });
  }

  /** Check 4 as far as it concerns one entry. */
  checkEntry({ index, leaf, path }) {
    if (!this.checkpoint) return;
    const { size, root } = this.checkpoint;
    if (index >= size) {
      this.report.fail(4, index, new BundleRefused("beyond-tree", { index, size }));
    } else if (this.bundle.nodes === null) {
      this.#refusedAs(4, index, () => verifyInclusion(leaf, BigInt(index), size, path, root));
    }
  }

  /** Check 10. */
  checkAnchors(located) {
    const fail = (index, code, params) =>
      this.report.fail(10, index, new BundleRefused(code, params));
    const roots = new Map();
    const newest = new Map();
    for (const { index, statement, signer } of located) {
      if (!statement.anchor) continue;
      const { size, root } = statement.anchor;
      if (size > index) fail(index, "anchor-early", { index, size });
      const before = newest.get(signer.key.keyid) ?? 0;
      if (size < before) fail(index, "anchor-backwards", { before, size });
      newest.set(signer.key.keyid, size);
      if (!roots.has(size)) roots.set(size, root);
      if (roots.get(size) !== root) fail(index, "anchor-split", { size });
    }
    if (this.bundle.nodes === null) this.#checkPaths(roots, fail);
    else if (this.#tree) this.#checkTree(roots);
  }

  #checkTree(roots) {
    const tree = this.#tree;
    for (const [size, root] of roots) {
      if (size <= tree.size && toHex(tree.rootAt(BigInt(size))) !== root) {
        const params = { size1: size, size2: tree.size };
        this.report.fail(10, null, new ProofRefused("not_consistent", params));
      }
    }
  }

  #checkPaths(roots, fail) {
    const given = new Map(this.bundle.anchors.map(({ size, path }) => [size, path]));
    for (const size of given.keys()) if (!roots.has(size)) fail(null, "anchor-unused", { size });
    for (const [size, root] of roots) {
      if (!given.has(size)) fail(null, "anchor-unproved", { size });
      else if (this.checkpoint) {
        const last = this.checkpoint;
        this.#refusedAs(10, null, () =>
          verifyConsistency(
            BigInt(size), last.size, given.get(size), fromHex(root, 32), last.root,
          ),
        );
      }
    }
  }
}

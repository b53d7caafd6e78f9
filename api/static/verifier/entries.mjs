// Checks 1 and 4 to 8 as far as they concern one entry: what stands is folded, what fails is listed.
// An entry that fails a check never lends its keys or registrations to others
// (ledger/verify/bundle_entries.py).
import { History } from "./history.mjs";
import { BundleRefused, Refusal } from "./refusals.mjs";
import { readStatement } from "./statement.mjs";

/** The refusal that `look` throws, or null; anything else that it throws is a fault of ours. */
export async function refusalOf(look) {
  try {
    await look();
    return null;
  } catch (wrong) {
    if (wrong instanceof Refusal) return wrong;
    throw wrong;
  }
}

/** The entries of one file. `located` are those that stand, `history` what they add up to. */
export class BundleEntries {
  located = [];
  readable = new Map();
  #unreadable = new Map();
  #statements = new Map();

  /** Without `linked` statements need not travel with what they build on. */
  constructor(bundle, trust, report, verifier, { linked = true } = {}) {
    Object.assign(this, { bundle, trust, report, verifier, linked });
    this.history = new History((id) => this.#statements.get(id), trust.roots, verifier);
  }

  /** To come first: reads every statement. */
  async read() {
    for (const { index, payload } of this.bundle.entries) {
      const refused = await refusalOf(() => this.readable.set(index, readStatement(payload)));
      if (refused) this.#unreadable.set(index, refused);
    }
  }

  /** Judge and fold every entry; `before` hears of each log index before it is folded. */
  async check(proofs, before) {
    const { report } = this;
    for (const one of this.bundle.entries) {
      before(one.index);
      const known = report.failures.length;
      proofs.checkEntry(one);
      const refused = this.#unreadable.get(one.index);
      if (refused) {
        report.fail(1, one.index, refused);
        continue;
      }
      const statement = this.readable.get(one.index);
      await this.#admit(one, statement, report.failures.length > known);
      this.#statements.set(one.id, statement);
    }
  }

  /** The ledger was opened under the names and keys that sealed it. */
  checkGenesis(checkpoint) {
    const { genesis } = this.history.keys;
    if (!genesis) {
      this.report.fail(6, null, new BundleRefused("genesis-absent"));
      return;
    }
    if (checkpoint && genesis.origin !== checkpoint.origin) {
      const params = { found: genesis.origin, expected: checkpoint.origin };
      this.report.fail(2, 0, new BundleRefused("origin-differs", params));
    }
    if (genesis.log_key !== this.trust.logKey.text) {
      this.report.fail(2, 0, new BundleRefused("log-key-differs"));
    }
  }

  // 5, 6, 7, 8
  async #admit(one, statement, failed) {
    const { history, report } = this;
    let signer;
    const unknown = await refusalOf(() => {
      signer = history.keys.signer(one.keyid, one.index, statement);
    });
    if (unknown) {
      report.fail(6, one.index, unknown);
      return;
    }
    let sound = !failed;
    const checks = [
      [5, () => this.verifier.verify(signer.key, one.signature, one.signed)],
      [6, () => history.checkAuthority(signer, statement)],
      [7, () => history.checkJournal(one, statement)],
      [8, () => history.checkLinks(statement)],
    ];
    for (const [number, look] of this.linked ? checks : checks.slice(0, -1)) {
      const refused = await refusalOf(look);
      if (refused) {
        report.fail(number, one.index, refused);
        sound = false;
      }
    }
    if (!sound) return;
    const located = { index: one.index, id: one.id, statement, signer };
    history.fold(located, one.keyid);
    this.located.push(located);
  }
}

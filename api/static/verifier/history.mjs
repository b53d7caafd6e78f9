// The fold over a bundle's entries, as ledger/verify/history.py: journals may have gaps in a bundle,
// but neighbours that are both present must agree.
import { KeyBook } from "./keys.mjs";
import { Registry } from "./registry.mjs";
import { SequenceRefused } from "./refusals.mjs";
import { KEY_TYPES, REGISTRY_TYPES } from "./shapes.mjs";

export class History {
  registry = new Registry();
  #journals = new Map();

  /** `partyOf(id)` answers {type, party} of an entry seen before, or undefined. */
  constructor(partyOf, roots, verifier) {
    this.keys = new KeyBook(roots, verifier);
    this.partyOf = partyOf;
  }

  /** Everything a statement builds on is there before it, once. */
  checkLinks({ inputs }) {
    for (const found of inputs) {
      if (!this.partyOf(found)) throw new SequenceRefused("input-unknown", { found });
    }
    const found = inputs.find((one, at) => inputs.indexOf(one) !== at);
    if (found !== undefined) throw new SequenceRefused("input-twice", { found });
  }

  /** The signer may say this of these keys, goods and earlier statements. */
  async checkAuthority(signer, statement) {
    if (statement.type === "corrected") this.#checkCorrection(statement);
    if (KEY_TYPES.includes(statement.type)) await this.keys.check(signer, statement);
    this.registry.check(statement);
  }

  /** The entry stands right after the last one of its key. */
  checkJournal({ keyid }, { seq, prev }) {
    const head = this.#journals.get(keyid);
    const last = head?.seq ?? 0;
    if (seq !== last + 1) {
      if (seq > last) return;
      throw new SequenceRefused("seq-gap", { seq, keyid, last, expected: last + 1 });
    }
    const expected = head?.id ?? null;
    if (prev !== expected) {
      throw new SequenceRefused("prev-differs", { seq, keyid, found: prev, expected });
    }
  }

  /** Take in an examined entry. */
  fold(located, keyid) {
    const { index, id, signer, statement } = located;
    this.#journals.set(keyid, { seq: statement.seq, id });
    const effective = this.keys.apply(index, id, signer, statement);
    if (effective && REGISTRY_TYPES.includes(statement.type)) this.registry.apply(statement);
  }

  #checkCorrection({ party, body }) {
    const found = body.corrects;
    const known = this.partyOf(found);
    if (!known) throw new SequenceRefused("input-unknown", { found });
    if (known.party !== party || known.type !== body.of) {
      const params = { party, found, type: known.type, owner: known.party };
      throw new SequenceRefused("correction-foreign", params);
    }
  }
}

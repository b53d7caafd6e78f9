// Keys by log index, as ledger/verify/keys.py: roots enrol admin keys, an admin key enrols the
// stations of its own party, the new key signs its own enrolment, and an ended key signs no more.
import { fromHex, sha256, toHex, utf8 } from "./bytes.mjs";
import { canonical, pae } from "./entries.mjs";

const ROOT_PARTY = "LEDGER";
const PROOF_TYPE = "application/vnd.ocop-ledger.key-proof.v1+json";
const words = (text) => new Set(text.trim().split(/\s+/));
const KEY_TYPES = "key-enrolled key-retired key-compromised";
const GOODS = `field-work-recorded harvested received processed packed aggregated shipped tested
  inspected sold destroyed labels-issued labels-printed labels-voided labels-reprinted held released
  recalled recall-closed corrected disputed`;
const REGISTRY = `reattested site-registered product-registered item-registered certificate-recorded
  certificate-withdrawn instrument-registered instrument-verified`;
const ALLOWED = {
  root: words(`ledger-opened party-registered ${KEY_TYPES}`),
  admin: words(`${GOODS} ${KEY_TYPES} ${REGISTRY}`),
  station: words(GOODS),
};

export const keyidOf = async (raw) => toHex(await sha256(raw));

export class KeyBook {
  #records = new Map();
  #votes = new Map();
  #genesis = null;

  constructor(trust, verifier) {
    this.trust = trust;
    this.verifier = verifier;
  }

  /** The key that signed `entry`, or a failure code in `.code`. Call in order of index. */
  async signer(entry) {
    const { type, party } = entry.statement;
    if (type === "ledger-opened") return this.#open(entry);
    const record = this.#records.get(entry.keyid);
    if (!record) return { code: "key-unknown" };
    if (record.ended !== null && entry.index >= record.ended) return { code: "key-ended" };
    if (party !== record.party) return { code: "party-differs" };
    if (!ALLOWED[record.role].has(type)) return { code: "type-not-allowed" };
    return record;
  }

  async #open({ index, keyid, statement }) {
    const { roots, log_key: logKey, threshold, origin } = statement.body;
    const known = [...this.trust.roots].sort().join();
    if (this.#genesis || index !== 0 || statement.party !== ROOT_PARTY) {
      return { code: "genesis-wrong" };
    }
    if ([...roots].sort().join() !== known || threshold > new Set(roots).size) {
      return { code: "roots-differ" };
    }
    if (logKey !== this.trust.log_key || !logKey.startsWith(`${origin}+`)) {
      return { code: "log-key-differs" };
    }
    const opening = new Map();
    for (const root of roots) {
      const raw = fromHex(root, 32);
      opening.set(await keyidOf(raw), this.#record(raw, ROOT_PARTY, "root", "station"));
    }
    if (!opening.has(keyid)) return { code: "genesis-wrong" };
    this.#records = opening;
    this.#genesis = statement.body;
    return opening.get(keyid);
  }

  #record(raw, party, role, held) {
    return { raw, party, role, held, ended: null, compromised: false, lastGood: null };
  }

  /** Fold a key statement whose signature holds; returns a failure code or null. */
  async apply(signer, { index, keyid, statement: { type, body } }) {
    if (type === "key-enrolled") {
      const fault = await this.#enrolmentFault(signer, body);
      if (fault) return fault;
      if (this.#approved(signer, keyid, type, body)) {
        const raw = fromHex(body.key, 32);
        const record = this.#record(raw, body.party, body.role, body.held);
        this.#records.set(await keyidOf(raw), record);
      }
    } else if (type === "key-retired" || type === "key-compromised") {
      const target = this.#records.get(body.keyid);
      if (!target) return "key-unknown";
      if (signer.role !== "root" && (signer.party !== target.party || target.role === "root")) {
        return "end-not-allowed";
      }
      if (this.#approved(signer, keyid, type, body)) this.#end(target, index, type, body);
    }
    return null;
  }

  #end(target, index, type, body) {
    // The statement that ends a key may be the key's own last word.
    target.ended ??= index + 1;
    if (type === "key-compromised") {
      target.compromised = true;
      target.lastGood = Math.min(target.lastGood ?? Infinity, body.last_good);
    }
  }

  async #enrolmentFault(signer, body) {
    const byRoot = signer.role === "root" && body.role === "admin";
    const byAdmin =
      signer.role === "admin" && body.role === "station" && body.party === signer.party;
    if (!(byRoot || byAdmin) || body.party === ROOT_PARTY) return "enrolment-not-allowed";
    if ("tag" in body !== (body.role === "station")) return "enrolment-not-allowed";
    const raw = fromHex(body.key, 32);
    if (this.#records.has(await keyidOf(raw))) return "key-twice";
    const { proof, ...agreed } = body;
    const message = pae(PROOF_TYPE, utf8(canonical({ origin: this.#genesis.origin, ...agreed })));
    const holds = await this.verifier.accepts(raw, fromHex(proof, 64), message);
    return holds ? null : "proof-wrong";
  }

  #approved(signer, keyid, type, body) {
    const { threshold } = this.#genesis;
    if (signer.role !== "root" || threshold === 1) return true;
    const what = canonical({ type, body });
    const votes = this.#votes.get(what) ?? new Set();
    this.#votes.set(what, votes.add(keyid));
    return votes.size === threshold;
  }
}

// Key lifecycle by log index, as ledger/verify/keys.py: roots enrol admin keys, an admin key enrols
// the stations of its own party, the new key signs its own enrolment, an ended key signs no more.
import { fromHex, toHex, utf8 } from "./bytes.mjs";
import { written } from "./canonical.mjs";
import { publicKey } from "./ed25519.mjs";
import { pae } from "./entry.mjs";
import { readNoteKey } from "./note.mjs";
import { KeyRefused, NoteRefused, SignatureRefused } from "./refusals.mjs";
import { ALLOWED, KEY_TYPES, REACH } from "./shapes.mjs";
import { sha256 } from "./sha256.mjs";

const ROOT_PARTY = "LEDGER";
const PROOF_TYPE = "application/vnd.ocop-ledger.key-proof.v1+json";
const keyidOf = (hex) => toHex(sha256(fromHex(hex, 32)));

/** The key of the log that genesis names; null for a text that spells no key. */
function logKeyOf(text) {
  try {
    return readNoteKey(text).key;
  } catch (refused) {
    if (refused instanceof NoteRefused) return null;
    throw refused;
  }
}

function record(key, party, role, held, tag, enrolled) {
  const ending = { ended: null, endReason: "", compromised: false, lastGood: null };
  return { key, party, role, held, tag, enrolled, ...ending, signed: [] };
}

export class KeyBook {
  records = new Map();
  genesis = null;
  parties = new Set();
  #opening = new Map();
  #votes = new Map();
  #reattestations = [];

  constructor(expectedRoots, verifier) {
    this.expectedRoots = expectedRoots;
    this.verifier = verifier;
  }

  /** The record of the key that may sign this statement at this index; throws KeyRefused. */
  signer(keyid, index, statement) {
    const { type, party } = statement;
    const found = this.records.get(keyid);
    if (!found) {
      if (type === "ledger-opened") return this.#open(keyid, index, statement);
      throw new KeyRefused("key-unknown", { keyid });
    }
    if (found.ended !== null && index >= found.ended) {
      const params = { keyid, ended: found.ended, reason: found.endReason, index };
      throw new KeyRefused("key-ended", params);
    }
    if (party !== found.party) {
      throw new KeyRefused("party-differs", { found: party, expected: found.party });
    }
    if (!ALLOWED[found.role].includes(type)) {
      throw new KeyRefused("type-not-allowed", { role: found.role, type });
    }
    if (type === "ledger-opened") throw new KeyRefused("genesis-twice", { index });
    if (type === "index-committed") {
      const { size } = statement.body;
      if (size > index || index - size >= REACH) {
        throw new KeyRefused("index-out-of-reach", { index, size });
      }
    }
    return found;
  }

  #open(keyid, index, { type, party, body }) {
    if (this.genesis) throw new KeyRefused("genesis-twice", { index });
    const ids = body.roots.map(keyidOf);
    if (index !== 0 || !ids.includes(keyid)) {
      throw new KeyRefused("genesis-missing", { found: type });
    }
    if (party !== ROOT_PARTY) {
      throw new KeyRefused("party-differs", { found: party, expected: ROOT_PARTY });
    }
    const named = new Set(body.roots);
    const wanted = this.expectedRoots;
    if (named.size !== wanted.size || [...named].some((root) => !wanted.has(root))) {
      throw new KeyRefused("roots-differ");
    }
    if (body.threshold > named.size) {
      const params = { threshold: body.threshold, count: named.size };
      throw new KeyRefused("threshold-beyond", params);
    }
    const make = (root) =>
      record(publicKey(fromHex(root, 32)), ROOT_PARTY, "root", "station", null, 0);
    this.#opening = new Map(body.roots.map((root, at) => [ids[at], make(root)]));
    const log = logKeyOf(body.log_key);
    if (log && !this.#opening.has(log.keyid)) {
      this.#opening.set(log.keyid, record(log, ROOT_PARTY, "log", "hub", null, index));
    }
    return this.#opening.get(keyid);
  }

  /** Refuse a key statement that `signer` may not make; other types pass. */
  async check(signer, { type, body }) {
    if (type === "key-enrolled") await this.#checkEnrolment(signer, body);
    else if (type === "key-retired" || type === "key-compromised") {
      const target = this.records.get(body.keyid);
      if (!target) throw new KeyRefused("key-unknown", { keyid: body.keyid });
      const foreign = signer.party !== target.party || target.role === "root";
      // Genesis names the log key for good: a ledger has no way to name another.
      if (target.role === "log" || (signer.role !== "root" && foreign)) {
        const params = { signer: signer.role, party: signer.party, keyid: body.keyid };
        throw new KeyRefused("end-not-allowed", { ...params, other: target.party });
      }
    }
  }

  async #checkEnrolment(signer, body) {
    const { role, party, tag } = body;
    const byRoot = signer.role === "root" && role === "admin";
    const byAdmin = signer.role === "admin" && role === "station" && party === signer.party;
    if (!(byRoot || byAdmin) || party === ROOT_PARTY) {
      const params = { signer: signer.role, party: signer.party, role, other: party };
      throw new KeyRefused("enrolment-not-allowed", params);
    }
    if (!this.parties.has(party)) throw new KeyRefused("party-unknown", { found: party });
    if ((tag !== undefined) !== (role === "station")) throw new KeyRefused("tag-needed");
    const key = publicKey(fromHex(body.key, 32));
    if (this.records.has(key.keyid)) throw new KeyRefused("key-twice", { keyid: key.keyid });
    for (const one of this.records.values()) {
      if (one.tag !== null && one.tag === tag && one.party === party) {
        throw new KeyRefused("tag-taken", { tag, party });
      }
    }
    const { proof, ...agreed } = body;
    const message = pae(PROOF_TYPE, utf8(written({ origin: this.genesis.origin, ...agreed })));
    try {
      await this.verifier.verify(key, fromHex(proof, 64), message);
    } catch (refused) {
      if (!(refused instanceof SignatureRefused)) throw refused;
      throw new KeyRefused("proof-wrong", { keyid: key.keyid, party });
    }
  }

  /**
   * Fold one admitted statement; `check` must have passed for it before. False for what too few root
   * keys have said so far.
   */
  apply(index, id, signer, { type, body }) {
    signer.signed.push([index, id]);
    if (type === "reattested") this.#reattestations.push([index, signer, body.entries]);
    const changes = KEY_TYPES.includes(type) || type === "party-registered";
    if (!changes || type === "reattested") return true;
    if (!this.#approved(signer, type, body)) return false;
    if (type === "ledger-opened") this.#begin(body);
    else if (type === "party-registered") this.parties.add(body.code);
    else if (type === "key-enrolled") {
      const { party, role, held, tag } = body;
      const key = publicKey(fromHex(body.key, 32));
      this.records.set(key.keyid, record(key, party, role, held, tag ?? null, index));
    } else this.#end(index, type, body);
    return true;
  }

  #begin(body) {
    for (const [keyid, root] of this.#opening) this.records.set(keyid, root);
    this.genesis = body;
    this.parties.add(ROOT_PARTY);
  }

  #end(index, type, { keyid, reason, last_good: lastGood }) {
    const target = this.records.get(keyid);
    if (target.ended === null) {
      target.ended = index + 1; // the statement that ends a key may be the key's own last word
      target.endReason = reason;
    }
    if (type === "key-compromised") {
      target.compromised = true;
      target.lastGood = Math.min(target.lastGood ?? Infinity, lastGood);
    }
  }

  /** A root's key statement takes effect when `threshold` roots have said the same. */
  #approved(signer, type, body) {
    if (signer.role !== "root" || !this.genesis || this.genesis.threshold === 1) return true;
    const what = written({ type, body });
    const votes = this.#votes.get(what) ?? new Set();
    this.#votes.set(what, votes.add(signer.key.keyid));
    return votes.size === this.genesis.threshold;
  }

  /** Entries (id -> record) at or after a compromised key's last good size, not re-attested. */
  disputed() {
    const vouched = new Set();
    for (const [index, by, entries] of this.#reattestations) {
      if (by.lastGood === null || index < by.lastGood) {
        for (const id of entries) vouched.add(`${by.party} ${id}`);
      }
    }
    const found = new Map();
    for (const one of this.records.values()) {
      for (const [index, id] of one.lastGood === null ? [] : one.signed) {
        if (index >= one.lastGood && !vouched.has(`${one.party} ${id}`)) found.set(id, one);
      }
    }
    return found;
  }
}

// What a check found, as plain data in the form of `ocop-verify --json`.
import { CHECKS } from "./shapes.mjs";

const exact = (value) => {
  if (value === null) return 0;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
};

export class Report {
  item = "";
  lot = "";
  origin = "";
  treeSize = 0;
  entries = 0;
  status = "";
  product = "";
  failures = [];
  notRun = new Set([3]);
  findings = [];
  signers = [];
  completeAsOf = null;
  witnesses = new Map();
  uncheckedWitnesses = [];
  /** Beside what `ocop-verify` says: what happened, and the keys that signed, for a page. */
  steps = [];
  keys = [];

  constructor(engine) {
    this.engine = engine;
  }

  /** List one broken check: its number, the log index concerned (or null), the refusal. */
  fail(check, index, refusal) {
    const { family, code, params } = refusal;
    this.failures.push({ check, index, family, code, params });
  }

  get verdict() {
    return this.failures.length ? "refused" : "verified";
  }

  /** How many sealed entries the index of a whole bundle does not cover (its own is none of them). */
  get uncovered() {
    const of = this.completeAsOf;
    return of ? this.treeSize - of.size - Number(of.index >= of.size) : 0;
  }

  /** Who signed what, of the entries that stand; `steps` are what counts today, corrections applied. */
  tell(located, steps, isGoods) {
    const goods = located.filter(({ statement }) => isGoods(statement.type));
    const signers = goods.map(({ statement, signer }) => `${statement.party} (${signer.held})`);
    this.signers = [...new Set(signers)].sort();
    this.steps = steps;
    const counts = new Map();
    for (const { signer } of located) counts.set(signer, (counts.get(signer) ?? 0) + 1);
    this.keys = [...counts].map(([{ key, party, role, held }, count]) => {
      return { keyid: key.keyid, party, role, held, count };
    });
  }

  outcome(number) {
    if (this.failures.some(({ check }) => check === number)) return "failed";
    return this.notRun.has(number) ? "not-run" : "passed";
  }

  /** As `ocop-verify --json`, with sentences by `say(failure or finding)`. */
  asJson(titles, say) {
    const of = this.failures.length ? null : this.completeAsOf;
    const seen = [...this.witnesses].map(([name, time]) => [name, exact(time)]);
    const complete = of && { size: of.size, time: of.time, witnesses: Object.fromEntries(seen) };
    return {
      verdict: this.verdict,
      item: this.item,
      lot: this.lot,
      product: this.product,
      status: this.status,
      origin: this.origin,
      tree_size: this.treeSize,
      entries: this.entries,
      signers: this.signers,
      complete_as_of: complete,
      unchecked_witnesses: this.uncheckedWitnesses,
      checks: CHECKS.map((number) => ({
        number,
        title: titles[number],
        outcome: this.outcome(number),
        failures: this.failures
          .filter(({ check }) => check === number)
          .map((one) => ({ code: one.code, index: one.index, sentence: say(one) })),
      })),
      findings: this.findings.map((one) => ({
        code: one.code,
        severity: one.severity,
        item: one.lot.split("\0")[0],
        lot: one.lot.split("\0")[1],
        entry: one.entry,
        sentence: say(one),
      })),
    };
  }
}

// Check 8, completeness: by the index of the log nothing about the lot was left out of a bundle
// (ledger/verify/bundle_index.py, completeness.py; docs/format.md, section 13).
import { toHex } from "./bytes.mjs";
import { written } from "./canonical.mjs";
import { codeOf, itemOf, lotsAbout, unique } from "./graph.mjs";
import { LotGraph } from "./lots.mjs";
import { rootOfRows } from "./map_proof.mjs";
import { BundleRefused, RowsRefused } from "./refusals.mjs";
import { KEY_TYPES, REGISTRY_TYPES } from "./shapes.mjs";

export const COMMITTED = "index-committed";
const HIDDEN = { lot: "statement-hidden", papers: "papers-hidden", key: "key-change-hidden" };

/** Whether statements of a type are about goods: neither registry, keys nor index. */
export const isAboutGoods = (type) =>
  !KEY_TYPES.includes(type) && !REGISTRY_TYPES.includes(type) && type !== COMMITTED;

const nameOf = (...parts) => JSON.stringify(parts);
const ofPapers = (subject) => nameOf("papers", /:([^/]*)/.exec(subject)[1], subject);
const ofLot = (lot) => nameOf("lot", itemOf(lot), codeOf(lot));

/** Names of the rows that a bundle of these statements holds, as JSON texts. */
function rowsWanted(lot, located) {
  const graph = new LotGraph(located);
  const lots = [lot, ...graph.ancestors(lot)];
  const items = lots.map(itemOf).filter((item) => !item.includes("/"));
  const subjects = items.map((item) => `product:${item}`);
  for (const { statement } of located) {
    const { type, party, body } = statement;
    if (!isAboutGoods(type)) continue;
    subjects.push(`party:${party}`);
    const { site } = type === "corrected" ? body.body : body;
    if (site !== undefined) subjects.push(`site:${party}/${site}`);
  }
  return new Set([
    ...lots.map(ofLot),
    ...located.map(({ signer }) => nameOf("key", signer.party, signer.key.keyid)),
    ...subjects.map(ofPapers),
  ]);
}

/** Rows that count a statement: one for each lot it is about, or for its papers' subject. */
function rowsTouched({ type, body }) {
  const lots = unique(lotsAbout(type, body));
  if (lots.length) return lots.map(ofLot);
  return /^certificate-(recorded|withdrawn)$/.test(type) ? [ofPapers(body.subject)] : [];
}

export class IndexCheck {
  #keys = null;

  /** `readable` maps log indexes to the bundle's statements. */
  constructor(bundle, readable, report) {
    this.bundle = bundle;
    this.report = report;
    const said = bundle.index === null ? undefined : readable.get(bundle.index.entry);
    this.size = said?.type === COMMITTED ? said.body.size : 0;
  }

  /** To be told of each entry before it is folded: keys count as of the index's size. */
  before(index, keys) {
    if (this.#keys || index < this.size) return;
    this.#keys = new Map();
    for (const [keyid, { enrolled, ended, lastGood }] of keys.records) {
      this.#keys.set(keyid, { enrolled, ended, last_good: lastGood });
    }
  }

  /** Judge it, once the rest of the bundle was. */
  check(lot, located, required) {
    const { report } = this;
    const { index } = this.bundle;
    if (index === null) {
      if (required) report.fail(8, null, new BundleRefused("index-absent"));
      return;
    }
    const stood = !report.failures.length;
    const committed = located.find(
      (one) => one.index === index.entry && one.statement.type === COMMITTED,
    );
    if (!committed) {
      report.fail(8, index.entry, new BundleRefused("index-absent"));
      return;
    }
    const { body, time } = committed.statement;
    if (this.#proved(index, body.root) && stood && this.#whole(lot, located, index)) {
      report.completeAsOf = { size: body.size, index: index.entry, time };
    }
  }

  #proved(index, root) {
    try {
      if (toHex(rootOfRows(index.rows, index.nodes)) === root) return true;
      throw new BundleRefused("index-unproved", { index: index.entry });
    } catch (refused) {
      if (!(refused instanceof RowsRefused || refused instanceof BundleRefused)) throw refused;
      this.report.fail(8, index.entry, refused);
      return false;
    }
  }

  #whole(lot, located, index) {
    const before = this.report.failures.length;
    const wanted = rowsWanted(lot, located);
    const given = new Set(index.rows.map(({ name }) => name));
    for (const name of [...wanted].sort()) {
      if (!given.has(name)) this.#fail("index-row-missing", JSON.parse(name));
    }
    const counted = new Map();
    for (const { index: at, id, statement } of located) {
      for (const name of at < this.size ? rowsTouched(statement) : []) {
        counted.set(name, { count: (counted.get(name)?.count ?? 0) + 1, head: id });
      }
    }
    for (const row of index.rows) {
      if (!wanted.has(row.name)) this.#fail("index-row-extra", row.parts);
      else if (row.parts[0] === "key") this.#judgeKey(row);
      else this.#judgeCount(row, counted.get(row.name) ?? { count: 0, head: "" });
    }
    return this.report.failures.length === before;
  }

  #judgeKey({ parts, value }) {
    const known = this.#keys.get(parts[2]) ?? null;
    if (written(value) === written(known)) return;
    const when = (index) => index ?? Infinity;
    const more = (name) => when(value[name]) < when(known[name]);
    const hidden = value && known && (more("ended") || more("last_good"));
    this.#fail(hidden ? HIDDEN.key : "index-false", parts);
  }

  #judgeCount({ parts, value }, { count, head }) {
    const said = value?.count ?? 0;
    if (said > count) this.#fail(HIDDEN[parts[0]], parts, { count: said, found: count });
    else if (said !== count || (value && value.head !== head)) this.#fail("index-false", parts);
  }

  #fail(code, parts, more = {}) {
    const last = parts.at(-1);
    const of = { row: parts.join(" "), lot: last, subject: last, keyid: last };
    this.report.fail(8, null, new BundleRefused(code, { ...of, ...more }));
  }
}

// The station list: every station's key as evidence to carry (ledger/verify/station_list.py).
import { toHex, utf8 } from "./bytes.mjs";
import { parseBundle } from "./bundle.mjs";
import { written } from "./canonical.mjs";
import { COMMITTED } from "./completeness.mjs";
import { BundleEntries, refusalOf } from "./entries.mjs";
import { rootOfRows } from "./map_proof.mjs";
import { BundleProofs } from "./proofs.mjs";
import { BundleRefused, ListRefused } from "./refusals.mjs";
import { Report } from "./report.mjs";
import { openSealed } from "./seal.mjs";
import { load, objectOf, wrongValue } from "./strict_file.mjs";

const FORMAT = "ocop-ledger/station-list/v1";
const MOST = 32 * 1024 * 1024;
const FIELDS = ["format", "checkpoint", "entries", "nodes", "index"];
const WHAT = "station list";
const LISTED = [
  "ledger-opened", "party-registered", "key-enrolled", "key-retired", "key-compromised",
  "product-registered",
];

/** A list as the bundle of no lot that it is. */
function parseList(raw) {
  const top = objectOf(load(raw, WHAT, MOST), FIELDS, "the file", WHAT);
  if (top.format !== FORMAT) throw wrongValue("format", WHAT, top.format, FORMAT);
  const none = { item: "", lot: "", disclosures: [] };
  const whole = { ...top, ...none, format: "ocop-ledger/lot-bundle/v2" };
  // A number beyond what JSON may hold here becomes a text, which is refused just as well.
  const plain = (_, value) => (typeof value === "bigint" ? String(value) : value);
  return parseBundle(utf8(JSON.stringify(whole, plain)));
}

/** {report, history}: what the list says of keys is worth nothing unless the report is verified. */
export async function verifyStationList(raw, trust, verifier) {
  const report = new Report(verifier.name);
  let made;
  const refused = await refusalOf(() => {
    made = parseList(raw);
  });
  if (refused) {
    report.fail(1, null, refused);
    return { report, history: null };
  }
  const checkpoint = await openSealed(made, trust, report, verifier);
  const entries = new BundleEntries(made, trust, report, verifier, { linked: false });
  await entries.read();
  const proofs = new BundleProofs(made, checkpoint, report);
  proofs.proveAll([...entries.readable.values()]);
  const rows = new KeyRows(made.index, entries);
  await entries.check(proofs, (at) => rows.before(at));
  rows.before(Infinity);
  entries.checkGenesis(checkpoint);
  for (const [index, { type }] of entries.readable) {
    const committed = type === COMMITTED && made.index?.entry === index;
    if (!LISTED.includes(type) && !committed) {
      report.fail(8, index, new ListRefused("list-foreign", { index, type }));
    }
  }
  rows.check(report, trust.indexRequired);
  proofs.checkAnchors(entries.located);
  return { report, history: entries.history };
}

const rowOf = ({ party, key }) => JSON.stringify(["key", party, key.keyid]);

/** Whether the index knows the same of every key of the list. */
class KeyRows {
  #known = null;

  constructor(index, entries) {
    this.index = index;
    this.entries = entries;
    const said = index === null ? undefined : entries.readable.get(index.entry);
    this.size = said?.type === COMMITTED ? said.body.size : 0;
  }

  /** To be told of each entry before it is folded: keys count as of the index's size. */
  before(at) {
    if (this.#known || at < this.size) return;
    this.#known = new Map();
    for (const one of this.entries.history.keys.records.values()) {
      const { enrolled, ended, lastGood } = one;
      this.#known.set(rowOf(one), { enrolled, ended, last_good: lastGood });
    }
  }

  check(report, required) {
    const { index, entries } = this;
    if (index === null) {
      if (required) report.fail(8, null, new BundleRefused("index-absent"));
      return;
    }
    const stood = !report.failures.length;
    const committed = entries.located.find(
      (one) => one.index === index.entry && one.statement.type === COMMITTED,
    );
    if (!committed) {
      report.fail(8, index.entry, new BundleRefused("index-absent"));
      return;
    }
    const { body, time } = committed.statement;
    let root;
    try {
      root = toHex(rootOfRows(index.rows, index.nodes));
    } catch (refused) {
      report.fail(8, index.entry, refused);
      return;
    }
    if (root !== body.root) {
      report.fail(8, index.entry, new BundleRefused("index-unproved", { index: index.entry }));
    } else if (stood && this.#whole(report)) {
      report.completeAsOf = { size: body.size, index: index.entry, time };
    }
  }

  #whole(report) {
    const wanted = new Set([...this.entries.history.keys.records.values()].map(rowOf));
    const given = new Set(this.index.rows.map(({ name }) => name));
    const fail = (code, name) => {
      const parts = JSON.parse(name);
      const last = parts.at(-1);
      const params = { row: parts.join(" "), lot: last, subject: last, keyid: last };
      report.fail(8, null, new BundleRefused(code, params));
    };
    for (const name of wanted) if (!given.has(name)) fail("index-row-missing", name);
    for (const { name, value } of this.index.rows) {
      const known = this.#known.get(name) ?? null;
      if (!wanted.has(name)) fail("index-row-extra", name);
      else if (written(value) !== written(known)) {
        fail(value && known && endsEarlier(value, known) ? "key-change-hidden" : "index-false", name);
      }
    }
    return !report.failures.length;
  }
}

/** Whether the log knows of an end, or of an earlier one, that the list does not show. */
function endsEarlier(row, known) {
  const when = (index) => index ?? Infinity;
  return ["ended", "last_good"].some((name) => when(row[name]) < when(known[name]));
}

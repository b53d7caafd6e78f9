// `verifyBundle`: the numbered checklist over one lot bundle, as ledger/verify/checklist.py. Every
// item runs as far as it can and every failure is listed; an entry that fails a check never lends
// its keys or registrations to others.
import { toHex } from "./bytes.mjs";
import { parseBundle } from "./bundle.mjs";
import { COMMITTED, IndexCheck, isAboutGoods } from "./completeness.mjs";
import { chooseVerifier } from "./ed25519.mjs";
import { BundleEntries, refusalOf } from "./entries.mjs";
import { once } from "./findings.mjs";
import { lotKey, lotsAbout } from "./graph.mjs";
import { LotGraph, isGoods } from "./lots.mjs";
import { BundleProofs } from "./proofs.mjs";
import { BundleRefused } from "./refusals.mjs";
import { Report } from "./report.mjs";
import { openSealed } from "./seal.mjs";
import { hmac } from "./sha256.mjs";
import { lotFindings, lotStatus } from "./standing.mjs";
import { isObject } from "./strict_file.mjs";

/**
 * Check a bundle file's bytes against a trust file (see `parseTrust`); gives a Report.
 * Options: `now`, a Date of the reader's clock (without it dates stay unjudged); `label`,
 * {tag, counter} of a scanned label that must be of this lot; `fallback`, not to use the browser's
 * own Ed25519.
 */
export async function verifyBundle(raw, trust, { now = null, label = null, fallback } = {}) {
  const verifier = await chooseVerifier({ fallback });
  const report = new Report(verifier.name);
  let bundle;
  const refused = await refusalOf(() => {
    bundle = parseBundle(raw);
  });
  if (refused) {
    report.fail(1, null, refused);
    for (let number = 2; number <= 11; number += 1) report.notRun.add(number);
    return report;
  }
  const clock = now && { moment: now.getTime(), day: now.toISOString().slice(0, 10) };
  return new Check(bundle, trust, report, verifier).run(clock, label);
}

class Check {
  #located;

  constructor(bundle, trust, report, verifier) {
    this.bundle = bundle;
    this.trust = trust;
    this.report = report;
    this.lot = lotKey(bundle.item, bundle.lot);
    this.entries = new BundleEntries(bundle, trust, report, verifier);
    this.history = this.entries.history;
    this.#located = this.entries.located;
    this.verifier = verifier;
  }

  async run(now, label) {
    const { report, bundle, trust, entries } = this;
    const count = bundle.entries.length;
    Object.assign(report, { item: bundle.item, lot: bundle.lot, entries: count });
    const checkpoint = await openSealed(bundle, trust, report, this.verifier);
    await entries.read();
    const proofs = new BundleProofs(bundle, checkpoint, report);
    proofs.proveAll([...entries.readable.values()]);
    const index = new IndexCheck(bundle, entries.readable, report);
    await entries.check(proofs, (at) => index.before(at, this.history.keys));
    index.before(Infinity, this.history.keys);
    entries.checkGenesis(checkpoint);
    this.#graph();
    index.check(this.lot, this.#located, trust.indexRequired);
    proofs.checkAnchors(this.#located);
    this.#disclosures();
    this.#conclude(now, label);
    // A conclusion about goods needs evidence that stands.
    if (report.failures.length) report.notRun.add(11);
    return report;
  }

  // 8
  #graph() {
    const { report, bundle } = this;
    const located = this.#located;
    const graph = new LotGraph(located);
    if (!graph.line(this.lot).madeBy.length) {
      report.fail(8, null, new BundleRefused("lot-absent", { lot: bundle.lot, item: bundle.item }));
    }
    const wanted = new Set([this.lot, ...graph.ancestors(this.lot)]);
    const byId = new Map(located.map((one) => [one.id, one]));
    const sites = new Set();
    for (const lot of wanted) {
      for (const step of graph.typed(lot, "harvested")) {
        sites.add(`${step.party}\0${step.body.site}`);
      }
    }
    // A spraying written down late is evidence too.
    const concerns = ({ statement }) =>
      lotsAbout(statement.type, statement.body).some((lot) => wanted.has(lot)) ||
      sites.has(workedAt(statement));
    const related = located.filter(concerns).map(({ id }) => id);
    // What a related statement builds on belongs to the evidence too, all the way back.
    const allowed = new Set();
    while (related.length) {
      const id = related.pop();
      if (!byId.has(id) || allowed.has(id)) continue;
      allowed.add(id);
      related.push(...byId.get(id).statement.inputs);
    }
    for (const { index, id, statement } of located) {
      const { type } = statement;
      const foreign =
        type === COMMITTED ? bundle.index?.entry !== index : isAboutGoods(type) && !allowed.has(id);
      if (foreign) report.fail(8, index, new BundleRefused("entry-foreign", { index, type }));
    }
  }

  // 1, again: opened private texts
  #disclosures() {
    const held = new Set(this.#located.flatMap(({ statement }) => digests(statement.body)));
    for (const { digest, salt, text } of this.bundle.disclosures) {
      if (toHex(hmac(salt, text)) !== digest) {
        this.report.fail(1, null, new BundleRefused("disclosure-wrong", { found: text, digest }));
      } else if (!held.has(digest)) {
        this.report.fail(1, null, new BundleRefused("disclosure-foreign", { digest }));
      }
    }
  }

  // 9, 11
  #conclude(now, label) {
    const { report, lot, history } = this;
    const { registry, keys } = history;
    const graph = new LotGraph(this.#located);
    const disputed = keys.disputed();
    const lots = [lot, ...graph.ancestors(lot)];
    report.findings = once(
      lots.flatMap((one) => lotFindings(graph, registry, one, disputed, now)),
    );
    report.status = lotStatus(graph, lot, now);
    report.product = registry.itemName(this.bundle.item);
    const steps = [...graph.steps.values()].filter(({ type }) => isAboutGoods(type));
    for (const step of steps) step.corrected = graph.corrections.has(step.id);
    report.tell(this.#located, steps, isGoods);
    if (label && !issued(graph, lot, label)) {
      const serial = `${label.tag}${String(label.counter).padStart(6, "0")}`;
      report.fail(9, null, new BundleRefused("label-foreign", { serial }));
    }
  }
}

/** "party NUL site" of field work or its correction, null for anything else. */
function workedAt({ type, party, body }) {
  const corrected = type === "corrected" && body.of === "field-work-recorded";
  if (!corrected && type !== "field-work-recorded") return null;
  return `${party}\0${(corrected ? body.body : body).site}`;
}

function issued(graph, lot, { tag, counter }) {
  const holds = ({ first, count }) => first <= counter && counter < first + count;
  return graph.typed(lot, "labels-issued").some(({ body }) => body.tag === tag && holds(body));
}

/** Every private digest of a body: `note`, and `digest` of a counterparty. */
function digests(value) {
  if (!isObject(value)) return [];
  const own = [value.note, value.digest].filter((one) => typeof one === "string");
  return [...own, ...Object.values(value).flatMap(digests)];
}

// Gates of validity, as ledger/verify/rules/gates.py: certificates, OCOP stars, verified
// instruments, waiting times, sites.
import { daysAfter } from "./dates.mjs";
import { finding } from "./findings.mjs";
import { itemOf } from "./graph.mjs";

/** Findings about what had to be valid on the day. */
export function gatesOf(graph, registry, lot) {
  return graph.line(lot).about.flatMap((step) => {
    const { id, type, party, body } = step;
    const found = [];
    if (["harvested", "processed", "packed"].includes(type)) {
      found.push(...certificates(registry, lot, step));
    }
    if (body.instrument) found.push(...instrument(registry, lot, step));
    const unknown = body.site && !registry.sites.has(`${party}\0${body.site}`);
    if (unknown && type !== "field-work-recorded") {
      found.push(finding("site-unknown", lot, id, { site: body.site }));
    }
    if (type === "harvested") found.push(...waitingTime(graph, lot, step));
    return found;
  });
}

function certificates(registry, lot, { id, type, party, day, body }) {
  const subjects = [`site:${party}/${body.site}`, `party:${party}`];
  if (type === "packed") subjects.push(`product:${itemOf(lot)}`);
  return lapsed(registry.certificatesOf(...subjects), day).map((one) => {
    const { kind, number, subject, from, to, stars } = one;
    if (kind === "ocop") {
      return finding("stars-expired", lot, id, { number, stars, valid_to: to, day });
    }
    const of = subject.slice(subject.indexOf(":") + 1);
    const params = { kind, number, subject: of, valid_from: from, valid_to: to, day };
    return finding("certificate-expired", lot, id, params);
  });
}

/** Per kind and subject, the newest that ended before `day` with none in its place. */
function lapsed(certificates, day) {
  const key = ({ kind, subject }) => `${kind}\0${subject}`;
  const covers = ({ withdrawn, from, to }) => !withdrawn && from <= day && day <= to;
  const covered = new Set(certificates.filter(covers).map(key));
  const found = new Map();
  for (const one of certificates) {
    const ended = one.to < day || (one.withdrawn && one.from <= day);
    const known = found.get(key(one));
    if (!covered.has(key(one)) && ended && !(known && known.to >= one.to)) found.set(key(one), one);
  }
  return [...found.values()];
}

function instrument(registry, lot, { id, party, day, body }) {
  const code = body.instrument;
  const verified = registry.instruments.get(`${party}\0${code}`) ?? [];
  if (!verified.length) {
    return [finding("instrument-unverified", lot, id, { instrument: code, day })];
  }
  if (verified.some(([since, until]) => since <= day && day <= until)) return [];
  const last = verified.map(([, until]) => until).sort().at(-1);
  return [finding("instrument-out", lot, id, { instrument: code, day, valid_to: last })];
}

function waitingTime(graph, lot, { id, party, day, body }) {
  return graph.fieldWorkAt(party, body.site).flatMap((work) => {
    const days = work.body.interval_days ?? 0;
    const until = daysAfter(work.day, days);
    if (!days || work.day > day || day >= until) return [];
    return [finding("pre-harvest-interval", lot, id, { site: body.site, day, until })];
  });
}

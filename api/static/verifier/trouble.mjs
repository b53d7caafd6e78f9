// Trouble, as ledger/verify/rules/trouble.py: recalls, holds, failed tests, corrections, disputes -
// and what moved regardless.
import { codeOf } from "./graph.mjs";
import { finding } from "./findings.mjs";

const MOVES = ["shipped", "sold", "labels-issued", "labels-printed"];

/** Recalls of ancestors that reach everything made from them: [ancestor, recall]. */
export function reachingRecalls(graph, lot) {
  return graph.ancestors(lot).flatMap((origin) =>
    graph
      .stops(origin)
      .filter(({ type, body }) => type === "recalled" && body.reach === "descendants")
      .map((stop) => [origin, stop]),
  );
}

/** Findings about the standing of one lot; `disputed` maps entry ids to key records. */
export function troubleOf(graph, lot, disputed) {
  const found = stopped(graph, lot);
  for (const [origin, stop] of reachingRecalls(graph, lot)) {
    found.push(finding("input-recalled", lot, stop.id, { input: codeOf(origin) }));
  }
  const line = graph.line(lot);
  for (const step of line.about) {
    const { id, type, body } = step;
    if ((type === "tested" || type === "inspected") && body.result === "fail") {
      found.push(finding("test-failed", lot, id, { day: step.day }));
    }
    const denied = type === "disputed" ? graph.steps.get(body.entry) : undefined;
    if (denied) {
      const params = { party: step.party, type: denied.type, reason: body.reason };
      found.push(finding("disputed-fact", lot, id, params));
    }
    const correction = graph.corrections.get(id);
    if (correction) {
      const params = { type, reason: correction.statement.body.reason };
      found.push(finding("corrected", lot, correction.id, params));
    }
    if (disputed.has(id)) {
      const params = { type, keyid: disputed.get(id).key.keyid };
      found.push(finding("disputed-key", lot, id, params));
    }
  }
  found.push(...notLinked(graph, lot));
  const received = graph.typed(lot, "received").length;
  if (line.takenBy.length && !line.madeBy.length && !received) {
    found.push(finding("origin-missing", lot, line.takenBy[0][0].id));
  }
  return found;
}

/** A statement that works on a lot should build on the lot's record so far. */
function notLinked(graph, lot) {
  const { about, madeBy } = graph.line(lot);
  const ids = new Set(about.map(({ id }) => id));
  for (const id of [...ids]) if (graph.corrections.has(id)) ids.add(graph.corrections.get(id).id);
  // Two stations may fill one lot without seeing each other, so makers are free.
  const first = about[0]?.index ?? 0;
  return about
    .filter((step) => !madeBy.includes(step) && step.index > first)
    .filter(({ inputs }) => !inputs.some((id) => ids.has(id)))
    .map(({ id, type }) => finding("not-linked", lot, id, { type }));
}

function stopped(graph, lot) {
  const found = [];
  const stoppedBy = new Map();
  for (const step of graph.line(lot).about) {
    const { id, type, time, body } = step;
    if (type === "held" || type === "recalled") stoppedBy.set(id, step);
    else if (type === "released" || type === "recall-closed") stoppedBy.delete(body.ends);
    else if (MOVES.includes(type) && stoppedBy.size) {
      const status = stoppedBy.values().next().value.type;
      found.push(finding("moved-while-stopped", lot, id, { type, time, status }));
    }
  }
  for (const { id, type, body } of graph.stops(lot)) {
    const code = type === "recalled" ? "lot-recalled" : "lot-held";
    found.push(finding(code, lot, id, { reason: body.reason }));
  }
  return found;
}

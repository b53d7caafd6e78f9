// All findings of a lot and the one word for its standing, as ledger/verify/rules/standing.py and
// order.py. `now` is {moment (ms), day (ISO, UTC)} of the reader's clock, or null.
import { balanceOf } from "./balance.mjs";
import { moment } from "./dates.mjs";
import { finding, once } from "./findings.mjs";
import { gatesOf } from "./gates.mjs";
import { amountsTaken } from "./graph.mjs";
import { isGoods } from "./lots.mjs";
import { reachingRecalls, troubleOf } from "./trouble.mjs";

const DAY_MS = 86400000;
const LATE_AFTER = 3 * DAY_MS; // a diary is often written in the evening
const CLOCK_SLACK = DAY_MS; // clocks of stations differ
const RANK = { error: 0, warning: 1, notice: 2 };

const isOut = (graph, lot, now) => {
  const expiry = graph.expiry(lot);
  return now !== null && expiry !== null && expiry < now.day ? expiry : null;
};

/** Everything that does not add up about one lot, worst first, each once. */
export function lotFindings(graph, registry, lot, disputed, now) {
  const found = [
    ...troubleOf(graph, lot, disputed),
    ...balanceOf(graph, registry, lot),
    ...gatesOf(graph, registry, lot),
    ...orderOf(graph, lot, now),
  ];
  const expiry = isOut(graph, lot, now);
  if (expiry) found.push(finding("lot-expired", lot, graph.line(lot).madeBy[0].id, { expiry }));
  return once(found).sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** One of recalled, held, expired, active (checklist item 11). */
export function lotStatus(graph, lot, now) {
  const stops = graph.stops(lot);
  const recalled = stops.some(({ type }) => type === "recalled");
  if (recalled || reachingRecalls(graph, lot).length) return "recalled";
  if (stops.length) return "held";
  return isOut(graph, lot, now) ? "expired" : "active";
}

function orderOf(graph, lot, now) {
  const found = [];
  const line = graph.line(lot);
  for (const { id, type, time, day, body } of line.madeBy) {
    const taken = amountsTaken(type, body).flatMap(([one]) => graph.line(one).madeBy);
    let before = null;
    for (const other of taken) {
      if (before === null || moment(other.time) > moment(before)) before = other.time;
    }
    if (before !== null && moment(before) > moment(time)) {
      found.push(finding("before-input", lot, id, { time, before }));
    }
    if (body.expiry && body.expiry < day) {
      const params = { expiry: body.expiry, packed: day };
      found.push(finding("expiry-before-packing", lot, id, params));
    }
  }
  for (const { index, id, type, time, anchor } of line.about) {
    if (now !== null && moment(time) > now.moment + CLOCK_SLACK) {
      found.push(finding("time-in-future", lot, id, { type, time }));
    }
    if (!anchor || !isGoods(type)) continue;
    const known = graph.reachedBefore(Math.min(anchor.size, index));
    if (known !== null && moment(known) - moment(time) > LATE_AFTER) {
      found.push(finding("recorded-late", lot, id, { type, time, known }));
    }
  }
  return found;
}

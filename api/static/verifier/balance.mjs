// Mass balance, as ledger/verify/rules/balance.py: kilograms in >= kilograms out; packs and labels
// within what was packed.
import { amount, counted, kilograms, plain, totalKilograms } from "./amounts.mjs";
import { finding } from "./findings.mjs";
import { itemOf } from "./graph.mjs";

// What packs need may exceed what was weighed in by this many per cent.
const PACK_TOLERANCE = 1n;

/** Findings about amounts of one lot. */
export function balanceOf(graph, registry, lot) {
  return [
    ...runs(graph, lot),
    ...overdrawn(graph, lot),
    ...packs(graph, registry, lot),
    ...labels(graph, lot),
    ...shipped(graph, lot),
  ];
}

const quantities = (parts) => totalKilograms(parts.map(({ quantity }) => quantity));

function runs(graph, lot) {
  const found = [];
  const excess = (id, out, into) =>
    found.push(finding("more-out-than-in", lot, id, { out: plain(out), into: plain(into) }));
  for (const { id, type, body } of graph.line(lot).madeBy) {
    if (type !== "processed") continue;
    const into = quantities(body.inputs);
    const out = quantities(body.outputs);
    const loss = body.loss ? (kilograms(body.loss) ?? 0n) : 0n;
    if (into !== null && out !== null && out + loss > into) excess(id, out + loss, into);
  }
  const made = graph.madeKilograms(lot);
  if (made === null) return found;
  // Party by party: goods that go from hand to hand are received more than once.
  for (const [party, received] of graph.receivedBy(lot)) {
    const own = graph.typed(lot, "received").filter((step) => step.party === party);
    if (received > made) excess(own.at(-1).id, received, made);
  }
  return found;
}

function overdrawn(graph, lot) {
  const had = graph.hadKilograms(lot);
  const over = (entry, taken, had) =>
    finding("overdrawn", lot, entry, { taken: plain(taken), had: plain(had) });
  const { takenBy } = graph.line(lot);
  const all = graph.takenKilograms(lot);
  if (had !== null && all > had) return [over(takenBy.at(-1)[0].id, all, had)];
  const makers = graph.makers(lot);
  return [...graph.receivedBy(lot)].flatMap(([party, received]) => {
    const own = takenBy.filter(([step]) => step.party === party);
    const taken = own.reduce((sum, [, quantity]) => sum + (kilograms(quantity) ?? 0n), 0n);
    if (makers.has(party) || taken <= received) return [];
    return [over(own.at(-1)[0].id, taken, received)];
  });
}

function packs(graph, registry, lot) {
  const net = registry.products.get(itemOf(lot))?.[1].net_content;
  const mass = net ? kilograms(net) : null;
  if (mass === null) return [];
  return graph.line(lot).madeBy.flatMap(({ id, type, body }) => {
    if (type !== "packed") return [];
    const into = quantities(body.inputs);
    const need = mass * BigInt(body.packs);
    if (into === null || need * 100n <= into * (100n + PACK_TOLERANCE)) return [];
    const shown = { packs: body.packs, net: `${net.value} ${net.unit}`, need: plain(need) };
    const params = { ...shown, into: plain(into), tolerance: Number(PACK_TOLERANCE) };
    return [finding("packs-exceed-content", lot, id, params)];
  });
}

function labels(graph, lot) {
  const found = [];
  const issues = graph.typed(lot, "labels-issued");
  const issued = issues.reduce((sum, { body }) => sum + body.count, 0);
  const voided = graph
    .typed(lot, "labels-voided")
    .flatMap(({ body }) => body.voided.ranges)
    .reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const params = { labels: issued - voided, packs: graph.packs(lot) };
  if (issues.length && params.labels > params.packs) {
    found.push(finding("labels-exceed-packs", lot, issues.at(-1).id, params));
  }
  const item = itemOf(lot);
  const used = [];
  for (const { id, body } of graph.labelsOf(item)) {
    const { tag, first } = body;
    const last = first + body.count - 1;
    for (const before of used) {
      if (before.tag !== tag || first > before.last || before.first > last) continue;
      const both = { first: Math.max(first, before.first), last: Math.min(last, before.last) };
      found.push(finding("serial-reused", lot, id, { ...both, tag, item }));
    }
    used.push({ tag, first, last });
  }
  return found;
}

function shipped(graph, lot) {
  const found = [];
  const moved = graph.typed(lot, "shipped");
  const exceeds = (shipped, had) =>
    found.push(finding("shipped-exceeds", lot, moved.at(-1).id, { shipped, had }));
  const out = moved
    .filter(({ body }) => body.quantity.unit === "pack")
    .reduce((sum, { body }) => sum + amount(body.quantity.value), 0n);
  const packed = graph.packs(lot);
  if (packed && out > counted(packed)) exceeds(`${plain(out)} pack`, `${packed} pack`);
  const mass = totalKilograms(moved.map(({ body }) => body.quantity));
  const had = graph.madeKilograms(lot);
  if (mass !== null && had !== null && mass > had) {
    exceeds(`${plain(mass)} kg`, `${plain(had)} kg`);
  }
  return found;
}

// Lots folded from located statements, as ledger/verify/lots.py: what was made, taken, moved,
// stopped and corrected.
import { kilograms } from "./amounts.mjs";
import { moment } from "./dates.mjs";
import { amountsTaken, itemOf, lotOf, lotsAbout, lotsMade, unique } from "./graph.mjs";
import { CORRECTIONS } from "./shapes.mjs";

/** Whether a statement says what happened to goods. */
export const isGoods = (type) => Object.hasOwn(CORRECTIONS, type) && type !== "photographed";

const none = { about: [], madeBy: [], takenBy: [] };

export class LotGraph {
  lines = new Map();
  steps = new Map();
  corrections = new Map();
  #fieldWork = new Map();
  #reached = [];

  /** `located` in log order: {index, id, statement, signer}. */
  constructor(located) {
    const replaced = new Map();
    for (const one of located) {
      const { type, body } = one.statement;
      if (type !== "corrected") continue;
      replaced.set(body.corrects, body.body);
      this.corrections.set(body.corrects, one);
    }
    let latest = null;
    for (const one of located) {
      const { type, time, body } = one.statement;
      if (type !== "corrected") this.#add(one, replaced.get(one.id) ?? body);
      if (!isGoods(type)) continue;
      latest = latest === null || moment(time) > moment(latest) ? time : latest;
      this.#reached.push([one.index, latest]);
    }
  }

  #add({ index, id, statement }, body) {
    const { type, party, time, anchor, inputs } = statement;
    const step = { index, id, type, party, time, anchor, inputs, body, day: time.slice(0, 10) };
    this.steps.set(id, step);
    if (type === "field-work-recorded") {
      const place = `${party}\0${body.site}`;
      this.#fieldWork.set(place, [...(this.#fieldWork.get(place) ?? []), step]);
    }
    for (const lot of unique(lotsAbout(type, body))) this.#line(lot).about.push(step);
    for (const lot of unique(lotsMade(type, body))) this.#line(lot).madeBy.push(step);
    for (const [lot, quantity] of amountsTaken(type, body)) {
      this.#line(lot).takenBy.push([step, quantity]);
    }
  }

  #line(lot) {
    if (!this.lines.has(lot)) this.lines.set(lot, { about: [], madeBy: [], takenBy: [] });
    return this.lines.get(lot);
  }

  line(lot) {
    return this.lines.get(lot) ?? none;
  }

  /** The steps of one type about a lot, in log order. */
  typed(lot, type) {
    return this.line(lot).about.filter((step) => step.type === type);
  }

  fieldWorkAt(party, site) {
    return this.#fieldWork.get(`${party}\0${site}`) ?? [];
  }

  /** Every issue of an item's labels, lots in the order in which the log names them. */
  labelsOf(item) {
    const lots = [...this.lines.keys()].filter((lot) => itemOf(lot) === item);
    return lots.flatMap((lot) => this.typed(lot, "labels-issued"));
  }

  /** Latest time of goods among entries with log index below `size`, or null. */
  reachedBefore(size) {
    return this.#reached.findLast(([index]) => index < size)?.[1] ?? null;
  }

  parents(lot) {
    const steps = this.line(lot).madeBy;
    return unique(steps.flatMap(({ type, body }) => amountsTaken(type, body).map(([one]) => one)));
  }

  /** All lots this lot comes from, nearest first, itself not included. Cycles end the walk. */
  ancestors(lot) {
    const found = new Set();
    let ring = [lot];
    while (ring.length) {
      ring = ring.flatMap((one) => this.parents(one));
      ring = unique(ring.filter((one) => one !== lot && !found.has(one)));
      for (const one of ring) found.add(one);
    }
    return [...found];
  }

  /** Holds and recalls of this very lot that nobody has ended, in log order. */
  stops(lot) {
    const { about } = this.line(lot);
    const ending = about.filter(({ type }) => type === "released" || type === "recall-closed");
    const ended = new Set(ending.map(({ body }) => body.ends));
    return about.filter(({ type, id }) => /^(held|recalled)$/.test(type) && !ended.has(id));
  }

  /** Mass made as this lot; null when unknown or no mass. */
  madeKilograms(lot) {
    const masses = this.line(lot).madeBy.flatMap((step) => madeAmounts(step, lot)).map(kilograms);
    if (!masses.length || masses.includes(null)) return null;
    return masses.reduce((sum, mass) => sum + mass, 0n);
  }

  /** Mass that each party received of this lot, by weight: a map in order of first receipt. */
  receivedBy(lot) {
    const masses = new Map();
    for (const { party, body } of this.typed(lot, "received")) {
      const mass = kilograms(body.quantity);
      if (mass !== null) masses.set(party, (masses.get(party) ?? 0n) + mass);
    }
    return masses;
  }

  /** Parties that made this lot. */
  makers(lot) {
    return new Set(this.line(lot).madeBy.map(({ party }) => party));
  }

  /** Mass there was of this lot: what its makers weighed in, else what they made; without makers
   * what others received. null when unknown. */
  hadKilograms(lot) {
    const makers = this.makers(lot);
    const received = [...this.receivedBy(lot)];
    const weighed = received.filter(([party]) => makers.has(party) || !makers.size);
    if (!weighed.length) return this.madeKilograms(lot);
    return weighed.reduce((sum, [, mass]) => sum + mass, 0n);
  }

  /** Mass taken from this lot for making others. */
  takenKilograms(lot) {
    const masses = this.line(lot).takenBy.map(([, quantity]) => kilograms(quantity));
    return masses.reduce((sum, mass) => sum + (mass ?? 0n), 0n);
  }

  packs(lot) {
    const packed = this.line(lot).madeBy.filter(({ type }) => type === "packed");
    return packed.reduce((sum, { body }) => sum + body.packs, 0);
  }

  /** Earliest expiry day among the packings of this lot, or null. */
  expiry(lot) {
    const days = this.line(lot).madeBy.map(({ body }) => body.expiry).filter(Boolean);
    return days.sort()[0] ?? null;
  }
}

function madeAmounts({ type, body }, lot) {
  if (type === "harvested") return [body.quantity];
  if (type !== "processed") return [];
  return body.outputs.filter((one) => lotOf(one.lot) === lot).map(({ quantity }) => quantity);
}

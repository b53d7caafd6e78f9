// Which lots a statement makes, takes from, or is about, as ledger/verify/graph.py. A lot is known
// by the one text "item NUL code": no signed item or code may hold that character.

export const lotKey = (item, code) => `${item}\0${code}`;
export const lotOf = ({ item, code }) => lotKey(item, code);
export const itemOf = (lot) => lot.slice(0, lot.lastIndexOf("\0"));
export const codeOf = (lot) => lot.slice(lot.lastIndexOf("\0") + 1);
export const unique = (values) => [...new Set(values)];

/** Lots that a statement brings into being (or adds to). */
export function lotsMade(type, body) {
  if (type === "harvested" || type === "packed") return [lotOf(body.lot)];
  if (type === "processed") return body.outputs.map(({ lot }) => lotOf(lot));
  if (type === "corrected") return lotsMade(body.of, body.body);
  return [];
}

/** Lots whose head the statement becomes: those it makes and those it is about. */
export function lotsAbout(type, body) {
  if (type === "processed") return body.outputs.map(({ lot }) => lotOf(lot));
  if (type === "aggregated") return body.contents.map(({ lot }) => lotOf(lot));
  if (type === "corrected") return lotsAbout(body.of, body.body);
  if (body.lots) return body.lots.map(lotOf);
  return body.lot ? [lotOf(body.lot)] : [];
}

/** [lot, quantity] of everything a statement takes for making another lot. */
export function amountsTaken(type, body) {
  if (type !== "processed" && type !== "packed") return [];
  return body.inputs.map(({ lot, quantity }) => [lotOf(lot), quantity]);
}

// What the ledger says exists and who owns it, as ledger/verify/registry.py; the newest registration
// of a code holds.
import { written } from "./canonical.mjs";
import { itemOf, lotsAbout } from "./graph.mjs";
import { OwnershipRefused } from "./refusals.mjs";

const OWNER_ONLY = [
  "harvested", "processed", "packed",
  "labels-issued", "labels-printed", "labels-voided", "labels-reprinted",
];
const OWNER_OR_AUTHORITY = ["held", "released", "recalled", "recall-closed"];

export class Registry {
  parties = new Map();
  sites = new Map();
  items = new Map();
  products = new Map(); // GTIN -> [party, body]
  certificates = new Map(); // "subject NUL number" -> certificate, in the order of the log
  instruments = new Map(); // "party NUL code" -> [[verified on, valid to]]

  isAuthority(party) {
    return this.parties.get(party)?.kind === "authority";
  }

  /** Party that owns an item: the prefix of an item code, the registrant of a GTIN, or null. */
  ownerOf(item) {
    if (item.includes("/")) return item.slice(0, item.indexOf("/"));
    return this.products.get(item)?.[0] ?? null;
  }

  itemName(item) {
    const body = item.includes("/") ? this.items.get(item) : this.products.get(item)?.[1];
    return body?.name ?? item;
  }

  certificatesOf(...subjects) {
    return [...this.certificates.values()].filter(({ subject }) => subjects.includes(subject));
  }

  /** Refuse a statement about another party's product or item. */
  check({ type, party, body }) {
    if (OWNER_ONLY.includes(type)) {
      const lots = type === "processed" ? body.outputs.map(({ lot }) => lot) : [body.lot];
      for (const { item } of lots) this.#checkOwner(type, party, item);
    } else if (type === "product-registered") {
      const owner = this.ownerOf(body.gtin);
      if (owner !== null && owner !== party) {
        throw new OwnershipRefused("gtin-taken", { item: body.gtin, owner });
      }
    } else if (type === "party-registered") {
      const known = this.parties.get(body.code);
      if (known && written(known) !== written(body)) {
        throw new OwnershipRefused("party-taken", { item: body.code });
      }
    } else if (OWNER_OR_AUTHORITY.includes(type) && !this.isAuthority(party)) {
      for (const item of lotsAbout(type, body).map(itemOf)) {
        const owner = this.ownerOf(item);
        if (owner !== null && owner !== party) {
          throw new OwnershipRefused("authority-needed", { party, type, item });
        }
      }
    } else if (type === "photographed" || (type === "corrected" && body.of === "photographed")) {
      const { lot, product } = type === "corrected" ? body.body : body;
      for (const item of [lot?.item, product]) if (item) this.#checkOwner(type, party, item);
    }
  }

  #checkOwner(type, party, item) {
    const owner = this.ownerOf(item);
    if (owner === null) throw new OwnershipRefused("product-unknown", { item, type });
    if (owner !== party) {
      const code = item.includes("/") ? "item-of-other" : "product-of-other";
      throw new OwnershipRefused(code, { item, owner, party, type });
    }
  }

  /** Fold one admitted statement; types that register nothing pass by. */
  apply({ type, party, body }) {
    const own = (code) => `${party}\0${code}`;
    if (type === "party-registered") this.parties.set(body.code, body);
    else if (type === "site-registered") this.sites.set(own(body.code), body);
    else if (type === "item-registered") this.items.set(`${party}/${body.code}`, body);
    else if (type === "product-registered") this.products.set(body.gtin, [party, body]);
    else if (type === "certificate-recorded") {
      const { kind, number, subject, valid_from: from, valid_to: to, stars } = body;
      const certificate = { kind, number, subject, from, to, stars: stars ?? 0, withdrawn: false };
      this.certificates.set(`${subject}\0${number}`, certificate);
    } else if (type === "certificate-withdrawn") {
      const known = this.certificates.get(`${body.subject}\0${body.number}`);
      if (known) known.withdrawn = true;
    } else if (type === "instrument-registered") this.#verified(own(body.code));
    else if (type === "instrument-verified") {
      this.#verified(own(body.code)).push([body.verified_on, body.valid_to]);
    }
  }

  #verified(instrument) {
    if (!this.instruments.has(instrument)) this.instruments.set(instrument, []);
    return this.instruments.get(instrument);
  }
}

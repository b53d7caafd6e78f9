// What a label's own code proves without a network (ledger/verify/label_check.py).
import { verifyBundle } from "./checklist.mjs";
import { parseBundle } from "./bundle.mjs";
import { chooseVerifier } from "./ed25519.mjs";
import { BundleEntries } from "./entries.mjs";
import { readAddress, readSeal, sealedBytes } from "./label_address.mjs";
import { VERDICTS } from "./label_outcomes.mjs";
import { BundleProofs } from "./proofs.mjs";
import { AddressRefused, SealRefused, SignatureRefused } from "./refusals.mjs";
import { Report } from "./report.mjs";
import { verifyStationList } from "./station_list.mjs";

const HINT_DIGITS = 8;

/** A station list's bytes, checked once for many labels: what `checkLabel` takes. */
export async function readStations(raw, trust, { fallback } = {}) {
  return verifyStationList(raw, trust, await chooseVerifier({ fallback }));
}

/**
 * Judge what was scanned, by a trust file that was read (`parseTrust`). Options: `stations` as
 * `readStations` gave it by the same trust file, `bundle`, the bytes of a lot bundle; `fallback` as of
 * `verifyBundle`.
 * Gives {code, verdict, family (of a refusal, else undefined), params, address, evidence (reports)}.
 */
export async function checkLabel(text, trust, { stations, bundle, fallback } = {}) {
  const verifier = await chooseVerifier({ fallback });
  let address;
  try {
    address = readAddress(text);
  } catch (refused) {
    if (!(refused instanceof AddressRefused)) throw refused;
    const verdict = refused.code === "seal-twice" ? "refused" : "undecided";
    return { ...plain(refused), verdict, address: null, evidence: [] };
  }
  const histories = [];
  const evidence = [];
  let recorded = null;
  if (stations) {
    evidence.push(stations.report);
    histories.push(stations.history);
  }
  if (bundle) {
    const found = await ofBundle(bundle, trust, address, verifier, fallback);
    evidence.push(found.report);
    histories.push(found.history);
    ({ recorded } = found);
  }
  const params = { serial: address.serial, item: address.item, lot: address.lot };
  const told = (code) => ({ code, verdict: VERDICTS[code], params, address, evidence });
  if (evidence.some(({ verdict }) => verdict !== "verified")) return told("evidence-refused");
  if (!histories.length) return told("evidence-missing");
  let seal;
  try {
    seal = address.seal === null ? null : readSeal(address.seal);
  } catch (refused) {
    if (!(refused instanceof SealRefused)) throw refused;
    return { ...plain(refused), verdict: "refused", address, evidence };
  }
  return told(await judged(address, seal, histories, recorded, verifier, params));
}

const plain = ({ code, family, params }) => ({ code, family, params });

/** The report on a bundle, what it says of keys, and whether it shows the serial's issue. */
async function ofBundle(raw, trust, address, verifier, fallback) {
  const report = await verifyBundle(raw, trust, { fallback });
  if (report.failures.length) return { report, history: null, recorded: null };
  const made = parseBundle(raw);
  const entries = new BundleEntries(made, trust, new Report(verifier.name), verifier);
  await entries.read();
  await entries.check(new BundleProofs(made, null, report), () => {});
  const { history } = entries;
  if (made.item !== address.item || made.lot !== address.lot) {
    return { report, history, recorded: null };
  }
  const asked = await verifyBundle(raw, trust, { label: address, fallback });
  return { report, history, recorded: !asked.failures.length };
}

/** The code of the outcome; what its sentence names goes into `params`. */
async function judged(address, seal, histories, recorded, verifier, params) {
  const holder = histories.find(({ registry }) => registry.ownerOf(address.item) !== null);
  const owner = holder ? holder.registry.ownerOf(address.item) : null;
  if (holder) params.product = holder.registry.itemName(address.item);
  const nameOf = (party) => {
    const found = histories.map(({ registry }) => registry.parties.get(party)).find(Boolean);
    return found?.name ?? party;
  };
  if (!seal) {
    if (recorded && owner !== null) {
      Object.assign(params, { party: owner, name: nameOf(owner) });
      return "serial-recorded";
    }
    return recorded === null ? "seal-absent" : "serial-foreign";
  }
  const records = histories.flatMap(({ keys }) =>
    [...keys.records.values()].map((record) => ({ record, origin: keys.genesis.origin })),
  );
  const stations = records.filter(({ record }) => record.role === "station");
  const hinted = stations.filter(
    ({ record }) => record.key.keyid.slice(0, HINT_DIGITS) === seal.hint,
  );
  if (!hinted.length) return "key-strange";
  const signed = [];
  for (const one of hinted) {
    const message = sealedBytes(one.origin, address);
    if (await accepts(verifier, one.record.key, seal.signature, message)) signed.push(one.record);
  }
  if (!signed.length) return "seal-changed";
  // Of two files the one that knows more of the key's end counts.
  const rank = ({ compromised, ended }) => 2 * Number(compromised) + Number(ended !== null);
  const record = signed.reduce((best, one) => (rank(one) > rank(best) ? one : best));
  const { party, tag } = record;
  Object.assign(params, { tag, party, name: nameOf(party) });
  if (owner === null) return "product-strange";
  if (owner !== party) return "product-of-other";
  const tags = stations.filter((one) => one.record.party === party).map((one) => one.record.tag);
  if (!tags.includes(address.tag)) return "tag-foreign";
  if (recorded !== null) return recorded ? "serial-recorded" : "serial-foreign";
  if (record.compromised) return "key-stolen";
  if (record.ended === null) return "seal-good";
  params.ended = record.ended;
  return "key-retired";
}

async function accepts(verifier, key, signature, message) {
  try {
    await verifier.verify(key, signature, message);
    return true;
  } catch (refused) {
    if (refused instanceof SignatureRefused) return false;
    throw refused;
  }
}

// Checks a lot bundle against a trust file, wholly in this browser, and lists every failure.
import { fromHex, sha256, toHex, utf8 } from "./bytes.mjs";
import { lotsNamed, readEntry } from "./entries.mjs";
import { chooseVerifier } from "./ed25519.mjs";
import { KeyBook } from "./keys.mjs";
import { continues, included } from "./merkle.mjs";
import { openCheckpoint, readLogKey } from "./note.mjs";

const BUNDLE = "anchors,checkpoint,disclosures,entries,format,item,lot";
const MAX_ENTRIES = 20000;

/**
 * Returns {ok, failures: [{code, index?}], size, entries, signers, newest, fingerprint, engine}.
 * `wanted` is {item, lot}: a good bundle of another lot is a failure.
 */
export async function checkBundle(bundle, trust, wanted, options = {}) {
  const failures = [];
  const fail = (code, index) => failures.push(index === undefined ? { code } : { code, index });
  const report = { ok: false, failures, size: null, entries: 0, signers: [], newest: null };
  const verifier = await chooseVerifier(options);
  report.engine = verifier.name;
  if (trust?.format !== "ocop-ledger/trust/v1" || !Array.isArray(trust.roots)) {
    fail("trust-malformed");
    return report;
  }
  if (
    bundle?.format !== "ocop-ledger/lot-bundle/v1" ||
    Object.keys(bundle).sort().join(",") !== BUNDLE ||
    ![bundle.entries, bundle.anchors, bundle.disclosures].every(Array.isArray) ||
    bundle.entries.length > MAX_ENTRIES
  ) {
    fail("bundle-malformed");
    return report;
  }
  let checkpoint;
  try {
    const logKey = await readLogKey(trust.log_key);
    report.fingerprint = toHex(await sha256(logKey.raw));
    report.logName = logKey.name;
    checkpoint = await openCheckpoint(bundle.checkpoint, logKey, verifier);
    report.size = checkpoint.size;
  } catch (error) {
    fail(error.code ?? "checkpoint-malformed");
    return report;
  }
  const entries = await readEntries(bundle.entries, fail);
  report.entries = entries.length;
  await checkInclusion(entries, checkpoint, fail);
  await checkSignatures(entries, trust, verifier, report, fail);
  checkJournals(entries, fail);
  checkGraph(entries, fail);
  await checkAnchors(entries, bundle.anchors, checkpoint, fail);
  await checkDisclosures(entries, bundle.disclosures, fail);
  const lot = `${wanted.item} ${wanted.lot}`;
  const about = entries.filter(({ statement }) => lotsNamed(statement).includes(lot));
  if (bundle.item !== wanted.item || bundle.lot !== wanted.lot || !about.length) fail("other-lot");
  report.newest = about.map(({ statement }) => statement.time).sort().at(-1) ?? null;
  report.ok = failures.length === 0;
  return report;
}

async function readEntries(given, fail) {
  const entries = [];
  let last = -1;
  for (const [at, one] of given.entries()) {
    try {
      const entry = await readEntry(one);
      if (entry.index <= last) fail("order", entry.index);
      last = entry.index;
      entries.push(entry);
    } catch {
      fail("entry-malformed", Number.isSafeInteger(one?.index) ? one.index : at);
    }
  }
  return entries;
}

async function checkInclusion(entries, { size, root }, fail) {
  for (const { leaf, index, path } of entries) {
    if (!(await included(leaf, index, size, path, root))) fail("not-included", index);
  }
}

async function checkSignatures(entries, trust, verifier, report, fail) {
  const book = new KeyBook(trust, verifier);
  const signers = new Map();
  const signed = [];
  for (const entry of entries) {
    try {
      const signer = await book.signer(entry);
      if (signer.code) {
        fail(signer.code, entry.index);
        continue;
      }
      if (!(await verifier.accepts(signer.raw, entry.signature, entry.signed))) {
        fail("signature", entry.index);
        continue;
      }
      const fault = await book.apply(signer, entry);
      if (fault) fail(fault, entry.index);
      signed.push([signer, entry]);
      const known = signers.get(entry.keyid) ?? { ...signer, keyid: entry.keyid, count: 0 };
      known.count += 1;
      signers.set(entry.keyid, known);
    } catch {
      fail("entry-malformed", entry.index);
    }
  }
  const again = new Set(signed.flatMap(([, { statement }]) =>
    statement.type === "reattested" ? statement.body.entries : []));
  for (const [{ lastGood }, { index, id }] of signed) {
    if (lastGood !== null && index >= lastGood && !again.has(id)) fail("disputed-key", index);
  }
  report.signers = [...signers.values()].map(({ raw, lastGood, ...shown }) => shown);
}

function checkJournals(entries, fail) {
  const places = new Map();
  for (const entry of entries) {
    const place = `${entry.keyid} ${entry.statement.seq}`;
    if (places.has(place)) fail("journal-fork", entry.index);
    places.set(place, entry);
  }
  for (const { keyid, index, statement } of entries) {
    const before = places.get(`${keyid} ${statement.seq - 1}`);
    if (before && (before.id !== statement.prev || before.index >= index)) {
      fail("journal-prev", index);
    }
  }
}

function checkGraph(entries, fail) {
  const index = new Map(entries.map((entry) => [entry.id, entry.index]));
  for (const entry of entries) {
    for (const id of entry.statement.in) {
      if (!index.has(id)) fail("input-missing", entry.index);
      else if (index.get(id) >= entry.index) fail("order", entry.index);
    }
  }
}

async function checkAnchors(entries, anchors, { size, root }, fail) {
  const named = new Map();
  const newest = new Map();
  for (const { index, keyid, statement } of entries) {
    const { anchor } = statement;
    if (!anchor) continue;
    // Signed after the checkpoint it names, and never going back within one journal.
    if (anchor.size > index || anchor.size < (newest.get(keyid) ?? 0)) fail("anchor", index);
    newest.set(keyid, anchor.size);
    const known = named.get(anchor.size);
    if (known && known.root !== anchor.root) fail("anchor", index);
    named.set(anchor.size, { root: anchor.root, index });
  }
  for (const { size: early, path } of anchors) {
    const claim = named.get(early);
    try {
      const hashes = path.map((hash) => fromHex(hash, 32));
      const first = fromHex(claim.root, 32);
      if (!(await continues(early, size, hashes, first, root))) fail("anchor", claim.index);
    } catch {
      fail("anchor", claim?.index);
    }
    named.delete(early);
  }
  for (const { index } of named.values()) fail("anchor", index);
}

async function checkDisclosures(entries, disclosures, fail) {
  const payloads = entries.map(({ signed }) => new TextDecoder().decode(signed));
  for (const { digest, salt, text } of disclosures) {
    try {
      fromHex(digest, 32);
      const how = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", fromHex(salt, 32), how, false, ["sign"]);
      const found = toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text))));
      if (found !== digest || !payloads.some((one) => one.includes(`"${digest}"`))) {
        fail("disclosure");
      }
    } catch {
      fail("disclosure");
    }
  }
}

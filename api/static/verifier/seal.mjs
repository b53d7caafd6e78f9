// Checks 2 and 3: the seal over a bundle, and who co-signed it (ledger/verify/bundle_checkpoint.py).
import { checkLine, openCheckpoint, parseNote } from "./note.mjs";
import { BundleRefused, NoteRefused } from "./refusals.mjs";

const MOST_WITNESSES = 16;
// 8 bytes of time and 64 of signature: what a line of a witness nobody here knows must look like.
const COSIGNATURE_BYTES = 72;
const nameOf = ({ name, hash }) => `${name} ${hash}`;

/** The bundle's checkpoint {origin, size, root} when the log key signed it, else null. */
export async function openSealed(bundle, trust, report, verifier) {
  let checkpoint;
  let note;
  let lines;
  try {
    checkpoint = await openCheckpoint(bundle.checkpoint, trust.logKey, verifier);
    note = parseNote(bundle.checkpoint);
    lines = witnessLines(note, trust, bundle.nodes === null);
  } catch (refused) {
    if (!(refused instanceof NoteRefused || refused instanceof BundleRefused)) throw refused;
    report.fail(2, null, refused);
    return null;
  }
  report.origin = checkpoint.origin;
  report.treeSize = Number(checkpoint.size);
  await checkWitnesses(note, lines, trust, report, verifier);
  return checkpoint;
}

/** All lines but the log's own; throws BundleRefused for one that may not be there. */
function witnessLines(note, trust, old) {
  const names = note.signatures.map(nameOf);
  const others = note.signatures.filter((one) => nameOf(one) !== nameOf(trust.logKey));
  const known = trust.witnesses.map(nameOf);
  const strange = others.filter((one) => !known.includes(nameOf(one)));
  if (
    new Set(names).size !== names.length ||
    others.length > (old ? 0 : MOST_WITNESSES) ||
    strange.some(({ signature }) => signature.length !== COSIGNATURE_BYTES)
  ) {
    throw new BundleRefused("signature-extra", { found: names.length });
  }
  return others;
}

async function checkWitnesses(note, lines, trust, report, verifier) {
  const known = new Map(trust.witnesses.map((one) => [nameOf(one), one]));
  if (known.size) report.notRun.delete(3);
  for (const line of lines) {
    const witness = known.get(nameOf(line));
    if (!witness) {
      report.uncheckedWitnesses.push(line.name);
      continue;
    }
    try {
      const time = await checkLine(witness, line.signature, note.text, verifier);
      report.witnesses.set(witness.name, time);
    } catch (refused) {
      if (!(refused instanceof NoteRefused)) throw refused;
      report.fail(3, null, refused);
    }
  }
  const found = report.witnesses.size;
  if (found < trust.quorum) {
    report.fail(3, null, new BundleRefused("quorum-missing", { found, expected: trust.quorum }));
  }
}

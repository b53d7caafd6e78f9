// What a page needs of the verifier.
import { verifyBundle } from "./checklist.mjs";
import { chooseVerifier } from "./ed25519.mjs";
import { sha256 } from "./sha256.mjs";
import { parseTrust } from "./trust.mjs";
import { toHex } from "./bytes.mjs";
import { sentence as worded } from "./wording.mjs";

/**
 * A Report on a bundle file's bytes by a trust file's bytes; options as of `verifyBundle`.
 * Throws FileRefused when the trust file is none.
 */
export async function check(bundle, trust, options = {}) {
  const parsed = parseTrust(trust);
  const report = await verifyBundle(bundle, parsed, options);
  report.fingerprint = toHex(sha256(parsed.logKey.key.raw));
  return report;
}

/** The signature check of this browser, for whoever wants to try it on vectors. */
export const signatures = chooseVerifier;
/** SHA-256 of bytes, in hex. */
export const digest = (bytes) => toHex(sha256(bytes));
/** One sentence about a failure or finding of a report, by the words of a sentences file. */
export const sentence = worded;

// Findings: what is well signed but does not add up (ledger/verify/findings.py). A finding never
// refuses an entry; it is shown beside it.
import { SEVERITIES } from "./shapes.mjs";

export function finding(code, lot, entry, params = {}) {
  return { code, severity: SEVERITIES[code], lot, entry, params };
}

/** Each once, in the order given. */
export function once(findings) {
  const seen = new Set();
  return findings.filter((one) => {
    const known = seen.size;
    return seen.add(JSON.stringify(one)).size > known;
  });
}

// Checks, and says in plain words what was found. Everything reaches the page as text, never as
// markup. Pages load it as check.vi.mjs or check.en.mjs: one script with all that it needs.
import { check, digest, sentence as worded, signatures } from "./verifier/main.mjs";
import { WORDS, say } from "./words.mjs";

export { check, digest, signatures };

const grouped = (hex) => hex.match(/.{1,4}/g).join(" ");
const MOST = 50;

/**
 * Lines about what was fetched: `given` are the settled bundle and trust file, `wanted` is
 * {item, lot}, since a good bundle of another lot is a failure.
 */
export async function judged(given, wanted, lang) {
  const missing = given.find(({ status }) => status === "rejected");
  if (missing?.reason.status === 403) return problem("closed", lang);
  if (missing) return problem("offline", lang);
  const [bundle, trust] = given.map(({ value }) => value);
  try {
    const report = await check(bundle, trust, { now: new Date() });
    const failures = [...report.failures];
    const other = report.item !== wanted.item || report.lot !== wanted.lot;
    if (other && !failures.length) failures.push({ code: "other-lot", index: null });
    const wording = report.failures.length || report.findings.some(isShown);
    const { words } = wording ? await import(`./sentences.${lang}.mjs`) : {};
    return sentences(report, failures, lang, (one) => worded(words, one));
  } catch {
    return problem("unable", lang);
  }
}

const isShown = ({ severity }) => severity !== "notice";

/** The report as [{kind: "good"|"bad"|"plain", text}], the verdict first. */
function sentences(report, failures, lang, sentence) {
  const word = (code, values) => say(WORDS, code, lang, values);
  const lines = [];
  const add = (kind, text) => lines.push({ kind, text });
  if (failures.length && failures.every(({ code }) => code === "quorum-missing")) {
    // Signatures and seal hold: a witness that is away for a while is no reason to accuse anybody.
    add("bad", word("unwitnessed"));
    for (const one of failures) add("plain", sentence(one));
  } else if (failures.length) {
    add("bad", word("refused", { count: failures.length }));
    for (const one of failures.slice(0, MOST)) {
      const what = one.family ? sentence(one) : word(one.code);
      add("bad", one.index === null ? what : word("at", { index: one.index, what }));
    }
  } else {
    add("good", word("verified"));
    if (report.status !== "active") add("bad", word(`status-${report.status}`));
    for (const { party, role, held, count, keyid } of report.keys) {
      const who = { party, count, keyid: keyid.slice(0, 8) };
      const values = { ...who, role: word(`role-${role}`), held: word(`held-${held}`) };
      add("plain", word("signedBy", values));
    }
    const { entries, treeSize: size, origin: log, completeAsOf, steps } = report;
    add("plain", word("sealed", { entries, size, log }));
    const newest = shownTime(steps.map(({ time }) => time).sort().at(-1));
    add("plain", word("unchanged", { newest }));
    if (completeAsOf) add("plain", word("complete", { size: completeAsOf.size }));
    // An old index under a new seal hides without any forgery: so the gap is always told.
    if (report.uncovered) add("plain", word("later", { count: report.uncovered }));
    const names = [...report.witnesses.keys()].join(", ");
    if (names) add("plain", word("witnessed", { names }));
    add("plain", word(completeAsOf ? "notProven" : "notProvenNorComplete"));
    for (const one of report.findings.slice(0, MOST)) {
      if (isShown(one)) add("bad", sentence(one));
    }
  }
  add("plain", word("fingerprint", { fingerprint: grouped(report.fingerprint) }));
  add("plain", word("engine", { engine: report.engine }));
  return lines;
}

function shownTime(time) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(time ?? "");
  return parts ? `${parts[4]} ${parts[3]}/${parts[2]}/${parts[1]}` : "–";
}

function problem(code, lang) {
  return [{ kind: "bad", text: say(WORDS, code, lang) }];
}

export function running(lang) {
  return [{ kind: "plain", text: say(WORDS, "running", lang) }];
}

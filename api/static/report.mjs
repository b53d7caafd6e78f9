// Says in plain words what a check found. Everything reaches the page as text, never as markup.
import { FAILURES, WORDS, say } from "./words.mjs";

const grouped = (hex) => hex.match(/.{1,4}/g).join(" ");

/** The report as [{kind: "good"|"bad"|"plain", text}], the verdict first. */
export function sentences(report, lang) {
  const word = (code, values) => say(WORDS, code, lang, values);
  const lines = [];
  if (report.ok) {
    lines.push({ kind: "good", text: word("verified") });
    for (const { party, role, held, count, keyid } of report.signers) {
      const who = { party, count, keyid: keyid.slice(0, 8) };
      const values = { ...who, role: word(`role-${role}`), held: word(`held-${held}`) };
      lines.push({ kind: "plain", text: word("signedBy", values) });
    }
    const { entries, size, logName, newest } = report;
    lines.push({ kind: "plain", text: word("sealed", { entries, size, log: logName }) });
    lines.push({ kind: "plain", text: word("unchanged", { newest: shownTime(newest) }) });
    lines.push({ kind: "plain", text: word("notProven") });
  } else {
    lines.push({ kind: "bad", text: word("refused", { count: report.failures.length }) });
    for (const { code, index } of report.failures.slice(0, 50)) {
      const what = say(FAILURES, code, lang);
      const text = index === undefined ? what : word("at", { index, what });
      lines.push({ kind: "bad", text });
    }
  }
  if (report.fingerprint) {
    const fingerprint = grouped(report.fingerprint);
    lines.push({ kind: "plain", text: word("fingerprint", { fingerprint }) });
  }
  lines.push({ kind: "plain", text: word("engine", { engine: report.engine }) });
  return lines;
}

function shownTime(time) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(time ?? "");
  return parts ? `${parts[4]} ${parts[3]}/${parts[2]}/${parts[1]}` : "–";
}

export function problem(code, lang) {
  return [{ kind: "bad", text: say(WORDS, code, lang) }];
}

export function running(lang) {
  return [{ kind: "plain", text: say(WORDS, "running", lang) }];
}

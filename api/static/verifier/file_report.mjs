// The report of the verifier in one file, as elements. Everything is text, never markup.
import { sentence, shown } from "./wording.mjs";

const MARKS = { passed: "✓", failed: "✗", "not-run": "–" };
// Statements for which findings have no word.
const UNNAMED = ["released", "recall-closed", "disputed"];
const grouped = (hex) => hex.match(/.{1,4}/g).join(" ");
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/;

function element(name, ...inside) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  made.append(...inside.filter((one) => one !== null));
  return made;
}

const box = (kind, ...inside) => element(`div.${kind}`, ...inside);

/** Date and time as signed, without its offset, in the order that the reader is used to. */
function timeOf(text, lang) {
  const [, year, month, day, clock] = LOCAL.exec(text);
  return lang === "en" ? `${year}-${month}-${day} ${clock}` : `${clock} ${day}/${month}/${year}`;
}

function utc(seconds) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : `${date.toISOString().slice(0, 19)}Z`;
}

/** Elements from the verdict downwards. */
export function reportParts({ report, sums, when, word, words, lang }) {
  const say = (one) => sentence(words, one);
  return [
    verdict(report, word, words, lang),
    checks(report, word, words, say),
    report.failures.length ? null : findings(report, word, say),
    report.failures.length ? null : story(report, word, words, lang),
    evidence(report, sums, when, word, lang),
    report.failures.length ? null : proves(report, word),
  ].filter((one) => one !== null);
}

function verdict(report, word, words, lang) {
  const { failures, status, product, item, lot, completeAsOf: of } = report;
  const good = !failures.length;
  const text = good ? word("verifiedText") : word("refusedText", { count: failures.length });
  const button = element("button", word("print"));
  button.type = "button";
  const name = product || item;
  // Of goods that were recalled good evidence is no good news: the standing gives the colour.
  const stopped = good && status !== "active";
  const after = report.uncovered;
  const later = after ? word("laterAt", { count: after }) : "";
  const whole = of && word("completeAt", { size: of.size, time: timeOf(of.time, lang) }) + later;
  const kind = stopped ? `verdict.stopped.${status}` : `verdict.${report.verdict}`;
  return box(
    kind,
    element("h2", word(report.verdict)),
    lot ? element("p.lot", `${shown(name)} – ${word("lot", { lot })}`) : null,
    good ? element("p", element(`span.standing.${status}`, words.statuses[status])) : null,
    element("p", text),
    good ? element("p", element("b", word("complete")), " ", whole ?? word("notComplete")) : null,
    button,
  );
}

function checks(report, word, words, say) {
  const items = Object.entries(words.titles).map(([number, title]) => {
    const outcome = report.outcome(Number(number));
    const mark = element("span.mark", MARKS[outcome]);
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", word(outcome));
    const broken = report.failures.filter(({ check }) => check === Number(number));
    const lines = broken.map((one) =>
      element("li", `${one.index === null ? "" : `[${one.index}] `}${say(one)}`),
    );
    const said = element("div", `${number}. ${title}`, element("ul", ...lines));
    return element(`li.${outcome}`, mark, said);
  });
  return box("part", element("h2", word("checks")), element("ol.checks", ...items));
}

function findings(report, word, say) {
  const lines = report.findings.map((one) => element(`li.${one.severity}`, say(one)));
  const list = lines.length ? element("ul.findings", ...lines) : element("p", word("noFindings"));
  return box("part", element("h2", word("findings")), list);
}

/** The lots and amounts of a statement in a few words: "L260815A 12.500 kg". */
function amountsOf({ lot, lots, quantity, packs, outputs, contents }) {
  if (lots) return lots.map(({ code }) => code);
  if (!lot) return (outputs ?? contents ?? []).flatMap(amountsOf);
  return [lot.code, quantity && `${quantity.value} ${quantity.unit}`, packs && `× ${packs}`];
}

function story(report, word, words, lang) {
  const named = (type) => {
    if (UNNAMED.includes(type)) return word(`type-${type}`);
    return words.types[type] ?? type.replaceAll("-", " ");
  };
  const lines = report.steps.map(({ index, type, party, time, body, corrected }) => {
    const about = amountsOf(body).filter(Boolean).join(" ");
    return element(
      "li",
      element("time", timeOf(time, lang)),
      " ",
      element("b", named(type)),
      about ? ` ${shown(about)}` : "",
      corrected ? ` (${word("corrected")})` : "",
      element("span.place", word("storyPlace", { party, index })),
    );
  });
  return box("part", element("h2", word("story")), element("ol.story", ...lines));
}

function evidence(report, sums, when, word, lang) {
  const rows = [];
  const row = (name, ...inside) => rows.push(element("dt", word(name)), element("dd", ...inside));
  const code = (hex) => element("span.code", grouped(hex));
  if (!report.failures.length) {
    const seen = [...report.witnesses].map(([name, time]) =>
      element("li", word("witness", { name, time: utc(time ?? 0) })),
    );
    const { uncheckedWitnesses } = report;
    const others = uncheckedWitnesses.map((name) => element("li", word("unchecked", { name })));
    const all = [...seen, ...others];
    row("witnesses", all.length ? element("ul", ...all) : word("noWitness"));
    const keys = report.keys.map(({ party, role, held, count, keyid }) => {
      const of = { party, count, keyid: keyid.slice(0, 8) };
      const kind = { role: word(`role-${role}`), held: word(`held-${held}`) };
      return element("li", word("signer", { ...of, ...kind }));
    });
    row("signers", element("ul", ...keys));
  }
  if (report.origin) {
    row("log", word("sealedAt", { origin: report.origin, size: report.treeSize }));
  }
  row("fingerprint", code(report.fingerprint));
  row("bundleHash", code(sums[0]));
  row("trustHash", code(sums[1]));
  const time = when.toLocaleString(lang === "en" ? "en-GB" : "vi-VN");
  row("checkedAt", word("checkedBy", { time, engine: report.engine }));
  return box("part", element("h2", word("evidence")), element("dl", ...rows));
}

function proves(report, word) {
  const shownText = element("p", word("shown", { entries: report.entries }));
  return box("part", element("h2", word("proves")), shownText, element("p", word("notShown")));
}

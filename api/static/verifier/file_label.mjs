// The verdict on one label, as elements. Everything is text, never markup.
import { LABELS } from "./label_outcomes.mjs";
import { filled, sentence, shown } from "./wording.mjs";

/** Whether what was scanned or typed is a label's address and not a serial alone. */
export const isAddress = (text) => /^https?:/i.test(text);

function element(name, ...inside) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  made.append(...inside.filter((one) => one !== null));
  return made;
}

/** The sentence about a label that `checkLabel` found. */
export function labelSentence(found, words, lang) {
  if (found.family) return sentence(words, found);
  return filled(LABELS[found.code][lang === "en" ? 1 : 0], found.params);
}

/** Elements from the verdict downwards. */
export function labelParts({ found, word, words, lang }) {
  const at = lang === "en" ? 1 : 0;
  const { address, evidence, verdict, code } = found;
  const about = address && `${address.item} – ${word("lot", { lot: address.lot })} – ${address.serial}`;
  const failures = evidence.flatMap((report) => report.failures);
  const marks = code === "evidence-refused" ? [] : evidence;
  return [
    element(
      `div.verdict.${verdict}`,
      element("p.kind", word("labelTitle")),
      element("h2", word(verdict)),
      about ? element("p.lot", shown(about)) : null,
      element("p.said", labelSentence(found, words, lang)),
      ...failures.map((one) => element("p", `– ${sentence(words, one)}`)),
      ...marks.map(({ treeSize: size, origin }) =>
        element("p.hint", filled(LABELS["as-of"][at], { size, origin })),
      ),
      verdict === "verified" ? element("p.copy", LABELS["no-copy"][at]) : null,
    ),
  ];
}

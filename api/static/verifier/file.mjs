// The verifier in one file: takes a bundle and a trust file from the disk and shows the report.
import { fromBase64, fromUtf8 } from "./bytes.mjs";
import { reportParts } from "./file_report.mjs";
import { WORDS } from "./file_words.mjs";
import { check, digest, signatures } from "./main.mjs";
import { FileRefused } from "./refusals.mjs";
import { words as english } from "./sentences.en.mjs";
import { words as vietnamese } from "./sentences.vi.mjs";
import { parseTrust } from "./trust.mjs";
import { filled, sentence } from "./wording.mjs";

const at = (id) => document.getElementById(id);
const kinds = ["bundle", "trust"];
const MOST_READ = 32 * 1024 * 1024;
const files = { bundle: null, trust: null }; // {name, bytes}
let lang = /^vi\b/i.test(navigator.language) || !/^en\b/i.test(navigator.language) ? "vi" : "en";
let last = null; // {report, sums, when}
let running = 0;

const word = (code, params = {}) => filled(WORDS[code][lang === "en" ? 1 : 0], params);
const words = () => (lang === "en" ? english : vietnamese);

function fingerprintOf(bytes) {
  try {
    return digest(parseTrust(bytes).logKey.key.raw).slice(0, 16);
  } catch {
    return "?";
  }
}

function say() {
  document.documentElement.lang = lang;
  document.title = `${word("title")} – OCOP Ledger`;
  for (const one of document.querySelectorAll("[data-word]")) {
    one.textContent = word(one.dataset.word);
  }
  at("language").textContent = word("other");
  at("language").lang = lang === "en" ? "vi" : "en";
  for (const kind of kinds) {
    const file = files[kind];
    const name = file?.builtIn ? word("builtIn", { fingerprint: file.fingerprint }) : file?.name;
    at(`${kind}-name`).textContent = name ?? "";
    at(`${kind}-card`).classList.toggle("ready", Boolean(file));
  }
  if (!last) return;
  const { report } = last;
  const parts = reportParts({ ...last, word, words: words(), lang });
  at("report").replaceChildren(...parts);
  at("report").querySelector("button").addEventListener("click", () => window.print());
  at("json").textContent = JSON.stringify(
    report.asJson(words().titles, (one) => sentence(words(), one)), null, 1,
  );
}

function tell(message) {
  at("message").textContent = message;
}

/** {tag, counter} of what was typed; null for nothing, undefined for what is no serial. */
function labelOf(text) {
  if (!text) return null;
  const found = /^([0-9A-Za-z]{2})([0-9]+).{4}$/.exec(text);
  return found ? { tag: found[1], counter: Number(found[2]) } : undefined;
}

async function judge() {
  const turn = (running += 1);
  last = null;
  at("report").hidden = true;
  at("data").hidden = true;
  delete document.body.dataset.verdict;
  if (!files.bundle || !files.trust) {
    tell(files.bundle ? word("needTrust") : "");
    return;
  }
  const typed = at("label").value.trim();
  const label = labelOf(typed);
  if (label === undefined) return tell(word("badLabel", { found: typed }));
  tell(word("working"));
  const now = new Date();
  let message = "";
  let verdict = "undecided";
  try {
    const report = await check(files.bundle.bytes, files.trust.bytes, { now, label });
    if (turn !== running) return;
    const sums = kinds.map((kind) => digest(files[kind].bytes));
    last = { report, sums, when: now };
    ({ verdict } = report);
  } catch (wrong) {
    if (turn !== running) return;
    message = wrong instanceof FileRefused ? sentence(words(), wrong) : word("unable");
  }
  tell(message);
  say();
  at("report").hidden = at("data").hidden = last === null;
  document.body.dataset.verdict = verdict;
  if (last) at("report").focus({ preventScroll: false });
}

/** A trust file is told from a bundle by its own words, wherever it was dropped. */
function kindOf(bytes, chosen) {
  try {
    const head = fromUtf8(bytes.slice(0, 4096).filter((byte) => byte < 128));
    if (head.includes("ocop-ledger/trust/")) return "trust";
    if (head.includes("ocop-ledger/lot-bundle/")) return "bundle";
  } catch {
    // Not even text: the checks will say so.
  }
  return chosen;
}

async function take(list, chosen) {
  for (const file of list) {
    // One byte more than allowed, so that the verifier says "too large" itself.
    const bytes = new Uint8Array(await file.slice(0, MOST_READ + 1).arrayBuffer());
    files[kindOf(bytes, chosen)] = { name: file.name, bytes };
  }
  say();
  await judge();
}

function start() {
  const given = document.body.dataset.trust;
  if (given) {
    const bytes = fromBase64(given);
    files.trust = { bytes, builtIn: true, fingerprint: fingerprintOf(bytes) };
  }
  for (const kind of kinds) {
    at(kind).addEventListener("change", ({ target }) => take(target.files, kind));
  }
  at("label").addEventListener("change", judge);
  at("language").addEventListener("click", () => {
    lang = lang === "en" ? "vi" : "en";
    say();
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  addEventListener("dragleave", () => document.body.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    take(event.dataTransfer.files, "bundle");
  });
  say();
}

// For the console: the very functions that this page uses.
globalThis.ocopVerifier = { check, signatures };
start();

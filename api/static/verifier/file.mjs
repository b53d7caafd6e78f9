// The verifier in one file: takes a bundle and a trust file from the disk and shows the report.
import { fromBase64, fromUtf8 } from "./bytes.mjs";
import { isAddress, labelParts } from "./file_label.mjs";
import { reportParts } from "./file_report.mjs";
import { WORDS } from "./file_words.mjs";
import { readAddress } from "./label_address.mjs";
import { checkLabel, readStations } from "./label_check.mjs";
import { check, digest, signatures } from "./main.mjs";
import { AddressRefused, FileRefused } from "./refusals.mjs";
import { words as english } from "./sentences.en.mjs";
import { words as vietnamese } from "./sentences.vi.mjs";
import { parseTrust } from "./trust.mjs";
import { filled, sentence } from "./wording.mjs";

const at = (id) => document.getElementById(id);
const kinds = ["bundle", "trust"];
const cards = [...kinds, "stations"];
const MOST_READ = 32 * 1024 * 1024;
const files = { bundle: null, trust: null, stations: null }; // {name, bytes}
let lang = /^vi\b/i.test(navigator.language) || !/^en\b/i.test(navigator.language) ? "vi" : "en";
let last = null; // {report, sums, when}
let lastLabel = null; // what `checkLabel` found
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
  for (const kind of cards) {
    const file = files[kind];
    const name = file?.builtIn ? word("builtIn", { fingerprint: file.fingerprint }) : file?.name;
    at(`${kind}-name`).textContent = name ?? "";
    at(`${kind}-card`).classList.toggle("ready", Boolean(file));
  }
  if (lastLabel) {
    const parts = labelParts({ found: lastLabel, word, words: words(), lang });
    at("label-report").replaceChildren(...parts);
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
  if (isAddress(text)) {
    try {
      const { tag, counter } = readAddress(text);
      return { tag, counter };
    } catch (refused) {
      if (refused instanceof AddressRefused) return undefined;
      throw refused;
    }
  }
  const found = /^([0-9A-Za-z]{2})([0-9]+).{4}$/.exec(text);
  return found ? { tag: found[1], counter: Number(found[2]) } : undefined;
}

/** The station list as `readStations` gives it, checked once for each trust file. */
async function stationList() {
  const { stations, trust } = files;
  if (!stations) return null;
  if (stations.by !== trust) {
    stations.by = trust;
    stations.read = readStations(stations.bytes, parseTrust(trust.bytes));
  }
  return stations.read;
}

/** What to say of a station list that is ready, or is none. */
async function listWords() {
  try {
    const { report } = await stationList();
    if (!report.failures.length) return word("needLabel");
    return `${word("badList")} ${sentence(words(), report.failures[0])}`;
  } catch (wrong) {
    return wrong instanceof FileRefused ? sentence(words(), wrong) : word("unable");
  }
}

/** The label's own verdict, when its address was given and there is something to judge it by. */
async function judgeLabel(text, turn) {
  lastLabel = null;
  at("label-report").hidden = true;
  delete document.body.dataset.label;
  if (!isAddress(text) || !files.trust || (!files.stations && !files.bundle)) return;
  tell(word("working"));
  try {
    const given = { stations: await stationList(), bundle: files.bundle?.bytes };
    const found = await checkLabel(text, parseTrust(files.trust.bytes), given);
    if (turn !== running) return;
    lastLabel = found;
  } catch (wrong) {
    if (turn !== running || wrong instanceof FileRefused) return; // said of the trust file itself
  }
  if (!lastLabel) return;
  say();
  at("label-report").hidden = false;
  document.body.dataset.label = lastLabel.verdict;
  // The next scan takes this one's place.
  if (document.activeElement === at("label")) at("label").select();
}

async function judge() {
  const turn = (running += 1);
  last = null;
  at("report").hidden = true;
  at("data").hidden = true;
  delete document.body.dataset.verdict;
  const typed = at("label").value.trim();
  await judgeLabel(typed, turn);
  if (turn !== running) return;
  if (!files.bundle || !files.trust) {
    if (files.bundle || (files.stations && !files.trust)) tell(word("needTrust"));
    else if (!files.stations || !files.trust) tell("");
    else if (!typed) {
      tell(word("working"));
      const said = await listWords();
      if (turn === running) tell(said);
    }
    else if (!lastLabel) tell(isAddress(typed) ? word("unable") : word("needBundle"));
    else tell("");
    return;
  }
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
    if (head.includes("ocop-ledger/station-list/")) return "stations";
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
  for (const kind of cards) {
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
globalThis.ocopVerifier = { check, checkLabel, parseTrust, readStations, signatures };
start();

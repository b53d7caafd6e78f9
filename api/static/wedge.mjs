// Hears a keyboard-wedge scanner wherever the focus is. A scanner is told from a person by its pace:
// characters at a rate that no hand keeps up, closed by Enter or Tab. Until that closing key nothing
// is held back, so typing is never eaten; what the scanner typed into a field is then taken out
// again, and what the code says goes to where it belongs (wedge-fill.mjs).

import { place } from "./wedge-fill.mjs";

const PAUSE = 200; // ms: after a longer one, a new text begins
// [characters at least, median ms between them at most, ms to the closing key at most]: the shorter a
// text, the faster it must be. A glove that presses several keys at once does not press Enter as well.
const PACES = [
  [3, 15, 50],
  [6, 40, 150],
  [12, 75, 250],
];
const SHORTCUTS = new Set([" ", "/", "'"]); // of browsers and buttons, where no text field has the focus
const SPOILT = "\ufffd";
const PATIENCE = 8000; // ms

const bar = document.getElementById("wedge");
const words = bar.dataset;
const line = bar.querySelector("p");
const way = bar.querySelector("a");

let burst = null;
let alt = "";
let asking = false;

function typedInto(target) {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !/^(button|submit|checkbox|radio|range|color|file)$/.test(target.type))
  );
}

/** What the focused field held before the scanner typed into it. */
function remembered() {
  const field = document.activeElement;
  const keeps = typedInto(field) || field instanceof HTMLSelectElement;
  return { field: keeps ? field : null, focus: field, value: keeps ? field.value : "" };
}

function hear(character, event) {
  const last = burst && burst[burst.length - 1].time;
  if (!burst || event.timeStamp - last > PAUSE) burst = [];
  burst.push({ character, time: event.timeStamp, before: remembered() });
}

function median(numbers) {
  return [...numbers].sort((one, other) => one - other)[numbers.length >> 1];
}

/** The keys at the end that came at a scanner's pace, null when they did not. */
function scannedPart(keys, closed) {
  if (!keys) return null;
  const closing = closed - keys[keys.length - 1].time;
  const gaps = keys.slice(1).map((key, at) => key.time - keys[at].time);
  if (gaps.length < 2) return null;
  // Somebody typed, and scanned right after it: what was typed came slowly, key by key. A scanner that
  // once falters is fast on both sides of that.
  const slow = Math.max(80, 4 * median(gaps.slice(-12)));
  const from = gaps.findLastIndex((gap, at) => gap > slow && median(gaps.slice(0, at + 1)) > slow) + 1;
  const pace = gaps.slice(from);
  const fast = PACES.some(
    ([least, most, end]) => pace.length + 1 >= least && median(pace) <= most && closing <= end,
  );
  return pace.length >= 2 && fast ? keys.slice(from) : null;
}

/** Whether the keys so far go on like a scanner's. */
function runs() {
  return burst && burst.length > 3 && scannedPart(burst, burst[burst.length - 1].time);
}

function takeOut({ field, value }) {
  if (!field || field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function pressed(event) {
  const target = event.target;
  if (target instanceof HTMLInputElement && target.type === "password") return;
  if (target instanceof Element && target.closest("[data-wedge=off]")) return;
  const { key } = event;
  if (["Shift", "CapsLock", "AltGraph", "Alt", "Control", "NumLock"].includes(key)) return;
  if (event.altKey && /^Numpad\d$/.test(event.code)) {
    alt += event.code.slice(-1); // Alt+029: how scanners type a control character on Windows
    return;
  }
  if (event.ctrlKey && (key === "]" || event.code === "BracketRight")) {
    event.preventDefault();
    hear("\x1d", event); // FNC1
  } else if (event.isComposing || key === "Process") {
    hear(SPOILT, event); // an input method stands between the scanner and the page
  } else if (key === "Backspace" && runs()) {
    hear(SPOILT, event); // some put letters together by taking them back
  } else if (key === "Enter" || key === "Tab") {
    const keys = scannedPart(burst, event.timeStamp);
    burst = null;
    if (keys && !event.shiftKey) {
      event.preventDefault();
      event.stopImmediatePropagation();
      takeOut(keys[0].before);
      scanned(keys.map((one) => one.character).join(""), keys[0].before.focus);
    }
  } else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.repeat) {
    hear(key, event);
    if (SHORTCUTS.has(key) && runs() && !typedInto(target)) event.preventDefault();
  } else {
    burst = null;
  }
}

function released(event) {
  if (event.key !== "Alt" || !alt) return;
  const code = Number(alt);
  alt = "";
  if (code > 0 && code < 128) hear(String.fromCharCode(code), event);
}

async function scanned(text, focus) {
  if (asking) return;
  if (text.includes(SPOILT)) {
    tell("bad", words.spoilt);
    return;
  }
  asking = true;
  tell("busy", words.asking);
  try {
    const answer = await asked(text);
    const done = place(answer, text, focus, words);
    if (done.go) {
      location.assign(answer.page);
      return;
    }
    tell(done.tone, done.text, done.more ? answer.page : "");
  } catch {
    tell("bad", words.away);
  } finally {
    asking = false;
  }
}

async function asked(text) {
  const answer = await fetch(words.to, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ ma: text }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function tell(tone, text, more = "") {
  bar.className = tone;
  line.textContent = text;
  way.hidden = !more;
  if (more) way.href = more;
  if (tone !== "busy") beep(tone === "bad" || tone === "warn");
}

/** One short high tone, or a longer low one: an operator looks at the goods, not at the screen. */
function beep(low) {
  try {
    const sound = new AudioContext();
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = low ? 220 : 1200;
    volume.gain.value = 0.1;
    tone.connect(volume).connect(sound.destination);
    tone.onended = () => sound.close();
    tone.start();
    tone.stop(sound.currentTime + (low ? 0.35 : 0.09));
  } catch {
    // A machine without sound says it on the screen alone.
  }
}

window.addEventListener("keydown", pressed, true);
window.addEventListener("keyup", released, true);
window.addEventListener("blur", () => {
  burst = null;
});
document.documentElement.dataset.wedge = "on";

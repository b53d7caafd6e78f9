// A recording form while somebody fills it in: Enter moves on to the next field, and the balance is
// counted as amounts are typed. Without this module Enter sends the form, and a button counts.

const form = document.querySelector("form[data-station-form]");
const balance = document.getElementById("balance");
const MICRO = 1_000_000n; // kilograms are counted in millionths: never in binary fractions
const NUMBER = /^(0|[1-9]\d{0,11}|[1-9]\d{0,2}(?:\.\d{3}){1,3})(?:,(\d{1,6}))?$/;
const UNITS = new Map(
  Object.entries({ g: 1000n, gr: 1000n, gam: 1000n, lạng: 100_000n, kg: MICRO, kí: MICRO, ký: MICRO, yến: 10n * MICRO, tạ: 100n * MICRO, t: 1000n * MICRO, tấn: 1000n * MICRO }),
);

/** Millionths of a kilogram; null for what is no mass. */
function mass(text) {
  const parts = text.trim().normalize("NFC").match(/^([\d.,]+)\s*(\p{L}*)$/u);
  const number = parts && parts[1].match(NUMBER);
  const unit = parts && (parts[2] ? UNITS.get(parts[2].toLowerCase()) : MICRO);
  if (!number || !unit) return null;
  const digits = number[1].replaceAll(".", "") + (number[2] ?? "").padEnd(6, "0");
  return (BigInt(digits) * unit) / MICRO;
}

/** `1.250,5`, or `1,250.5` in English. */
function shown(micro) {
  const whole = (micro / MICRO).toString().replace(/\B(?=(\d{3})+$)/g, ".");
  const part = (micro % MICRO).toString().padStart(6, "0").replace(/0+$/, "");
  const text = part ? `${whole},${part}` : whole;
  return balance.dataset.lang === "en" ? text.replace(/[.,]/g, (sign) => (sign === "." ? "," : ".")) : text;
}

function sum(start) {
  let total = 0n;
  for (const field of form.querySelectorAll(`input[name^="${start}"]`)) total += mass(field.value) ?? 0n;
  return total;
}

function packed() {
  const net = form.elements.product.selectedOptions[0]?.dataset.net;
  const packs = form.elements.packs.value.replace(/[. ]/g, "");
  if (!net || !/^\d{1,9}$/.test(packs)) return 0n;
  const [whole, part = ""] = net.split(".");
  return BigInt(whole + part.padEnd(6, "0").slice(0, 6)) * BigInt(packs);
}

function count() {
  const processed = balance.dataset.kind === "processed";
  const into = sum("in_amount_");
  const out = processed ? sum("out_amount_") : packed();
  const loss = processed ? mass(form.elements.loss.value) ?? 0n : 0n;
  const rest = into - out - loss;
  const allowed = processed ? into : into + into / BigInt(balance.dataset.tolerance);
  let state = rest <= 0n ? "even" : "under";
  if (!into || !(out || loss)) state = "none";
  else if (out + loss > allowed) state = "over";
  put("b_into", shown(into));
  put("b_out", shown(out));
  put("b_loss", shown(loss));
  put("b_rest", (rest < 0n ? "−" : "") + shown(rest < 0n ? -rest : rest));
  if (balance.dataset.state === state) return;
  balance.dataset.state = state;
  balance.className = `balance ${state}`;
  for (const one of balance.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== state;
}

function put(id, text) {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
}

/** Fields and the button that records, in the order of the page, without what is folded away. */
function stops() {
  return [...form.querySelectorAll("input:not([type=hidden]), select, textarea, .actions button")].filter((one) =>
    one.checkVisibility(),
  );
}

function moveOn(event) {
  const here = event.target;
  if (event.key !== "Enter" || event.defaultPrevented || event.isComposing) return;
  if (!here.matches("input, select") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const all = stops();
  const next = all[all.indexOf(here) + (event.shiftKey ? -1 : 1)];
  if (!next) return;
  next.focus();
  if (next.select) next.select();
}

form.addEventListener("keydown", moveOn);
form.addEventListener("input", (event) => {
  // A scanner may have filled a row that was folded away.
  const folded = event.target.closest("details:not([open])");
  if (folded && event.target.value) folded.open = true;
  if (balance) count();
});
if (balance) {
  balance.querySelector(".trying").hidden = true;
  count();
}

// Puts what was scanned to where it belongs on the page: the one field that takes a whole scan, a
// tick, or the right field of a recording form. A page without any of them leads on to the code's own.

const WHOLE = "input[data-scan=whole], input[name=scan], input[name=last_good]";

/**
 * `answer` is that of /tram/quet, `focus` what had the focus.
 * Returns {go} when the page of the code is to be opened, else {tone, text, more}: what to tell, and
 * whether to offer that page.
 */
export function place(answer, text, focus, words) {
  const main = document.querySelector("main") || document.body;
  if (answer.kind === "unread") return { tone: "bad", text: answer.text };
  const whole = main.querySelector(WHOLE);
  if (whole) {
    whole.value = answer.plain || text;
    whole.form.requestSubmit();
    return { tone: answer.tone, text: answer.text };
  }
  const tick = answer.serial && ticked(main, answer.serial);
  if (tick) return { tone: answer.tone, text: answer.text };
  const form = formOf(main, focus);
  if (!form) return { go: true };
  const field = fieldFor(answer, form, focus);
  if (!field) return { tone: "warn", text: `${answer.text} ${words.nowhere}`, more: true };
  if (field.taken) {
    focusAfter(field.taken, form);
    return { tone: "warn", text: filled(words.same, answer) };
  }
  put(field.target, field.value);
  focusAfter(field.target, form);
  return { tone: answer.tone, text: `${answer.text} ${words.filled}` };
}

function filled(sentence, answer) {
  return sentence.replace("{code}", answer.code || answer.item);
}

function ticked(main, serial) {
  const box = [...main.querySelectorAll("input[type=checkbox]")].find((one) => one.name === `good_${serial}`);
  if (!box) return false;
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  box.focus();
  return true;
}

/**
 * The form that is being filled in: the focused field's, else the first one with a field to see. That
 * of the code itself (scan/field.html) is none.
 */
function formOf(main, focus) {
  const shown = "input:not([type=hidden]), select, textarea";
  const fits = (one) => one.querySelector(shown) && !one.querySelector("input[name=ma]");
  const own = focus && focus.form;
  if (own && own.method === "post" && main.contains(own) && fits(own)) return own;
  return [...main.querySelectorAll("form[method=post]")].find(fits) || null;
}

/** {target, value} to fill in, {taken} where it stands already, null when the form has no place. */
function fieldFor(answer, form, focus) {
  if (answer.lot) {
    const found = lotField(answer, form, focus);
    if (found) return found;
  }
  if (answer.sscc) return textField(form, "container", answer.sscc);
  if (answer.serial && !answer.lot) return textField(form, "serial", answer.serial);
  if (answer.item) return goodsField(answer, form, focus);
  return null;
}

function textField(form, name, value) {
  const target = form.querySelector(`input[name=${name}], input[data-scan=${name}]`);
  return target ? { target, value } : null;
}

function lotField(answer, form, focus) {
  const rows = [...form.querySelectorAll("input[name^=in_lot_], input[data-scan=lots]")];
  const one = form.querySelector("input[name=lot_given], input[data-scan=lot]");
  // A lot that the ledger does not have yet can be received, not used up.
  if (answer.kind === "unknown" && !one) return null;
  const taken = rows.find((row) => row.value === answer.lot || row.value === answer.code);
  if (taken) return { taken };
  const free = rows.filter((row) => !row.value.trim());
  const target = free.find((row) => row === focus) || free[0] || one;
  return target ? { target, value: answer.lot } : null;
}

function goodsField(answer, form, focus) {
  if (answer.kind !== "product") return null;
  // What is made comes before what it is made of: a bar code stands on packs.
  const fields = ["product", "item", "out_item_1"].map((name) => form.elements[name]);
  const offered = fields.filter((one) => one && (!one.options || [...one.options].some((o) => o.value === answer.item)));
  const target = offered.find((one) => one === focus) || offered[0];
  return target ? { target, value: answer.item } : null;
}

function put(target, value) {
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  target.value = value;
  target.removeAttribute("aria-invalid");
  target.dispatchEvent(new Event("input", { bubbles: true }));
  target.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The next thing to fill in after a field: as pressing Tab would, but past what is filled in. */
function focusAfter(field, form) {
  const all = [...form.elements].filter((one) => one.type !== "hidden" && !one.disabled && one.checkVisibility());
  const later = all.slice(all.indexOf(field) + 1);
  const next = later.find((one) => one.tagName === "BUTTON" || (one.name && !one.value));
  (next || field).focus();
}

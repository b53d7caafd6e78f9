// Lets the paper come out while one looks; without this module the page loads itself again.
const LOOK_MS = 400;
const live = document.getElementById("live");

function takeOver(part) {
  const desk = part.getElementById("desk");
  const shown = document.getElementById("desk");
  // An unchanged panel stays, so that the focus stays on its buttons.
  if (desk.dataset.key !== shown.dataset.key) {
    const focused = document.activeElement?.value;
    shown.replaceWith(desk);
    if (focused) desk.querySelector(`button[value="${focused}"]`)?.focus();
  }
  const strip = document.getElementById("strip");
  const wanted = [...part.querySelectorAll("#strip > li")];
  const names = new Set(wanted.map((one) => one.id));
  for (const old of [...strip.children]) if (!names.has(old.id)) old.remove();
  for (const one of wanted.reverse()) {
    if (document.getElementById(one.id)) continue;
    one.classList.add("new");
    strip.prepend(one);
  }
}

async function look() {
  try {
    const answer = await fetch(live.dataset.part, { cache: "no-store" });
    if (answer.ok) takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The printer was switched off: the next look tells.
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);

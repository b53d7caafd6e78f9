// Keeps the page of work under way up to date; without this module the page loads itself again.
const LOOK_MS = 500;
const page = document.querySelector("main[data-figures]");

function show(view) {
  for (const one of page.querySelectorAll("[data-text]")) {
    const text = view[one.dataset.text];
    // Setting the same text again would make a screen reader say it again.
    if (one.textContent !== text) one.textContent = text;
  }
  for (const one of page.querySelectorAll("[data-shown]")) one.hidden = !view[one.dataset.shown];
  for (const one of page.querySelectorAll("[data-count]")) {
    one.textContent = view.counts[one.dataset.count];
  }
  let from = 0;
  for (const part of page.querySelectorAll("[data-part]")) {
    const length = view.bar[part.dataset.part];
    part.setAttribute("x", from);
    part.setAttribute("width", length);
    from += length;
  }
}

async function look() {
  try {
    const answer = await fetch(page.dataset.figures, { cache: "no-store" });
    if (answer.status === 404) {
      // Another run of the program: its page says where unfinished work is found.
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const view = await answer.json();
    if (view.done) {
      location.reload();
      return;
    }
    show(view);
  } catch {
    // The program may be restarting: the next look tells.
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);

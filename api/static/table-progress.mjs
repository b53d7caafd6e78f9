// Keeps the page of a table's check or recording up to date; without this module it loads itself again.
const LOOK_MS = 500;
const page = document.getElementById("main");

async function look() {
  try {
    const answer = await fetch(page.dataset.figures, { cache: "no-store" });
    if (answer.status === 404) {
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const view = await answer.json();
    if (!view.working) {
      location.reload();
      return;
    }
    document.getElementById("part").setAttribute("width", view.permille);
    const said = document.getElementById("said");
    // Setting the same text again would make a screen reader say it again.
    if (said.textContent !== view.said) said.textContent = view.said;
  } catch {
    // The program may be restarting: the next look tells.
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);

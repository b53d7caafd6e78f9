// "Check the signatures on your own device". Loaded with the page and kept small: the check itself
// is fetched when the button is pressed.

const button = document.getElementById("verify");
const place = document.getElementById("verdict");
const lang = document.documentElement.lang;

function show(lines) {
  place.replaceChildren(
    ...lines.map(({ kind, text }) => {
      const line = document.createElement("p");
      line.className = kind;
      line.textContent = text;
      return line;
    }),
  );
}

async function fetched(url) {
  const answer = await fetch(url, { headers: { accept: "application/json" } });
  if (!answer.ok) throw answer;
  return new Uint8Array(await answer.arrayBuffer());
}

async function check() {
  const { itemId, lot, bundle, trust } = button.dataset;
  // All at once: on a slow line it is the waiting that takes long.
  const files = [fetched(bundle), fetched(trust), import("./verifier.mjs"), import("./words.mjs")];
  const given = Promise.allSettled(files);
  const { judged, running } = await import("./report.mjs");
  show(running(lang));
  show(await judged(await given, { item: itemId, lot }, lang));
}

if (button && place) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    place.dataset.state = "running";
    try {
      await check();
    } catch {
      place.textContent = lang === "en" ? "Check failed to load." : "Không tải được phần kiểm tra.";
    } finally {
      button.disabled = false;
      place.dataset.state = "done";
    }
  });
}

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
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

async function check() {
  const { itemId: item, lot, bundle, trust } = button.dataset;
  const { problem, running, sentences } = await import("./report.mjs");
  if (!globalThis.crypto?.subtle) return show(problem("insecure", lang));
  show(running(lang));
  let documents;
  try {
    documents = await Promise.all([fetched(bundle), fetched(trust), import("./bundle.mjs")]);
  } catch {
    return show(problem("offline", lang));
  }
  try {
    const [given, trusted, { checkBundle }] = documents;
    return show(sentences(await checkBundle(given, trusted, { item, lot }), lang));
  } catch {
    return show(problem("unable", lang));
  }
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

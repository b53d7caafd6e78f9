// "Check the signatures on your own device". Loaded with the page and kept small: the check itself
// is fetched when somebody is about to press the button, and nothing before.

const button = document.getElementById("verify");
const place = document.getElementById("verdict");
const lang = document.documentElement.lang;
// RFC 8032 section 7.1, test 2: a key that every Ed25519 takes.
const KEY = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";

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

// Where there is no Ed25519 the other arithmetic comes with the check, not after it.
async function arithmetic() {
  try {
    const key = Uint8Array.from(atob(KEY), (one) => one.charCodeAt(0));
    await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    await import("./arithmetic.mjs");
  }
}

let checker;
/** The check, on its way from the first moment that somebody seems to want it. */
function wanted() {
  checker ??= import(lang === "en" ? "./check.en.mjs" : "./check.vi.mjs");
  // Whoever waits for it sees that it failed; until then it may be asked for again.
  checker.catch(() => (checker = undefined));
  arithmetic().catch(() => {});
  return checker;
}

async function check() {
  const { itemId, lot, bundle, trust } = button.dataset;
  // All at once: on a slow line it is the waiting that takes long.
  const given = Promise.allSettled([fetched(bundle), fetched(trust)]);
  const { judged, running } = await wanted();
  show(running(lang));
  show(await judged(await given, { item: itemId, lot }, lang));
}

if (button && place) {
  button.hidden = false;
  for (const kind of ["pointerdown", "focus"]) {
    button.addEventListener(kind, () => wanted().catch(() => {}), { once: true });
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    place.dataset.state = "running";
    place.textContent = button.dataset.running ?? "";
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

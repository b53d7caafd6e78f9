// Passkeys on /vao and /toi. Without WebAuthn, or at another address than theirs, nothing is shown
// and the pages work with passwords as before.
const part = document.querySelector("[data-passkey]");

class Refused extends Error {}

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function send(fields) {
  const answer = await fetch(part.dataset.passkey, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(fields),
  });
  const found = await answer.json();
  if (!answer.ok) throw new Refused(found.detail);
  return found;
}

function told(credential) {
  const { response } = credential;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = text(response.attestationObject);
  } else {
    said.authenticatorData = text(response.authenticatorData);
    said.signature = text(response.signature);
    if (response.userHandle) said.userHandle = text(response.userHandle);
  }
  const id = text(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response: said });
}

async function signIn() {
  const { publicKey } = await send({ act: "bat-dau" });
  publicKey.challenge = bytes(publicKey.challenge);
  const credential = await navigator.credentials.get({ publicKey });
  return send({ act: "vao", answer: told(credential) });
}

async function add() {
  const typed = Object.fromEntries(new FormData(part));
  const { publicKey } = await send({ act: "bat-dau", password: typed.password });
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.user.id = bytes(publicKey.user.id);
  for (const one of publicKey.excludeCredentials) one.id = bytes(one.id);
  const credential = await navigator.credentials.create({ publicKey });
  return send({ act: "them", name: typed.name, answer: told(credential) });
}

function sentence(wrong) {
  if (wrong instanceof Refused) return wrong.message;
  const { cancelled, known, failed } = part.dataset;
  return { NotAllowedError: cancelled, InvalidStateError: known }[wrong.name] ?? failed;
}

async function run(deed) {
  const fault = part.querySelector("[role=alert]");
  const button = part.querySelector("button");
  fault.textContent = "";
  button.disabled = true;
  try {
    const { to } = await deed();
    location.assign(to);
  } catch (wrong) {
    fault.textContent = sentence(wrong);
    button.disabled = false;
  }
}

if (part && window.PublicKeyCredential && location.origin === part.dataset.origin) {
  part.hidden = false;
  part.addEventListener("submit", (event) => {
    event.preventDefault();
    run(part.id === "passkey-add" ? add : signIn);
  });
} else {
  const elsewhere = document.getElementById("passkey-elsewhere");
  if (elsewhere) elsewhere.hidden = false;
}

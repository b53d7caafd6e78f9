// "Share this lot": the telephone's own sheet where it has one, else the address is copied.
// Words come from the page; without this script the address stands there to be copied by hand.

const button = document.getElementById("share");
const told = document.getElementById("shared");

async function share() {
  const { address, title, copied } = button.dataset;
  const url = new URL(address, location.href).href;
  if (navigator.share) {
    await navigator.share({ title, url });
  } else {
    await navigator.clipboard.writeText(url);
    told.textContent = copied;
  }
}

// Both exist only where the page came over https, or from the own machine.
if (button && told && (navigator.share || navigator.clipboard)) {
  button.hidden = false;
  // Whoever closes the sheet has not failed at anything.
  button.addEventListener("click", () => share().catch(() => {}));
}

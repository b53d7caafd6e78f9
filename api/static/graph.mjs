// A wide drawing of a lot's chain begins where the lot itself is; without a script one scrolls.

for (const room of document.querySelectorAll("[data-graph]")) {
  const own = room.querySelector("rect.self");
  if (own) {
    const at = own.getBoundingClientRect();
    const around = room.getBoundingClientRect();
    room.scrollLeft += at.left + at.width / 2 - around.left - around.width / 2;
  }
}

// A conversation stays at its newest words, unless the reader has scrolled up.
const NEAR = 80; // pixels from the bottom that still count as "at the end"
const reading = new WeakSet();

function settle() {
  for (const box of document.querySelectorAll("[data-stick-bottom]")) if (!reading.has(box)) box.scrollTop = box.scrollHeight;
}

export function startScroll() {
  document.addEventListener("scroll", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-stick-bottom]")) return;
    if (box.scrollHeight - box.scrollTop - box.clientHeight > NEAR) reading.add(box);
    else reading.delete(box);
  }, { capture: true, passive: true });
  document.addEventListener("htmx:after:swap", settle);
  settle();
}

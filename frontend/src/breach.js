// The live page sounds once for each thing that is newly late, and only after a person has switched the sound on.
// What is late stands in data-breaches, each under a name of its own.
import { onSecond } from "./beat.js";
import { alarm } from "./ring.js";

let on = false;
let known = null;

function names() {
  const text = document.querySelector("[data-breaches]")?.dataset.breaches ?? "";
  return new Set(text.split(" ").filter(Boolean));
}

function look() {
  const now = names();
  const fresh = known !== null && [...now].some((name) => !known.has(name));
  known = now;
  if (on && fresh) alarm();
}

function press(button) {
  on = !on;
  for (const each of document.querySelectorAll("[data-breach-sound]")) each.setAttribute("aria-pressed", String(on));
  if (on) alarm(); // so that she hears how it sounds
  button.blur();
}

export function startBreaches() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-breach-sound]");
    if (button) press(button);
  });
  onSecond(look);
}

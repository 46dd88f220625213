// What a person has unfolded inside a part that refreshes itself stays open when that part is exchanged. A fold is known
// by the first id inside it.
let unfolded = [];

function name(details) {
  return details.querySelector("[id]")?.id;
}

export function startUnfolded() {
  document.addEventListener("htmx:before:swap", () => {
    unfolded = [...document.querySelectorAll("[hx-get] details[open]")].map(name).filter(Boolean);
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const id of unfolded) {
      const details = document.getElementById(id)?.closest("details");
      if (details) details.open = true;
    }
  });
}

// Loaded in the head, before anything is painted. The server writes data-theme: "light", "dark" or "auto".
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const wish = root.dataset.theme;
  root.dataset.bsTheme = wish === "dark" || (wish !== "light" && dark.matches) ? "dark" : "light";
}

paint();
dark.addEventListener("change", paint);

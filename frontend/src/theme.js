// Loaded in the head, before anything is painted. The server writes data-theme: "light", "dark" or "auto".
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const wish = root.dataset.theme;
  root.dataset.bsTheme = wish === "dark" || (wish !== "light" && dark.matches) ? "dark" : "light";
}

// A screen that was being locked when the page was loaded anew stays covered until the server has heard (lock.js).
try {
  if (sessionStorage.getItem("tesa-covered")) root.dataset.covered = "locking";
} catch (error) {
  if (!(error instanceof DOMException)) throw error; // storage is switched off: there is nothing to read
}

paint();
dark.addEventListener("change", paint);

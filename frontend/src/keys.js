// Single-key shortcuts: whatever carries data-key="g k" is pressed by typing g, then k. "?" shows the list. They rest
// while something is being typed, and can be switched off (WCAG 2.1.4).
const TYPING = "input, textarea, select, [contenteditable]";
const PATIENCE = 1_200; // ms between the first and the second key

let pending = "";
let timer = 0;

function on() {
  return !document.cookie.split("; ").includes("tesa_keys=off");
}

function remember(active) {
  if ("shared" in document.body.dataset) return; // nothing is kept on a device that others use too
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tesa_keys=${active ? "on" : "off"}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
}

function offered() {
  return [...document.querySelectorAll("[data-key]")].filter((e) => e.checkVisibility() && !e.closest("[hidden]"));
}

function press(element) {
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
}

function type(key) {
  clearTimeout(timer);
  const wish = pending ? `${pending} ${key}` : key;
  pending = "";
  const found = offered().find((e) => e.dataset.key === wish);
  if (found) return press(found);
  if (offered().some((e) => e.dataset.key.startsWith(`${wish} `))) {
    pending = wish;
    timer = setTimeout(() => { pending = ""; }, PATIENCE);
  }
  return undefined;
}

function fill(sheet) {
  const list = sheet.querySelector("[data-keys-list]");
  const rows = offered().flatMap((element) => {
    const term = document.createElement("dt");
    for (const key of element.dataset.key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = (element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ");
    return [term, meaning];
  });
  list.replaceChildren(...rows);
}

function openSheet() {
  const sheet = document.getElementById("keys");
  if (!sheet || sheet.open) return;
  fill(sheet);
  sheet.querySelector("[data-keys-switch]").checked = on();
  sheet.showModal();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" ? event.target !== document.body : event.key.length !== 1) return; // Enter belongs to what has the focus
    if (event.key === "?") openSheet();
    else if (on()) type(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    else return;
    if (event.key !== "Enter") event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-switch]")) remember(event.target.checked);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) openSheet();
  });
}

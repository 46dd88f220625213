// Kunci layar. Shift three times, or the button in the header, covers the page at once, without asking the network;
// then the server is told, again and again until it has heard, and the browser goes to the page that unlocks. All tabs
// of the browser cover themselves together. What is being typed is kept as a draft first, if that is quick.
import { onSecond } from "./beat.js";
import { flushDrafts } from "./draft.js";
import { token } from "./words.js";

const WITHIN = 1_500; // ms for the three presses
const DRAFTS_WITHIN = 1_000; // ms that keeping drafts may hold up the lock of the server
const MARK = "tesa-covered"; // so that a reload without network does not show the page again; see theme.js
const tabs = window.BroadcastChannel ? new BroadcastChannel("tesa-lock") : null;

let presses = [];
let telling = false;

function locking() {
  return document.documentElement.dataset.covered === "locking";
}

function cover(why) {
  document.documentElement.dataset.covered = why;
  document.title = document.getElementById("cover")?.dataset.title ?? "";
  document.activeElement?.blur();
}

function mark(on) {
  try {
    if (on) sessionStorage.setItem(MARK, "1");
    else sessionStorage.removeItem(MARK);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // storage is switched off: the cover holds until a reload
  }
}

function leave() {
  location.replace(document.getElementById("cover").dataset.locked);
}

async function tell() {
  const box = document.getElementById("cover");
  if (telling || !box) return;
  telling = true;
  try {
    const body = new URLSearchParams({ back: location.pathname + location.search });
    const headers = { "X-CSRFToken": token(), Accept: "application/json" };
    const answer = await fetch(box.dataset.lock, { method: "POST", body, headers });
    if (answer.status === 403) location.reload(); // the page's token is old; it stays covered, see theme.js
    if (!answer.ok) return;
    tabs?.postMessage("locked");
    leave();
  } catch {
    box.querySelector("[data-waiting]").hidden = false; // no network: the cover stays, the next second tries again
  } finally {
    telling = false;
  }
}

async function lock() {
  if (!document.getElementById("cover")) return;
  cover("locking");
  mark(true);
  tabs?.postMessage("cover");
  await Promise.race([flushDrafts(), new Promise((done) => { setTimeout(done, DRAFTS_WITHIN); })]);
  await tell();
}

function listen(event) {
  if (event.key !== "Shift") presses = [];
  else if (!event.repeat) {
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (presses.length >= 3) {
      presses = [];
      lock();
    }
  }
}

export function startLock() {
  if ("locked" in document.body.dataset) {
    mark(false); // the server has heard
    delete document.documentElement.dataset.covered;
  }
  if (!document.getElementById("cover")) return;
  if (locking()) lock();
  addEventListener("keydown", listen, { capture: true });
  addEventListener("pointerdown", () => { presses = []; }, { capture: true, passive: true });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-lock-form]")) return;
    event.preventDefault();
    lock();
  });
  tabs?.addEventListener("message", (event) => {
    if (event.data === "cover") {
      cover("elsewhere");
      flushDrafts();
    } else leave();
  });
  // A page that the browser kept for its back button is covered before it is kept, and asked for anew.
  addEventListener("pagehide", () => { if (!locking()) cover("left"); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  onSecond(() => { if (locking()) tell(); });
}

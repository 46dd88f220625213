// Is what the page shows still true? Every answer of the server is proof of life; silence is asked after, and shown.
import { onSecond } from "./beat.js";
import { chime } from "./ring.js";
import { word } from "./words.js";

const ASK_AFTER = 10_000; // ms without any answer until we ask by ourselves
const OFFLINE_AFTER = 30_000; // ms without a good answer until the red bar and one sound
const POLL_TIMEOUT = 8_000; // ms; a poll that hangs longer has failed
const BROKEN = [502, 503, 504];

let lastGood = Date.now();
let lastAsked = Date.now();
let failing = false;

/** Somebody (htmx, a draft) has heard from the server, or has failed to. */
export function heard(ok) {
  lastAsked = Date.now();
  failing = !ok;
  if (ok) lastGood = Date.now();
  show();
}

function state() {
  const silent = Date.now() - lastGood;
  if (!navigator.onLine || (failing && silent > OFFLINE_AFTER)) return "away";
  return failing || silent > 2 * ASK_AFTER ? "again" : "live";
}

function show() {
  const sign = document.getElementById("live");
  if (!sign) return;
  const now = state();
  if (sign.dataset.state === now && !sign.hidden) return;
  const fell = now === "away" && sign.dataset.state !== "away";
  sign.hidden = false;
  sign.dataset.state = now;
  sign.textContent = word(now);
  document.documentElement.dataset.live = now;
  const bar = document.getElementById("offline");
  if (bar) bar.hidden = now !== "away";
  if (fell) chime();
}

async function ask() {
  const address = document.getElementById("live")?.dataset.ping;
  if (!address || Date.now() - lastAsked < ASK_AFTER) return;
  lastAsked = Date.now();
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(POLL_TIMEOUT), headers: { "HX-Poll": "true" } });
    heard(!BROKEN.includes(answer.status));
  } catch {
    heard(false); // no network, or no answer in time: both are what the sign is there to show
  }
}

export function startLive() {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!["every", "pulse", "slowpulse"].includes(ctx.sourceEvent?.type)) return;
    ctx.request.headers["HX-Poll"] = "true"; // tells the server that no person asked: the session may fall asleep
    ctx.request.timeout = POLL_TIMEOUT;
  });
  document.addEventListener("htmx:after:request", (event) => heard(!BROKEN.includes(event.detail.ctx.response.status)));
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx && !event.detail.ctx.response) heard(false);
  });
  addEventListener("online", ask);
  addEventListener("offline", show);
  onSecond(() => { ask(); show(); });
  show();
}

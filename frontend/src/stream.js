// The page is told that there is something to ask for, and asks at once. What comes here is a topic and nothing else: the
// state is always fetched, so that nothing is lost or doubled, whatever happens to the stream. While there is none the
// parts ask every two seconds; see beat.js.
import { askNow, isTold, onSecond } from "./beat.js";
import { byStream, heard } from "./live.js";

const SILENCE = 40; // seconds without a word after which the stream is dead; the server pings every 15
const WAITS = [1, 1, 2, 3, 5]; // half the most seconds until the stream is asked for again
const AT_ONCE = 60; // ms that are not worth a timer, which a hidden tab would be made to wait for

let source = null;
let standing = false; // has the present stream said hello?
let quiet = 0; // seconds since its last word
let wait = 0; // seconds until we try again
let failures = 0;
let replaced = false; // newer pages of the same person have the streams; we ask until somebody comes to this one

/** After the server has come back all pages ask for everything; they spread it over what it thinks it can bear. */
function askForAll(spread) {
  const after = Math.random() * spread;
  if (after < AT_ONCE) askNow();
  else setTimeout(askNow, after);
}

function close() {
  source?.close();
  source = null;
  if (!standing) return;
  standing = false;
  isTold(false);
  byStream(false);
}

function lost() {
  close();
  wait = Math.round(WAITS[Math.min(failures, WAITS.length - 1)] * (1 + Math.random())); // not all pages at once
  failures += 1;
}

function open() {
  const opened = new EventSource(document.body.dataset.stream);
  source = opened;
  quiet = 0;
  const on = (name, act) => opened.addEventListener(name, (event) => {
    if (opened !== source) return;
    quiet = 0;
    act(event);
  });
  on("hello", (event) => {
    standing = true;
    failures = 0;
    isTold(true);
    byStream(true);
    askForAll(JSON.parse(event.data).spread); // whatever happened before somebody listened
  });
  on("news", (event) => {
    heard(true);
    askNow(JSON.parse(event.data));
  });
  on("ping", () => heard(true));
  on("end", (event) => {
    replaced = event.data === "replaced";
    lost();
    if (event.data === "session") askNow(); // the answer leads to where this person belongs now
  });
  on("error", lost); // whether it broke off or was refused: the browser's own way of trying again is not ours
}

function look() {
  if (source) {
    quiet += 1;
    if (quiet > SILENCE) lost();
  } else if (wait > 0) {
    wait -= 1;
  } else if (!replaced) open();
}

export function startStream() {
  if (!document.body.dataset.stream || !window.EventSource) return;
  open();
  onSecond(look);
  addEventListener("online", () => { wait = 0; });
  addEventListener("focus", () => { replaced = false; });
  addEventListener("offline", close);
  addEventListener("pagehide", () => { source?.close(); });
}

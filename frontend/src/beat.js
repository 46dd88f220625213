// One clock for all that repeats. Browsers slow the timers of a hidden tab down to one a minute; the timers of a worker
// keep their pace, so a psychologist who looks at another tab still hears a call.
const PULSE = 2; // seconds between two "pulse" events on <body>, on which the parts of a page ask for themselves
const SLOW = 15; // seconds between two "slowpulse" events; "pulse" comes no faster while the page is told (stream.js)

const listeners = new Set();
let seconds = 0;
let told = false;

/** Call `fn` once a second, also in a hidden tab. */
export function onSecond(fn) {
  listeners.add(fn);
}

/** Is the page told when there is something to ask for? Until it is, its parts ask every two seconds. */
export function isTold(yes) {
  told = yes;
}

/** Let the parts of the page ask now: all, or those that show one of `topics` ("*": all). */
export function askNow(topics = ["*"]) {
  document.body.dispatchEvent(new CustomEvent("pulse", { detail: { topics } }));
}

function beat() {
  seconds += 1;
  for (const fn of listeners) fn();
  if (seconds % (told ? SLOW : PULSE) === 0) askNow();
  if (seconds % SLOW === 0) document.body.dispatchEvent(new CustomEvent("slowpulse"));
}

export function startBeat() {
  const address = document.body.dataset.beat;
  if (address && window.Worker) {
    const worker = new Worker(address);
    worker.addEventListener("message", beat);
    worker.addEventListener("error", () => setInterval(beat, 1000), { once: true });
  } else {
    setInterval(beat, 1000);
  }
  document.documentElement.dataset.ready = "true";
}

// One clock for all that repeats. Browsers slow the timers of a hidden tab down to one a minute; the timers of a worker
// keep their pace, so a psychologist who looks at another tab still hears a call.
const PULSE = 2; // seconds between two "pulse" events on <body>: what htmx polls on
const SLOW = 15; // seconds between two "slowpulse" events

const listeners = new Set();
let seconds = 0;

/** Call `fn` once a second, also in a hidden tab. */
export function onSecond(fn) {
  listeners.add(fn);
}

function beat() {
  seconds += 1;
  for (const fn of listeners) fn();
  if (seconds % PULSE === 0) document.body.dispatchEvent(new CustomEvent("pulse"));
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

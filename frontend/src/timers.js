// Elements with data-since count up, with data-until count down; colours after the limits they name (in seconds).
// The page says what time it is at the server, so a wrong clock on the desk does no harm.
import { onSecond } from "./beat.js";

let shift = 0;

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function level(element, seconds) {
  const { amber, red, until } = element.dataset;
  const past = (limit) => limit !== undefined && limit !== "" && (until ? seconds <= Number(limit) : seconds >= Number(limit));
  return past(red) ? "red" : past(amber) ? "amber" : "calm";
}

function tick() {
  const now = Date.now() + shift;
  for (const element of document.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = element.dataset;
    const seconds = (until ? Date.parse(until) - now : now - Date.parse(since)) / 1000;
    const text = clock(seconds);
    if (element.textContent !== text) element.textContent = text;
    const colour = level(element, seconds);
    if (element.dataset.level !== colour) element.dataset.level = colour;
  }
}

export function startTimers() {
  const said = Date.parse(document.body.dataset.now ?? "");
  if (!Number.isNaN(said)) shift = said - Date.now();
  onSecond(tick);
  document.addEventListener("htmx:after:swap", tick);
  tick();
}

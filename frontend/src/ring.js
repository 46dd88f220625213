// Rings every three seconds while an element with data-ringing is on the page, and tells the desktop without a word of
// content. Browsers allow sound only after the person has touched the page; until then a button asks for that.
import { onSecond } from "./beat.js";
import { word } from "./words.js";

const EVERY = 3; // seconds between two rings
const CALM = { tones: [523, 659], times: 2, length: 0.35 };
const EMERGENCY = { tones: [784, 988], times: 3, length: 0.22 };

let audio = null;
let wait = 0;
let told = null;
const title = document.title;

function wake() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume().then(showGate);
}

function audible() {
  return audio?.state === "running";
}

function tone(frequency, at, length) {
  const voice = audio.createOscillator();
  const volume = audio.createGain();
  voice.type = "triangle";
  voice.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.35, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
  voice.connect(volume).connect(audio.destination);
  voice.start(at);
  voice.stop(at + length);
}

function ring(pattern) {
  let at = audio.currentTime;
  for (let i = 0; i < pattern.times; i += 1) {
    for (const frequency of pattern.tones) {
      tone(frequency, at, pattern.length);
      at += pattern.length * 0.6;
    }
    at += 0.12;
  }
}

/** One low sound: the connection is lost. Silent where sound is not allowed yet. */
export function chime() {
  if (audible()) tone(220, audio.currentTime, 0.8);
}

/** Three short notes: something is late. Asked for by a click, so that the browser lets it be heard. */
export function alarm() {
  wake();
  audio.resume().then(() => {
    for (const turn of [0, 1, 2]) tone(660, audio.currentTime + turn * 0.35, 0.25);
  });
}

function tellDesktop(element) {
  const key = element.id || "ringing";
  if (told === key) return;
  told = key;
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const note = new Notification(word("notice"), { tag: "tesa-ring", requireInteraction: true });
    note.addEventListener("click", () => { window.focus(); note.close(); });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // phones allow notices from service workers only; they vibrate instead
  }
}

function showGate() {
  const ringing = document.querySelector("[data-ringing]") !== null;
  for (const gate of document.querySelectorAll("[data-sound-gate]")) gate.hidden = audible() || !ringing;
}

function plainTitle() {
  const covered = "covered" in document.documentElement.dataset; // see lock.js
  return (covered && document.getElementById("cover")?.dataset.title) || title;
}

function look() {
  const ringing = document.querySelector('[data-ringing="emergency"]') ?? document.querySelector("[data-ringing]");
  document.documentElement.dataset.ring = ringing ? (audible() ? "sounding" : "silent") : "off";
  document.title = ringing ? `● ${plainTitle()}` : plainTitle();
  showGate();
  if (!ringing) {
    wait = 0;
    told = null;
    return;
  }
  tellDesktop(ringing);
  if (wait > 0) { wait -= 1; return; }
  wait = EVERY - 1;
  wake();
  if (audible()) ring(ringing.dataset.ringing === "emergency" ? EMERGENCY : CALM);
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
}

export function startRing() {
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, wake, { passive: true });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-test-ring]") && audio) audio.resume().then(() => ring(CALM));
    if (event.target.closest("[data-ask-notice]") && "Notification" in window) Notification.requestPermission();
  });
  onSecond(look);
}

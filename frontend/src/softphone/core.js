// The bar of the telephone in the browser. It speaks to a driver (Twilio's library, or the practice line's) through
// register, answer, reject, connect, hangUp, mute, keys, microphone, loudspeaker; the driver tells registered, lost,
// ringing, cancelled, talking, ended. What is true of a talk stands on the server: the bar asks for it and shows it.
import { startDevices } from "./devices.js";
import { startStaying } from "./stay.js";

const READY = "tesa-phone-ready"; // in this tab she has said that she wants to be rung here
const BEAT = 10_000; // ms between two beats; while something happens, every pulse
const ANSWERS_WITHIN = 250; // ms that another tab has to say that it holds the call
const MOST_TRIES = 5; // connections opened by itself, one after the other, that came to nothing

const bar = document.getElementById("softphone");
const locked = "locked" in bar.dataset;
const tabs = window.BroadcastChannel ? new BroadcastChannel("tesa-phone") : null;

let driver = null;
let state = "off";
let registered = false;
let wanted = false; // she has said that she wants to be rung here
let talk = null; // what the server knows of her talk
let ringing = null;
let since = 0;
let tries = 0;
let left = false; // she has hung up here: the page does not connect again by itself
let lastBeat = 0;
let wish = null; // muted or not, as she has said here, until the server says the same

const part = (name) => bar.querySelector(`[data-phone="${name}"]`);
const inCall = () => state === "talking" || state === "connecting";

function stored(change) {
  try {
    if (change === undefined) return sessionStorage.getItem(READY) === "1";
    if (change) sessionStorage.setItem(READY, "1");
    else sessionStorage.removeItem(READY);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // storage is switched off: she says so on each page
  }
  return false;
}

async function post(address, fields = {}) {
  const headers = { "X-CSRFToken": bar.dataset.csrf, Accept: "application/json" };
  return fetch(address, { method: "POST", headers, body: new URLSearchParams(fields), signal: AbortSignal.timeout(8000) });
}

async function token() {
  const answer = await post(bar.dataset.token);
  if (!answer.ok) throw new Error(`token: ${answer.status}`);
  return (await answer.json()).token;
}

function show(next = state) {
  if (next !== state && next === "talking") since = Date.now();
  state = next;
  bar.dataset.state = state;
  const held = state === "talking" && talk?.held;
  bar.querySelector("[data-phone-state]").textContent = bar.dataset[held ? "sayHeld" : `say${state[0].toUpperCase()}${state.slice(1)}`];
  seen("ready", ["off", "denied", "lost"].includes(state) && !wanted);
  seen("answer", state === "ringing");
  seen("decline", state === "ringing" && ringing);
  seen("mute", state === "talking");
  seen("hold", state === "talking" && talk?.hold);
  seen("keys", state === "talking");
  seen("page", inCall() && talk?.page);
  seen("hang-up", inCall());
  seen("test", !inCall() && state !== "ringing");
  if (state !== "talking" && !locked) bar.querySelector("#phone-keys").hidden = true;
  if (talk && wish !== null) talk.muted = wish;
  if (talk?.page && part("page")) part("page").href = talk.page;
  pressed("mute", Boolean(talk?.muted), "sayMute", "sayUnmute");
  pressed("hold", Boolean(talk?.held), "sayHold", "sayResume");
  tick();
}

function seen(name, yes) {
  const element = part(name);
  if (element) element.hidden = !yes;
}

function pressed(name, on, off, label) {
  const button = part(name);
  if (!button) return;
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("[data-label]").textContent = bar.dataset[on ? label : off];
}

function tick() {
  const clock = bar.querySelector("[data-phone-time]");
  clock.hidden = state !== "talking";
  if (clock.hidden) return;
  const seconds = Math.max(0, Math.floor((Date.now() - (talk?.since ? Date.parse(talk.since) : since)) / 1000));
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function rest() {
  show(!wanted ? "off" : registered ? "ready" : "lost");
}

/** Tell the server whether this browser can be rung, and take what it knows. */
async function beat() {
  lastBeat = Date.now();
  const ready = wanted && registered && !inCall() ? "1" : inCall() || !wanted ? "" : "0";
  try {
    const answer = await post(bar.dataset.beat, ready ? { ready } : {});
    if (answer.ok) ({ talk, ringing } = await answer.json());
  } catch {
    return; // no network: the sign in the header says so, the next beat comes
  }
  if (state === "talking" && talk) await settleMute();
  show();
  if (talk?.connects && !inCall() && state !== "ringing" && state !== "elsewhere" && !left) await reconnect();
}

/** What she has said here about her microphone counts, and becomes the server's; else what the server has. */
async function settleMute() {
  if (wish === talk.muted) wish = null;
  await driver?.mute(wish ?? talk.muted);
  if (wish !== null && talk.mute) await post(talk.mute, { on: wish ? "1" : "0" });
}

/** Her talk goes on and the line belongs to this browser: open it, unless another tab has it. */
async function reconnect() {
  if (tries >= MOST_TRIES) return;
  if (await heldElsewhere()) { show("elsewhere"); return; }
  tries += 1;
  show("connecting");
  try {
    await line().connect();
  } catch {
    rest();
  }
}

function heldElsewhere() {
  if (!tabs) return Promise.resolve(false);
  return new Promise((done) => {
    const hear = (event) => { if (event.data === "here") finish(true); };
    const finish = (yes) => { tabs.removeEventListener("message", hear); done(yes); };
    tabs.addEventListener("message", hear);
    tabs.postMessage("who");
    setTimeout(() => finish(false), ANSWERS_WITHIN);
  });
}

let make = null;

function line() {
  driver ??= make({
    line: bar.dataset.line, token, on: {
      registered: () => { if (!registered) { registered = true; if (!inCall() && state !== "ringing" && state !== "elsewhere") rest(); beat(); } },
      lost: () => { if (registered) { registered = false; if (!inCall()) rest(); } },
      ringing: () => { show("ringing"); beat(); },
      cancelled: () => { rest(); beat(); },
      talking: () => { tries = 0; left = false; show("talking"); beat(); },
      ended: () => { talk = wish = null; rest(); setTimeout(beat, 800); },
    },
  });
  return driver;
}

/** She wants to be rung here: ask for the microphone, and register. */
async function makeReady() {
  show("starting");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
  } catch {
    wanted = false;
    stored(false);
    show("denied");
    return;
  }
  wanted = true;
  stored(true);
  await line().register();
}

async function act(address, on) {
  await post(address, { on: on ? "1" : "0" });
  await beat();
}

const acts = {
  ready: makeReady,
  answer: () => { show("connecting"); return line().answer(); },
  decline: async () => { if (ringing) await post(ringing.decline); await line().reject(); },
  mute: async () => {
    wish = part("mute").getAttribute("aria-pressed") !== "true";
    talk = { ...talk, muted: wish };
    await line().mute(wish);
    show();
    await beat();
  },
  hold: () => act(talk.hold, !talk.held),
  keys: () => { toggle("keys", "#phone-keys"); },
  "hang-up": async () => {
    left = true;
    if (talk?.end) await post(talk.end);
    await line().hangUp();
  },
};

function toggle(name, panel) {
  const box = bar.querySelector(panel);
  box.hidden = !box.hidden;
  part(name).setAttribute("aria-expanded", String(!box.hidden));
}

/** Bring the bar of this page to life with `driver`, which is made when it is needed. */
export async function startSoftphone(driverMaker) {
  make = driverMaker;
  bar.addEventListener("click", async (event) => {
    const name = event.target.closest("[data-phone]")?.dataset.phone;
    const key = event.target.closest("[data-phone-key]")?.dataset.phoneKey;
    if (key) await line().keys(key);
    else if (acts[name]) await acts[name]();
  });
  tabs?.addEventListener("message", (event) => { if (event.data === "who" && inCall()) tabs.postMessage("here"); });
  document.body.addEventListener("pulse", () => {
    tick();
    if (Date.now() - lastBeat >= (inCall() || state === "ringing" ? 4_000 : BEAT)) beat();
  });
  startStaying(inCall);
  if (!locked) startDevices(bar, () => line());
  wanted = stored();
  show();
  await beat();
  if (wanted && !inCall()) await makeReady();
  else if (wanted || inCall()) await line().register();
}

// The practice page: asks for the state once a second, shows it, and tells the line what the person does.
"use strict";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const BEKASI = { latitude: -6.2383, longitude: 106.9756 };
const NAMED = { ...BEKASI, label: "Alun-alun Kota Bekasi", address: "Jl. Pramuka, Bekasi Selatan" };
const LOG_SHOWN = 200;
const cards = new Map();
let lastLog = 0;
let audio = null;
let anythingRings = false;

const byId = (id) => document.getElementById(id);

async function ask(path, body) {
  const options = { headers: { "X-Practice": "1" } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`/control/${path}`, options);
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error || `HTTP ${answer.status}`);
  return content;
}

async function act(path, body = {}) {
  try {
    await ask(path, body);
    byId("refusal").hidden = true;
    await refresh();
    return true;
  } catch (error) {
    byId("refusal").textContent = error.message;
    byId("refusal").hidden = false;
    return false;
  }
}

const onPhone = (number, what, body) => act(`phones/${encodeURIComponent(number)}/${what}`, body);

// -- one telephone ------------------------------------------------------------------------------------------------

const receivedBy = (phone) => phone.texts.filter((text) => text.direction === "out").length;

function makeCard(phone) {
  const root = byId("phone").content.firstElementChild.cloneNode(true);
  const at = {};
  for (const part of root.querySelectorAll("[data-at]")) at[part.dataset.at] = part;
  const card = { root, at, number: phone.number, seenTexts: receivedBy(phone), drawnTexts: "" };
  const name = `${phone.label} ${phone.number}`;
  root.setAttribute("aria-label", name);
  at.label.textContent = phone.label;
  at.role.textContent = phone.role;
  at.number.textContent = phone.number;
  at.words.setAttribute("aria-label", `Yang diucapkan · What to say: ${name}`);
  at.body.setAttribute("aria-label", `Isi pesan · Message text: ${name}`);
  at.channel.setAttribute("aria-label", `Saluran · Channel: ${name}`);
  at.attach.setAttribute("aria-label", `Lampiran · Attachment: ${name}`);
  at.habit.setAttribute("aria-label", `Bila berdering · When it rings: ${name}`);
  at.keypad.setAttribute("aria-label", `Tombol · Keys: ${name}`);
  at.lines.setAttribute("aria-label", `Yang terdengar · What is heard: ${name}`);
  at.bubbles.setAttribute("aria-label", `Pesan · Messages: ${name}`);
  for (const key of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    button.addEventListener("click", () => onPhone(phone.number, "press", { keys: key }));
    at.keypad.append(button);
  }
  at.withhold.hidden = phone.side === "staff";
  wire(card);
  byId(phone.side === "staff" ? "staff-phones" : "caller-phones").append(root);
  return card;
}

function wire(card) {
  const { root, at, number } = card;
  for (const button of root.querySelectorAll("[data-act]")) {
    const what = button.dataset.act;
    button.addEventListener("click", () =>
      what === "call" ? act("call", { from: number, withheld: at.withheld.checked }) : onPhone(number, what));
  }
  at["say-form"].addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = at.words.value.trim();
    if (words && (await onPhone(number, "say", { words }))) at.words.value = "";
  });
  at["write-form"].addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await act("message", messageOf(card))) {
      at.body.value = "";
      at.attach.value = "";
    }
  });
  at.habit.addEventListener("change", () => onPhone(number, "habit", { habit: at.habit.value }));
}

function messageOf({ at, number }) {
  const message = { from: number, channel: at.channel.value, body: at.body.value };
  if (at.attach.value === "picture") message.media = "picture";
  if (at.attach.value === "pin") message.location = BEKASI;
  if (at.attach.value === "place") message.location = NAMED;
  return message;
}

function wordsFor(call) {
  if (!call) return "Bebas · Free";
  const rings = call.status === "ringing" && call.direction !== "inbound";
  if (rings) return `Berdering · Ringing`;
  if (call.status === "ringing" || call.status === "queued") return "Menyambung · Connecting";
  if (call.where) return call.where;
  return call.listening ? "Menunggu tombol · Waits for a key" : "Tersambung · Connected";
}

function showCard(card, phone) {
  const { root, at } = card;
  const call = phone.call;
  const rings = Boolean(call) && call.status === "ringing" && call.direction !== "inbound";
  root.classList.toggle("is-ringing", rings);
  root.classList.toggle("in-use", Boolean(call) && !rings);
  root.classList.toggle("is-idle", !call);
  at.state.textContent = wordsFor(call);
  at.idle.hidden = Boolean(call);
  at.rings.hidden = !rings;
  at["in-call"].hidden = !call || rings;
  at.keypad.classList.toggle("is-listening", Boolean(call) && call.listening);
  showLines(card, call || phone.last);
  showTexts(card, phone);
  at["sign-in"].hidden = !phone.email;
  if (phone.email) {
    at.email.textContent = phone.email;
    at.password.textContent = phone.password;
    at.code.textContent = phone.code || "–";
    at["code-left"].textContent = phone.code ? `(${phone.code_seconds} s)` : "";
  }
  if (document.activeElement !== at.habit) at.habit.value = phone.habit;
  at["habit-name"].textContent = phone.habit === "manual" ? "" : at.habit.selectedOptions[0].textContent;
}

function showLines({ at }, call) {
  const key = call ? `${call.sid} ${call.lines.length} ${(call.lines.at(-1) || {}).at}` : "";
  if (at.lines.dataset.drawn === key) return;
  at.lines.dataset.drawn = key;
  at.lines.hidden = !key;
  at.lines.replaceChildren(...(call ? call.lines : []).map((line) => item(line.who, line.text)));
  at.lines.scrollTop = at.lines.scrollHeight;
}

function showTexts(card, phone) {
  const { at, root } = card;
  const texts = phone.texts;
  const key = texts.map((text) => text.sid + text.status + text.at).join();
  if (root.querySelector(".texts").open) card.seenTexts = receivedBy(phone);
  const fresh = receivedBy(phone) - card.seenTexts;
  at["text-count"].textContent = fresh > 0 ? `${fresh} baru · new` : `(${texts.length})`;
  at["text-count"].classList.toggle("is-new", fresh > 0);
  if (card.drawnTexts === key) return;
  card.drawnTexts = key;
  at.bubbles.replaceChildren(...texts.map((text) => {
    const bubble = item(text.direction, "");
    bubble.append(...withLinks(text.body), text.note ? `\n${text.note}` : "");
    const small = document.createElement("small");
    small.textContent = `${clock(text.at)} ${text.channel} ${text.status}`;
    bubble.append(small);
    return bubble;
  }));
  at.bubbles.scrollTop = at.bubbles.scrollHeight;
}

// Links into TeSA may be followed; anything else stays text.
function withLinks(words) {
  return words.split(/(https?:\/\/\S+)/).map((part) => {
    if (!part.startsWith(`${document.body.dataset.tesa}/`)) return part;
    const link = document.createElement("a");
    link.href = part;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = part;
    return link;
  });
}

function item(kind, text) {
  const li = document.createElement("li");
  li.className = kind;
  li.textContent = text;
  return li;
}

const clock = (at) => new Date(at).toLocaleTimeString("id-ID", { timeZone: "Asia/Jakarta", hour12: false });

// -- everything ---------------------------------------------------------------------------------------------------

function show(state) {
  const present = new Set();
  for (const phone of state.phones) {
    present.add(phone.number);
    if (!cards.has(phone.number)) cards.set(phone.number, makeCard(phone));
    showCard(cards.get(phone.number), phone);
  }
  for (const [number, card] of cards) {
    if (!present.has(number)) {
      card.root.remove();
      cards.delete(number);
    }
  }
  showRinging(state.phones.filter((phone) => phone.call && phone.call.status === "ringing" && phone.call.direction !== "inbound"));
  showRooms(state);
  showLog(state.log);
}

function showRinging(phones) {
  const bar = byId("ringing");
  const key = phones.map((phone) => phone.call.sid).join();
  anythingRings = phones.length > 0;
  if (bar.dataset.drawn === key) return;
  bar.dataset.drawn = key;
  bar.hidden = !anythingRings;
  bar.replaceChildren(...phones.map((phone) => {
    const part = document.createElement("span");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "good";
    button.textContent = "Angkat · Pick up";
    button.setAttribute("aria-label", `Angkat · Pick up: ${phone.label}`);
    button.addEventListener("click", () => {
      onPhone(phone.number, "pick-up");
      cards.get(phone.number).root.scrollIntoView({ block: "center" });
    });
    part.append(`🔔 ${phone.label}`, button);
    return part;
  }));
}

function showRooms(state) {
  const queues = state.queues.map((queue) => `Antrean · Queue ${queue.name}: ${queue.waiting.join(", ")}`);
  const rooms = state.conferences.map((room) => `Ruang · Room (${room.status}): ${room.participants.map((one) =>
    (one.label || one.phone) + (one.hold ? " ⏸" : "") + (one.muted ? " 🔇" : "")).join(", ")}`);
  const text = [...queues, ...rooms].join(" — ") || "Tidak ada yang menunggu. · Nobody waits.";
  if (byId("rooms").textContent !== text) byId("rooms").textContent = text;
}

function showLog(entries) {
  const list = byId("log");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  for (const entry of entries) {
    if (entry.number <= lastLog) continue;
    lastLog = entry.number;
    const li = item(entry.kind, "");
    const time = document.createElement("time");
    time.textContent = clock(entry.at);
    li.append(time, entry.text);
    list.append(li);
  }
  while (list.children.length > LOG_SHOWN) list.firstElementChild.remove();
  if (atEnd && entries.length) list.scrollTop = list.scrollHeight;
}

let asking = null;

function refresh() {
  asking ??= ask(`state?since=${lastLog}`).then(show).finally(() => { asking = null; });
  return asking;
}

async function tick() {
  try {
    await refresh();
    byId("offline").hidden = true;
  } catch (error) {
    byId("offline").hidden = false;
    lastLog = 0;
    byId("log").replaceChildren();
  }
  setTimeout(tick, 1000);
}

// -- sound: only after somebody asked for it ------------------------------------------------------------------------

function beep() {
  if (!audio || !anythingRings) return;
  for (const start of [0, 0.25]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const from = audio.currentTime + start;
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.12, from + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.22);
  }
}

byId("sound").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "🔔 Dering menyala · Sound is on" : "🔕 Nyalakan dering · Sound on";
  if (on) {
    audio ??= new AudioContext();
    await audio.resume();
  } else if (audio) {
    await audio.suspend();
  }
});

byId("other").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("other-number");
  if (await act("call", { from: field.value.trim() })) field.value = "";
});

setInterval(beep, 2000);
tick();

// Keeps what is being typed on the server, two seconds after the last key, and again when the page is left. Nothing is
// kept in the browser. When somebody else (or another window) has saved meanwhile, both texts are shown.
import { heard } from "./live.js";
import { token, word } from "./words.js";

const PAUSE = 2_000; // ms after the last key
const RETRY = 5_000; // ms after a failure
const drafts = new WeakMap();

function draftOf(area) {
  if (!drafts.has(area)) drafts.set(area, { saved: area.defaultValue, timer: 0, saving: false, conflict: false, submitted: false });
  return drafts.get(area);
}

function statusOf(area) {
  return document.getElementById(area.dataset.draftStatus);
}

function tell(area, text, state) {
  const line = statusOf(area);
  if (!line) return;
  line.textContent = text;
  line.dataset.state = state;
}

function later(area, delay) {
  const draft = draftOf(area);
  clearTimeout(draft.timer);
  draft.timer = setTimeout(() => save(area), delay);
}

function send(area, keepalive) {
  const body = new URLSearchParams({ text: area.value, revision: area.dataset.draftRevision ?? "0" });
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  return fetch(area.dataset.draftUrl, { method: "POST", body, headers, keepalive });
}

async function save(area) {
  const draft = draftOf(area);
  if (draft.conflict || draft.submitted || !area.isConnected || area.value === draft.saved) return;
  if (draft.saving) return later(area, PAUSE);
  draft.saving = true;
  const text = area.value;
  try {
    const answer = await send(area, false);
    heard(true);
    await take(area, draft, text, answer);
  } catch {
    heard(false); // the network failed; the text is still in the page and is tried again
    tell(area, word("draftFailed"), "failed");
    later(area, RETRY);
  } finally {
    draft.saving = false;
  }
  if (draft.saved !== area.value && !draft.conflict) later(area, draft.saved === text ? PAUSE : RETRY);
}

async function take(area, draft, text, answer) {
  if (answer.ok || answer.status === 409) {
    const said = await answer.json();
    area.dataset.draftRevision = said.revision;
    if (answer.ok) {
      draft.saved = text;
      tell(area, word("draftSaved").replace("{time}", said.saved_at), "saved");
    } else {
      showBoth(area, draft, said.text);
    }
  } else {
    tell(area, word("draftFailed"), "failed");
  }
}

function showBoth(area, draft, other) {
  draft.conflict = true;
  tell(area, word("draftConflict"), "failed");
  const box = document.getElementById("draft-both").content.firstElementChild.cloneNode(true);
  box.querySelector("[data-other]").textContent = other;
  box.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choice]")?.dataset.choice;
    if (!choice) return;
    if (choice === "theirs") area.value = other;
    if (choice === "both") area.value = `${area.value}\n\n${other}`;
    box.remove();
    draft.conflict = false;
    draft.saved = null;
    area.focus();
    save(area);
  });
  statusOf(area)?.after(box);
}

/** Keep at once whatever has not been kept yet; settled when each has been answered or has failed. */
export function flushDrafts() {
  return Promise.all([...document.querySelectorAll("[data-draft-url]")].map((area) => save(area)));
}

export function startDrafts() {
  document.addEventListener("input", (event) => {
    const area = event.target.closest?.("[data-draft-url]");
    if (!area) return;
    draftOf(area).submitted = false;
    later(area, PAUSE);
  });
  document.addEventListener("submit", (event) => {
    for (const area of event.target.querySelectorAll("[data-draft-url]")) {
      clearTimeout(draftOf(area).timer);
      draftOf(area).submitted = true; // the form carries the text; a draft sent after it would come back as a ghost
    }
  });
  addEventListener("pagehide", () => {
    for (const area of document.querySelectorAll("[data-draft-url]")) {
      const draft = drafts.get(area);
      if (draft && !draft.conflict && !draft.submitted && draft.saved !== area.value) send(area, true);
    }
  });
}

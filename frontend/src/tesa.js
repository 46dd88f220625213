// The one script of TeSA: htmx and our own modules in one file, so that none starts before another has arrived.
import "htmx.org/dist/htmx.js";
import { startBeat } from "./beat.js";
import { startBreaches } from "./breach.js";
import { startDrafts } from "./draft.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startLock } from "./lock.js";
import { startMenus } from "./menus.js";
import { startPasskeys } from "./passkey.js";
import { startPhone } from "./phone.js";
import { startRing } from "./ring.js";
import { startScroll } from "./scroll.js";
import { startTimers } from "./timers.js";
import { startUnfolded } from "./unfolded.js";

function start() {
  startLock();
  startPasskeys();
  startMenus();
  startTimers();
  startDrafts();
  startKeys();
  startScroll();
  startRing();
  startBreaches();
  startUnfolded();
  startLive();
  startBeat();
  startPhone();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();

// Twilio's Device as a driver. Rings through ring.js like everything that rings here, so the library's own sounds rest;
// all its sound files are ours (SOUNDS is filled in by build.mjs).
import { Call, Device } from "@twilio/voice-sdk";

const EDGES = ["singapore", "roaming"]; // the nearest first; the policy of the page names the same two
const TRIES_AGAIN = 10_000; // ms after which a lost registration is tried again

/** See core.js for what a driver is. */
export function twilioDriver({ token, on }) {
  let device = null;
  let call = null;

  function follow(next, incoming) {
    call = next;
    const over = (told) => () => {
      if (call !== next) return;
      call = null;
      told();
    };
    next.on("accept", () => on.talking());
    next.on("disconnect", over(on.ended));
    next.on("cancel", over(on.cancelled));
    next.on("reject", over(on.cancelled));
    next.on("error", () => { if (next.status() === Call.State.Closed) over(incoming ? on.cancelled : on.ended)(); });
  }

  async function made() {
    if (device) return device;
    device = new Device(await token(), { edge: EDGES, sounds: SOUNDS, tokenRefreshMs: 60_000, closeProtection: false, allowIncomingWhileBusy: false });
    for (const quiet of ["incoming", "outgoing", "disconnect"]) device.audio?.[quiet](false);
    device.on("registered", () => on.registered());
    device.on("unregistered", () => on.lost());
    device.on("error", () => { if (device.state !== Device.State.Registered) on.lost(); });
    device.on("tokenWillExpire", async () => {
      try {
        device.updateToken(await token());
      } catch {
        on.lost(); // the session is over, or the network is; the ordinary telephone still rings
      }
    });
    device.on("incoming", (next) => { follow(next, true); on.ringing(); });
    setInterval(() => { if (device.state === Device.State.Unregistered) register(); }, TRIES_AGAIN);
    return device;
  }

  async function register() {
    const ready = await made();
    if (ready.state !== Device.State.Unregistered) return;
    try {
      await ready.register();
    } catch {
      on.lost();
    }
  }

  return {
    register,
    answer: async () => call?.accept(),
    reject: async () => call?.reject(),
    connect: async () => { follow(await (await made()).connect({ params: {} }), false); },
    hangUp: async () => device?.disconnectAll(),
    mute: async (yes) => call?.mute(yes),
    keys: async (digits) => call?.sendDigits(digits),
    microphone: async (id) => (await made()).audio?.setInputDevice(id),
    loudspeaker: async (id) => (await made()).audio?.speakerDevices.set(id),
  };
}

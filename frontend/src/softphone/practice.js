// The practice line's telephone in the browser. It asks the practice line again and again, with TeSA's access token,
// as Twilio's library would hold a connection open. No sound goes over it.
const EVERY = 500; // ms between two questions

/** See core.js for what a driver is. */
export function practiceDriver({ line, token, on }) {
  const page = crypto.randomUUID();
  let timer = 0;
  let call = null; // what the line said last
  let pass = "";

  async function ask(act, more = {}) {
    pass ||= await token();
    const body = new URLSearchParams({ token: pass, page, ...more });
    const answer = await fetch(`${line}/client/${act}`, { method: "POST", body, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401) pass = "";
    if (!answer.ok) throw new Error(`practice line: ${answer.status}`);
    take((await answer.json()).call);
  }

  function take(now) {
    const before = call;
    call = now;
    if (now && now.status === "ringing" && now.incoming && before?.sid !== now.sid) on.ringing();
    if (now && now.status === "in-progress" && before?.status !== "in-progress") on.talking();
    if (before && (!now || now.sid !== before.sid)) {
      if (before.status === "in-progress" || !before.incoming) on.ended();
      else on.cancelled();
    }
  }

  async function poll() {
    clearTimeout(timer);
    try {
      await ask("poll");
      on.registered();
    } catch {
      on.lost();
    }
    timer = setTimeout(poll, EVERY);
  }

  addEventListener("pagehide", () => {
    if (pass) navigator.sendBeacon(`${line}/client/close`, new URLSearchParams({ token: pass, page }));
  });

  return {
    register: poll,
    answer: () => ask("answer"),
    reject: () => ask("reject"),
    connect: () => ask("connect"),
    hangUp: () => ask("hang-up"),
    mute: (yes) => ask("mute", { on: yes ? "1" : "0" }),
    keys: (digits) => ask("keys", { digits }),
    microphone: async () => {},
    loudspeaker: async () => {},
  };
}

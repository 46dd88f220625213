// The test of her devices: choose microphone and loudspeaker, see the level, hear a tone, hear herself.
const RECORDS = 3_000; // ms
const LOUD = 5; // of 100: less is silence

/** Bring the panel in `bar` to life; `line()` gives the driver that is to use what is chosen. */
export function startDevices(bar, line) {
  const panel = bar.querySelector("#phone-test");
  const [input, output] = [bar.querySelector("#phone-input"), bar.querySelector("#phone-output")];
  const meter = bar.querySelector("#phone-level");
  const heard = bar.querySelector("[data-phone-heard]");
  let stream = null;
  let audio = null;
  let timer = 0;

  async function open() {
    close();
    const wish = input.value ? { deviceId: { exact: input.value } } : true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: wish });
    } catch {
      heard.textContent = bar.dataset.sayDenied;
      return;
    }
    await list();
    audio = new AudioContext();
    const analyser = audio.createAnalyser();
    audio.createMediaStreamSource(stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    let loud = false; // heard once is heard: a word that came and went at every breath would only unsettle
    timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0);
      meter.value = Math.min(100, Math.round((peak / 128) * 150));
      loud ||= meter.value >= LOUD;
      const said = bar.dataset[loud ? "sayLoud" : "sayQuiet"];
      if (heard.textContent !== said) heard.textContent = said;
    }, 150);
  }

  function close() {
    clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    audio?.close();
    stream = audio = null;
    meter.value = 0;
  }

  async function list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [select, kind] of [[input, "audioinput"], [output, "audiooutput"]]) {
      const before = select.value;
      select.replaceChildren(...devices.filter((d) => d.kind === kind).map((d) => new Option(d.label || d.deviceId, d.deviceId)));
      if ([...select.options].some((o) => o.value === before)) select.value = before;
      select.disabled = select.options.length === 0;
    }
  }

  async function sounding() {
    const player = new AudioContext();
    if (output.value && player.setSinkId) await player.setSinkId(output.value).catch(() => {}); // the usual loudspeaker then
    return player;
  }

  async function tone() {
    const player = await sounding();
    const voice = player.createOscillator();
    const volume = player.createGain();
    voice.frequency.value = 523;
    volume.gain.value = 0.2;
    voice.connect(volume).connect(player.destination);
    voice.start();
    voice.stop(player.currentTime + 0.8);
    voice.addEventListener("ended", () => player.close());
  }

  function record(button) {
    if (!stream || button.disabled) return;
    button.disabled = true;
    const pieces = [];
    const recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", async () => {
      // Decoded and played from memory: nothing is kept, and the policy of the page allows no blob as a source.
      const player = await sounding();
      const source = player.createBufferSource();
      source.buffer = await player.decodeAudioData(await new Blob(pieces).arrayBuffer());
      source.connect(player.destination);
      source.addEventListener("ended", () => { button.disabled = false; player.close(); });
      source.start();
    });
    recorder.start();
    setTimeout(() => recorder.stop(), RECORDS);
  }

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phone]");
    if (button?.dataset.phone === "test") {
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
      if (panel.hidden) close();
      else open();
    } else if (button?.dataset.phone === "tone") tone();
    else if (button?.dataset.phone === "record") record(button);
  });
  input.addEventListener("change", async () => { await open(); await line().microphone(input.value); });
  output.addEventListener("change", () => line().loudspeaker(output.value));
}

// Passkeys: asks the server for a challenge, the browser for an answer, and sends that answer in a hidden field of the
// form around the button. Without passkeys in the browser the button stays hidden and the code is left.
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The server's options with bytes where the browser wants bytes. */
function unpacked(options) {
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) made.allowCredentials = named(options.allowCredentials);
  if (options.excludeCredentials) made.excludeCredentials = named(options.excludeCredentials);
  return made;
}

/** The browser's answer as the server reads it. */
function packed(credential) {
  const { response } = credential;
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = fields.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: Object.fromEntries(said),
  });
}

async function challenge(box, form) {
  const headers = { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" };
  const answer = await fetch(box.dataset.passkeyFrom, { method: "POST", headers });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  return unpacked(await answer.json());
}

async function show(box) {
  const form = box.closest("form");
  const button = box.querySelector("button");
  const trouble = box.querySelector("[role=alert]");
  if (box.dataset.passkey === "create" && !form.reportValidity()) return;
  button.disabled = true;
  trouble.hidden = true;
  try {
    const publicKey = await challenge(box, form);
    const credential = await navigator.credentials[box.dataset.passkey]({ publicKey });
    document.getElementById(box.dataset.passkeyInto).value = packed(credential);
    form.submit();
  } catch (error) {
    // Cancelled, none on this device, no network: the person is told the same and may go on with a code.
    if (!(error instanceof Error)) throw error;
    trouble.hidden = false;
    button.disabled = false;
  }
}

export function startPasskeys() {
  if (!window.PublicKeyCredential) return;
  for (const box of document.querySelectorAll("[data-passkey]")) {
    box.hidden = false;
    box.querySelector("button").addEventListener("click", () => show(box));
  }
  for (const line of document.querySelectorAll("[data-passkey-unable]")) line.hidden = true;
}

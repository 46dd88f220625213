// While somebody talks in the browser, going to another page of ours must not unload this one, for that would cut her
// line: the next page is fetched and put into this one. Whatever cannot be put in is gone to in the usual way.
const BODY = ".frame-body";

let talking = () => false;

function ours(url) {
  return url.origin === location.origin && !url.pathname.startsWith("/static/");
}

async function go(url, options, remember) {
  try {
    const answer = await fetch(url, { ...options, headers: { Accept: "text/html" } });
    const kind = answer.headers.get("Content-Type") ?? "";
    const next = kind.startsWith("text/html") ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const body = next?.querySelector(BODY);
    if (!body || !ours(new URL(answer.url))) throw new Error("another kind of page");
    document.title = next.title;
    document.querySelector(BODY).replaceWith(document.adoptNode(body));
    if (remember && (answer.redirected || options.method !== "POST")) history.pushState({ stayed: true }, "", answer.url);
    window.htmx?.process(document.querySelector(BODY));
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  } catch {
    if ((options.method ?? "GET") === "GET") location.assign(url);
    else location.reload(); // it may have been done: the page as it is now shows that
  }
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!talking() || !link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (!ours(url) || (url.hash && url.pathname === location.pathname) || link.hasAttribute("hx-get")) return;
  event.preventDefault();
  go(url.href, {}, true);
}

function send(event) {
  const form = event.target;
  if (!talking() || event.defaultPrevented || form.method === "dialog" || form.target || form.hasAttribute("hx-post")) return;
  const button = event.submitter;
  const url = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
  if (!ours(url) || form.matches("[data-lock-form], [action='/sign-out']")) return;
  event.preventDefault();
  const data = new FormData(form, button);
  if (form.method === "post") {
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    go(url.href, { method: "POST", body }, true);
  } else {
    url.search = new URLSearchParams(data).toString();
    go(url.href, {}, true);
  }
}

/** Stay on this page while `isTalking()`; ask before the browser leaves it all the same. */
export function startStaying(isTalking) {
  talking = isTalking;
  document.addEventListener("click", follow);
  document.addEventListener("submit", send);
  addEventListener("popstate", () => { if (talking()) go(location.href, {}, false); });
  addEventListener("beforeunload", (event) => {
    const covered = "covered" in document.documentElement.dataset; // the screen is being locked: that may not wait
    if (talking() && !covered) event.preventDefault();
  });
}

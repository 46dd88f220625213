// The telephone in the browser is a file of its own, fetched only by pages that carry its bar.
export function startPhone() {
  const bar = document.getElementById("softphone");
  if (!bar) return;
  const script = document.createElement("script");
  script.src = bar.dataset.script;
  document.head.append(script);
}

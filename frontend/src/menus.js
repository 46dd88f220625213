// Menus are <details>; they close on Escape and when something else is touched. Messages go away when dismissed.
function closeOthers(target) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
}

export function startMenus() {
  document.addEventListener("click", (event) => {
    closeOthers(event.target);
    event.target.closest("[data-dismiss]")?.closest("[data-dismissable]")?.remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

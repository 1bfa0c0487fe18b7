/* The page by its keys: single letters, none of them while one types. */

import { by } from "./elements.js";

const TYPED = "input:not([type=checkbox]), textarea, select, dialog[open]";
const LEAD_MS = 1200; // how long `g` waits for the view's letter

export function listenToKeys(app) {
  let led = -Infinity;
  const views = { l: "#/live", r: "#/runs", c: "#/compare" };
  const actions = {
    j: () => app.step(1),
    k: () => app.step(-1),
    1: () => app.setSpan("today"),
    2: () => app.setSpan("week"),
    3: () => app.setSpan("inception"),
    "/": () => app.filter(),
    c: () => app.toCommands(),
    d: () => app.toggleTheme(),
    "?": () => by("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return void leave(event.target, app);
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED)) return;
    const leading = event.timeStamp - led < LEAD_MS;
    led = event.key === "g" ? event.timeStamp : -Infinity;
    const view = leading ? views[event.key] : undefined;
    if (view) location.hash = view;
    else if (actions[event.key]) actions[event.key]();
    else return;
    event.preventDefault();
  });
}

/* Out of a field; a filter of the log is emptied as well, for it hides what is new. */
function leave(target, app) {
  if (target.id === "log-filter") app.clearLog();
  if (target.matches?.("input")) target.blur();
}

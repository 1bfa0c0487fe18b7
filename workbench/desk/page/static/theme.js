/* Dark or light: the reader's choice, else the system's. */

const KEY = "desk-theme";
const root = document.documentElement;

export function followTheme() {
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  // The report's style sheet leaves the choice to whoever says that the page is alive.
  root.classList.add("live");
  root.classList.toggle("dark", chosen() ?? wanted.matches);
  wanted.addEventListener("change", (event) => chosen() ?? root.classList.toggle("dark", event.matches));
}

export function toggleTheme() {
  const dark = root.classList.toggle("dark");
  try {
    localStorage.setItem(KEY, String(dark));
  } catch {
    /* a browser that keeps nothing follows the system the next time */
  }
}

function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === null ? null : kept === "true";
  } catch {
    return null;
  }
}

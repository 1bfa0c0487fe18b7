/* On paper the charts are drawings, light, all of them. */

async function preparePrint(app) {
  document.documentElement.classList.remove("dark");
  for (const id of [...app.charts.keys()]) await app.draw(id);
  await app.drawAll();
  await new Promise((done) => setTimeout(done, 50));
  freeze(app);
}

/* Put each chart's SVG beside its canvas; the style sheet shows one on screen, the other on paper. */
function freeze(app) {
  for (const chart of app.charts.values()) {
    const svg = chart.svg();
    if (!svg) continue;
    const holder = chart.host.parentNode.querySelector(".drawing") ?? document.createElement("div");
    holder.className = "drawing";
    holder.setAttribute("aria-hidden", "true");
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    holder.replaceChildren(svg);
    chart.host.after(holder);
  }
}

function listenToPrinting(app) {
  let dark = false;
  addEventListener("beforeprint", () => {
    dark = document.documentElement.classList.contains("dark");
    document.documentElement.classList.remove("dark");
    freeze(app);
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.toggle("dark", dark);
    if (dark) app.redraw("theme");
  });
  if (new URLSearchParams(location.search).has("print")) preparePrint(app).then(() => (document.documentElement.dataset.printable = "true"));
}

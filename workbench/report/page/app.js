/* The page: what is chosen changes, figures and tables at once, charts in sight next, others when seen. */

window.startReport = async (facts, columns, loadLibrary, begun) => {
  const run = new Run(facts, unpack(columns));
  const app = new App(run);
  window.report = app;
  app.begun = begun;
  await app.start(loadLibrary);
};

const SHARED = new Set(["equity", "underwater", "exposure", "apart"]); /* their x is one */
const by = (id) => document.getElementById(id);

class App {
  constructor(run) {
    this.run = run;
    this.view = new View(run);
    this.charts = new Map();
    this.seen = new Set();
    this.pointer = new Pointer(this.view, (time) => this.fillAt(time));
    this.notes = new Notes(run, (filter) => this.showRows(filter));
    this.grid = new Grid(this.view, { head: by("grid-head"), body: by("grid-body"), scroller: by("grid"), filter: by("filter"), csv: by("csv"), count: by("count") });
    this.sureness = new Sureness(run, run.worker);
    this.times = {};
  }

  async start(loadLibrary) {
    const root = document.documentElement;
    root.classList.add("live");
    this.theme(null);
    this.controls();
    listenToKeys(this);
    this.view.listeners.push((why) => this.changed(why));
    this.changed("start");
    await loadLibrary();
    await this.drawFirst();
    this.grid.update(this.context.rows);
    this.grid.measure(true);
    this.times.usable = performance.now();
    root.classList.add("ready");
    this.watch();
    addEventListener("resize", () => requestAnimationFrame(() => this.pointer.placeAll()));
    listenToPrinting(this);
    if (this.view.trade !== null) this.openTrade();
  }

  /* --- what is chosen has changed */

  changed(why) {
    const begun = performance.now();
    if (why === "book") this.view.trade = null;
    if (why === "trade" || why === "hash") this.zoomToTrade(why);
    this.context = contextOf(this.run, this.view);
    if (why !== "start" || location.hash) this.write();
    this.showChoice();
    this.times.figures = performance.now() - begun;
    if (why === "trade") this.openTrade();
    if (why === "filter" || why === "sort") return;
    this.sureness.ask(this.context);
    if (why !== "start") this.redraw(why);
  }

  /* Figures and tables; of the whole run the page has them from the start. */
  write() {
    this.grid.update(this.context.rows);
    writeFigures(this.context);
    writeStrategies(this.context);
    writeMonths(this.context);
    writeSpells(this.context);
    writeTrade(this.context);
  }

  redraw(why) {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(async () => {
      const stale = ["log", "theme"].includes(why);
      for (const [id, chart] of [...this.charts]) {
        if (stale || chart.failed) {
          await this.draw(id);
          continue;
        }
        if (!inSight(chart.host)) {
          chart.late = true;
          continue;
        }
        this.refresh(id, chart);
      }
      this.pointer.placeAll();
      this.times.charts = performance.now();
    });
  }

  refresh(id, chart) {
    const panel = PANELS.find((each) => each.id === id);
    panel.fill(chart, this.context);
    chart.late = false;
    this.tell(panel);
  }

  tell(panel) {
    const said = panel.sentence(this.context);
    const figure = by(`chart-${panel.id}`);
    figure.querySelector("figcaption").textContent = said;
    figure.querySelector(".canvas").setAttribute("aria-label", said);
    const table = figure.querySelector("details");
    if (table?.open) writeTable(table.querySelector(".values"), panel.table(this.context));
  }

  /* --- charts */

  async draw(id) {
    const panel = PANELS.find((each) => each.id === id);
    const host = by(`chart-${id}`)?.querySelector(".canvas");
    if (!panel || !host) return;
    this.charts.get(id)?.gone();
    const chart = new Chart(host, panel.spec(this.context));
    this.charts.set(id, chart);
    panel.fill(chart, this.context);
    await chart.draw();
    this.tell(panel);
    if (SHARED.has(id)) this.pointer.add(chart, { brush: id === "equity", tell: (time) => tipOf(this.context, id, time) });
    if (id === "equity") this.markTrade();
    chart.host.dataset.drawn = "true";
  }

  async drawFirst() {
    await this.draw("equity");
    await new Promise((done) => requestAnimationFrame(done));
    await this.draw("underwater");
  }

  watch() {
    const queue = [];
    let busy = false;
    const work = async () => {
      if (busy) return;
      busy = true;
      while (queue.length) {
        const id = queue.shift();
        const chart = this.charts.get(id);
        if (!chart) await this.draw(id);
        else if (chart.late) this.refresh(id, chart);
        await new Promise((done) => setTimeout(done, 0));
      }
      busy = false;
    };
    const observer = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) queue.push(target.id.replace("chart-", ""));
      }
      work();
    }, { rootMargin: "400px" });
    for (const figure of document.querySelectorAll("figure.chart")) observer.observe(figure);
    for (const table of document.querySelectorAll("figure.chart details")) {
      table.addEventListener("toggle", () => {
        const panel = PANELS.find((each) => `chart-${each.id}` === table.closest("figure").id);
        if (table.open) writeTable(table.querySelector(".values"), panel.table(this.context));
      });
    }
  }

  async drawAll() {
    for (const figure of document.querySelectorAll("figure.chart")) {
      const id = figure.id.replace("chart-", "");
      const chart = this.charts.get(id);
      if (!chart) await this.draw(id);
      else if (chart.late) this.refresh(id, chart);
    }
  }

  /* --- trades */

  zoomToTrade() {
    const { view } = this;
    if (view.trade === null || view.trade >= view.trades.rows) return;
    const [entry, exit] = ["entry", "exit"].map((name) => this.run.clock.local(view.trades[name][view.trade]));
    const air = Math.max((exit - entry) * 0.6, 2 * DAY_MS);
    view.zoom = [entry - air, exit + air];
  }

  openTrade() {
    this.grid.reveal(this.view.trade);
    this.markTrade();
    this.drawPrice();
  }

  /* The price around the trade, as far as fills tell it; a click near a fill opens its trade. */
  async drawPrice() {
    const figure = by("chart-price");
    figure.hidden = pricesOf(this.context) === null;
    if (figure.hidden) return;
    const chart = this.charts.get("price");
    if (chart) this.refresh("price", chart);
    else await this.draw("price");
  }

  priceClicked(event) {
    const chart = this.charts.get("price");
    const { left, width } = chart.frame();
    const { start, end } = chart.x;
    const pixel = event.clientX - chart.host.getBoundingClientRect().left - left;
    const time = start + ((end - start) * pixel) / width;
    const found = pricesOf(this.context);
    if (found) this.openNearest(found.around, time, ((end - start) / width) * 12);
  }

  /* Lines at the entry and the exit of the trade that is open. */
  markTrade() {
    const { view, run } = this;
    const open = view.trade !== null && view.trade < view.trades.rows;
    this.charts.get("equity")?.ends.forEach((line, at) => {
      if (open) line.location = run.clock.local(view.trades[at ? "exit" : "entry"][view.trade]);
      line.visible = open;
    });
  }

  /* A click on the chart: the trade of the nearest fill, in sight of the pointer. */
  fillAt(time) {
    const chart = this.charts.get("equity");
    const near = ((chart.x.end - chart.x.start) / chart.frame().width) * 12;
    this.openNearest(fillsWithin(this.context, time - near, time + near, Infinity).shown, time, near);
  }

  /* The trade of the fill that is nearest to a time, among orders that were filled. */
  openNearest(rows, time, near) {
    const { run, view } = this;
    const { orders } = run.tables;
    let best = null;
    for (const row of rows) {
      const away = Math.abs(run.orderTimes[row] - time);
      if (away <= near && (best === null || away < best.away)) best = { row, away };
    }
    if (best === null) return;
    const id = orders.id[best.row];
    const trades = view.trades;
    for (let row = 0; row < trades.rows; row++) {
      if (trades.exit_order[row] === id || trades.entry_order[row] === id) {
        view.set({ trade: row, filter: "" }, "trade");
        by("section-table").scrollIntoView({ behavior: motion(), block: "start" });
        return;
      }
    }
  }

  showRows(filter) {
    this.view.set({ filter }, "filter");
    by("section-table").scrollIntoView({ behavior: motion() });
    by("filter").focus({ preventScroll: true });
  }

  /* --- controls */

  controls() {
    const { view, run } = this;
    run.strategies.forEach((_, at) => by(`strategy-${at}`)?.addEventListener("click", () => this.toggle(at)));
    by("all").addEventListener("click", () => view.set({ chosen: run.strategies.map(() => true) }, "strategies"));
    by("net").addEventListener("click", () => view.set({ net: !view.net }, "net"));
    by("log").addEventListener("click", () => view.set({ log: !view.log }, "log"));
    by("dark").addEventListener("click", () => this.toggleDark());
    by("reset").addEventListener("click", () => this.resetView());
    by("zoom").addEventListener("click", () => this.zoomToRange());
    by("print").addEventListener("click", () => this.print());
    by("chart-price").querySelector(".canvas").addEventListener("click", (event) => this.priceClicked(event));
    by("chart-price").querySelector("details").addEventListener("toggle", () => this.tell(pricePanel));
    by("on-chart").addEventListener("click", () => by("section-equity").scrollIntoView({ behavior: motion(), block: "start" }));
    by("help").addEventListener("click", () => by("keys").showModal());
    for (const book of document.querySelectorAll("[data-book]")) book.addEventListener("click", () => view.set({ book: book.dataset.book, trade: null }, "book"));
    by("glossary").addEventListener("toggle", () => writeGlossary(run));
    for (const name of ["from", "to"]) by(name).addEventListener("change", () => this.rangeTyped());
  }

  rangeTyped() {
    const [from, to] = ["from", "to"].map((name) => by(name).value);
    if (from && to && from <= to) this.view.set({ range: [dayOf(from), dayOf(to)] }, "range");
  }

  toggle(at) {
    const { view } = this;
    const all = view.chosen.every(Boolean);
    let chosen = all ? view.chosen.map((_, other) => other === at) : view.chosen.map((on, other) => (other === at ? !on : on));
    if (!chosen.some(Boolean)) chosen = chosen.map(() => true);
    view.set({ chosen }, "strategies");
  }

  resetView() {
    this.view.reset();
    this.view.set({}, "reset");
    this.markTrade();
  }

  zoomToRange() {
    const { view } = this;
    const zoom = view.range ? view.range.map((day, at) => (day - EPOCH + at) * DAY_MS) : null;
    view.set({ zoom }, "zoom");
  }

  toggleDark() {
    this.theme(!document.documentElement.classList.contains("dark"));
    this.redraw("theme");
  }

  theme(dark) {
    const wanted = matchMedia("(prefers-color-scheme: dark)");
    document.documentElement.classList.toggle("dark", dark ?? wanted.matches);
    if (dark === null) wanted.addEventListener("change", (event) => { this.theme(event.matches); this.redraw("theme"); });
  }

  showChoice() {
    const { view, run } = this;
    run.strategies.forEach((_, at) => by(`strategy-${at}`)?.setAttribute("aria-pressed", String(view.chosen[at])));
    by("all").setAttribute("aria-pressed", String(view.chosen.every(Boolean)));
    by("net").setAttribute("aria-pressed", String(view.net));
    by("net").textContent = view.net ? "net" : "gross";
    by("log").setAttribute("aria-pressed", String(view.log));
    for (const book of document.querySelectorAll("[data-book]")) book.setAttribute("aria-pressed", String(book.dataset.book === view.book));
    const known = run.days;
    const ends = view.range ?? [known[0], known[known.length - 1]];
    ["from", "to"].forEach((name, at) => { if (ends[at] !== undefined) by(name).value = dateOf(ends[at]); });
    const whole = !view.range && view.chosen.every(Boolean);
    const what = view.chosen.every(Boolean) ? "the account" : run.strategies.filter((_, at) => view.chosen[at]).join(" + ");
    by("choice").textContent = whole ? "" : `Figures are of ${what}, ${dateOf(ends[0])} to ${dateOf(ends[1])}.`;
    document.documentElement.classList.toggle("partial", !whole);
  }

  async print() {
    await preparePrint(this);
    window.print();
  }
}

const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

function inSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -400 && top < innerHeight + 400;
}

function tipOf(c, id, time) {
  const { run } = c;
  const row = Math.max(bisect(run.times, time + 1) - 1, 0);
  const when = document.createElement("b");
  when.textContent = run.clock.text(run.tables.marks.time[row]);
  const lines = [when];
  const line = (text, at) => {
    const one = document.createElement("span");
    if (at !== undefined) one.append(swatch(at));
    one.append(text);
    lines.push(one);
  };
  if (id === "equity" || id === "apart") {
    line(FORMATS.money(c.track.money[row]));
    for (const { at } of c.track.parts) line(`${run.strategies[at]} ${FORMATS.signed(run.tables.marks[`pnl${at}`][row])}`, at);
  } else if (id === "underwater") line(FORMATS.percent(c.depths[row]));
  else if (id === "exposure") line(`long ${FORMATS.money(run.tables.marks.long[row])}, short ${FORMATS.money(run.tables.marks.short[row])}`);
  return lines;
}

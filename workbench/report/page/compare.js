/* The page of a comparison: growth and falls of each on the common days, and figures of a range. */

window.startReport = async (facts, columns, loadLibrary, begun) => {
  const page = new Comparing(facts, unpack(columns).days);
  window.report = page;
  page.begun = begun;
  await page.start(loadLibrary);
};

const DAY_MS = DAY * 1000;
const middayOf = (day) => (day - EPOCH) * DAY_MS + DAY_MS / 2;

class Comparing {
  constructor(facts, days) {
    Object.assign(this, facts);
    this.days = days;
    this.range = null;
    this.run = { days: days.day };
    this.charts = {};
    this.pointer = new Pointer(this, () => {});
    this.x = Float64Array.from([this.before, ...days.day], middayOf);
    this.grown = this.names.map((_, at) => {
      let worth = 1;
      return Float64Array.from([1, ...days[`r${at}`].map((value) => (worth *= 1 + value))]);
    });
    this.fallen = this.grown.map((values) => {
      let peak = 0;
      return values.map((value) => value / (peak = Math.max(peak, value)) - 1);
    });
  }

  async start(loadLibrary) {
    const root = document.documentElement;
    const wanted = matchMedia("(prefers-color-scheme: dark)");
    root.classList.add("live");
    root.classList.toggle("dark", wanted.matches);
    wanted.addEventListener("change", (event) => this.theme(event.matches));
    document.getElementById("dark").addEventListener("click", () => this.theme(!root.classList.contains("dark")));
    document.getElementById("reset").addEventListener("click", () => this.set({ range: null }));
    document.addEventListener("keydown", (event) => {
      if (event.key === "d") this.theme(!root.classList.contains("dark"));
      if (event.key === "z") this.set({ range: null });
    });
    this.read();
    await loadLibrary();
    await this.draw();
    this.set({ range: this.range });
    addEventListener("resize", () => requestAnimationFrame(() => this.pointer.placeAll()));
    root.classList.add("ready");
  }

  async theme(dark) {
    document.documentElement.classList.toggle("dark", dark);
    await this.draw();
  }

  read() {
    const range = location.hash.match(/r=(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)/);
    if (range) this.range = [dayOf(range[1]), dayOf(range[2])];
  }

  async draw() {
    for (const chart of Object.values(this.charts)) chart.gone();
    for (const [id, lines, format, height] of [["overlay", this.grown, "0.00%", 340], ["falls", this.fallen, "0.00%", 200]]) {
      const host = document.querySelector(`#chart-${id} .canvas`);
      const chart = new Chart(host, { x: "time", y: format, height, left: 80 });
      const less = id === "overlay" ? 1 : 0;
      lines.forEach((values, at) => {
        const rows = thinned(this.x, values, this.x[0], this.x[this.x.length - 1], 600);
        chart.glyph("Line", `line${at}`, { x: picked(this.x, rows), y: picked(values, rows).map((value) => value - less) },
          { x: "x", y: "y", line_color: chart.ink.hue(at), line_dash: DASHES[at % DASHES.length], line_width: 1.8 });
      });
      chart.level(0, chart.ink.soft, [4, 3]);
      const ends = lines.map((values) => airy(values, less));
      chart.within(this.x[0], this.x[this.x.length - 1], Math.min(...ends.map(([low]) => low)) - less, Math.max(...ends.map(([, high]) => high)) - less);
      await chart.draw();
      host.dataset.drawn = "true";
      this.charts[id] = chart;
      this.pointer.add(chart, { brush: id === "overlay", tell: (time) => this.tip(lines, less, time) });
    }
    this.pointer.placeAll();
  }

  tip(lines, less, time) {
    const row = Math.max(bisect(this.x, time) - 1, 0);
    const when = document.createElement("b");
    when.textContent = dateOf(row ? this.days.day[row - 1] : this.before);
    return [when, ...this.names.map((name, at) => {
      const line = document.createElement("span");
      line.append(swatch(at), `${name} ${FORMATS.change(lines[at][row] - less)}`);
      return line;
    })];
  }

  set({ range }) {
    this.range = range;
    const { day } = this.days;
    const [first, last] = range ? [bisect(day, range[0]), bisect(day, range[1] + 1)] : [0, day.length];
    const days = [first ? day[first - 1] : this.before, ...day.slice(first, last)];
    this.names.forEach((_, at) => {
      const series = { day: days, nav: Array.from(this.grown[at].slice(first, last + 1)), benchmark: this.days.benchmark.slice(first, last) };
      const found = ownFigures(series, this.year, this.rate);
      for (const cell of document.querySelectorAll(`[data-run="${at}"]`)) cell.textContent = shown(found[cell.dataset.own].value, cell.dataset.format);
    });
    document.documentElement.classList.toggle("partial", Boolean(range));
    document.getElementById("choice").textContent = range ? `Ratios are of ${dateOf(range[0])} to ${dateOf(range[1])}; what is faint is of all days.` : "";
    try {
      history.replaceState(null, "", range ? `#r=${range.map(dateOf).join("..")}` : location.href.split("#")[0]);
    } catch {
      /* some browsers refuse it to a file after many changes a second */
    }
    this.pointer.show();
  }

  get view() {
    return this;
  }
}

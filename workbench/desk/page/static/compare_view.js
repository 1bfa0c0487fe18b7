/* Runs beside each other: a baseline is pinned, parameters that differ come first, then the overlay
   on the common days, figures with their intervals, backtest against live, and how much is luck. */

import { by, keyed, make, toneOf, write } from "./elements.js";
import { Grid } from "./grids.js";
import { DASH, FORMATS, shown } from "./numbers.js";
import { runOf } from "./shapes.js";
import { SurfacePanel } from "./surface_panel.js";
import { swatch } from "./swatches.js";
import { TimeChart, nearest } from "./time_chart.js";
import { dayText, words } from "./texts.js";
import { fallen } from "./equity_panel.js";

const POLL_MS = 400;
const PARTS = { net_pnl: "signed", total_return: "change", capital: "money", expected_shortfall: "change", worst_day: "change", trades: "whole", fees: "money" };
// How much of a Sharpe ratio is luck, among all runs that were tried.
const RECORD = { probabilistic_sharpe: "percent", deflated_sharpe: "percent", least_days: "whole", minimum_backtest_years: "ratio" };
const TITLES = { probabilistic_sharpe: "chance that the Sharpe ratio is above 0", deflated_sharpe: "that chance, after all runs that were tried", least_days: "days that are needed to say so", minimum_backtest_years: "years within which the best by luck shows as much", sharpe: "Sharpe ratio", sortino: "Sortino ratio", cagr: "CAGR", net_pnl: "net P&L" };
const ESTIMATES = { sharpe: "ratio", sortino: "ratio", cagr: "change", volatility: "percent", max_drawdown: "percent", win_rate: "percent", expectancy: "signed", profit_factor: "ratio", alpha: "change", beta: "ratio" };

export class CompareView {
  constructor(api, go) {
    Object.assign(this, { api, go, ids: [], asked: 0, result: null });
    const [above, below] = by("chart-overlay").querySelectorAll(".plot");
    const options = { text: (value) => FORMATS.change(value), tip: (time) => this.tip(time) };
    this.chart = new TimeChart(above, { ...options, height: 300, label: () => "Growth of each from the first common day on" });
    this.low = new TimeChart(below, { ...options, height: 130, label: () => "How far each was below its peak" });
    TimeChart.join(this.chart, this.low);
    this.surface = new SurfacePanel();
  }

  /* The same runs with another baseline are not computed anew. */
  async open({ runs = "", baseline = "" }) {
    const ids = runs.split(",").filter(Boolean);
    const same = this.result && ids.join() === this.ids.join();
    Object.assign(this, { ids, wanted: baseline });
    if (same) return this.draw();
    this.result = null;
    by("compare-results").hidden = true;
    write(by("compare-problem"), "", "bad");
    write(by("compare-lead"), ids.length < 2 ? "Choose two runs or more in the list of runs." : "");
    this.names = new Map();
    this.showChosen();
    if (ids.length < 2) return write(by("compare-state"), "");
    await this.compute();
  }

  async compute() {
    const asked = (this.asked += 1);
    const state = by("compare-state");
    try {
      write(state, "asking for the runs");
      const runs = await Promise.all(this.ids.map((id) => this.api.get(`runs/${encodeURIComponent(id)}`)));
      if (asked !== this.asked) return;
      this.names = new Map(runs.map((each) => [each.id, runOf(each)]));
      const result = await this.finished(await this.api.post("compare", { runs: this.ids }), () => asked === this.asked);
      if (!result) return;
      this.result = result;
      write(state, "");
      this.draw();
    } catch (problem) {
      if (asked !== this.asked) return;
      write(state, "");
      write(by("compare-problem"), problem.message, "bad");
    }
  }

  /* The result of a job; null where nobody waits for it any more. */
  async finished(job, wanted) {
    while (job.status !== "done") {
      if (job.status === "failed") throw new Error(job.problem ?? "The comparison failed.");
      write(by("compare-state"), `comparison ${job.status}`);
      await new Promise((done) => setTimeout(done, POLL_MS));
      if (!wanted()) return null;
      job = await this.api.get(`jobs/${encodeURIComponent(job.id)}`);
    }
    return wanted() ? job.result : null;
  }

  get baseline() {
    if (this.ids.includes(this.wanted)) return this.wanted;
    return this.ids.find((id) => this.names.get(id)?.baseline) ?? this.ids[0];
  }

  /* The baseline first, then the others as they were chosen. */
  get order() {
    return [this.baseline, ...this.ids.filter((id) => id !== this.baseline)];
  }

  called(id) {
    const run = this.names.get(id);
    return run ? `${run.name} ${id.slice(0, 8)}` : id.slice(0, 8);
  }

  showChosen() {
    const made = (id) => make("li", {}, swatch(this.ids.indexOf(id)), make("span"), make("button", { type: "button", on: { click: () => this.go({ runs: this.ids.join(","), baseline: id }) } }), make("button", { type: "button", text: "✕", "aria-label": `Take ${this.called(id)} out`, on: { click: () => this.go({ runs: this.ids.filter((each) => each !== id).join(","), baseline: this.wanted }) } }));
    keyed(by("compared"), this.ids, (id) => `${id} ${this.ids.indexOf(id)}`, made, (item, id) => {
      const pinned = id === this.baseline;
      item.className = pinned ? "pinned" : "";
      write(item.children[1], this.called(id));
      write(item.children[2], pinned ? "baseline" : "pin");
      item.children[2].setAttribute("aria-pressed", String(pinned));
    });
  }

  draw() {
    const { result } = this;
    this.showChosen();
    by("compare-results").hidden = false;
    write(by("compare-lead"), verdictOf(result, (id) => this.called(id)));
    this.parameters();
    this.overlay();
    this.figures();
    this.partings();
    this.surface.show(result.surface ?? null, result.trials?.trials);
    this.chances();
  }

  parameters() {
    const { different } = this.result.parameters;
    const rows = Object.entries(different).map(([name, values]) => ({ name, values: this.order.map((id) => values[this.ids.indexOf(id)]) }));
    const columns = [{ title: "parameter", text: ({ name }) => name }, ...this.order.map((id, at) => ({ title: this.called(id), text: ({ values }) => values[at] ?? DASH, tone: ({ values }) => (values[at] === values[0] ? "" : "bad") }))];
    new Grid(by("parameters"), "Parameters that differ", columns, { key: ({ name }) => name, empty: "No parameter that is known differs." }).show(rows);
  }

  overlay() {
    const { days, returns } = this.result.overlay;
    const times = days.map((each) => Date.parse(each));
    const lines = this.ids.map((id, at) => ({ name: id, hue: at % 8, dashed: true, points: grown(times, returns[id] ?? []) }));
    this.lines = lines;
    const window_ = [lines[0].points[0]?.time ?? 0, times.at(-1) ?? 1];
    this.chart.show({ window: window_, lines, level: 0 });
    this.low.show({ window: window_, lines: lines.map((line) => ({ ...line, points: fallen(line.points.map((each) => ({ ...each, value: 1 + each.value, low: 1 + each.low, high: 1 + each.high }))) })), level: 0 });
    const legend = by("chart-overlay").querySelector(".legend");
    legend.replaceChildren(...this.ids.map((id, at) => make("span", {}, swatch(at), this.called(id))));
    const { first, last, days: count, left_out: left } = this.result.window;
    const out = Object.entries(left ?? {}).filter(([, each]) => each).map(([name, each]) => `${each} of ${this.called(name)}`);
    by("chart-overlay").querySelector("figcaption").textContent = `${first} to ${last}, ${count} days that all have${out.length ? `; left out: ${out.join(", ")}` : ""}.`;
  }

  tip(time) {
    return [dayText(time), ...this.lines.map(({ name, points }) => `${this.called(name)} ${FORMATS.change(points[nearest(points, time)].value)}`)];
  }

  figures() {
    const profiles = new Map(this.result.runs.map((each) => [each.name, each]));
    const rows = [
      ...Object.entries(PARTS).map(([name, form]) => ({ name, form, of: (id) => ({ value: profiles.get(id)?.[name] }) })),
      ...Object.entries(ESTIMATES).map(([name, form]) => ({ name, form, of: (id) => profiles.get(id)?.estimates?.[name] ?? {} })),
      ...Object.entries(RECORD).map(([name, form]) => ({ name, form, of: (id) => ({ value: profiles.get(id)?.track_record?.[name] }) })),
    ];
    const columns = [{ title: "figure", text: ({ name }) => TITLES[name] ?? words(name) }, ...this.order.map((id, at) => ({ title: `${this.called(id)}${at ? "" : " (baseline)"}`, text: (row) => textOf(row, id, this.baseline), node: (row) => nodeOf(row, id, this.baseline) }))];
    new Grid(by("figures"), "Figures side by side, the baseline first", columns, { key: ({ name }) => name }).show(rows);
  }

  partings() {
    const { partings } = this.result;
    by("section-partings").hidden = partings.length === 0;
    by("partings").replaceChildren(...partings.map((each) => this.parting(each)));
  }

  parting({ backtest, live, days, same, parted, apart, cause, totals }) {
    const told = parted ? `They part on ${parted}, by ${FORMATS.change(apart)}${cause ? `, most of it ${words(cause)}` : ""}.` : `They do not part on these ${days} days.`;
    const rows = Object.entries(totals).map(([name, value]) => make("div", {}, make("dt", { text: words(name) }), make("dd", { text: FORMATS.change(value), class: toneOf(value) })));
    return make("div", {}, make("h3", { text: `${this.called(live)} against ${this.called(backtest)}` }), make("p", { text: `${told} ${same} of ${days} days are the same. What made the difference, of equity:` }), make("dl", { class: "list" }, ...rows));
  }

  chances() {
    const { pairs, trials } = this.result;
    by("section-chances").hidden = pairs.length === 0;
    const known = new Map(pairs.flatMap(({ first, second, chance_first: chance }) => (chance === null ? [] : [[`${first} ${second}`, chance], [`${second} ${first}`, 1 - chance]])));
    const columns = [{ title: "by the Sharpe ratio", text: (id) => this.called(id) }, ...this.order.map((other) => ({ title: this.called(other), text: (id) => shown(id === other ? null : known.get(`${id} ${other}`), "percent"), tone: (id) => (known.has(`${id} ${other}`) ? toneOf(known.get(`${id} ${other}`) - 0.5) : "") }))];
    new Grid(by("chances"), "Chance that the row beats the column", columns, { key: (id) => id }).show(this.order);
    write(by("luck"), luckOf(trials));
  }
}

/* Growth from the day before the first, at which every line is 0. */
function grown(times, returns) {
  let worth = 1;
  const points = [{ time: (times[0] ?? 0) - 86400000, value: 0, low: 0, high: 0 }];
  times.forEach((time, at) => {
    worth *= 1 + (returns[at] ?? 0);
    points.push({ time, value: worth - 1, low: worth - 1, high: worth - 1 });
  });
  return points;
}

const rangeOf = ({ low, high }, form) => (low === null || low === undefined || high === null || high === undefined ? "" : `[${shown(low, form)} .. ${shown(high, form)}]`);

function beyond({ of, form }, id, baseline) {
  const [own, base] = [of(id).value, of(baseline).value];
  if (id === baseline || !Number.isFinite(own) || !Number.isFinite(base) || own === base) return "";
  return `${own > base ? "+" : ""}${shown(own - base, form === "signed" ? "money" : form === "change" ? "percent" : form)} to the baseline`;
}

const textOf = (row, id, baseline) => `${shown(row.of(id).value, row.form)} ${rangeOf(row.of(id), row.form)} ${beyond(row, id, baseline)}`;

function nodeOf(row, id, baseline) {
  const small = [rangeOf(row.of(id), row.form), beyond(row, id, baseline)].filter(Boolean);
  const doubt = row.of(id).enough === false ? " ?" : "";
  return make("span", {}, `${shown(row.of(id).value, row.form)}${doubt}`, ...small.map((text) => make("small", { text })));
}

/* Which is best, and from how many it is told apart, as the report of a comparison says it. */
function verdictOf({ runs, pairs }, called) {
  const known = runs.filter((each) => Number.isFinite(each.estimates?.sharpe?.value));
  if (known.length < 2) return "Fewer than two of them have a Sharpe ratio on these days: none is better.";
  const best = known.reduce((high, each) => (each.estimates.sharpe.value > high.estimates.sharpe.value ? each : high));
  const rivals = pairs.filter(({ first, second }) => [first, second].includes(best.name));
  const beaten = rivals.filter(({ p_adjusted: p }) => p !== null && p < 0.05).length;
  const said = `${called(best.name)} has the highest Sharpe ratio, ${FORMATS.ratio(best.estimates.sharpe.value)}`;
  if (!beaten) return `${said}, and is told apart from none of the others.`;
  return beaten === rivals.length ? `${said}, and is told apart from all of the others.` : `${said}, and is told apart from ${beaten} of the ${rivals.length} others.`;
}

function luckOf(trials) {
  if (!trials || trials.trials < 2) return "";
  const tests = trials.beating.map(({ what, p_value: p }) => `that any of them beats ${what} is ${FORMATS.ratio(p)} likely to be luck`);
  const over = trials.overfitting ? ` The probability of backtest overfitting is ${FORMATS.percent(trials.overfitting.probability)}.` : "";
  return `${trials.trials} runs were tried. The best of so many worthless ones would shine as well${tests.length ? `: ${tests.join("; ")}` : ""}.${over}`;
}

/* The equity of a deployment, with the gaps of what was heard and its deployments. */

import { by, make } from "./elements.js";
import { FORMATS, grouped } from "./numbers.js";
import { SPANS } from "./fleet_model.js";
import { TimeChart, nearest } from "./time_chart.js";
import { secondText } from "./texts.js";

const HEIGHT = 280, LOW_HEIGHT = 110;
const MOST_ROWS = 200; // of the table, which is for reading

export class EquityPanel {
  constructor(setSpan) {
    this.figure = by("chart-equity");
    const [above, below] = this.figure.querySelectorAll(".plot");
    const tip = (time) => this.tip(time);
    this.chart = new TimeChart(above, { height: HEIGHT, text: amount, tip, label: () => this.sentence(), area: true });
    this.low = new TimeChart(below, { height: LOW_HEIGHT, text: depth, tip, label: () => "How far equity was below its peak within the time that is drawn", area: true });
    TimeChart.join(this.chart, this.low);
    this.buttons = Object.entries(SPANS).map(([span, text], at) => make("button", { type: "button", text, title: `${text} (${at + 1})`, "data-span": span, on: { click: () => setSpan(span) } }));
    by("spans").replaceChildren(...this.buttons);
    this.details = this.figure.querySelector("details");
    this.details.addEventListener("toggle", () => this.table());
  }

  show({ curve, detail, span }) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.span === span));
    this.points = curve?.points ?? [];
    Object.assign(this, { detail, span });
    const { points } = this;
    this.figure.classList.toggle("waiting", curve === null);
    const gaps = curve?.gaps?.length ? curve.gaps : (detail?.gaps ?? []);
    const begin = points[0]?.time ?? Date.now() - 3600000;
    const end = points.at(-1)?.time ?? Date.now();
    const marks = (detail?.state.deployments ?? []).map((each) => ({ time: Date.parse(each.time), text: `deploy ${each.number}` }));
    const shared = { window: [begin, end], gaps, marks };
    this.gaps = gaps.filter(({ from, to }) => to >= begin && from <= end);
    this.chart.show({ ...shared, lines: [{ name: "equity", points, hue: 0 }], level: points[0]?.value });
    this.low.show({ ...shared, marks: [], lines: [{ name: "depth", points: fallen(points), hue: 4 }], level: 0 });
    this.figure.querySelector("figcaption").textContent = this.sentence();
    this.table();
  }

  sentence() {
    const { points, detail, gaps } = this;
    if (!points.length) return "No equity is known of this time.";
    const made = points.at(-1).value - points[0].value;
    const missing = gaps.length ? ` ${gaps.length} ${gaps.length === 1 ? "gap is" : "gaps are"} hatched.` : "";
    return `From ${FORMATS.money(points[0].value)} to ${FORMATS.money(points.at(-1).value)} ${detail?.currency ?? ""}, ${FORMATS.signed(made)}, ${secondText(points[0].time)} to ${secondText(points.at(-1).time)}.${missing}`;
  }

  tip(time) {
    const at = nearest(this.points, time);
    const { value, low, high } = this.points[at];
    const spread = high > low ? [`${FORMATS.money(low)} to ${FORMATS.money(high)}`] : [];
    return [secondText(this.points[at].time), FORMATS.money(value), ...spread, `${FORMATS.percent(-fallen(this.points)[at].value)} below the peak`];
  }

  table() {
    if (!this.details.open) return;
    const step = Math.max(1, Math.ceil(this.points.length / MOST_ROWS));
    const rows = this.points.filter((_, at) => at % step === 0 || at === this.points.length - 1);
    const cells = (tag, values) => make("tr", {}, ...values.map((text) => make(tag, { text })));
    const body = rows.map(({ time, value, low, high }) => cells("td", [secondText(time), ...[value, low, high].map(FORMATS.money)]));
    this.details.lastElementChild.replaceChildren(make("table", {}, make("thead", {}, cells("th", ["time", "equity", "least", "most"])), make("tbody", {}, ...body)));
  }
}

/* Cents where the axis tells them apart, whole units else. */
const amount = (value, step) => grouped(value, step < 1 ? 2 : 0);

/* As many digits of a percentage as tell the lines of the axis apart. */
const depth = (value, step) => `${grouped(100 * value, Math.max(2, Math.ceil(-Math.log10(100 * step))))} %`;

/* How far each point is below the highest before it. */
export function fallen(points) {
  let peak = -Infinity;
  return points.map(({ time, value, low, high, begins }) => {
    const least = Math.min(low / Math.max(peak, value), 1) - 1;
    peak = Math.max(peak, high);
    const depth = peak > 0 ? value / peak - 1 : 0;
    return { time, value: depth, low: Math.min(least, depth), high: depth, begins };
  });
}

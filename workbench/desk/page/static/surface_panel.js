/* The Sharpe ratio over the parameters that differ: a line over one, a table with tints over two,
   held against what the best of as many worthless runs would show. */

import { by, draw, make } from "./elements.js";
import { Grid } from "./grids.js";
import { DASH, FORMATS, shown } from "./numbers.js";
import { airy, scale, ticks } from "./scales.js";

const HEIGHT = 240, LEFT = 10, RIGHT = 48, TOP = 18, BOTTOM = 36;
const NAME_WIDTH = 52; // of a value below the line
const DEEPEST = 45; // percent of its colour in the strongest tint, so that figures stay readable
const ALONE = "▼", ABOVE = "◆";

export class SurfacePanel {
  constructor() {
    this.figure = by("chart-surface");
    this.plot = this.figure.querySelector(".plot");
    new ResizeObserver(() => this.surface?.axes.length === 1 && this.line()).observe(this.plot);
  }

  /* `told` is the surface, or null where there is none; `tried` is how many runs were. */
  show(told, tried) {
    Object.assign(this, { surface: told, tried });
    by("section-surface").hidden = !told;
    if (!told) return;
    this.figure.querySelector("figcaption").textContent = this.sentence();
    if (told.axes.length === 1) this.line();
    else this.plot.replaceChildren(this.table());
    this.list();
  }

  sentence() {
    const { spots, luck } = this.surface;
    const best = spots.reduce((high, each) => (each.sharpe > high.sharpe ? each : high));
    const side = best.sharpe > luck ? "above" : "not above";
    const around = best.neighbours === null ? "It has no neighbours." : `Its neighbours have ${FORMATS.ratio(best.neighbours)} on average${best.alone ? ": they fall off" : ""}.`;
    return `The highest Sharpe ratio, ${FORMATS.ratio(best.sharpe)} at ${this.where(best)}, is ${side} the ${FORMATS.ratio(luck)} that the best of ${this.tried} worthless runs is expected to show. ${around}`;
  }

  where({ place }) {
    return this.surface.axes.map(({ parameter, values }, at) => `${parameter} ${values[place[at]]}`).join(", ");
  }

  signs({ sharpe, alone }) {
    return [...(sharpe > this.surface.luck ? [[ABOVE, "above the best by luck"]] : []), ...(alone ? [[ALONE, "its neighbours fall off"]] : [])];
  }

  line() {
    const { plot, surface: { axes: [axis], spots, luck } } = this;
    const width = plot.clientWidth;
    if (!width) return;
    const values = [0, luck, ...spots.map(({ sharpe }) => sharpe)];
    const [bottom, top] = airy(Math.min(...values), Math.max(...values));
    const end = width - RIGHT, inset = LEFT + NAME_WIDTH / 2;
    const x = scale(0, axis.values.length - 1, inset, end - NAME_WIDTH / 2), y = scale(bottom, top, HEIGHT - BOTTOM, TOP);
    const across = (name, value) => draw("path", { class: name, d: `M${LEFT} ${y(value)}H${end}` });
    const rows = ticks(bottom, top, 4).values.flatMap((value) => [across("rule", value), draw("text", { class: "tick", x: end + 8, y: y(value) + 4, text: FORMATS.ratio(value) })]);
    const each = Math.ceil((axis.values.length * NAME_WIDTH) / (end - LEFT));
    const names = axis.values.flatMap((text, at) => (at % each ? [] : [draw("text", { class: "tick middle", x: x(at), y: HEIGHT - BOTTOM + 15, text })]));
    const points = spots.map((spot) => [x(spot.place[0]).toFixed(1), y(spot.sharpe).toFixed(1), spot]);
    const joined = axis.ordered ? [draw("path", { class: "line hue0", d: `M${points.map(([left, high]) => `${left} ${high}`).join("L")}` })] : [];
    plot.replaceChildren(draw("svg", { role: "img", class: "time-chart", viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, "aria-label": this.sentence() },
      ...rows, across("level", 0), across("luck", luck),
      draw("text", { class: "luck-text", x: LEFT, y: y(luck) - 5, text: `best of ${this.tried} by luck ${FORMATS.ratio(luck)}` }),
      ...names, draw("text", { class: "tick middle", x: (LEFT + end) / 2, y: HEIGHT - 4, text: axis.parameter }), ...joined,
      ...points.map(([cx, cy, spot]) => draw("circle", { class: `spot${spot.alone ? " alone" : ""}`, cx, cy, r: 4.5 }, draw("title", { text: this.told(spot) }))),
      ...points.filter(([, , { alone }]) => alone).map(([left, high]) => draw("text", { class: "alone-text middle", x: left, y: Number(high) - 9, text: ALONE }))));
  }

  told(spot) {
    return [`${this.where(spot)}: ${FORMATS.ratio(spot.sharpe)}`, ...this.signs(spot).map(([, text]) => text)].join("; ");
  }

  table() {
    const { axes: [down, along], spots } = this.surface;
    const most = Math.max(...spots.map(({ sharpe }) => Math.abs(sharpe))) || 1;
    const known = new Map(spots.map((spot) => [spot.place.join(), spot]));
    const heads = [make("th", { scope: "col", text: `${down.parameter} \\ ${along.parameter}` }), ...along.values.map((text) => make("th", { scope: "col", text }))];
    const rows = down.values.map((text, row) => make("tr", {}, make("th", { scope: "row", text }), ...along.values.map((_, column) => this.cell(known.get(`${row},${column}`), most))));
    const caption = make("caption", { class: "hide", text: `Sharpe ratio, ${down.parameter} down and ${along.parameter} along` });
    const table = make("table", { class: "surface" }, caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sharpe ratio over two parameters (table)" }, table);
  }

  cell(spot, most) {
    if (!spot) return make("td", { text: DASH });
    const signs = this.signs(spot).map(([sign, text]) => make("span", {}, make("span", { "aria-hidden": "true", text: ` ${sign}` }), make("span", { class: "hide", text: ` ${text}` })));
    const cell = make("td", { class: `heat ${spot.sharpe < 0 ? "below" : ""} ${spot.alone ? "alone" : ""}`, title: this.told(spot) }, FORMATS.ratio(spot.sharpe), ...signs);
    cell.style.setProperty("--share", `${((DEEPEST * Math.abs(spot.sharpe)) / most).toFixed(1)}%`);
    return cell;
  }

  list() {
    const columns = [
      ...this.surface.axes.map(({ parameter, values }, at) => ({ title: parameter, text: ({ place }) => values[place[at]] })),
      { title: "Sharpe ratio", text: ({ sharpe }) => FORMATS.ratio(sharpe) },
      { title: "neighbours", text: ({ neighbours }) => shown(neighbours, "ratio") },
      { title: "runs", text: ({ runs }) => String(runs.length) },
      { title: "sign", left: true, text: (spot) => this.signs(spot).map((each) => each.join(" ")).join(", ") },
    ];
    new Grid(this.figure.querySelector(".values"), "Sharpe ratio over the parameters", columns, { key: ({ place }) => place.join() }).show(this.surface.spots);
  }
}

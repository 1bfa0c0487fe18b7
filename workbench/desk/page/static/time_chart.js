/* A chart of lines over time as SVG: with what lay between two points of a bucket, gaps hatched and
   deployments dashed.

   The report's chart library is not used: it writes style elements into the page, which the desk's
   policy forbids, and brings a megabyte for what is a few lines. A drawing by hand is text that
   Chromium draws in a few milliseconds, and each of its parts has a class that the style sheet
   colours, in light and dark alike. */

import { draw, make } from "./elements.js";
import { DASHES } from "./swatches.js";
import { airy, scale, ticks, timeTicks } from "./scales.js";

const RIGHT = 84, TOP = 16, BOTTOM = 22, LEFT = 6;
const NAME_WIDTH = 70; // of what a mark is called
let charts = 0;

/* Options: height in pixels, `text(value)` for values, `tip(time)` -> the lines of the tip, `label`
   for who cannot see it, `area` to fill the line down to its level. */
export class TimeChart {
  constructor(host, options) {
    Object.assign(this, { host, options, data: null, others: [], at: null, name: `hatch${(charts += 1)}` });
    this.svg = draw("svg", { role: "img", tabindex: 0, class: "time-chart" });
    this.tip = make("div", { class: "chart-tip", hidden: true });
    host.replaceChildren(this.svg, this.tip);
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.lead(null));
    this.svg.addEventListener("blur", () => this.lead(null));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.data && this.render()).observe(host);
  }

  /* Charts of the same times lead each other's line. */
  static join(...some) {
    for (const each of some) each.others = some.filter((other) => other !== each);
  }

  /* Data: lines [{name, hue, points: [{time, value, low, high, begins}]}], `window` [from, to],
     gaps [{from, to, text}], marks [{time, text}], `level` for a line across. */
  show(data) {
    this.data = data;
    this.render();
  }

  get times() {
    return this.data?.lines[0]?.points ?? [];
  }

  render() {
    const { height, label } = this.options;
    const width = this.host.clientWidth;
    if (!width) return;
    const { lines, gaps = [], marks = [], level } = this.data;
    const [from, to] = this.data.window;
    const values = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
    if (level !== undefined) values.push(level);
    const [bottom, top] = airy(least(values), most(values));
    this.x = scale(from, Math.max(to, from + 1), LEFT, width - RIGHT);
    this.y = scale(bottom, top, height - BOTTOM, TOP);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", height);
    this.svg.setAttribute("aria-label", label());
    this.svg.replaceChildren(
      this.hatching(),
      ...this.axes(width, height, from, to, bottom, top),
      ...gaps.flatMap((gap) => this.gap(gap, from, to, height)),
      ...(level === undefined ? [] : [draw("path", { class: "level", d: `M${LEFT} ${this.y(level)}H${width - RIGHT}` })]),
      ...lines.flatMap((line, at) => this.line(line, at, level)),
      ...this.marks(marks.filter(({ time }) => time >= from && time <= to), height),
      (this.cross = draw("path", { class: "cross" })),
    );
    this.follow(this.at);
  }

  hatching() {
    const pattern = { id: this.name, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    return draw("defs", {}, draw("pattern", pattern, draw("path", { class: "hatch", d: "M0 0V7" })));
  }

  axes(width, height, from, to, bottom, top) {
    const { values, step } = ticks(bottom, top, Math.max(2, Math.round(height / 48)));
    const rows = values.flatMap((value) => [
      draw("path", { class: "rule", d: `M${LEFT} ${this.y(value)}H${width - RIGHT}` }),
      draw("text", { class: "tick", x: width - RIGHT + 8, y: this.y(value) + 4, text: this.options.text(value, step) }),
    ]);
    const room = Math.max(2, Math.floor((width - RIGHT) / 84));
    const columns = timeTicks(from, to, room).map(({ time, text }) => draw("text", { class: "tick middle", x: this.x(time), y: height - 6, text }));
    const last = width - RIGHT - 14, first = LEFT + 14;
    return [...rows, ...columns.filter((each) => Number(each.getAttribute("x")) < last && Number(each.getAttribute("x")) > first)];
  }

  gap({ from, to, text }, start, end, height) {
    if (to < start || from > end) return [];
    const left = this.x(Math.max(from, start)), right = this.x(Math.min(to, end));
    const place = { class: "gap", x: left, y: TOP, width: Math.max(right - left, 3), height: height - BOTTOM - TOP, fill: `url(#${this.name})` };
    return [draw("rect", place, draw("title", { text }))];
  }

  mark({ time, text }, height, named) {
    const x = this.x(time);
    const name = named ? [draw("text", { class: "deploy-text", x: x + 3, y: TOP - 4, text })] : [];
    return [draw("path", { class: "deploy", d: `M${x} ${TOP - 2}V${height - BOTTOM}` }), ...name];
  }

  /* Marks with their names, but where the name before them would be written over. */
  marks(marks, height) {
    let free = -Infinity;
    return marks.flatMap((each) => {
      const x = this.x(each.time);
      const named = x >= free;
      if (named) free = x + NAME_WIDTH;
      return this.mark(each, height, named);
    });
  }

  line({ points, hue = 0, dashed = false }, at, level) {
    if (!points.length) return [];
    const strokes = parted(points);
    const dash = dashed ? DASHES[at % DASHES.length].join(" ") : null;
    const drawn = [];
    for (const part of strokes) {
      if (part.some(({ low, high }) => high > low)) drawn.push(draw("path", { class: `band hue${hue}`, d: this.band(part) }));
      if (this.options.area && level !== undefined) drawn.push(draw("path", { class: `area hue${hue}`, d: this.area(part, level) }));
    }
    drawn.push(draw("path", { class: `line hue${hue}`, "stroke-dasharray": dash, d: strokes.map((part) => this.path(part)).join("") }));
    const last = points[points.length - 1];
    if (!dashed) drawn.push(draw("circle", { class: `last hue${hue}`, cx: this.x(last.time), cy: this.y(last.value), r: 3 }));
    return drawn;
  }

  path(points, value = "value") {
    return `M${points.map((each) => `${this.x(each.time).toFixed(1)} ${this.y(each[value]).toFixed(1)}`).join("L")}`;
  }

  band(points) {
    return `${this.path(points, "high")}${this.path([...points].reverse(), "low").replace("M", "L")}Z`;
  }

  area(points, level) {
    const [first, last] = [points[0], points[points.length - 1]];
    return `${this.path(points)}L${this.x(last.time)} ${this.y(level)}L${this.x(first.time)} ${this.y(level)}Z`;
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    this.lead(this.x?.back(event.clientX - box.left) ?? null);
  }

  /* The arrows go from point to point; with Shift ten of them. */
  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { times } = this;
    if (!steps || !times.length) return;
    event.preventDefault();
    const here = this.at === null ? times.length - 1 : nearest(times, this.at);
    const next = Math.min(Math.max(here + steps * (event.shiftKey ? 10 : 1), 0), times.length - 1);
    this.lead(times[next].time);
  }

  lead(time) {
    this.follow(time);
    for (const other of this.others) other.follow(time);
  }

  follow(time) {
    this.at = time;
    const { times } = this;
    const shown = time !== null && times.length > 0 && this.x;
    this.tip.hidden = !shown;
    if (!this.cross) return;
    if (!shown) return void this.cross.setAttribute("d", "");
    const point = times[nearest(times, time)];
    const x = this.x(point.time);
    this.cross.setAttribute("d", `M${x} ${TOP}V${this.options.height - BOTTOM}`);
    this.tip.replaceChildren(...this.options.tip(point.time).map((text) => make("span", { text })));
    const width = this.host.clientWidth;
    this.tip.style.left = `${Math.min(Math.max(x + 10, 0), Math.max(width - this.tip.offsetWidth - 4, 0))}px`;
  }
}

/* The strokes of a line: it is broken where a point begins anew, as behind a gap. */
function parted(points) {
  const parts = [];
  for (const each of points) {
    if (each.begins || !parts.length) parts.push([]);
    parts[parts.length - 1].push(each);
  }
  return parts;
}

/* The place of the point nearest to a time. */
export function nearest(points, time) {
  let low = 0, high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].time < time) low = middle + 1;
    else high = middle;
  }
  return low > 0 && time - points[low - 1].time < points[low].time - time ? low - 1 : low;
}

const least = (values) => values.reduce((low, each) => (each < low ? each : low), Infinity);
const most = (values) => values.reduce((high, each) => (each > high ? each : high), -Infinity);

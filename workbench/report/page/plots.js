/* Bokeh's plots, in the page's colours. No callback is given as text: the page forbids evaluation. */

function inks() {
  const style = getComputedStyle(document.documentElement);
  const ink = (name) => style.getPropertyValue(`--${name}`).trim();
  const dark = document.documentElement.classList.contains("dark");
  return {
    paper: ink("paper"), text: ink("text"), soft: ink("soft"), line: ink("line"), good: ink("good"),
    bad: ink("bad"), account: ink("text"), hue: (at) => (dark ? DARK_HUES : HUES)[at % HUES.length],
    benchmark: ink("soft"), shade: ink("shade"), dim: ink("paper"),
  };
}

const models = () => Bokeh.require("models/index");

/* spec: x ("time" | "linear" | list of names), y (a numeral format), height, log */
class Chart {
  constructor(host, spec) {
    this.host = host;
    this.spec = spec;
    this.sources = {};
    const M = models();
    const ink = inks();
    this.ink = ink;
    const names = Array.isArray(spec.x);
    this.x = names ? new M.FactorRange({ factors: spec.x, range_padding: 0.1 }) : new M.Range1d({ start: 0, end: 1 });
    this.y = new M.Range1d({ start: 0, end: 1 });
    this.plot = new M.Plot({
      x_range: this.x, y_range: this.y, height: spec.height, sizing_mode: "stretch_width",
      x_scale: names ? new M.CategoricalScale() : spec.logX ? new M.LogScale() : new M.LinearScale(),
      y_scale: spec.log ? new M.LogScale() : new M.LinearScale(),
      toolbar_location: null, min_border_left: spec.left ?? 66, min_border_right: 10, min_border_top: 4,
      background_fill_color: null, border_fill_color: null, outline_line_color: null,
      toolbar: new M.Toolbar({ tools: [], autohide: true, logo: null }),
    });
    const look = {
      axis_line_color: ink.line, major_tick_line_color: ink.line, minor_tick_line_color: null,
      major_label_text_color: ink.soft, major_label_text_font: "system-ui, sans-serif",
      major_label_text_font_size: "11px", major_tick_in: 0, major_tick_out: 4,
    };
    const below = names
      ? new M.CategoricalAxis({ ...look, major_label_orientation: spec.turned ? 0.7 : "horizontal" })
      : spec.x === "time"
        ? new M.DatetimeAxis({ ...look, formatter: new M.DatetimeTickFormatter({
            days: "%d %b %Y", months: "%b %Y", years: "%Y", hours: "%d %b %H:%M", minutes: "%d %b %H:%M", seconds: "%H:%M:%S" }) })
        : new (spec.logX ? M.LogAxis : M.LinearAxis)({ ...look, formatter: new M.NumeralTickFormatter({ format: spec.xFormat ?? "0,0" }) });
    if (!spec.hideX) this.plot.add_layout(below, "below");
    const aside = new (spec.log ? M.LogAxis : M.LinearAxis)({ ...look, axis_line_color: null, major_tick_line_color: null,
      formatter: new M.NumeralTickFormatter({ format: spec.y }) });
    aside.ticker.desired_num_ticks = 5;
    this.plot.add_layout(aside, "left");
    this.plot.add_layout(new M.Grid({ axis: aside, dimension: 1, grid_line_color: ink.line, grid_line_alpha: 0.6 }));
  }

  source(name, data) {
    if (this.sources[name]) this.sources[name].data = data;
    else this.sources[name] = new (models().ColumnDataSource)({ data });
    return this.sources[name];
  }

  /* kind: a glyph of Bokeh by its name; fields: property -> column of the source or a value */
  glyph(kind, name, data, fields, level) {
    const known = this.sources[name];
    const source = this.source(name, data);
    if (known) return this;
    const values = {};
    for (const [property, value] of Object.entries(fields)) {
      values[property] = typeof value === "string" && value in data ? { field: value } : value;
    }
    const glyph = new (models()[kind])(values);
    const renderer = this.plot.add_glyph(glyph, source);
    if (level) renderer.level = level;
    return this;
  }

  annotate(kind, properties) {
    const annotation = new (models()[kind])(properties);
    this.plot.add_layout(annotation);
    return annotation;
  }

  level(value, color, dash = [], width = 1) {
    return this.annotate("Span", { location: value, dimension: "width", line_color: color, line_dash: dash, line_width: width });
  }

  within(start, end, low, high) {
    if (!Array.isArray(this.spec.x)) this.x.setv({ start, end });
    if (low !== undefined) this.y.setv({ start: low, end: high });
    return this;
  }

  async draw() {
    const document_ = new (Bokeh.require("document").Document)();
    document_.add_root(this.plot);
    this.host.replaceChildren();
    const views = await Bokeh.embed.add_document_standalone(document_, this.host);
    this.document = document_;
    this.view = views.roots ? views.roots[0] : views[0];
    return this;
  }

  /* The frame inside of the axes, in pixels of the host. */
  frame() {
    const { left, top, width, height } = this.view.frame.bbox;
    return { left, top, width, height };
  }

  svg() {
    const layer = this.view.export("svg", false);
    return layer.ctx ? layer.ctx.get_svg?.() ?? layer.ctx.getSvg?.() : null;
  }

  gone() {
    this.document?.clear();
    this.host.replaceChildren();
  }
}

/* A range with some air around values; never without height. */
function airy(values, floor = null) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (floor !== null) [low, high] = [Math.min(low, floor), Math.max(high, floor)];
  if (low > high) return [0, 1];
  const air = (high - low || Math.abs(high) * 0.01 || 1) * 0.06;
  return [low - air, high + air];
}

/* The rows to draw of many: of each of so many stretches the lowest, the highest and the last. */
function thinned(x, y, from, to, stretches) {
  const first = Math.max(bisect(x, from) - 1, 0);
  const last = Math.min(bisect(x, to) + 1, x.length);
  const count = last - first;
  if (count <= 3 * stretches) return Uint32Array.from({ length: count }, (_, at) => first + at);
  const rows = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const begin = first + Math.floor((count * stretch) / stretches);
    const end = first + Math.floor((count * (stretch + 1)) / stretches);
    let [low, high] = [begin, begin];
    for (let row = begin; row < end; row++) {
      if (y[row] < y[low]) low = row;
      if (y[row] > y[high]) high = row;
    }
    for (const row of [...new Set([Math.min(low, high), Math.max(low, high), end - 1])]) rows.push(row);
  }
  return Uint32Array.from(rows);
}

function picked(values, rows) {
  const found = new Float64Array(rows.length);
  for (let at = 0; at < found.length; at++) found[at] = values[rows[at]];
  return found;
}

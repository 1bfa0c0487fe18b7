/* The charts over time: equity, underwater, exposure, rolling Sharpe. */

const DAY_MS = DAY * 1000;
const middayOf = (day) => (day - EPOCH) * DAY_MS + DAY_MS / 2;
const MOST_FILLS = 240; /* that are drawn of the whole run, the largest first */
const MOST_BRUSHED = 2000; /* of a brushed range: nearly always all of them */
const LEFT = 92;

const equityPanel = {
  id: "equity",
  spec: (c) => ({ x: "time", y: "0,0", height: 340, left: LEFT, log: c.view.log }),
  fill(chart, c) {
    const { run } = c;
    const [from, to] = c.window;
    const rows = thinned(run.times, c.track.money, from, to, 700);
    const x = picked(run.times, rows);
    for (const { at, ends } of stacked(c.track, rows)) {
      for (const [name, [y1, y2]] of Object.entries(ends)) {
        chart.glyph("VArea", `${name}${at}`, { x, y1, y2 }, { x: "x", y1: "y1", y2: "y2", fill_color: chart.ink.hue(at), fill_alpha: 0.5 });
        chart.glyph("Line", `${name}edge${at}`, { x, y: y2 },
          { x: "x", y: "y", line_color: chart.ink.hue(at), line_dash: DASHES[at % DASHES.length], line_width: 1 });
      }
    }
    chart.glyph("Line", "money", { x, y: picked(c.track.money, rows) }, { x: "x", y: "y", line_color: chart.ink.account, line_width: 2 });
    const beside = benchmarkMoney(run);
    if (beside) {
      chart.glyph("Line", "benchmark", beside, { x: "x", y: "y", line_color: chart.ink.benchmark, line_dash: [5, 4], line_width: 1.4 });
    }
    const fills = fillsInView(c, from, to);
    for (const [name, marker, color, up] of [["buys", "triangle", chart.ink.good, true], ["sells", "inverted_triangle", chart.ink.bad, false]]) {
      const own = fills.shown.filter((row) => run.tables.orders.filled[row] > 0 === up);
      const times = Float64Array.from(own, (row) => run.orderTimes[row]);
      const heights = Float64Array.from(times, (time) => moneyAt(c, time));
      chart.glyph("Scatter", name, { x: times, y: heights },
        { x: "x", y: "y", marker, size: 7, fill_color: color, line_color: chart.ink.paper, line_width: 0.6, fill_alpha: 0.8 });
    }
    c.fillsSaid = fills.said;
    chart.ends ??= ["solid", "dashed"].map((dash) => chart.annotate("Span", { dimension: "height", line_color: chart.ink.hue(4), line_dash: dash, line_width: 1.5, visible: false }));
    const values = [...stacked(c.track, rows).flatMap(({ ends }) => [ends.above[1], ends.below[1]]), picked(c.track.money, rows)];
    const ends = values.map((each) => airy(each));
    const low = Math.min(...ends.map(([least]) => least)), high = Math.max(...ends.map(([, most]) => most));
    chart.within(from, to, c.view.log ? Math.max(low, 1e-9) : low, high);
  },
  sentence(c) {
    const { run } = c;
    const made = c.money.end - c.money.begin;
    const parts = c.track.parts.map(({ at }) => `${run.strategies[at]} ${FORMATS.signed(c.made[at])}`).join(", ");
    const beside = benchmarkGrowth(c);
    const against = beside === null ? "" : ` The benchmark made ${FORMATS.change(beside)}${benchmarkLeaves(c) ? " and leaves the chart" : ""}.`;
    return `From ${FORMATS.money(c.money.begin)} to ${FORMATS.money(c.money.end)} ${run.currency}, ${FORMATS.signed(made)}: ${parts || "no strategy traded"}.${against} ${c.fillsSaid ?? ""}`;
  },
  table: (c) => ({
    head: ["day", "equity", ...c.run.strategies.map((name) => `${name}, made so far`)],
    rows: c.dayEnds.map(({ day, row }) => [dateOf(day), FORMATS.money(c.track.money[row]), ...c.run.strategies.map((_, at) => FORMATS.money(c.run.tables.marks[`pnl${at}`][row]))]),
  }),
};

/* What each strategy made, on what others made before it: gains up from the start, losses down, so
   that the account's line is what both leave. */
function stacked(track, rows) {
  const base = picked(track.base, rows);
  const [above, below] = [base.slice(), base.slice()];
  return track.parts.map(({ at, made }) => {
    const own = picked(made, rows);
    const [from, under] = [above.slice(), below.slice()];
    own.forEach((value, place) => (value > 0 ? (above[place] += value) : (below[place] += value)));
    return { at, ends: { above: [from, above.slice()], below: [under, below.slice()] } };
  });
}

function benchmarkMoney(run) {
  if (run.benchmarkLine === undefined) {
    const { benchmark } = run.tables.days;
    run.benchmarkLine = null;
    if (benchmark.some(Number.isFinite)) {
      let worth = run.start;
      const y = Float64Array.from(benchmark, (value) => (worth *= 1 + (Number.isFinite(value) ? value : 0)));
      run.benchmarkLine = { x: Float64Array.from(run.days, (day) => middayOf(day) + DAY_MS / 4), y };
    }
  }
  return run.benchmarkLine;
}

function benchmarkGrowth(c) {
  const known = c.series.benchmark.filter(Number.isFinite);
  return known.length ? known.reduce((grown, value) => grown * (1 + value), 1) - 1 : null;
}

function benchmarkLeaves(c) {
  const line = benchmarkMoney(c.run);
  const [low, high] = airy(c.track.money);
  return line.y.some((value) => value > high || value < low);
}

const moneyAt = (c, time) => c.track.money[Math.max(bisect(c.run.times, time + 1) - 1, 0)];

/* Of a brushed range its fills, else those of the whole view. */
function fillsInView(c, from, to) {
  if (!c.view.range) return fillsWithin(c, from, to, MOST_FILLS);
  const [first, last] = c.view.range.map((day, at) => (day - EPOCH + at) * DAY_MS);
  return fillsWithin(c, Math.max(from, first), Math.min(to, last), MOST_BRUSHED);
}

/* The orders that were filled in a stretch of time, the largest where there are too many to draw. */
function fillsWithin(c, from, to, most) {
  const { orderTimes, orderSizes, tables } = c.run;
  const own = tables.orders.strategy;
  const all = c.chosen.every(Boolean);
  const rows = new Uint32Array(orderTimes.length);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    const time = orderTimes[row];
    if (orderSizes[row] && time >= from && time <= to && (all || (own[row] >= 0 && c.chosen[own[row]]))) rows[count++] = row;
  }
  const found = rows.subarray(0, count);
  const drawn = [...furthest(found, (row) => orderSizes[row], most)];
  const where = c.view.range ? " of the range" : "";
  const said = count > most
    ? `The ${grouped(most, 0)} largest of ${grouped(count, 0)} fills${where} are drawn, by their value; a ${where ? "narrower" : "brushed"} range shows more.`
    : `All ${grouped(count, 0)} fills${where} are drawn.`;
  return { shown: drawn, said };
}

/* The rows of the largest values, in their order. */
function furthest(rows, value, most) {
  if (rows.length <= most) return rows;
  const sizes = new Float64Array(rows.length);
  for (let at = 0; at < sizes.length; at++) {
    const size = value(rows[at]);
    sizes[at] = Number.isNaN(size) ? -Infinity : size;
  }
  const least_ = nth(sizes, sizes.length - most);
  return rows.filter((row) => value(row) >= least_).slice(0, most);
}

const underwaterPanel = {
  id: "underwater",
  spec: () => ({ x: "time", y: "0.00%", height: 170, left: LEFT }),
  fill(chart, c) {
    const { run } = c;
    const [from, to] = c.window;
    const depths = c.depths;
    const rows = thinned(run.times, depths, from, to, 700);
    const data = { x: picked(run.times, rows), y1: new Float64Array(rows.length), y2: picked(depths, rows) };
    chart.glyph("VArea", "depth", data, { x: "x", y1: "y1", y2: "y2", fill_color: chart.ink.bad, fill_alpha: 0.3 });
    chart.glyph("Line", "edge", { x: data.x, y: data.y2 }, { x: "x", y: "y", line_color: chart.ink.bad, line_width: 1.2 });
    const [low] = airy(data.y2, 0);
    const five = c.spells.slice(0, 5);
    const left = five.map((each) => middayOf(each.start)), right = five.map((each) => middayOf(each.end ?? c.lastDay));
    chart.glyph("Quad", "five", { left, right, top: five.map(() => 0), bottom: five.map(() => low) },
      { left: "left", right: "right", top: "top", bottom: "bottom", fill_color: chart.ink.soft, fill_alpha: 0.13, line_color: chart.ink.soft, line_alpha: 0.5, line_dash: [2, 2] }, "underlay");
    chart.glyph("Text", "numbers", { x: five.map((each) => middayOf(each.trough)), y: five.map(() => low * 0.97), text: five.map((_, at) => String(at + 1)) },
      { x: "x", y: "y", text: "text", text_color: chart.ink.text, text_font_size: "12px", text_font_style: "bold", text_align: "center", text_baseline: "bottom" });
    chart.within(from, to, low, -low * 0.04);
  },
  sentence(c) {
    const [first] = c.spells;
    if (!first) return "It was never below its peak at a close.";
    const over_ = first.end === null ? "and has not recovered" : `and recovered on ${dateOf(first.end)}`;
    return `The deepest fall was ${FORMATS.percent(first.depth)}, from ${dateOf(first.start)} to ${dateOf(first.trough)}, ${over_}; ${FORMATS.percent(c.figures.time_under_water.value ?? 0)} of the days ended below the peak.`;
  },
  table: (c) => ({
    head: ["", "peak", "trough", "recovered", "depth", "days"],
    rows: c.spells.slice(0, 20).map((each, at) => [String(at + 1), dateOf(each.start), dateOf(each.trough), each.end === null ? "open" : dateOf(each.end), FORMATS.percent(each.depth), grouped((each.end ?? c.lastDay) - each.start, 0)]),
  }),
};

const exposurePanel = {
  id: "exposure",
  spec: () => ({ x: "time", y: "0.0%", height: 150, left: LEFT }),
  fill(chart, c) {
    const { marks } = c.run.tables;
    const [from, to] = c.window;
    const of = (row, value) => (marks.equity[row] > 0 ? value / marks.equity[row] : 0);
    const gross = Float64Array.from(marks.long, (value, row) => of(row, value + marks.short[row]));
    const rows = thinned(c.run.times, gross, from, to, 500);
    const x = picked(c.run.times, rows);
    const zero = new Float64Array(rows.length);
    const long = Float64Array.from(rows, (row) => of(row, marks.long[row]));
    const short = Float64Array.from(rows, (row) => -of(row, marks.short[row]));
    chart.glyph("VArea", "long", { x, y1: zero, y2: long }, { x: "x", y1: "y1", y2: "y2", fill_color: chart.ink.hue(0), fill_alpha: 0.4 });
    chart.glyph("VArea", "short", { x, y1: zero, y2: short }, { x: "x", y1: "y1", y2: "y2", fill_color: chart.ink.hue(4), fill_alpha: 0.4, hatch_pattern: "right_diagonal_line", hatch_color: chart.ink.hue(4), hatch_alpha: 0.6, hatch_scale: 8 });
    chart.glyph("Line", "gross", { x, y: picked(gross, rows) }, { x: "x", y: "y", line_color: chart.ink.text, line_width: 1.2 });
    const ends = [airy(short, 0), airy(picked(gross, rows), 0)];
    chart.within(from, to, ends[0][0], ends[1][1]);
    c.gross = gross;
  },
  sentence(c) {
    const [first, last] = [bisect(c.run.times, c.window[0]), bisect(c.run.times, c.window[1])];
    const values = (c.gross ?? new Float64Array(0)).subarray(first, last);
    if (!values.length) return "No mark lies in the range.";
    return `Long and short together were ${FORMATS.percent(mean(values))} of equity on average and ${FORMATS.percent(largest(values))} at most: at the prices of the last fills (derived), strategies opposed in an instrument counted apart.`;
  },
  table: (c) => ({
    head: ["day", "long", "short"],
    rows: c.dayEnds.map(({ day, row }) => [dateOf(day), FORMATS.money(c.run.tables.marks.long[row]), FORMATS.money(c.run.tables.marks.short[row])]),
  }),
};

const apartPanel = {
  id: "apart",
  spec: () => ({ x: "time", y: "0,0", height: 230, left: 70 }),
  fill(chart, c) {
    const { run } = c;
    const { marks } = run.tables;
    const [from, to] = c.window;
    const seen = [];
    run.strategies.forEach((_, at) => {
      const made = c.view.net ? marks[`pnl${at}`] : marks[`pnl${at}`].map((value, row) => value + marks[`fees${at}`][row]);
      const rows = c.chosen[at] ? thinned(run.times, made, from, to, 300) : new Uint32Array(0);
      const y = picked(made, rows);
      seen.push(...airy(y, 0));
      chart.glyph("Line", `own${at}`, { x: picked(run.times, rows), y }, { x: "x", y: "y", line_color: chart.ink.hue(at), line_dash: DASHES[at % DASHES.length], line_width: 1.7 });
    });
    if (!chart.zero) chart.zero = chart.level(0, chart.ink.soft, [4, 3]);
    chart.within(from, to, Math.min(...seen), Math.max(...seen));
  },
  sentence: (c) => `What each made since its start, ${c.view.net ? "net" : "gross"} of fees: ${c.run.strategies.map((name, at) => `${name} ${FORMATS.signed(c.made[at])}`).join(", ")}.`,
  table: (c) => equityPanel.table(c),
};

const rollingPanel = {
  id: "rolling",
  spec: () => ({ x: "time", y: "0.0", height: 220, left: 44 }),
  fill(chart, c) {
    const found = rolling(c);
    const x = found.map(({ day }) => middayOf(day));
    const of = (name) => found.map((each) => each[name]);
    chart.glyph("VArea", "band", { x, y1: of("low"), y2: of("high") }, { x: "x", y1: "y1", y2: "y2", fill_color: chart.ink.hue(0), fill_alpha: 0.18 });
    chart.glyph("Line", "ratio", { x, y: of("value") }, { x: "x", y: "y", line_color: chart.ink.hue(0), line_width: 1.6 });
    if (!chart.zero) chart.zero = chart.level(0, chart.ink.soft, [4, 3]);
    const ends = x.length ? [x[0], x[x.length - 1]] : c.window;
    chart.within(ends[0], ends[1] > ends[0] ? ends[1] : ends[0] + 1, ...airy([...of("low"), ...of("high")], 0));
  },
  sentence(c) {
    const found = rolling(c);
    if (!found.length) return `A rolling ratio needs ${rollingDays(c)} days; the range has ${c.figures.sharpe.n}.`;
    const apart = found.filter(({ low, high }) => low > 0 || high < 0).length;
    return `The Sharpe ratio of the last ${rollingDays(c)} days, with 1.96 standard errors on either side (A. Lo): in ${FORMATS.percent(apart / found.length)} of its windows it is told apart from 0.`;
  },
  table: (c) => ({
    head: ["day", "Sharpe ratio", "low", "high"],
    rows: rolling(c).map(({ day, value, low, high }) => [dateOf(day), FORMATS.ratio(value), FORMATS.ratio(low), FORMATS.ratio(high)]),
  }),
};

const rollingDays = (c) => (c.series.nav.length > 300 ? 126 : 63);

function rolling(c) {
  if (c.rolling) return c.rolling;
  const window_ = rollingDays(c);
  const { daily } = c.figures;
  c.rolling = [];
  if (!daily || daily.x.length !== c.series.nav.length - 1) return c.rolling;
  const { x } = daily;
  let total = 0, square = 0;
  for (let at = 0; at < x.length; at++) {
    total += x[at];
    square += x[at] ** 2;
    if (at >= window_) {
      total -= x[at - window_];
      square -= x[at - window_] ** 2;
    }
    if (at < window_ - 1) continue;
    const deviation = Math.sqrt(Math.max(square - total ** 2 / window_, 0) / (window_ - 1));
    if (deviation < 1e-12) continue;
    const ratio = total / window_ / deviation;
    const error = Math.sqrt((1 + ratio ** 2 / 2) / window_);
    const scale = Math.sqrt(daily.year);
    c.rolling.push({ day: c.series.day[at + 1], value: ratio * scale, low: (ratio - 1.96 * error) * scale, high: (ratio + 1.96 * error) * scale });
  }
  return c.rolling;
}

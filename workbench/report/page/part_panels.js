/* The charts of parts: the ledger's terms, returns, groups of trades, structures, execution. */

const signedBars = (chart, name, data, extra = {}) =>
  chart.glyph("VBar", name, { ...data, fill: data.top.map((value) => (value < 0 ? chart.ink.bad : chart.ink.good)), hatch: data.top.map((value) => (value < 0 ? "right_diagonal_line" : " ")) },
    { x: "x", top: "top", bottom: data.bottom ? "bottom" : 0, width: data.x.length > 2 ? 0.75 : 0.4, fill_color: "fill", fill_alpha: 0.75, line_color: "fill", hatch_pattern: "hatch", hatch_color: chart.ink.paper, hatch_alpha: 0.55, hatch_scale: 7, ...extra });

const waterfallPanel = {
  id: "waterfall",
  spec: (c) => ({ x: c.steps.map(([name]) => name), y: "0,0", height: 260, turned: true }),
  fill(chart, c) {
    const x = [], top = [], bottom = [], text = [], at = [];
    const steps = c.steps;
    let level = 0;
    for (const [name, value, whole] of steps) {
      const from = whole ? 0 : level;
      level = whole ? value : level + value;
      x.push(name);
      bottom.push(Math.min(from, level));
      top.push(Math.max(from, level));
      text.push(FORMATS.signed(value));
      at.push(Math.max(from, level));
    }
    chart.x.factors = x;
    const falls = steps.map(([, value]) => value < 0);
    chart.glyph("VBar", "terms", { x, top, bottom, fill: steps.map(([, , whole], place) => (whole ? chart.ink.soft : falls[place] ? chart.ink.bad : chart.ink.good)), hatch: falls.map((fall) => (fall ? "right_diagonal_line" : " ")) },
      { x: "x", top: "top", bottom: "bottom", width: 0.72, fill_color: "fill", fill_alpha: 0.8, line_color: "fill", hatch_pattern: "hatch", hatch_color: chart.ink.paper, hatch_alpha: 0.5, hatch_scale: 7 });
    chart.glyph("Text", "amounts", { x, y: at, text }, { x: "x", y: "y", text: "text", text_color: chart.ink.text, text_font_size: "11px", text_align: "center", text_baseline: "bottom", y_offset: -3 });
    const [low, high] = airy([...top, ...bottom], 0);
    chart.within(0, 0, low, high + (high - low) * 0.08);
  },
  sentence(c) {
    if (isWhole(c)) return c.run.waterfallSaid;
    const said = c.steps.filter(([, , whole]) => !whole).map(([name, value]) => `${name} ${FORMATS.signed(value)}`).join(", ");
    return `What is chosen, by the terms that marks and trades tell of it: ${said || "nothing moved"}. The ledger's own terms are known of the whole run.`;
  },
  table: (c) => ({ head: ["term", c.run.currency], rows: c.steps.map(([name, value]) => [name, FORMATS.signed(value)]) }),
};

const isWhole = (c) => !c.view.range && c.chosen.every(Boolean);

/* The steps to what was made: of the whole run the ledger's terms, of a part of it what its trades and
   marks tell, so that they add up to the change of its equity. */
function stepsOf(c) {
  const { run } = c;
  if (isWhole(c)) return run.waterfall;
  const { lots } = run.tables;
  const realized = sum(picked(lots.gross, rowsWithin(lots, run.clock, c.view.range, c.chosen)));
  const made = c.money.end - c.money.begin;
  const fees = c.view.net ? sum(c.paid) : 0;
  const own = sum(c.made.filter((_, at) => c.chosen[at]));
  const steps = [
    ["realized", realized, false],
    ["unrealized and income", own + fees - realized, false],
    ["fees", -fees, false],
    ["flows and the rest", made - own, false],
  ];
  return [...steps.filter(([, value]) => Math.abs(value) >= 0.005), ["change of equity", made, true]];
}

const histogramPanel = {
  id: "histogram",
  spec: () => ({ x: "linear", xFormat: "0.0%", y: "0,0", height: 220, left: 44 }),
  fill(chart, c) {
    const { bins, low, width } = histogram(c);
    const left = bins.map((_, at) => low + at * width);
    const fill = left.map((value) => (value + width / 2 < 0 ? chart.ink.bad : chart.ink.good));
    chart.glyph("Quad", "bins", { left, right: left.map((value) => value + width * 0.92), top: bins, bottom: bins.map(() => 0), fill },
      { left: "left", right: "right", top: "top", bottom: "bottom", fill_color: "fill", fill_alpha: 0.65, line_color: null });
    const most = Math.max(...bins, 1);
    const tails = ["var_95", "var_99"].map((name) => c.figures[name].value).filter((value) => value !== null);
    chart.glyph("Segment", "tails", { x0: tails, x1: tails, y0: tails.map(() => 0), y1: tails.map(() => most * 1.08) },
      { x0: "x0", x1: "x1", y0: "y0", y1: "y1", line_color: chart.ink.text, line_dash: [4, 3], line_width: 1.4 });
    chart.glyph("Text", "names", { x: tails, y: tails.map((_, at) => most * (1.02 - at * 0.1)), text: tails.map((_, at) => ["VaR 95", "VaR 99"][at]) },
      { x: "x", y: "y", text: "text", text_color: chart.ink.text, text_font_size: "11px", text_align: "right", x_offset: -4 });
    chart.within(low - width, low + width * (bins.length + 1), 0, most * 1.12);
  },
  sentence(c) {
    const { var_95: five, cvar_95: mean5, worst_day: worst } = c.figures;
    if (five.value === null) return "The range has no day with a return.";
    return `One day in twenty lost ${FORMATS.percent(-five.value)} or more, ${FORMATS.percent(-mean5.value)} on average; the worst lost ${FORMATS.percent(-worst.value)}.`;
  },
  table(c) {
    const { bins, low, width } = histogram(c);
    return { head: ["from", "to", "days"], rows: bins.map((count, at) => [FORMATS.percent(low + at * width), FORMATS.percent(low + (at + 1) * width), grouped(count, 0)]) };
  },
};

function histogram(c) {
  const r = c.figures.daily?.r ?? [];
  if (!r.length) return { bins: [], low: 0, width: 0.01 };
  const sorted = c.figures.daily.sorted;
  const [first, last] = [percentile(sorted, 0.2), percentile(sorted, 99.8)];
  const size = Math.min(Math.max(Math.ceil(Math.sqrt(r.length)), 8), 60);
  const width = (last - first || 0.001) / size;
  const bins = new Array(size).fill(0);
  for (const value of r) bins[Math.min(Math.max(Math.floor((value - first) / width), 0), size - 1)]++;
  return { bins, low: first, width };
}

/* Groups of trades as bars: their P&L, with how many in the table. */
function groupPanel(id, what, namesOf, codesOf) {
  const found = (c) => grouped_by(c.trades, c.rows, codesOf(c), namesOf(c).length, c.view.net);
  const used = (c) => namesOf(c).map((name, at) => [name, at]).filter(([, at]) => found(c).trades[at]);
  return {
    id,
    spec: (c) => ({ x: used(c).map(([name]) => name), y: "0,0", height: 190, turned: id === "exits" }),
    fill(chart, c) {
      const groups = found(c), own = used(c);
      chart.x.factors = own.map(([name]) => name);
      const top = own.map(([, at]) => groups.pnl[at]);
      signedBars(chart, "bars", { x: own.map(([name]) => name), top });
      chart.within(0, 0, ...airy(top, 0));
    },
    sentence(c) {
      const groups = found(c), own = used(c);
      if (!own.length) return "No trade closed in the range.";
      const sorted = own.sort(([, left], [, right]) => groups.pnl[right] - groups.pnl[left]);
      const [best, worst] = [sorted[0], sorted[sorted.length - 1]];
      const told = ([name, at]) => `${name} (${FORMATS.signed(groups.pnl[at])}, ${grouped(groups.trades[at], 0)} trades)`;
      return sorted.length === 1 ? `All closed in one ${what}: ${told(best)}.` : `Best ${what}: ${told(best)}; worst: ${told(worst)}.`;
    },
    table(c) {
      const groups = found(c);
      return { head: [what, "trades", "wins", "P&L"], rows: used(c).map(([name, at]) => [name, grouped(groups.trades[at], 0), grouped(groups.wins[at], 0), FORMATS.signed(groups.pnl[at])]) };
    },
  };
}

const hoursPanel = groupPanel("hours", "hour", () => Array.from({ length: 24 }, (_, at) => String(at).padStart(2, "0")), (c) => c.trades.hour);
const weekdaysPanel = groupPanel("weekdays", "weekday", () => WEEKDAYS, (c) => c.trades.weekday);
const exitsPanel = groupPanel("exits", "exit", (c) => c.trades.texts.reason ?? [], (c) => c.trades.reason);

const MOST_POINTS = 2500;

const excursionPanel = {
  id: "excursions",
  spec: () => ({ x: "linear", xFormat: "0,0", y: "0,0", height: 280, left: 60 }),
  fill(chart, c) {
    const { trades } = c;
    const rows = furthest(c.rows, (row) => Math.max(-trades.mae[row], trades.mfe[row]), MOST_POINTS);
    for (const [name, marker, color, won] of [["wins", "circle", chart.ink.good, true], ["losses", { value: "x" }, chart.ink.bad, false]]) {
      const own = rows.filter((row) => trades.pnl[row] >= 0 === won);
      chart.glyph("Scatter", name, { x: Float64Array.from(own, (row) => -trades.mae[row]), y: Float64Array.from(own, (row) => trades.mfe[row]) },
        { x: "x", y: "y", marker, size: 6, line_color: color, fill_color: color, fill_alpha: 0.35, line_alpha: 0.7 });
    }
    const reach = (value) => (rows.length ? percentile(Float64Array.from(rows, value).sort(), 99.5) * 1.06 || 1 : 1);
    const [most, high] = [reach((row) => -trades.mae[row]), reach((row) => trades.mfe[row])];
    c.outside = rows.filter((row) => -trades.mae[row] > most || trades.mfe[row] > high).length;
    chart.glyph("Line", "even", { x: [0, Math.min(most, high)], y: [0, Math.min(most, high)] }, { x: "x", y: "y", line_color: chart.ink.soft, line_dash: [4, 3] });
    chart.within(-most * 0.02, most, -high * 0.02, high);
  },
  sentence(c) {
    const { average_mae: mae, average_mfe: mfe, capture: kept } = c.figuresOfTrades;
    if (mae === null) return "No trade closed in the range.";
    const cut = c.rows.length > MOST_POINTS ? ` The ${grouped(MOST_POINTS, 0)} that went furthest are drawn.` : "";
    return `Worst P&L on the way to the right, best upward: a trade was ${FORMATS.money(-mae)} down and ${FORMATS.money(mfe)} up on average, and ${kept === null ? DASH : FORMATS.percent(kept)} of the best was kept.${cut}${c.outside ? ` ${c.outside} lie beyond the edge.` : ""}`;
  },
  table: (c) => ({
    head: ["trade", "MAE", "MFE", "P&L"],
    rows: [...furthest(c.rows, (row) => -c.trades.mae[row], 100)].map((row) => [`${c.trades.texts.symbol[c.trades.symbol[row]]} ${c.run.clock.text(c.trades.exit[row])}`, FORMATS.money(c.trades.mae[row]), FORMATS.money(c.trades.mfe[row]), FORMATS.signed(c.trades.pnl[row])]),
  }),
};

const DURATIONS = [["< 1 min", MINUTE], ["< 15 min", 15 * MINUTE], ["< 1 h", HOUR], ["< 6 h", 6 * HOUR], ["< 1 d", DAY], ["< 3 d", 3 * DAY], ["< 1 w", 7 * DAY], ["< 1 mo", 30 * DAY], ["< 3 mo", 91 * DAY], ["longer", Infinity]];

const durationsPanel = {
  id: "durations",
  spec: () => ({ x: DURATIONS.map(([name]) => name), y: "0,0", height: 190, turned: true, left: 50 }),
  fill(chart, c) {
    const { wins, others } = durations(c);
    const x = DURATIONS.map(([name]) => name);
    chart.glyph("VBar", "wins", { x, top: wins }, { x: "x", top: "top", width: 0.75, fill_color: chart.ink.good, fill_alpha: 0.75, line_color: chart.ink.good });
    chart.glyph("VBar", "others", { x, top: others.map((count, at) => count + wins[at]), bottom: wins },
      { x: "x", top: "top", bottom: "bottom", width: 0.75, fill_color: chart.ink.bad, fill_alpha: 0.6, line_color: chart.ink.bad, hatch_pattern: "right_diagonal_line", hatch_color: chart.ink.paper, hatch_alpha: 0.55, hatch_scale: 7 });
    chart.within(0, 0, 0, airy(others.map((count, at) => count + wins[at]), 0)[1]);
  },
  sentence: (c) => (c.rows.length ? `A trade was held for ${spanText(c.figuresOfTrades.duration)} on average; losses are hatched.` : "No trade closed in the range."),
  table(c) {
    const { wins, others } = durations(c);
    return { head: ["held", "wins", "losses and breakevens"], rows: DURATIONS.map(([name], at) => [name, grouped(wins[at], 0), grouped(others[at], 0)]) };
  },
};

function durations(c) {
  const [wins, others] = [DURATIONS.map(() => 0), DURATIONS.map(() => 0)];
  for (const row of c.rows) {
    const seconds = (c.trades.exit[row] - c.trades.entry[row]) / 1000;
    const at = DURATIONS.findIndex(([, most]) => seconds < most);
    (c.trades.pnl[row] >= BREAKEVEN ? wins : others)[at]++;
  }
  return { wins, others };
}

/* What orders cost, by a group of them: basis points of the value at arrival. */
function costs(c, codeOf) {
  const { orders } = c.run.tables;
  const found = new Map();
  for (const row of c.orderRows) {
    if (Number.isNaN(orders.slippage[row]) || !(orders.worth[row] > 0)) continue;
    const code = codeOf(row);
    const own = found.get(code) ?? { orders: 0, value: 0, slippage: 0 };
    own.orders++;
    own.value += orders.worth[row];
    own.slippage += orders.slippage[row];
    found.set(code, own);
  }
  return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, own]) => ({ name, ...own, bps: own.value ? (1e4 * own.slippage) / own.value : 0 }));
}

function costPanel(id, what, codeOf) {
  return {
    id,
    spec: (c) => ({ x: costs(c, codeOf(c)).map(({ name }) => name), y: "0.0", height: 190, turned: id !== "slippage-hours", left: 44 }),
    fill(chart, c) {
      const own = costs(c, codeOf(c));
      chart.x.factors = own.map(({ name }) => name);
      signedBars(chart, "bars", { x: own.map(({ name }) => name), top: own.map(({ bps }) => bps) });
      chart.within(0, 0, ...airy(own.map(({ bps }) => bps), 0));
    },
    sentence(c) {
      const own = costs(c, codeOf(c));
      if (!own.length) return "No order of the range has an arrival price.";
      const worst = own.reduce((low, each) => (each.bps < low.bps ? each : low));
      return `Slippage in basis points by ${what}, negative is cost: dearest is ${worst.name} with ${FORMATS.bps(worst.bps)} over ${grouped(worst.orders, 0)} orders.`;
    },
    table: (c) => ({ head: [what, "orders", "value", "slippage", "bps"], rows: costs(c, codeOf(c)).map((each) => [each.name, grouped(each.orders, 0), FORMATS.money(each.value), FORMATS.signed(each.slippage), FORMATS.bps(each.bps)]) }),
  };
}

const slippageHoursPanel = costPanel("slippage-hours", "hour", (c) => (row) => String(c.run.clock.hour(c.run.tables.orders.time[row])).padStart(2, "0"));
const slippageTypesPanel = costPanel("slippage-types", "order type", (c) => (row) => c.run.tables.orders.texts.type[c.run.tables.orders.type[row]]);

const HORIZONS = ["1m", "5m", "15m", "1d"];

function markouts(c) {
  const { orders } = c.run.tables;
  return HORIZONS.map((name) => {
    let made = 0, value = 0, n = 0;
    for (const row of c.orderRows) {
      const own = orders[`after_${name}`][row];
      if (Number.isNaN(own) || !(orders.worth[row] > 0)) continue;
      made += own;
      value += orders.worth[row];
      n++;
    }
    return { name, n, made, bps: value ? (1e4 * made) / value : 0 };
  }).filter(({ n }) => n);
}

const markoutsPanel = {
  id: "markouts",
  spec: (c) => ({ x: markouts(c).map(({ name }) => name), y: "0.0", height: 190, left: 44 }),
  fill(chart, c) {
    const own = markouts(c);
    chart.x.factors = own.map(({ name }) => name);
    signedBars(chart, "bars", { x: own.map(({ name }) => name), top: own.map(({ bps }) => bps) });
    chart.within(0, 0, ...airy(own.map(({ bps }) => bps), 0));
  },
  sentence(c) {
    const own = markouts(c);
    if (!own.length) return "No price after a fill is known.";
    return `What the price did for the fills afterwards, in basis points: ${own.map(({ name, bps, n }) => `${name} ${FORMATS.bps(bps)} (n = ${grouped(n, 0)})`).join(", ")}.`;
  },
  table: (c) => ({ head: ["after", "orders", "made", "bps"], rows: markouts(c).map(({ name, n, made, bps }) => [name, grouped(n, 0), FORMATS.signed(made), FORMATS.bps(bps)]) }),
};

const structuresPanel = {
  id: "structures",
  spec: (c) => ({ x: byShape(c).map(([name]) => name), y: "0,0", height: 200, turned: true }),
  fill(chart, c) {
    const own = byShape(c);
    chart.x.factors = own.map(([name]) => name);
    signedBars(chart, "bars", { x: own.map(([name]) => name), top: own.map(([, { pnl }]) => pnl) });
    chart.within(0, 0, ...airy(own.map(([, { pnl }]) => pnl), 0));
  },
  sentence(c) {
    const own = byShape(c);
    if (!own.length) return "No structure closed in the range.";
    return `Net P&L by shape: ${own.map(([name, { pnl, n }]) => `${name} ${FORMATS.signed(pnl)} (${n})`).join(", ")}.`;
  },
  table: (c) => ({ head: ["shape", "closed", "P&L"], rows: byShape(c).map(([name, { pnl, n }]) => [name, String(n), FORMATS.signed(pnl)]) }),
};

function byShape(c) {
  const book = c.run.tables.structures;
  const found = new Map();
  for (const row of rowsWithin(book, c.run.clock, c.view.range, c.chosen)) {
    const name = c.run.shapes[row] ?? "";
    const own = found.get(name) ?? { pnl: 0, n: 0 };
    own.pnl += book.pnl[row];
    own.n++;
    found.set(name, own);
  }
  return [...found].sort(([left], [right]) => (left < right ? -1 : 1));
}

const PANELS = [
  equityPanel, underwaterPanel, exposurePanel, waterfallPanel, apartPanel, histogramPanel, rollingPanel, hoursPanel, weekdaysPanel,
  exitsPanel, excursionPanel, durationsPanel, structuresPanel, pricePanel, slippageHoursPanel, slippageTypesPanel, markoutsPanel,
];

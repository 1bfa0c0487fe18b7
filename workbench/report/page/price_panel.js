/* The chart of the trade that is open: what is known of its instrument's price, and its own orders. */

const LEAST_AIR = 10 * 60 * 1000; /* milliseconds before the entry and after the exit */

/* The fills of the trade's instrument around it, and its own orders; null where no price is known. */
function pricesOf(c) {
  const { view, trades, run } = c;
  const row = view.trade;
  if (row === null || row >= trades.rows) return null;
  const { orders } = run.tables;
  const symbol = (orders.texts.symbol ?? []).indexOf(trades.texts.symbol[trades.symbol[row]]);
  const [entry, exit] = [trades.entry[row], trades.exit[row]];
  const air = Math.max((exit - entry) * 0.6, LEAST_AIR);
  const around = [];
  for (let at = 0; at < orders.rows && symbol >= 0; at++) {
    if (orders.symbol[at] !== symbol || !run.orderSizes[at]) continue;
    if (orders.time[at] >= entry - air && orders.time[at] <= exit + air) around.push(at);
  }
  const own = new Set(ordersOfTrade(c, row));
  return around.length ? { row, around, own, from: run.clock.local(entry - air), to: run.clock.local(exit + air) } : null;
}

const pricePanel = {
  id: "price",
  spec: () => ({ x: "time", y: "0,0.00", height: 240, left: 66 }),
  fill(chart, c) {
    const found = pricesOf(c);
    if (found === null) return;
    const { orders } = c.run.tables;
    const rows = [...furthest(Uint32Array.from(found.around), (at) => (found.own.has(at) ? Infinity : c.run.orderSizes[at]), MOST_BRUSHED)];
    const [x, y] = [Float64Array.from(rows, (at) => c.run.orderTimes[at]), picked(orders.price, rows)];
    chart.glyph("Line", "prices", { x, y }, { x: "x", y: "y", line_color: chart.ink.soft, line_dash: [2, 3], line_width: 1 });
    chart.glyph("Segment", "held", this.held(c, chart, found.row),
      { x0: "x0", x1: "x1", y0: "y0", y1: "y1", line_color: "ink", line_width: 2 });
    chart.glyph("Segment", "asked", this.asked(c, rows.filter((at) => found.own.has(at))),
      { x0: "x0", x1: "x1", y0: "y", y1: "y", line_color: chart.ink.hue(0), line_dash: [6, 3], line_width: 1.4 });
    for (const [name, marker, color, up] of [["buys", "triangle", chart.ink.good, true], ["sells", "inverted_triangle", chart.ink.bad, false]]) {
      const places = rows.map((_, place) => place).filter((place) => orders.filled[rows[place]] > 0 === up);
      chart.glyph("Scatter", name, { x: picked(x, places), y: picked(y, places), size: places.map((place) => (found.own.has(rows[place]) ? 13 : 6)) },
        { x: "x", y: "y", size: "size", marker, fill_color: color, line_color: chart.ink.paper, line_width: 0.8, fill_alpha: 0.85 });
    }
    const asked = chart.sources.asked.data.y;
    chart.within(found.from, found.to, ...airy([...y, ...asked]));
  },
  /* From the entry to the exit. */
  held(c, chart, row) {
    const { trades } = c;
    const [x0, x1] = ["entry", "exit"].map((name) => [c.run.clock.local(trades[name][row])]);
    return { x0, x1, y0: [trades.entry_price[row]], y1: [trades.exit_price[row]], ink: [trades.pnl[row] < 0 ? chart.ink.bad : chart.ink.good] };
  },
  /* What its limit and stop orders waited for, and how long. */
  asked(c, rows) {
    const { orders } = c.run.tables;
    const found = { x0: [], x1: [], y: [] };
    for (const at of rows) {
      for (const price of [orders.limit[at], orders.stop[at]]) {
        if (!Number.isFinite(price)) continue;
        found.x0.push(c.run.clock.local(orders.time[at] - orders.waited[at]));
        found.x1.push(c.run.orderTimes[at]);
        found.y.push(price);
      }
    }
    return found;
  },
  sentence(c) {
    const found = pricesOf(c);
    if (found === null) return "No price of its instrument is known.";
    const others = found.around.filter((at) => !found.own.has(at)).length;
    return `Its own orders are the large marks, dashes what they asked for; ${grouped(others, 0)} other fills of the instrument around it tell its price, and between fills no source does.`;
  },
  table(c) {
    const { orders } = c.run.tables;
    const { around, own } = pricesOf(c) ?? { around: [] };
    return {
      head: ["order", "filled", "quantity", "price", "of this trade"],
      rows: around.map((at) => [String(orders.id[at]), c.run.clock.text(orders.time[at]), FORMATS.quantity(orders.filled[at]), FORMATS.price(orders.price[at]), own.has(at) ? "yes" : ""]),
    };
  },
};

/* Everything that is computed of what is chosen, once for all charts and tables. */

function contextOf(run, view) {
  const { range, chosen, net, zoom } = view;
  const c = { run, view, chosen };
  lazily(c, "trades", () => view.trades);
  lazily(c, "series", () => run.closes(range, chosen));
  lazily(c, "figures", () => ownFigures(c.series, run.year, run.rate));
  lazily(c, "rows", () => rowsWithin(c.trades, run.clock, range, chosen));
  lazily(c, "figuresOfTrades", () => tradeFigures(c.trades, c.rows, net));
  lazily(c, "spells", () => spells(c.series));
  lazily(c, "orderRows", ordersWithin);
  lazily(c, "dayEnds", dayEndsOf);
  lazily(c, "steps", stepsOf);
  const choice = `${chosen}|${net}`;
  if (run.tracked?.choice !== choice) {
    run.tracked = { choice, track: run.track(chosen, net), depths: depthsOf(run.navs(chosen)) };
  }
  c.track = run.tracked.track;
  c.depths = run.tracked.depths;
  lazily(c, "lastDay", () => c.series.day[c.series.day.length - 1] ?? run.days[run.days.length - 1]);
  const first = run.times[0] ?? 0, last = run.times[run.times.length - 1] ?? 1;
  c.window = zoom ?? [first, last > first ? last : first + DAY_MS];
  c.money = moneyOf(c);
  return c;
}

function depthsOf(navs) {
  const depths = new Float64Array(navs.length);
  let peak = 1;
  for (let row = 0; row < navs.length; row++) {
    peak = Math.max(peak, navs[row]);
    depths[row] = navs[row] / peak - 1;
  }
  return depths;
}

/* The first and the last mark of the range, and what each strategy made between them. */
function moneyOf(c) {
  const { run } = c;
  const { marks } = run.tables;
  const [low, high] = c.view.range ?? [-Infinity, Infinity];
  const times = c.view.range ? [(low - EPOCH) * DAY_MS, (high - EPOCH + 1) * DAY_MS] : [-Infinity, Infinity];
  const [first, last] = times.map((time) => bisect(run.times, time) - 1);
  const at = (values, row, before) => (row < 0 ? before : values[row]);
  c.made = run.strategies.map((_, one) => {
    const gross = (row) => at(marks[`pnl${one}`], row, 0) + (c.view.net ? 0 : at(marks[`fees${one}`], row, 0));
    return gross(last) - gross(first);
  });
  c.paid = run.strategies.map((_, one) => (c.chosen[one] ? at(marks[`fees${one}`], last, 0) - at(marks[`fees${one}`], first, 0) : 0));
  return { begin: at(c.track.money, first, run.start), end: at(c.track.money, last, run.start) };
}

function ordersWithin(c) {
  const { orders } = c.run.tables;
  const [low, high] = c.view.range ?? [-Infinity, Infinity];
  const all = c.chosen.every(Boolean);
  const rows = new Uint32Array(orders.rows);
  let size = 0;
  for (let row = 0; row < orders.rows; row++) {
    const own = orders.strategy[row];
    if (!all && !(own >= 0 && c.chosen[own])) continue;
    if (c.view.range) {
      const day = c.run.clock.day(orders.time[row]);
      if (day < low || day > high) continue;
    }
    rows[size++] = row;
  }
  return rows.subarray(0, size);
}

function dayEndsOf(c) {
  const found = [];
  const { marks } = c.run.tables;
  const [low, high] = c.view.range ?? [-Infinity, Infinity];
  for (let row = 0; row < marks.rows; row++) {
    const day = c.run.clock.day(marks.time[row]);
    if (day < low || day > high) continue;
    if (found.length && found[found.length - 1].day === day) found[found.length - 1].row = row;
    else found.push({ day, row });
  }
  return found;
}

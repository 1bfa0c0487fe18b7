/* The run and what is chosen of it: a range of days, strategies, a book, net or gross. */

class Run {
  constructor(facts, tables) {
    Object.assign(this, facts);
    this.clock = clockOf(facts.offsets);
    this.tables = tablesOf(tables, this.clock);
    const { marks, days } = this.tables;
    this.times = marks.time.map(this.clock.local);
    this.days = days.day;
    const { orders } = this.tables;
    this.orderTimes = orders.time.map(this.clock.local);
    this.orderSizes = orders.filled.map((filled, row) => Math.abs(filled * orders.price[row]) || 0);
    
    this.closeEquity = this.equityAtCloses();
  }

  /* The account's equity at the close before each day and after the last. */
  equityAtCloses() {
    const { marks } = this.tables;
    const ends = [this.start];
    let row = 0;
    for (const day of this.days) {
      while (row < marks.rows && this.clock.day(marks.time[row]) <= day) row++;
      ends.push(row ? marks.equity[row - 1] : this.start);
    }
    return ends;
  }

  /* The closes of what is chosen in a range: the start first. */
  closes(range, chosen) {
    const { days } = this.tables;
    const only = this.only(chosen);
    const [first, last] = this.dayRows(range);
    const found = { day: [], nav: [], benchmark: [] };
    const start = (row, nav) => {
      found.day.push(row ? this.days[row - 1] : this.days[0] - 1);
      found.nav.push(nav);
    };
    if (only === null) return this.several(first, last, chosen, found, start);
    const navs = only === -1 ? days.nav : days[`nav${only}`];
    let before = 1;
    for (let row = 0; row < last; row++) {
      if (Number.isNaN(navs[row])) continue;
      if (row >= first) {
        if (!found.nav.length) start(row, before);
        if (found.nav.length === 1 && only !== -1 && row && Number.isNaN(navs[row - 1])) {
          found.day[0] = this.days[row] - 1;
        }
        const apart = found.nav.length === 1 && found.day[0] !== (row ? this.days[row - 1] : this.days[0] - 1);
        found.day.push(this.days[row]);
        found.nav.push(navs[row]);
        found.benchmark.push(apart ? NaN : days.benchmark[row]);
      }
      before = navs[row];
    }
    return found;
  }

  /* Several strategies: what they made a day of the account's equity before it. */
  several(first, last, chosen, found, start) {
    const { days } = this.tables;
    if (last > first) start(first, 1);
    for (let row = first; row < last; row++) {
      let made = 0;
      chosen.forEach((on, at) => {
        const navs = days[`nav${at}`];
        const before = row && !Number.isNaN(navs[row - 1]) ? navs[row - 1] : 1;
        if (on && !Number.isNaN(navs[row])) made += this.capitals[at] * (navs[row] - before);
      });
      const equity = this.closeEquity[row];
      found.day.push(this.days[row]);
      found.nav.push(found.nav[found.nav.length - 1] * (1 + (equity > 0 ? made / equity : 0)));
      found.benchmark.push(days.benchmark[row]);
    }
    return found;
  }

  /* -1 for the account, a strategy's number where it is the only one, null for several. */
  only(chosen) {
    const on = chosen.reduce((count, each) => count + each, 0);
    if (on === chosen.length || !on) return -1;
    return on === 1 ? chosen.indexOf(true) : null;
  }

  dayRows(range) {
    if (!range) return [0, this.days.length];
    return [bisect(this.days, range[0]), bisect(this.days, range[1] + 1)];
  }

  /* Trades of the lots book by the day on which they closed, for the intervals. */
  closedByDay(rows, first, last) {
    const size = last - first;
    const found = {};
    for (const name of ["closed", "wins", "losses", "won", "lost"]) found[name] = new Float64Array(size);
    const lots = this.tables.lots;
    for (const row of rows) {
      const at = bisect(this.days, this.clock.day(lots.exit[row])) - first;
      if (at < 0 || at >= size) continue;
      const made = lots.pnl[row];
      found.closed[at]++;
      if (made >= BREAKEVEN) {
        found.wins[at]++;
        found.won[at] += made;
      } else if (made <= -BREAKEVEN) {
        found.losses[at]++;
        found.lost[at] += made;
      }
    }
    return found;
  }

  /* What is chosen at each mark: the money it is worth, and its NAV. */
  track(chosen, net) {
    const { marks } = this.tables;
    const only = this.only(chosen);
    const money = new Float64Array(marks.rows);
    const parts = [];
    const all = only === -1;
    for (let row = 0; row < marks.rows; row++) money[row] = all ? marks.rest[row] : this.start;
    const base = money.slice();
    chosen.forEach((on, at) => {
      if (!all && !on) return;
      const net_ = marks[`pnl${at}`], fees = marks[`fees${at}`];
      const made = net ? net_ : net_.map((value, row) => value + fees[row]);
      for (let row = 0; row < marks.rows; row++) money[row] += made[row];
      parts.push({ at, made });
    });
    return { money, parts, base };
  }

  navs(chosen) {
    const { marks } = this.tables;
    const only = this.only(chosen);
    if (only === -1 && marks.rows && !Number.isNaN(marks.nav[0])) return marks.nav;
    if (only === -1) return marks.equity.map((value) => value / (this.start || 1));
    const navs = new Float64Array(marks.rows).fill(1);
    const capital = only === null ? this.start : this.capitals[only];
    chosen.forEach((on, at) => {
      if (on) for (let row = 0; row < marks.rows; row++) navs[row] += marks[`pnl${at}`][row] / (capital || 1);
    });
    return navs;
  }
}

/* The falls of a series of closes from a peak and back, the deepest first. */
function spells({ day, nav }) {
  const found = [];
  let peak = 0, open = null;
  for (let at = 1; at < nav.length; at++) {
    const depth = 1 - nav[at] / nav[peak];
    if (nav[at] >= nav[peak] || depth < NAV_TOLERANCE) {
      if (open) found.push({ ...open, end: day[at] });
      if (nav[at] >= nav[peak]) peak = at;
      open = null;
    } else if (!open) open = { start: day[peak], trough: day[at], depth, end: null };
    else if (depth > open.depth) Object.assign(open, { trough: day[at], depth });
  }
  if (open) found.push(open);
  return found.sort((left, right) => right.depth - left.depth);
}

/* The figures of closed trades, as models/trades/measures.py takes them, of chosen rows. */

const BREAKEVEN = 1e-9;

function tradeFigures(trades, rows, net) {
  const n = rows.length;
  const [pnl, gains, drops, days] = [0, 1, 2, 3].map(() => new Float64Array(n));
  let fees = 0, mae = 0, mfe = 0, wins = 0, losses = 0, run = 0, bestRun = 0, worstRun = 0;
  const source = net ? trades.pnl : trades.gross;
  for (let at = 0; at < n; at++) {
    const row = rows[at];
    const made = source[row];
    pnl[at] = made;
    days[at] = (trades.exit[row] - trades.entry[row]) / 1000;
    fees += trades.fees[row];
    mae += trades.mae[row];
    mfe += trades.mfe[row];
    if (made >= BREAKEVEN) {
      gains[wins++] = made;
      run = run > 0 ? run + 1 : 1;
      bestRun = Math.max(bestRun, run);
    } else if (made <= -BREAKEVEN) {
      drops[losses++] = made;
      run = run < 0 ? run - 1 : -1;
      worstRun = Math.min(worstRun, run);
    } else run = 0;
  }
  const won = gains.subarray(0, wins), lost = drops.subarray(0, losses);
  const total = sum(pnl), profit = sum(won), loss = sum(lost);
  const deviation = n > 1 ? spread(pnl) : null;
  const each = (value, count) => (count ? value / count : null);
  const payoff = won.length && lost.length ? profit / won.length / -(loss / lost.length) : null;
  const rate = each(wins, wins + losses);
  return {
    trades: n, wins, losses, breakevens: n - wins - losses,
    win_rate: rate, net_pnl: total, gross_profit: profit, gross_loss: loss, fees,
    profit_factor: over(profit, -loss), expectancy: each(total, n), median_pnl: median(pnl),
    average_win: each(profit, won.length), average_loss: each(loss, lost.length),
    largest_win: won.length ? largest(won) : null, largest_loss: lost.length ? least(lost) : null,
    payoff, longest_wins: bestRun, longest_losses: -worstRun,
    duration: each(sum(days), n), average_mae: each(mae, n), average_mfe: each(mfe, n),
    capture: over(total, mfe),
    sqn: deviation ? (Math.sqrt(n) * (total / n)) / deviation : null,
    kelly: payoff ? rate - (1 - rate) / payoff : null,
  };
}

function median(values) {
  if (!values.length) return null;
  const parted = values.slice();
  const half = parted.length >> 1;
  const upper = nth(parted, half);
  return parted.length % 2 ? upper : (largest(parted.subarray(0, half)) + upper) / 2;
}

/* P&L, trades and wins by a code of each row. */
function grouped_by(trades, rows, codes, size, net) {
  const source = net ? trades.pnl : trades.gross;
  const found = { pnl: new Float64Array(size), trades: new Uint32Array(size), wins: new Uint32Array(size) };
  for (const row of rows) {
    const code = codes[row];
    found.pnl[code] += source[row];
    found.trades[code]++;
    if (source[row] >= BREAKEVEN) found.wins[code]++;
  }
  return found;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function clocked(trades, clock) {
  if (!trades.hour) {
    trades.hour = Uint8Array.from(trades.exit, clock.hour);
    trades.weekday = Uint8Array.from(trades.exit, clock.weekday);
  }
  return trades;
}

/* The rows of a book that closed in a range of days, of chosen strategies, in the order of closing. */
function rowsWithin(trades, clock, range, chosen) {
  let [first, last] = [0, trades.rows];
  if (range) {
    const closed = (day) => {
      let [low, high] = [0, trades.rows];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (clock.day(trades.exit[middle]) < day) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    [first, last] = [closed(range[0]), closed(range[1] + 1)];
  }
  const rows = new Uint32Array(last - first);
  let size = 0;
  for (let row = first; row < last; row++) if (chosen[trades.strategy[row]]) rows[size++] = row;
  return rows.subarray(0, size);
}

/* The run's tables: what workbench/report/trade_columns.py told as differences is added again. */

const BOOKS = ["lots", "positions", "structures"];

function tablesOf(tables, clock) {
  const { orders } = tables;
  orders.placeOf = placesOf(orders.id);
  lazily(orders, "worth", () => {
    const { filled, price, slippage, value: apart } = orders;
    return apart.map((value, row) => value + Math.abs(filled[row]) * price[row] + Math.sign(filled[row]) * slippage[row]);
  });
  tables.marks.equity = equityOf(tables.marks);
  for (const book of BOOKS) {
    const packed = tables[book];
    Object.defineProperty(tables, book, {
      get() {
        if (!packed.pnlKnown) expandTrades(packed, orders, clock);
        return packed;
      },
    });
  }
  return tables;
}

/* The row of an order by its id; ids mostly count up by one. */
function placesOf(ids) {
  let known = true;
  for (let row = 1; row < ids.length && known; row++) known = ids[row] === ids[row - 1] + 1;
  if (known) return (id) => (id >= ids[0] && id <= ids[ids.length - 1] ? id - ids[0] : -1);
  const places = new Map();
  for (let row = 0; row < ids.length; row++) places.set(ids[row], row);
  return (id) => places.get(id) ?? -1;
}

function expandTrades(trades, orders, clock) {
  const { rows, quantity } = trades;
  trades.pnlKnown = true;
  trades.entryAt = new Int32Array(rows);
  trades.exitAt = new Int32Array(rows);
  trades.gross = new Float64Array(rows);
  const known = (value) => (value === value ? value : 0);
  for (let row = 0; row < rows; row++) {
    const leaving = trades.exit_order[row];
    const entering = leaving - trades.entry_order[row];
    const out = orders.placeOf(leaving), into = orders.placeOf(entering);
    trades.entry_order[row] = entering;
    trades.entryAt[row] = into;
    trades.exitAt[row] = out;
    let fees = trades.fees[row], slippage = trades.slippage[row];
    if (into >= 0) {
      const share = orders.filled[into] ? quantity[row] / Math.abs(orders.filled[into]) : 0;
      trades.entry[row] += orders.time[into];
      trades.entry_price[row] += known(orders.price[into]);
      fees += known(orders.fees[into]) * share;
      slippage += known(orders.slippage[into]) * share;
    }
    if (out >= 0) {
      const share = orders.filled[out] ? quantity[row] / Math.abs(orders.filled[out]) : 0;
      trades.exit[row] += orders.time[out];
      trades.exit_price[row] += known(orders.price[out]);
      fees += known(orders.fees[out]) * share;
      slippage += known(orders.slippage[out]) * share;
    }
    trades.fees[row] = fees;
    trades.slippage[row] = slippage;
    const moved = (trades.exit_price[row] - trades.entry_price[row]) * (trades.side[row] ? 1 : -1);
    const gross = moved * quantity[row] * trades.multiplier[row];
    trades.mae[row] += gross < 0 ? gross : 0;
    trades.mfe[row] += gross > 0 ? gross : 0;
    trades.pnl[row] += gross - fees;
    trades.gross[row] = trades.pnl[row] + fees;
  }
  clocked(trades, clock);
}

function equityOf(marks) {
  const equity = Float64Array.from(marks.rest);
  for (let at = 0; marks[`pnl${at}`]; at++) {
    const made = marks[`pnl${at}`];
    for (let row = 0; row < equity.length; row++) equity[row] += made[row];
  }
  return equity;
}

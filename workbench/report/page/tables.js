/* The run's tables: what workbench/report/trade_columns.py told as differences is added again. */

function tablesOf(tables) {
  const { orders } = tables;
  const places = new Map();
  for (let row = 0; row < orders.rows; row++) places.set(orders.id[row], row);
  orders.places = places;
  expandOrders(orders);
  for (const book of BOOKS) expandTrades(tables[book], orders);
  tables.marks.equity = equityOf(tables.marks);
  return tables;
}

const BOOKS = ["lots", "positions", "structures"];

function rounded(value, scale) {
  return Math.round(value * scale) / scale;
}

function expandOrders(orders) {
  for (let row = 0; row < orders.rows; row++) {
    const traded = Math.abs(orders.filled[row]) * orders.price[row];
    const expected = traded + Math.sign(orders.filled[row]) * orders.slippage[row];
    orders.value[row] = rounded(orders.value[row] + expected, 1e4);
  }
}

function expandTrades(trades, orders) {
  const rows = trades.rows;
  const of = (values, at) => (at < 0 || Number.isNaN(values[at]) ? 0 : values[at]);
  trades.entryAt = new Int32Array(rows);
  trades.exitAt = new Int32Array(rows);
  trades.gross = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const leaving = trades.exit_order[row];
    const entering = leaving - trades.entry_order[row];
    trades.entry_order[row] = entering;
    const out = orders.places.get(leaving) ?? -1;
    const into = orders.places.get(entering) ?? -1;
    trades.entryAt[row] = into;
    trades.exitAt[row] = out;
    trades.entry[row] += of(orders.time, into);
    trades.exit[row] += of(orders.time, out);
    trades.entry_price[row] = rounded(trades.entry_price[row] + of(orders.price, into), 1e8);
    trades.exit_price[row] = rounded(trades.exit_price[row] + of(orders.price, out), 1e8);
    const quantity = trades.quantity[row];
    const share = (at) => (at < 0 || !orders.filled[at] ? 0 : quantity / Math.abs(orders.filled[at]));
    const ins = share(into);
    const outs = share(out);
    trades.fees[row] = rounded(trades.fees[row] + of(orders.fees, into) * ins + of(orders.fees, out) * outs, 1e8);
    const slipped = of(orders.slippage, into) * ins + of(orders.slippage, out) * outs;
    trades.slippage[row] = rounded(trades.slippage[row] + slipped, 1e4);
    const moved = trades.exit_price[row] - trades.entry_price[row];
    const gross = moved * quantity * trades.multiplier[row] * (trades.side[row] ? 1 : -1);
    trades.mae[row] = rounded(trades.mae[row] + Math.min(gross, 0), 1e4);
    trades.mfe[row] = rounded(trades.mfe[row] + Math.max(gross, 0), 1e4);
    trades.pnl[row] = rounded(trades.pnl[row] + gross - trades.fees[row], 1e8);
    trades.gross[row] = trades.pnl[row] + trades.fees[row];
  }
}

function equityOf(marks) {
  const equity = Float64Array.from(marks.rest);
  for (let at = 0; marks[`pnl${at}`]; at++) {
    const made = marks[`pnl${at}`];
    for (let row = 0; row < equity.length; row++) equity[row] += made[row];
  }
  return equity;
}

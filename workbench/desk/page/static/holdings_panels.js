/* What is held and wanted: positions by strategy, open orders, fills, structures. */

import { by, make, toneOf } from "./elements.js";
import { Grid } from "./grids.js";
import { DASH, FORMATS, shown } from "./numbers.js";
import { openOrdersOf, positionsOf, strategiesOf } from "./shapes.js";
import { swatch } from "./swatches.js";
import { momentText } from "./texts.js";

const MOST_FILLS = 50;
const ACCOUNT = "account"; // what no strategy owns

const money = (name, title) => ({ title, text: (row) => shown(row[name], "money") });
const signed = (name, title) => ({ title, text: (row) => shown(row[name], "signed"), tone: (row) => toneOf(row[name]), lively: true });
const price = (name, title) => ({ title, text: (row) => shown(row[name], "price"), lively: name === "price" });
const side = { title: "side", left: true, text: ({ quantity: size }) => (size === null ? DASH : `${size > 0 ? "▲ buy" : "▼ sell"} ${shown(Math.abs(size), "quantity")}`), tone: ({ quantity: size }) => toneOf(size) };
const quantity = (name, title) => ({ title, text: (row) => shown(row[name], "quantity") });
const symbol = { title: "symbol", text: ({ symbol: ticker }) => ticker, hint: ({ sid }) => sid };
const moment = (name, title) => ({ title, text: (row) => momentText(row[name]), hint: (row) => row[name] ?? "" });

/* A strategy with its colour and dash, as in the report. */
const strategy = (strategies) => ({
  title: "strategy",
  left: true,
  text: ({ strategy: name }) => name || ACCOUNT,
  node({ strategy: name }) {
    const at = strategies().indexOf(name);
    return make("span", { class: "strategy" }, ...(at < 0 ? [] : [swatch(at)]), name || ACCOUNT);
  },
});

/* An order's number, which leads to everything that is known of the order. */
const order = (follow) => ({
  title: "order",
  text: (row) => (row.order === null ? DASH : String(row.order)),
  node: (row) => (row.order === null ? make("span", { text: DASH }) : make("button", { type: "button", class: "link", text: String(row.order), title: "Everything of this order", on: { click: () => follow(row.order) } })),
});

const OPPOSED_HINT = "Strategies are on both sides of it; the broker holds what is left";

const opposed = {
  title: "opposed",
  left: true,
  text: (row) => (row.opposed ? `opposed ${row.net}` : ""),
  node: (row) => (row.opposed ? make("span", { class: "badge warn", title: OPPOSED_HINT, text: `⇄ opposed, net ${FORMATS.quantity(row.net)}` }) : make("span")),
};

export class HoldingsPanels {
  constructor(follow) {
    this.strategies = [];
    const own = strategy(() => this.strategies);
    const marked = (row) => (row.opposed ? "opposed" : "");
    this.positions = new Grid(by("positions"), "Positions by strategy", [symbol, own, quantity("quantity", "quantity"), price("average_price", "entry"), price("price", "last"), money("market_value", "value"), signed("unrealized_pnl", "unrealized"), opposed, moment("since", "since")], { key: ({ sid, strategy: name }) => `${name} ${sid}`, empty: "Nothing is held.", marked });
    this.orders = new Grid(by("orders"), "Open orders", [symbol, { ...order(follow) }, own, { title: "type", left: true, text: ({ type }) => String(type ?? DASH).toLowerCase().replaceAll("_", " ") }, side, quantity("filled", "filled"), price("limit", "limit"), price("stop", "stop"), moment("submitted", "since")], { key: (row) => `${row.order} ${row.sid} ${row.strategy} ${row.type} ${row.limit} ${row.stop} ${row.tag}`, empty: "No order is open.", tall: true });
    this.fills = new Grid(by("fills"), "Last fills, the newest first", [moment("time", "time"), symbol, side, price("price", "price"), { title: "slippage", text: (row) => shown(row.slippage, "signed"), tone: (row) => toneOf(row.slippage), hint: (row) => (row.slippage === null ? "The price on arrival is not known" : "Against the price on arrival, account currency; below 0 is cost") }, { title: "bp", text: (row) => shown(row.slippage_bps, "bps") }, order(follow), own, money("fee", "fee")], { key: ({ id, order: number, event }) => id ?? `${number}:${event}`, empty: "No fill is known.", tall: true });
    this.structures = new Grid(by("structures"), "Open structures", [{ title: "structure", text: ({ name, side }) => `${side ?? ""} ${name}`.trim() }, { ...symbol, left: true }, own, quantity("quantity", "quantity"), { title: "credit or debit", text: (row) => shown(row.net_entry, "money") }, signed("net_pnl", "P&L net"), money("max_risk", "at risk"), { title: "kept", text: (row) => shown(row.kept, "percent") }, { title: "days", text: (row) => shown(row.days, "ratio") }, { title: "legs", left: true, text: ({ legs }) => (legs ?? []).map((leg) => legText(leg)).join(", ") }], { key: ({ structure_id: id }) => id });
  }

  clear() {
    for (const grid of [this.positions, this.orders, this.fills, this.structures]) grid.clear();
  }

  show({ state, fills }) {
    this.strategies = strategiesOf(state);
    this.positions.show(positionsOf(state));
    this.orders.show(openOrdersOf(state, fills));
    this.fills.show([...fills].sort((left, right) => Date.parse(right.time) - Date.parse(left.time)).slice(0, MOST_FILLS));
    this.structures.show(state.structures ?? []);
    by("section-structures").hidden = !(state.structures ?? []).length;
  }
}

function legText({ direction, quantity: size, strike, right, symbol: ticker, expiry }) {
  const what = strike === null || strike === undefined ? ticker : `${FORMATS.price(strike)} ${right ?? ""} ${String(expiry ?? "").slice(0, 10)}`;
  return `${direction === "short" ? "−" : "+"}${FORMATS.quantity(Math.abs(size))} ${what.trim()}`;
}

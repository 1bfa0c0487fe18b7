/* The log: what happened, the newest first, and the way of an order through it. */

import { by, keyed, make, write } from "./elements.js";
import { Grid } from "./grids.js";
import { FORMATS, shown } from "./numbers.js";
import { momentText } from "./texts.js";

const MOST_ROWS = 300;
const ORDER = /^order:(\d+)$/;

export class LogPanel {
  constructor() {
    this.filter = by("log-filter");
    this.filter.addEventListener("input", () => this.draw());
    const columns = [
      { title: "time", text: ({ time }) => momentText(time), hint: ({ time }) => time },
      { title: "kind", left: true, text: ({ kind }) => kind, node: ({ kind }) => make("span", { class: `kind kind-${KINDS.has(kind) ? kind : "other"}`, text: kind }) },
      { title: "strategy", left: true, text: ({ strategy }) => strategy },
      { title: "what", left: true, text: ({ text }) => text },
      { title: "orders", left: true, text: ({ orders }) => orders.join(" "), node: ({ orders }) => make("span", { class: "orders" }, ...orders.map((each) => make("button", { type: "button", class: "link", text: String(each), title: "Everything of this order", on: { click: () => this.follow(each) } }))) },
    ];
    this.grid = new Grid(by("log"), "What happened, the newest first", columns, { key: ({ key }) => key, empty: "Nothing is known to have happened.", tall: true });
    this.rows = [];
  }

  clear() {
    this.filter.value = "";
    this.grid.clear();
  }

  show(detail) {
    this.detail = detail;
    this.rows = rowsOf(detail);
    this.draw();
  }

  /* Everything of one order: the filter says so, and Escape leads back. */
  follow(order) {
    this.filter.value = `order:${order}`;
    this.draw();
    by("title-log").scrollIntoView({ block: "start" });
    this.filter.focus({ preventScroll: true });
  }

  draw() {
    const wanted = this.filter.value.trim().toLowerCase();
    const order = ORDER.exec(wanted);
    const number = order ? Number(order[1]) : null;
    const matches = order ? ({ orders }) => orders.includes(number) : ({ kind, strategy, text }) => `${kind} ${strategy} ${text}`.toLowerCase().includes(wanted);
    this.grid.show(this.rows.filter(matches).slice(0, MOST_ROWS));
    this.way(number);
  }

  /* The steps of an order, the oldest first. */
  way(number) {
    const host = by("way");
    host.hidden = number === null;
    if (number === null) return;
    const steps = stepsOf(this.detail, number);
    const list = make("ol", {});
    keyed(list, steps, ({ key }) => key, () => make("li", {}, make("time"), make("span")), (item, { time, text }) => {
      write(item.firstChild, momentText(time));
      write(item.lastChild, text);
    });
    host.replaceChildren(make("h3", { text: `The way of order ${number}` }), steps.length ? list : make("p", { class: "absent", text: "The desk knows nothing of it any more." }));
  }
}

const KINDS = new Set(["fill", "trade", "alert", "anomaly", "flow", "deployment", "structure", "session"]);

/* Of one moment a closed trade stands above the fill that closed it. */
function rowsOf({ fills, closed, events }) {
  const rows = [
    ...closed.map((each) => ({ key: `trade ${each.id}`, kind: "trade", time: each.time, strategy: each.strategy ?? "", text: tradeText(each), orders: ordersOf(each) })),
    ...events.map((each) => ({ key: `event ${each.id}`, kind: String(each.kind ?? ""), time: each.time, strategy: each.strategy ?? "", text: String(each.text ?? ""), orders: ordersOf(each) })),
    ...fills.map((each) => ({ key: `fill ${each.id ?? `${each.order}:${each.event}`}`, kind: "fill", time: each.time, strategy: each.strategy ?? "", text: fillText(each), orders: [each.order] })),
  ];
  return rows.sort((left, right) => Date.parse(right.time) - Date.parse(left.time));
}

/* The orders that an event is of: an opening and a closing one may be the same. */
const ordersOf = ({ orders, order, data }) => [...new Set(orders ?? data?.orders ?? (order === undefined ? [] : [order]))].filter((each) => each !== null);

const fillText = ({ quantity, symbol, price, slippage }) => `${quantity > 0 ? "bought" : "sold"} ${FORMATS.quantity(Math.abs(quantity))} ${symbol} at ${shown(price, "price")}${slippage === null || slippage === undefined ? "" : `, slippage ${FORMATS.signed(slippage)}`}`;

const tradeText = ({ direction, quantity, symbol, pnl, exit_price: exit, reason }) => `${direction} ${FORMATS.quantity(Math.abs(quantity))} ${symbol} closed at ${shown(exit, "price")}: ${shown(pnl, "signed")}${reason && reason !== "order" ? ` (${reason})` : ""}`;

function stepsOf({ fills, closed, events, state }, number) {
  const open = (state.open_orders ?? []).find(({ order }) => order === number);
  const submitted = open ? [{ key: "open", time: open.submitted, text: `${String(open.type).toLowerCase()} of ${FORMATS.quantity(open.quantity)} ${open.symbol} was submitted${open.limit === null ? "" : `, limit ${FORMATS.price(open.limit)}`}${open.stop === null ? "" : `, stop ${FORMATS.price(open.stop)}`}${open.tag ? ` (${open.tag})` : ""}; ${FORMATS.quantity(open.filled ?? 0)} is filled` }] : [];
  const rows = rowsOf({ fills, closed, events }).filter(({ orders }) => orders.includes(number)).reverse();
  return [...submitted, ...rows];
}

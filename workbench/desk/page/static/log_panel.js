/* The log: what happened, the newest first, and the way of an order through it. */

import { by, keyed, make, write } from "./elements.js";
import { Grid } from "./grids.js";
import { FORMATS, shown } from "./numbers.js";
import { momentText } from "./texts.js";

const MOST_ROWS = 300;
const ORDER = /^order:(\d+)$/;

export class LogPanel {
  /* `wayOf(order)` asks the desk for what is older than what is shown. */
  constructor(wayOf) {
    Object.assign(this, { wayOf, known: null });
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
    this.known = null;
    this.grid.clear();
  }

  show(detail) {
    this.detail = detail;
    this.rows = rowsOf(joined(detail, this.known));
    this.draw();
  }

  /* What the desk knows of an order beside what is shown. */
  async ask(number) {
    if (this.known?.order === number) return;
    this.known = { order: number, fills: [], closed: [] };
    const { detail } = this;
    const known = await this.wayOf(number);
    if (known && detail.id === this.detail.id && this.known?.order === number) {
      this.known = known;
      this.show(this.detail);
    }
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
    if (number === null || !this.detail) return;
    this.ask(number);
    const steps = stepsOf(this.detail, this.rows, number);
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

/* The rows that are shown, and those of an order that are older. */
function joined(detail, known) {
  if (!known) return detail;
  const more = (rows, own) => [...rows, ...own.filter(({ id }) => !rows.some((each) => each.id === id))];
  return { ...detail, fills: more(detail.fills, known.fills), closed: more(detail.closed, known.closed) };
}

function stepsOf({ state }, all, number) {
  const open = (state.open_orders ?? []).find(({ order }) => order === number);
  const submitted = open ? [{ key: "open", time: open.submitted, text: `${String(open.type).toLowerCase()} of ${FORMATS.quantity(open.quantity)} ${open.symbol} was submitted${open.limit === null ? "" : `, limit ${FORMATS.price(open.limit)}`}${open.stop === null ? "" : `, stop ${FORMATS.price(open.stop)}`}${open.tag ? ` (${open.tag})` : ""}; ${FORMATS.quantity(open.filled ?? 0)} is filled` }] : [];
  const rows = all.filter(({ orders }) => orders.includes(number)).reverse();
  return [...submitted, ...rows];
}

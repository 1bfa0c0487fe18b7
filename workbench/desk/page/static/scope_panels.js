/* Figures of the account and its strategies: since inception and since the deployment side by side,
   drawdown and sessions, execution, and the terms of the law. */

import { by, listed, make, toneOf } from "./elements.js";
import { Grid } from "./grids.js";
import { DASH, shown } from "./numbers.js";
import { strategiesOf } from "./shapes.js";
import { swatch } from "./swatches.js";
import { momentText, words } from "./texts.js";

const SESSIONS = ["daily", "weekly", "monthly", "yearly", "inception"];
const SESSION_NAMES = { daily: "today", weekly: "this week", monthly: "this month", yearly: "this year", inception: "since inception" };
const EXECUTED = { orders: "whole", fills: "whole", fill_rate: "percent", cancel_rate: "percent", reject_rate: "percent", worse_rate: "percent", value: "money", fees: "money", fees_bps: "bps", slippage: "signed", slippage_bps: "bps", shortfall: "signed", shortfall_bps: "bps", score: "whole" };
const TERMS = ["starting_equity", "realized", "unrealized", "fees", "dividends", "financing", "settlement", "fx", "flows", "unexplained", "equity"];
const [DEPLOY, INCEPTION, FALL] = ["since the deployment", "since inception", "below the peak"];
const SIGNED = new Set(["slippage", "shortfall", "realized", "unrealized"]);

/* A scope's figures of two times in one row: what it made since inception, then since deployment. */
const scopeColumns = (strategies) => [
  { title: "", text: ({ name }) => name || "account", node: ({ name }) => make("span", { class: "strategy" }, ...(strategies().includes(name) ? [swatch(strategies().indexOf(name))] : []), name || "account") },
  pnl("P&L", ({ today }) => today, "today"),
  pnl("P&L", ({ since_deploy: since }) => since?.net_pnl, DEPLOY),
  rate("return", ({ since_deploy: since }) => since?.total_return, DEPLOY),
  count("trades", ({ since_deploy: since }) => since?.trades, DEPLOY),
  pnl("P&L", ({ net_pnl: made }) => made, INCEPTION),
  rate("return", ({ total_return: grown }) => grown, INCEPTION),
  count("trades", ({ trades }) => trades, INCEPTION),
  plain("fees", ({ fees }) => fees, "money"),
  plain("won", ({ win_rate: won }) => won, "percent"),
  plain("factor", ({ profit_factor: factor }) => factor, "ratio"),
  { ...plain("Sharpe", ({ sharpe_ratio: ratio }) => ratio, "ratio"), hint: ({ trading_days: days }) => `n = ${days ?? DASH} days` },
  plain("now", ({ drawdown }) => drawdown, "percent", FALL),
  plain("deepest", ({ max_drawdown: deepest }) => deepest, "percent", FALL),
];

const pnl = (title, of, group) => ({ title, group, text: (row) => shown(of(row), "signed"), tone: (row) => toneOf(of(row)), lively: true });
const rate = (title, of, group) => ({ title, group, text: (row) => shown(of(row), "change"), tone: (row) => toneOf(of(row)) });
const plain = (title, of, form, group = INCEPTION) => ({ title, group: group ?? undefined, text: (row) => shown(of(row), form) });
const count = (title, of, group) => plain(title, of, "whole", group ?? null);

export class ScopePanels {
  constructor() {
    this.strategies = [];
    this.scopes = new Grid(by("scopes"), "The account and its strategies since the deployment and since inception", scopeColumns(() => this.strategies), { key: ({ name }) => name, marked: ({ name }) => (name ? "" : "equity") });
    this.sessions = new Grid(by("sessions"), "Sessions that are open", [
      { title: "session", text: ({ name }) => SESSION_NAMES[name], hint: ({ session_date: date }) => `since ${date}` },
      pnl("P&L net", ({ net_pnl: made }) => made),
      rate("return", ({ start_nav: start, end_nav: end }) => (start ? end / start - 1 : null)),
      count("trades", ({ trades }) => trades),
      { title: "win rate", text: ({ win_rate: won }) => shown(won, "percent") },
      { title: "deepest", text: ({ max_drawdown: deepest }) => shown(deepest, "percent") },
      { title: "fees", text: ({ commissions }) => shown(commissions, "money") },
    ], { key: ({ name }) => name, empty: "No session is open." });
  }

  clear() {
    this.scopes.clear();
    this.sessions.clear();
  }

  show({ state }) {
    this.strategies = strategiesOf(state);
    const account = { ...state.account, name: "", since_deploy: state.account?.since_deploy ?? state.since_deploy };
    const owned = Object.entries(state.strategies ?? {}).map(([name, figures]) => ({ ...figures, name }));
    this.scopes.show([account, ...owned]);
    this.sessions.show(SESSIONS.filter((name) => state.sessions?.[name]).map((name) => ({ ...state.sessions[name], name })));
    listed(by("drawdown"), drawdownRows(state.drawdown ?? {}));
    listed(by("execution"), executionRows(state));
    listed(by("balance"), TERMS.filter((name) => name in (state.balance ?? {})).map((name) => termRow(name, state.balance[name])));
  }
}

function drawdownRows({ depth, amount, max_depth: deepest, open }) {
  const since = open ? [["below the peak since", momentText(open.start)], ["trough of it", `${shown(open.depth, "percent")}, ${momentText(open.trough_time)}`]] : [["below the peak since", "at the peak"]];
  return [["below the peak", shown(depth, "percent"), depth > 0 ? "bad" : ""], ["in money", shown(amount, "money")], ["deepest", shown(deepest, "percent")], ...since];
}

function executionRows({ execution, open_trades: open, fills, marks, anomalies, errors }) {
  const told = Object.entries(EXECUTED).filter(([name]) => name in (execution ?? {})).map(([name, form]) => [words(name), shown(execution[name], form), SIGNED.has(name) ? toneOf(execution[name]) : ""]);
  const counts = [["open trades", open], ["fills booked", fills], ["marks", marks]].filter(([, value]) => value !== undefined).map(([name, value]) => [name, shown(value, "whole")]);
  const wrong = [["anomalies", anomalies], ["errors", errors]].map(([name, kinds]) => [name, countsText(kinds), Object.keys(kinds ?? {}).length ? "bad" : ""]);
  return [...told, ...counts, ...wrong];
}

const countsText = (kinds) => Object.entries(kinds ?? {}).map(([kind, times]) => `${kind} ${times}`).join(", ") || "none";

const termRow = (name, value) => [words(name), shown(value, SIGNED.has(name) ? "signed" : "money"), SIGNED.has(name) ? toneOf(value) : ""];

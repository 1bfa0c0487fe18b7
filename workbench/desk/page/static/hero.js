/* The deployment that is shown, at one glance: what it is worth, made, and how it is. */

import { by, keyed, make, toneOf, write } from "./elements.js";
import { shown } from "./numbers.js";
import { ageOf, deployOf, standingOf } from "./shapes.js";
import { ageText, dayText, glance, glanceSigned, momentText } from "./texts.js";

const STANDINGS = { alive: "● alive", late: "◐ late", silent: "○ silent" };

export function showHero(detail) {
  const { state } = detail;
  write(by("title-hero"), detail.name);
  showAge(detail);
  write(by("hero-facts"), factsOf(detail));
  const cards = cardsOf(detail);
  keyed(by("hero-cards"), cards, ([title]) => title, () => make("div", { class: "card" }, make("dt"), make("dd", { class: "figure" }), make("dd", { class: "range" })), (card, [title, text, note, tone]) => {
    write(card.children[0], title);
    write(card.children[1], text, tone);
    write(card.children[2], note);
  });
  keyed(by("firing"), state.alerts ?? [], (each) => `${each.alarm} ${each.strategy} ${each.since}`, () => make("li"), (item, each) => write(item, `⚠ ${each.text ?? each.alarm}`));
}

/* Written each second, between two states as well. */
export function showAge(detail) {
  const standing = standingOf(detail);
  const element = by("hero-state");
  element.className = `badge ${standing === "alive" ? "" : "warn"}`;
  write(element, `${STANDINGS[standing]} · ${ageText(ageOf(detail))}`);
}

function factsOf({ id, name, state, source, conflicts, leftOut }) {
  const deploy = deployOf(state);
  const parts = [name === id ? "" : id, name === state.algorithm ? "" : state.algorithm, state.currency, source];
  if (deploy) parts.push(`deployment ${deploy.number} since ${dayText(Date.parse(deploy.time))}${deploy.name ? ` (${deploy.name})` : ""}`);
  parts.push(`figures of ${momentText(state.as_of)}`);
  if (leftOut) parts.push(`${leftOut} details had no room in a digest`);
  if (conflicts) parts.push(`${conflicts} came with other content, and the first was kept`);
  return parts.filter(Boolean).join(" · ");
}

function cardsOf({ equity, today, change, state, currency }) {
  const account = state.account ?? {}, since = state.since_deploy ?? {}, fall = state.drawdown ?? {}, exposure = state.exposure ?? {};
  const week = state.sessions?.weekly?.net_pnl ?? null;
  const fraction = (value) => shown(value, "change");
  return [
    ["equity", glance(equity), currency, ""],
    ["today", glanceSigned(today), fraction(change), toneOf(today)],
    ["this week", glanceSigned(week), fraction(ratio(week, state.sessions?.weekly?.start_equity)), toneOf(week)],
    ["since deployment", glanceSigned(since.net_pnl), fraction(since.total_return), toneOf(since.net_pnl)],
    ["since inception", glanceSigned(account.net_pnl), fraction(account.total_return), toneOf(account.net_pnl)],
    ["below the peak", shown(fall.depth, "percent"), `deepest ${shown(fall.max_depth, "percent")}`, fall.depth > 0 ? "bad" : ""],
    ["leverage", shown(exposure.leverage, "ratio"), `gross ${glance(exposure.gross)}`, ""],
  ];
}

const ratio = (part, whole) => (part === null || !whole ? null : part / whole);

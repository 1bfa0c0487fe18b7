/* What the desk says, as the page reads it. Only this file knows the names of the wire: a field that
   is missing is null here, so that a panel shows a dash and the others go on. */

const LATE = 2, SILENT = 6; // times `every`, as the desk counts: it says so once, the page each second
const LEAST = 1e-9; // a quantity that is none
const numeric = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const list = (value) => (Array.isArray(value) ? value : []);
const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
const time = (text) => (text ? Date.parse(text) : NaN);

/* A deployment of the list. `heard` is a moment of this browser's clock, so that an age grows without
   asking, whatever the desk's clock says. */
export function lineOf(told, now = Date.now()) {
  const today = numeric(told.today), equity = numeric(told.equity);
  return {
    id: String(told.id ?? ""),
    name: String(told.project || told.id || ""),
    heard: now - (numeric(told.age) ?? Infinity) * 1000,
    every: numeric(told.every) ?? 360,
    revision: numeric(told.revision) ?? 0,
    currency: String(told.currency ?? ""),
    equity,
    today,
    change: today !== null && equity - today > 0 ? today / (equity - today) : null,
    firing: numeric(told.alerts) ?? 0,
    opposed: told.opposed === true,
    missing: numeric(told.gaps) ?? 0,
    source: String(told.source ?? ""),
    conflicts: numeric(object(told.conflicts).count) ?? 0,
  };
}

export function standingOf(deployment, now = Date.now()) {
  const age = (now - deployment.heard) / 1000;
  if (age > SILENT * deployment.every) return "silent";
  return age > LATE * deployment.every ? "late" : "alive";
}

export const ageOf = (deployment, now = Date.now()) => (now - deployment.heard) / 1000;

/* A deployment with its state, and with what happened last. */
export function detailOf(told) {
  return {
    ...lineOf(told),
    state: object(told.state),
    fills: list(told.last_fills),
    closed: list(told.last_trades),
    events: [...list(told.last_events), ...list(told.last_alerts)],
    gaps: list(told.known_gaps).map(gapOf),
    leftOut: numeric(told.left_out) ?? 0,
  };
}

export const wayOf = (told) => ({ order: told.order, fills: list(told.fills), closed: list(told.trades) });

function gapOf(told) {
  const count = (told.last ?? 0) - (told.first ?? 0) + 1;
  const lost = told.healed || !told.lost ? "no detail is lost" : `the details of ${told.lost} are lost`;
  return { from: time(told.begun), to: time(told.ended), text: `${count} ${count === 1 ? "digest" : "digests"} did not come: ${lost}` };
}

const silenceOf = (told) => ({ from: time(told.begun), to: time(told.ended), text: "Nothing was heard between two processes" });

/* Points of an equity curve; one behind a gap begins a stroke of its own. */
export function curveOf(told) {
  const gaps = [...list(told.gaps).map(gapOf), ...list(told.silences).map(silenceOf)];
  const points = list(told.points).map(pointOf).filter((each) => each !== null);
  for (let at = 1; at < points.length; at++) points[at].begins = gaps.some(({ from, to }) => points[at - 1].time < (from + to) / 2 && (from + to) / 2 < points[at].time);
  return { points, gaps };
}

function pointOf(told) {
  const value = numeric(told.equity), when = time(told.time);
  if (value === null || Number.isNaN(when)) return null;
  return { time: when, value, low: numeric(told.low) ?? value, high: numeric(told.high) ?? value, begins: false };
}

/* The point that a state adds to the curve. */
export function pointOfState({ equity, state }) {
  const when = time(state.marked_at ?? state.as_of);
  return equity === null || Number.isNaN(when) ? null : { time: when, value: equity, low: equity, high: equity, begins: false };
}

/* Positions by strategy; what the account holds of what no strategy owns as well. */
export function positionsOf(state) {
  const told = object(state.positions);
  const owned = Object.entries(object(told.strategies)).flatMap(([strategy, rows]) => list(rows).map((row) => ({ ...row, strategy })));
  const account = list(told.account);
  const known = new Set(owned.map(({ sid }) => sid));
  const net = new Map(account.map((row) => [row.sid, row.quantity]));
  const unowned = account.filter(({ sid }) => !known.has(sid)).map((row) => ({ ...row, strategy: "" }));
  return [...owned, ...unowned].map((row) => ({ ...row, net: net.get(row.sid) ?? 0 }));
}

/* What is open of the orders of a state, by the fills that came since: one that they fill is gone. */
export function openOrdersOf(state, fills) {
  const filled = new Map();
  for (const { order, quantity } of fills) filled.set(order, (filled.get(order) ?? 0) + quantity);
  const more = (row) => (Math.abs(filled.get(row.order) ?? 0) > Math.abs(row.filled ?? 0) ? { ...row, filled: filled.get(row.order) } : row);
  const isOpen = ({ quantity, filled: part }) => quantity === null || Math.abs(part ?? 0) < Math.abs(quantity) - LEAST;
  return list(state.open_orders).map(more).filter(isOpen);
}

export const strategiesOf = (state) => Object.keys(object(state.strategies));

export const deployOf = (state) => list(state.deployments).at(-1) ?? null;

/* A run of the library: figures are numbers with their n and label. */
export function runOf(told) {
  const figures = Object.fromEntries(Object.entries(object(told.figures)).map(([name, each]) => [name, typeof each === "object" && each ? each : { value: each }]));
  return { ...told, id: String(told.id), name: String(told.name || told.algorithm || told.id), tags: list(told.tags), parameters: object(told.parameters), figures };
}

export const figureOf = (run, name) => numeric(run.figures[name]?.value);

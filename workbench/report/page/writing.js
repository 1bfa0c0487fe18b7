/* Figures and tables of the page, written again for what is chosen. */

function put(element, value, format, n) {
  element.textContent = shown(value, format);
  if (n !== undefined) element.dataset.n = grouped(n, 0);
  if (element.dataset.signed !== undefined) {
    element.classList.toggle("bad", value < 0);
    element.classList.toggle("good", value > 0);
  }
}

function writeFigures(c) {
  for (const element of document.querySelectorAll("[data-fig]")) {
    const [part, name] = element.dataset.fig.split(".");
    if (part === "own") {
      const found = c.figures[name];
      put(element, found.value, element.dataset.format, found.n);
    } else if (part === "trades") {
      put(element, c.figuresOfTrades[name], element.dataset.format, c.figuresOfTrades.trades);
    } else if (part === "money") put(element, moneyFigure(c, name), element.dataset.format);
  }
}

function moneyFigure(c, name) {
  return { equity: c.money.end, made: c.money.end - c.money.begin, begin: c.money.begin }[name];
}

/* Each strategy's row: what it made, its share, and figures of its own. */
function writeStrategies(c) {
  const { run } = c;
  const whole = c.made.reduce((total, each) => total + each, 0);
  for (const row of document.querySelectorAll("[data-strategy]")) {
    const at = Number(row.dataset.strategy);
    const named = [...row.querySelectorAll("[data-own]")].map((cell) => cell.dataset.own).filter((name) => name in OWN);
    const alone = run.strategies.map((_, other) => other === at);
    const own = run.strategies.length === 1 ? c.figures : ownFigures(run.closes(c.view.range, alone), run.year, run.rate, named);
    const trades = rowsWithin(c.trades, run.clock, c.view.range, alone).length;
    const values = { pnl: c.made[at], share: whole ? c.made[at] / whole : null, trades };
    for (const cell of row.querySelectorAll("[data-own]")) {
      const name = cell.dataset.own;
      const value = name in values ? values[name] : own[name].value;
      put(cell, value, cell.dataset.format, name in values ? undefined : own[name].n);
    }
    row.classList.toggle("off", !c.chosen[at]);
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/* Returns of months and years, as a table with a colour and a sign in each cell. */
function writeMonths(c) {
  const table = document.querySelector("#months table");
  if (!table) return;
  const months = new Map(), years = new Map();
  const { day, nav } = c.series;
  for (let at = 1; at < nav.length; at++) {
    const month = monthOf(day[at]);
    const year = Math.floor(month / 12);
    const change = nav[at - 1] > 0 ? nav[at] / nav[at - 1] : 1;
    months.set(month, (months.get(month) ?? 1) * change);
    years.set(year, (years.get(year) ?? 1) * change);
  }
  const most = Math.max(...[...months.values()].map((value) => Math.abs(value - 1)), 1e-12);
  const body = document.createElement("tbody");
  for (const year of years.keys()) {
    const row = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = year;
    row.append(head);
    for (let month = 0; month < 12; month++) {
      const found = months.get(12 * year + month);
      heated(row.insertCell(), found === undefined ? null : found - 1, most);
    }
    heated(row.insertCell(), years.get(year) - 1, Math.max(most, Math.abs(years.get(year) - 1)));
  }
  table.tBodies[0].replaceWith(body);
}

function heated(cell, value, most) {
  if (value === null) return;
  cell.textContent = FORMATS.change(value).replace(" %", "");
  cell.className = value < 0 ? "heat bad" : "heat good";
  cell.style.setProperty("--heat", `${Math.round(8 + 62 * Math.min(Math.abs(value) / most, 1))}%`);
}

function writeSpells(c) {
  const body = document.querySelector("#spells tbody");
  if (!body) return;
  const { rows } = underwaterPanel.table(c);
  body.replaceChildren(...rows.slice(0, 5).map((cells) => lineOf(cells)));
}

function lineOf(cells, tag = "td") {
  const row = document.createElement("tr");
  for (const text of cells) {
    const cell = document.createElement(tag);
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

function writeTable(host, { head, rows }) {
  const table = document.createElement("table");
  table.createTHead().append(lineOf(head, "th"));
  for (const cell of table.tHead.querySelectorAll("th")) cell.scope = "col";
  const body = table.createTBody();
  const shownRows = rows.slice(0, 1000);
  body.append(...shownRows.map((cells) => lineOf(cells)));
  host.replaceChildren(table);
  if (rows.length > shownRows.length) {
    const more = document.createElement("p");
    more.textContent = `The first ${grouped(shownRows.length, 0)} of ${grouped(rows.length, 0)} rows.`;
    host.append(more);
  }
}

/* The trade that was opened: its facts and its orders. */
function writeTrade(c) {
  const box = document.getElementById("trade");
  const { trades, view, run } = { trades: c.trades, view: c.view, run: c.run };
  const row = view.trade;
  box.hidden = row === null || row >= trades.rows;
  if (box.hidden) return;
  const name = trades.texts.symbol[trades.symbol[row]];
  box.querySelector("h3").textContent = `${name}, ${trades.side[row] ? "long" : "short"}, ${run.strategies[trades.strategy[row]]}: ${FORMATS.signed(trades.pnl[row])} ${run.currency}`;
  box.querySelector("p").textContent = `${FORMATS.quantity(trades.quantity[row])} at ${FORMATS.price(trades.entry_price[row])} on ${run.clock.text(trades.entry[row])}, closed at ${FORMATS.price(trades.exit_price[row])} on ${run.clock.text(trades.exit[row])} by ${trades.texts.reason[trades.reason[row]]}; fees ${FORMATS.money(trades.fees[row])}, worst ${FORMATS.money(trades.mae[row])}, best ${FORMATS.money(trades.mfe[row])}.`;
  const { orders } = run.tables;
  const found = ordersOfTrade(c, row);
  writeTable(box.querySelector(".orders"), {
    head: ["order", "type", "submitted", "ended", "filled", "price", "limit", "stop", "fees", "slippage", "status", "tag"],
    rows: found.map((at) => [
      String(orders.id[at]), orders.texts.type[orders.type[at]], run.clock.text(orders.time[at] - orders.waited[at]), run.clock.text(orders.time[at]),
      FORMATS.quantity(orders.filled[at]), shown(orders.price[at], "price"), shown(orders.limit[at], "price"), shown(orders.stop[at], "price"),
      FORMATS.money(orders.fees[at]), shown(orders.slippage[at], "money"), orders.texts.status[orders.status[at]], orders.texts.tag[orders.tag[at]],
    ]),
  });
}

/* The orders that opened and closed a trade; of a position also those in between. */
function ordersOfTrade(c, row) {
  const { trades, run } = c;
  const { orders } = run.tables;
  const ends = new Set([trades.entryAt[row], trades.exitAt[row]].filter((at) => at >= 0));
  if (c.view.book !== "lots") {
    const symbol = trades.texts.symbol[trades.symbol[row]];
    for (let at = 0; at < orders.rows && ends.size < 200; at++) {
      const inside = orders.time[at] >= trades.entry[row] && orders.time[at] <= trades.exit[row];
      if (inside && orders.strategy[at] === trades.strategy[row] && orders.texts.symbol[orders.symbol[at]] === symbol) ends.add(at);
    }
  }
  return [...ends].sort((left, right) => orders.time[left] - orders.time[right] || left - right);
}

/* Every figure that the page may show, with its definition; written when somebody opens it. */
function writeGlossary(run) {
  const box = document.getElementById("glossary");
  if (box.querySelector("dt")) return;
  box.querySelector("p").textContent = run.symbols;
  const listed = Object.entries(run.definitions).filter(([key]) => run.glossary.some((part) => key.startsWith(part)));
  listed.sort(([, [left]], [, [right]]) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
  box.querySelector("dl").append(...listed.map(([, [title, text]]) => {
    const [line, term, meaning] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
    term.textContent = title;
    meaning.textContent = text;
    line.append(term, meaning);
    return line;
  }));
}

/* The table of all trades: of any number of rows those that are in sight are in the page. */

const ROW = 27;

const COLUMNS_SHOWN = [
  { key: "exit", title: "closed", text: (t, r, run) => run.clock.text(t.exit[r]), csv: (t, r) => new Date(t.exit[r]).toISOString() },
  { key: "strategy", title: "strategy", left: true, text: (t, r, run) => run.strategies[t.strategy[r]], hue: (t, r) => t.strategy[r] },
  { key: "symbol", title: "symbol", left: true, text: (t, r) => t.texts.symbol[t.symbol[r]], rank: "symbol" },
  { key: "side", title: "side", left: true, text: (t, r) => (t.side[r] ? "long" : "short") },
  { key: "quantity", title: "quantity", text: (t, r) => FORMATS.quantity(t.quantity[r]), csv: (t, r) => t.quantity[r] },
  { key: "entry_price", title: "entry", text: (t, r) => FORMATS.price(t.entry_price[r]), csv: (t, r) => t.entry_price[r] },
  { key: "exit_price", title: "exit", text: (t, r) => FORMATS.price(t.exit_price[r]), csv: (t, r) => t.exit_price[r] },
  { key: "held", title: "held", text: (t, r) => spanText((t.exit[r] - t.entry[r]) / 1000), csv: (t, r) => (t.exit[r] - t.entry[r]) / 1000, value: (t, r) => t.exit[r] - t.entry[r] },
  { key: "pnl", title: "P&L net", signed: true, text: (t, r) => FORMATS.signed(t.pnl[r]), csv: (t, r) => t.pnl[r] },
  { key: "fees", title: "fees", text: (t, r) => FORMATS.money(t.fees[r]), csv: (t, r) => t.fees[r] },
  { key: "mae", title: "MAE", text: (t, r) => FORMATS.money(t.mae[r]), csv: (t, r) => t.mae[r] },
  { key: "mfe", title: "MFE", text: (t, r) => FORMATS.money(t.mfe[r]), csv: (t, r) => t.mfe[r] },
  { key: "slippage", title: "slippage", text: (t, r) => shown(t.slippage[r], "money"), csv: (t, r) => (Number.isNaN(t.slippage[r]) ? "" : t.slippage[r]) },
  { key: "reason", title: "closed by", left: true, text: (t, r) => t.texts.reason[t.reason[r]], rank: "reason" },
  { key: "tag", title: "tag", left: true, text: (t, r) => t.texts.tag[t.tag[r]], rank: "tag" },
];

class Grid {
  constructor(view, hosts) {
    this.view = view;
    this.hosts = hosts;
    this.rows = new Uint32Array(0);
    this.shownRows = [];
    this.head();
    [this.top, this.height] = [0, 0];
    hosts.scroller.addEventListener("scroll", () => this.measure(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(hosts.scroller);
    hosts.body.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) view.set({ trade: Number(row.dataset.row) }, "trade");
    });
    hosts.filter.addEventListener("input", () => view.set({ filter: hosts.filter.value }, "filter"));
    hosts.csv.addEventListener("click", () => this.save());
  }

  head() {
    const row = document.createElement("div");
    row.className = "row head";
    row.setAttribute("role", "row");
    for (const column of COLUMNS_SHOWN) {
      const cell = document.createElement("button");
      cell.type = "button";
      cell.textContent = column.title;
      cell.className = column.left ? "left" : "";
      cell.dataset.key = column.key;
      cell.addEventListener("click", () => {
        const [key, way] = this.view.sort;
        this.view.set({ sort: [column.key, key === column.key ? -way : -1] }, "sort");
      });
      const holder = document.createElement("span");
      holder.setAttribute("role", "columnheader");
      holder.append(cell);
      row.append(holder);
    }
    this.hosts.head.replaceChildren(row);
  }

  /* within: the rows of the range and the strategies, in the order of closing */
  update(within) {
    const { view, hosts } = this;
    const trades = view.trades;
    const { tests, unknown } = readFilter(view.filter, trades, view.run);
    let rows = tests.length ? within.filter((row) => tests.every((test) => test(row))) : within;
    rows = this.sorted(rows, trades);
    this.rows = rows;
    if (hosts.filter.value !== view.filter) hosts.filter.value = view.filter;
    const made = sum(picked(trades.pnl, rows));
    const said = unknown.length ? `; not understood: ${unknown.join(" ")}` : "";
    hosts.count.textContent = `${grouped(rows.length, 0)} of ${grouped(trades.rows, 0)} trades, P&L ${FORMATS.signed(made)}${said}`;
    hosts.body.style.height = `${rows.length * ROW}px`;
    hosts.scroller.setAttribute("aria-rowcount", String(rows.length + 1));
    for (const cell of hosts.head.querySelectorAll("button")) {
      const on = cell.dataset.key === view.sort[0];
      const way = view.sort[1] < 0 ? "descending" : "ascending";
      cell.parentNode.setAttribute("aria-sort", on ? way : "none");
    }
    this.top = Math.min(this.top, Math.max((rows.length + 1) * ROW - this.height, 0));
    this.paint(true);
  }

  sorted(rows, trades) {
    const [key, way] = this.view.sort;
    const column = COLUMNS_SHOWN.find((each) => each.key === key) ?? COLUMNS_SHOWN[0];
    if (column.key === "exit") return way > 0 ? rows : rows.slice().reverse();
    const rank = column.rank ? rankOf(trades.texts[column.rank]) : null;
    const value = column.value ?? (rank ? (t, row) => rank[t[column.rank][row]] : (t, row) => t[key][row]);
    const keys = new Float64Array(trades.rows);
    for (const row of rows) {
      const own = value(trades, row);
      keys[row] = Number.isNaN(own) ? Infinity : own * way;
    }
    return rows.slice().sort((left, right) => keys[left] - keys[right] || left - right);
  }

  /* What is in sight; it is kept, for to ask for it after something was written lays the page out anew. */
  measure(force = false) {
    const { scroller } = this.hosts;
    [this.top, this.height] = [scroller.scrollTop, scroller.clientHeight];
    this.paint(force);
  }

  paint(force = false) {
    const { body } = this.hosts;
    const first = Math.max(Math.floor(this.top / ROW) - 6, 0);
    const last = Math.min(first + Math.ceil(this.height / ROW) + 12, this.rows.length);
    if (!force && this.first === first && this.last === last) return;
    [this.first, this.last] = [first, last];
    const trades = this.view.trades;
    const made = document.createDocumentFragment();
    for (let at = first; at < last; at++) made.append(this.rowOf(trades, this.rows[at], at));
    body.replaceChildren(made);
  }

  rowOf(trades, row, at) {
    const line = document.createElement("div");
    line.className = row === this.view.trade ? "row chosen" : "row";
    line.setAttribute("role", "row");
    line.setAttribute("aria-rowindex", String(at + 2));
    if (row === this.view.trade) line.setAttribute("aria-selected", "true");
    line.dataset.row = row;
    line.style.top = `${at * ROW}px`;
    for (const column of COLUMNS_SHOWN) {
      const cell = document.createElement("span");
      cell.setAttribute("role", "gridcell");
      cell.textContent = column.text(trades, row, this.view.run);
      if (column.left) cell.className = "left";
      if (column.signed) cell.className = trades[column.key][row] < 0 ? "bad" : "good";
      if (column.hue) cell.prepend(swatch(column.hue(trades, row)));
      line.append(cell);
    }
    return line;
  }

  reveal(row) {
    const at = this.rows.indexOf(row);
    if (at < 0) return;
    const { scroller } = this.hosts;
    if (at * ROW < scroller.scrollTop || (at + 1) * ROW > scroller.scrollTop + scroller.clientHeight - 40) {
      scroller.scrollTop = Math.max(at * ROW - scroller.clientHeight / 2, 0);
    }
    this.measure(true);
  }

  step(by) {
    const at = this.rows.indexOf(this.view.trade);
    const next = Math.min(Math.max(at < 0 ? 0 : at + by, 0), this.rows.length - 1);
    if (this.rows.length) this.view.set({ trade: this.rows[next] }, "trade");
  }

  csv() {
    const trades = this.view.trades;
    const lines = [COLUMNS_SHOWN.map((column) => column.title.replaceAll(" ", "_")).join(",")];
    for (const row of this.rows) {
      lines.push(COLUMNS_SHOWN.map((column) => csvCell((column.csv ?? column.text)(trades, row, this.view.run))).join(","));
    }
    return `${lines.join("\n")}\n`;
  }

  save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.csv()], { type: "text/csv" }));
    link.download = "trades.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

/* A text that a spreadsheet would take for a formula gets a mark before it. */
function csvCell(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rankOf(texts) {
  const order = texts.map((_, at) => at).sort((left, right) => (texts[left] < texts[right] ? -1 : 1));
  const rank = new Uint32Array(texts.length);
  order.forEach((code, place) => (rank[code] = place));
  return rank;
}

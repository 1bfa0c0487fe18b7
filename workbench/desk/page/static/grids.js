/* Tables that are written anew as their rows change; what changed lights up for a moment. */

import { keyed, make, write } from "./elements.js";

const FLASH_MS = 900;

/* A table of columns: {title, text(row), tone?(row), hint?(row), node?(row), left?, kind?}. A column
   with a `node` shows an element that is made anew where its `text` changes. */
export class Grid {
  constructor(host, caption, columns, { key, empty = "None.", marked = () => "", tall = false } = {}) {
    Object.assign(this, { columns, key, marked, written: false });
    this.body = make("tbody");
    const heads = columns.map(({ title, left, group }, at) => make("th", { scope: "col", class: `${left ? "left" : ""} ${begins(columns, at) ? "begins" : ""}`, "aria-label": group ? `${title}, ${group}` : null, text: title }));
    const head = make("thead", {}, ...groupRow(columns), make("tr", {}, ...heads));
    const table = make("table", {}, make("caption", { class: "hide", text: caption }), head, this.body);
    this.scroll = make("div", { class: tall ? "scroll tall" : "scroll", tabindex: 0, role: "region", "aria-label": `${caption} (table)` }, table);
    this.empty = make("p", { class: "absent", text: empty });
    host.replaceChildren(this.scroll, this.empty);
  }

  show(rows) {
    this.scroll.hidden = rows.length === 0;
    this.empty.hidden = rows.length > 0;
    keyed(this.body, rows, this.key, () => this.row(), (element, row, fresh) => this.write(element, row, fresh));
    this.written = rows.length > 0 || this.written;
  }

  /* Forget what was shown: other rows of another deployment are not news. */
  clear() {
    this.body.replaceChildren();
    this.written = false;
  }

  row() {
    const cells = this.columns.map(({ left }, at) => make(at ? "td" : "th", { scope: at ? null : "row", class: `${left ? "left" : ""} ${begins(this.columns, at) ? "begins" : ""}` }));
    return make("tr", {}, ...cells);
  }

  write(element, row, fresh) {
    element.className = this.marked(row);
    if (fresh && this.written) flash(element);
    this.columns.forEach((column, at) => this.cell(element.children[at], column, row, fresh));
  }

  cell(cell, column, row, fresh) {
    const text = column.text(row);
    const changed = cell.dataset.text !== text;
    cell.dataset.text = text;
    if (column.node) {
      if (changed) cell.replaceChildren(column.node(row));
    } else write(cell, text, column.tone?.(row));
    const hint = column.hint?.(row);
    if (hint) cell.title = hint;
    if (changed && !fresh && column.lively) flash(cell);
  }
}

/* A row above the headings that says what several of them are of; none where no column has a group. */
function groupRow(columns) {
  if (!columns.some(({ group }) => group)) return [];
  const cells = [];
  columns.forEach(({ group = "" }, at) => {
    if (at && group === (columns[at - 1].group ?? "")) cells.at(-1).colSpan += 1;
    else cells.push(make(group ? "th" : "td", { scope: group ? "colgroup" : null, class: `group ${begins(columns, at) ? "begins" : ""}`, text: group }));
  });
  return [make("tr", {}, ...cells)];
}

const begins = (columns, at) => at > 0 && columns[at].group !== undefined && columns[at].group !== columns[at - 1].group;

export function flash(element) {
  element.classList.remove("news");
  requestAnimationFrame(() => element.classList.add("news"));
  setTimeout(() => element.classList.remove("news"), FLASH_MS);
}

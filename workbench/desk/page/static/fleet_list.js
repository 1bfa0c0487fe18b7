/* The list of the deployments: each with its age, what it made today, and whether it is heard. */

import { by, keyed, make, toneOf, write } from "./elements.js";
import { DASH, shown } from "./numbers.js";
import { ageOf, standingOf } from "./shapes.js";
import { ageText, glance, glanceSigned } from "./texts.js";

// A shape beside the word and the colour: none of them says it alone.
const SIGNS = { alive: "●", late: "◐", silent: "○" };
const FEW = 8; // as many are seen without a filter

export class FleetList {
  constructor(choose) {
    this.choose = choose;
    this.host = by("deployments");
    this.filter = by("fleet-filter");
    this.filter.addEventListener("input", () => this.draw());
    this.rows = [];
    this.selected = null;
  }

  show(rows, selected) {
    this.rows = [...rows].sort((left, right) => left.name.localeCompare(right.name, "en") || left.id.localeCompare(right.id, "en"));
    const moved = selected !== this.selected;
    this.selected = selected;
    this.draw();
    if (moved) this.host.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  get visible() {
    const wanted = this.filter.value.trim().toLowerCase();
    return this.rows.filter((each) => `${each.name} ${each.id} ${standingOf(each)}`.toLowerCase().includes(wanted));
  }

  draw() {
    this.filter.hidden = this.rows.length <= FEW;
    by("fleet-empty").hidden = this.rows.length > 0;
    keyed(this.host, this.visible, ({ id }) => id, (row) => this.item(row), (item, row) => this.write(item, row));
    this.count();
  }

  item({ id }) {
    const parts = ["sign", "name", "change", "age", "today"].map((name) => make("span", { class: name }));
    const bar = make("span", { class: "bar-of", "aria-hidden": "true" }, make("i"));
    return make("li", {}, make("button", { type: "button", on: { click: () => this.choose(id) } }, ...parts, bar));
  }

  write(item, row) {
    const button = item.firstChild;
    const [sign, name, change, age, today, bar] = button.children;
    const standing = standingOf(row);
    const seconds = ageText(ageOf(row));
    button.className = standing;
    button.toggleAttribute("aria-current", row.id === this.selected);
    if (row.id === this.selected) button.setAttribute("aria-current", "true");
    write(sign, SIGNS[standing]);
    write(name, row.name);
    name.title = row.id;
    write(change, shown(row.change, "change"), toneOf(row.change));
    write(age, `${standing === "alive" ? seconds : `${standing} ${seconds}`}${row.firing ? ` · ${row.firing} ⚠` : ""}${row.opposed ? " · ⇄" : ""}`);
    age.title = [row.firing ? `${row.firing} alerts fire` : "", row.opposed ? "strategies are opposed" : "", row.missing ? `${row.missing} gaps` : ""].filter(Boolean).join(", ");
    write(today, row.today === null ? glance(row.equity) : glanceSigned(row.today), toneOf(row.today));
    this.bar(bar.firstChild, row.change);
  }

  /* How much of the largest change of the day this one is, to the left or to the right. */
  bar(bar, change) {
    const largest = Math.max(...this.rows.map((each) => Math.abs(each.change ?? 0)), 1e-9);
    const share = Math.abs(change ?? 0) / largest;
    bar.className = toneOf(change);
    bar.style.width = `${(50 * share).toFixed(1)}%`;
    bar.style.left = change < 0 ? `${(50 - 50 * share).toFixed(1)}%` : "50%";
  }

  count() {
    const standings = this.rows.map((each) => standingOf(each));
    const parts = ["late", "silent"].map((each) => [standings.filter((one) => one === each).length, each]).filter(([count]) => count);
    const firing = this.rows.reduce((total, each) => total + each.firing, 0);
    const words = [`${this.rows.length} ${this.rows.length === 1 ? "deployment" : "deployments"}`, ...parts.map(([count, each]) => `${count} ${each}`), `${firing} ${firing === 1 ? "alert" : "alerts"}`];
    write(by("counts"), this.rows.length ? words.join(" · ") : DASH, parts.length || firing ? "bad" : "");
  }

  /* The deployment `step` places behind the one that is chosen, of those that are listed. */
  beside(step) {
    const rows = this.visible;
    const here = rows.findIndex(({ id }) => id === this.selected);
    return rows[Math.min(Math.max(here + step, 0), rows.length - 1)]?.id ?? null;
  }
}

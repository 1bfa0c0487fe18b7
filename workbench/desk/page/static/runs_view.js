/* The library's runs: filtered, sorted, their reports, and some of them chosen to be compared. */

import { by, make, toneOf, write } from "./elements.js";
import { DeskApi } from "./desk_api.js";
import { Grid } from "./grids.js";
import { shown } from "./numbers.js";
import { figureOf, runOf } from "./shapes.js";
import { momentText } from "./texts.js";

const LIMIT = 100;
const MOST_COMPARED = 20; // as many the desk compares at once
// The figures of a row: name -> [title, form, whether a sign has a colour].
const FIGURES = { net_pnl: ["P&L net", "signed", true], total_return: ["return", "change", true], sharpe: ["Sharpe", "ratio"], max_drawdown: ["drawdown", "percent"], trades: ["trades", "whole"] };
const EXACTNESS = { derived: "~", unseparated: "+", sampled: "s", absent: "?" };

export class RunsView {
  constructor(api, go) {
    Object.assign(this, { api, go, runs: [], cursor: null, query: "", sort: "-imported", chosen: new Set(), asked: 0 });
    this.grid = new Grid(by("runs"), "Runs", this.columns(), { key: ({ id }) => id, empty: "No run matches." });
    this.sorting();
    by("runs-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.go({ q: by("runs-filter").value.trim(), sort: this.sort });
    });
    by("runs-file").addEventListener("change", () => this.take());
    by("runs-more").addEventListener("click", () => this.read(this.cursor));
    by("runs-compare").addEventListener("click", () => { location.hash = `#/compare?runs=${[...this.chosen].join(",")}`; });
  }

  columns() {
    const figures = Object.entries(FIGURES).map(([name, [title, form, signed]]) => ({
      title, sort: name,
      text: (run) => `${shown(figureOf(run, name), form)}${figureOf(run, name) === null ? "" : EXACTNESS[run.figures[name].exactness] ?? ""}`,
      tone: (run) => (signed ? toneOf(figureOf(run, name)) : ""),
      hint: (run) => hintOf(run.figures[name]),
    }));
    return [
      { title: "run", text: ({ id, name }) => `${id} ${name}`, node: (run) => this.link(run) },
      { title: "compare", left: true, text: ({ id }) => id, node: (run) => this.box(run) },
      { title: "kind", left: true, text: ({ live, baseline, star }) => [live ? "live" : "backtest", baseline ? "baseline" : "", star ? "★" : ""].filter(Boolean).join(" ") },
      { title: "ended", sort: "ended", text: ({ ended }) => momentText(ended), hint: ({ begun, ended }) => `${begun} to ${ended}` },
      ...figures,
      { title: "currency", left: true, text: ({ currency }) => currency },
      { title: "tags", left: true, text: ({ tags }) => tags.join(" "), node: ({ tags }) => make("span", {}, ...tags.map((text) => make("span", { class: "tag", text }))) },
      { title: "parameters", left: true, text: (run) => this.told(run).map((each) => each.join("=")).join(" ") },
    ];
  }

  /* The parameters of a run: first those in which the runs of its algorithm that are shown differ. */
  told({ algorithm, parameters }) {
    const all = Object.entries(parameters);
    const differs = ([name]) => this.varied.get(algorithm)?.has(name);
    return [...all.filter(differs), ...all.filter((each) => !differs(each))];
  }

  /* The headings of what can be sorted are buttons: down first, then up. */
  sorting() {
    this.heads = [...by("runs").querySelectorAll("thead th")];
    this.columns().forEach(({ sort, title }, at) => {
      if (!sort) return;
      const click = () => this.go({ q: this.query, sort: this.sort === `-${sort}` ? sort : `-${sort}` });
      this.heads[at].dataset.sort = sort;
      this.heads[at].replaceChildren(make("button", { type: "button", text: title, on: { click } }));
    });
  }

  link({ id, name, algorithm }) {
    const address = DeskApi.address(`api/v1/runs/${encodeURIComponent(id)}/report.html`);
    return make("span", {}, make("a", { href: address.href, target: "_blank", rel: "noopener", text: name, title: `The report of ${algorithm} ${id}` }), make("small", { text: ` ${id.slice(0, 8)}` }));
  }

  box({ id, name }) {
    const box = make("input", { type: "checkbox", "aria-label": `Compare ${name} ${id.slice(0, 8)}` });
    box.checked = this.chosen.has(id);
    box.addEventListener("change", () => this.choose(id, box.checked));
    return box;
  }

  choose(id, chosen) {
    if (chosen) this.chosen.add(id);
    else this.chosen.delete(id);
    const count = this.chosen.size;
    by("runs-compare").disabled = count < 2 || count > MOST_COMPARED;
    by("runs-compare").textContent = count ? `Compare ${count}` : "Compare";
  }

  /* A file that is chosen is imported; what became of it stands where the desk's refusals do. */
  async take() {
    const input = by("runs-file");
    const [file] = input.files;
    if (!file) return;
    input.disabled = true;
    write(by("runs-problem"), "", "bad");
    write(by("runs-imported"), `Importing ${file.name}.`);
    try {
      const { outcome, run } = await this.api.send("runs", { name: file.name }, file);
      write(by("runs-imported"), `${run.name || run.algorithm || run.id}: ${outcome}.`);
      await this.read(null);
    } catch (problem) {
      write(by("runs-imported"), "");
      write(by("runs-problem"), problem.message, "bad");
    }
    input.value = "";
    input.disabled = false;
  }

  open({ q = "", sort = "-imported" }) {
    Object.assign(this, { query: q, sort });
    by("runs-filter").value = q;
    for (const head of this.heads.filter((each) => each.dataset.sort)) {
      const way = { [head.dataset.sort]: "ascending", [`-${head.dataset.sort}`]: "descending" }[sort];
      if (way) head.setAttribute("aria-sort", way);
      else head.removeAttribute("aria-sort");
    }
    this.grid.clear();
    return this.read(null);
  }

  async read(cursor) {
    const asked = (this.asked += 1);
    const query = { q: this.query, sort: this.sort, limit: LIMIT, cursor, figures: Object.keys(FIGURES).join(",") };
    try {
      const told = await this.api.get("runs", query);
      if (asked !== this.asked) return;
      const runs = told.runs.map(runOf);
      this.runs = cursor ? [...this.runs, ...runs] : runs;
      this.cursor = told.cursor;
      write(by("runs-problem"), "", "bad");
      write(by("runs-count"), `${shown(told.total, "whole")} ${told.total === 1 ? "run" : "runs"}`);
      this.varied = variedOf(this.runs);
      this.grid.show(this.runs);
    } catch (problem) {
      if (asked !== this.asked) return;
      write(by("runs-problem"), problem.message, "bad");
      write(by("runs-count"), "");
      this.cursor = null;
    }
    by("runs-more").hidden = !this.cursor;
  }
}

/* By algorithm the parameters that have two values or more; a run without one says nothing of it. */
function variedOf(runs) {
  const varied = new Map(), known = new Map();
  for (const { algorithm, parameters } of runs) {
    if (!known.has(algorithm)) {
      known.set(algorithm, new Map());
      varied.set(algorithm, new Set());
    }
    const values = known.get(algorithm);
    for (const [name, value] of Object.entries(parameters)) {
      if (!values.has(name)) values.set(name, value);
      else if (values.get(name) !== value) varied.get(algorithm).add(name);
    }
  }
  return varied;
}

function hintOf(figure) {
  if (!figure) return "";
  const parts = [figure.n === null || figure.n === undefined ? "" : `n = ${figure.n}`, figure.exactness ?? "", figure.note ?? ""];
  return parts.filter(Boolean).join(" · ");
}

/* The live page: it asks the desk, hears the stream, and writes its panels. */

import { DeskApi } from "./desk_api.js";
import { listenToKeys } from "./desk_keys.js";
import { CommandPanel } from "./command_panel.js";
import { CompareView } from "./compare_view.js";
import { EquityPanel } from "./equity_panel.js";
import { FleetList } from "./fleet_list.js";
import { FleetModel } from "./fleet_model.js";
import { HoldingsPanels } from "./holdings_panels.js";
import { LogPanel } from "./log_panel.js";
import { Login, takeCode } from "./login.js";
import { RunsView } from "./runs_view.js";
import { ScopePanels } from "./scope_panels.js";
import { DeskStream } from "./stream.js";
import { by, write } from "./elements.js";
import { showAge, showHero } from "./hero.js";
import { followTheme, toggleTheme } from "./theme.js";
import { glanceSigned } from "./texts.js";

const VIEWS = ["live", "runs", "compare"];
const LINES = { connecting: "connecting", live: "live", refused: "not logged in" };
const TICK_MS = 1000;

class App {
  constructor() {
    this.api = new DeskApi(() => this.refused());
    this.login = new Login(this.api, () => this.enter());
    this.model = new FleetModel(this.api, (what, told) => this.changed(what, told), (problem) => this.failed(problem));
    this.stream = new DeskStream({ heard: (message) => this.hear(message), changed: (state, wait) => this.line(state, wait) });
    this.list = new FleetList((id) => this.choose(id));
    this.equity = new EquityPanel((span) => this.setSpan(span));
    this.log = new LogPanel((order) => this.model.way(order));
    this.holdings = new HoldingsPanels((order) => this.log.follow(order));
    this.scopes = new ScopePanels();
    this.commands = new CommandPanel(this.api);
    this.runs = new RunsView(this.api, (query) => this.go("runs", query));
    this.compare = new CompareView(this.api, (query) => this.go("compare", query));
    this.drawing = new Set();
    this.entered = false;
  }

  async start() {
    followTheme();
    listenToKeys(this);
    by("dark").addEventListener("click", toggleTheme);
    by("help").addEventListener("click", () => by("keys").showModal());
    by("leave").addEventListener("click", () => this.leave());
    by("skip").addEventListener("click", (event) => this.skip(event));
    addEventListener("hashchange", () => this.arrived());
    setInterval(() => this.tick(), TICK_MS);
    const code = takeCode();
    if (code) await this.login.exchange({ code });
    await this.enter();
    document.documentElement.classList.add("ready");
  }

  /* The list first: it says whether one is logged in, before a socket is opened. */
  async enter() {
    this.entered = true;
    await this.model.askList();
    if (!this.entered) return;
    this.login.hide();
    this.subscribe();
    this.stream.open();
    this.arrived();
    await this.askWho();
  }

  /* What changes something is shown to who may change it; the desk checks it all the same. */
  async askWho() {
    const who = await this.api.get("session").catch((problem) => this.failed(problem));
    const admin = who?.scope === "admin";
    for (const each of document.querySelectorAll("[data-admin]")) each.hidden = !admin;
    this.commands.allow(admin);
  }

  refused() {
    this.entered = false;
    this.stream.close();
    this.line("refused");
    for (const view of VIEWS) by(`view-${view}`).hidden = true;
    if (by("login").hidden) this.login.show();
  }

  async leave() {
    await this.api.delete("session").catch((problem) => this.failed(problem));
    this.refused();
  }

  failed(problem) {
    if (problem.status === 401) return;
    const element = by("problem");
    element.hidden = false;
    write(element, problem.message);
  }

  line(state, wait) {
    const element = by("line");
    element.className = `line ${state}`;
    write(element, state === "waiting" ? `the stream is broken, again in ${Math.ceil(wait / 1000)} s` : LINES[state]);
    by("leave").hidden = state === "refused";
    if (state === "live") this.alive();
    if (state === "waiting") this.parted();
    if (state === "refused" && this.entered) this.refused();
  }

  /* Where the desk has forgotten who asks, the list says so: a socket that is not let in cannot. */
  parted() {
    this.broken = true;
    this.model.askList();
  }

  /* A stream that was broken may have missed what it had no number for yet. */
  alive() {
    by("problem").hidden = true;
    if (this.broken) this.model.refresh();
    this.broken = false;
  }

  /* --- where one is */

  go(view, query) {
    const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
    location.hash = `#/${view}?${words}`;
  }

  arrived() {
    if (!this.entered) return;
    const [path, words = ""] = location.hash.replace(/^#\/?/, "").split("?");
    const [named, id = ""] = path.split("/");
    const view = VIEWS.includes(named) ? named : "live";
    const query = Object.fromEntries(new URLSearchParams(words));
    this.view = view;
    for (const each of VIEWS) by(`view-${each}`).hidden = each !== view;
    for (const link of document.querySelectorAll("[data-view]")) {
      if (link.dataset.view === view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (view === "live") this.arriveLive(decoded(id));
    else this[view].open(query);
  }

  /* Without a name, or with one that is not known, the first of the list is shown. */
  arriveLive(id) {
    const known = this.model.deployments;
    const chosen = known.has(id) ? id : (known.has(this.model.selected) ? this.model.selected : (this.list.visible[0]?.id ?? null));
    if (chosen === null) return;
    // The address says what is shown, so that going back leads here again.
    if (chosen !== id) history.replaceState(null, "", `#/live/${encodeURIComponent(chosen)}`);
    this.model.select(chosen).then(() => this.draw("detail"));
  }

  choose(id) {
    location.hash = `#/live/${encodeURIComponent(id)}`;
  }

  step(places) {
    const id = this.list.beside(places);
    if (this.view === "live" && id !== null) this.choose(id);
  }

  setSpan(span) {
    if (this.view === "live") this.model.setSpan(span);
  }

  filter() {
    const field = { runs: "runs-filter", live: by("fleet-filter").hidden ? "log-filter" : "fleet-filter" }[this.view];
    if (field) by(field).focus();
  }

  toCommands() {
    if (this.view === "live") document.querySelector("#section-commands button").focus();
  }

  clearLog() {
    by("log-filter").value = "";
    this.log.draw();
  }

  toggleTheme() {
    toggleTheme();
  }

  skip(event) {
    event.preventDefault();
    by("content").focus();
  }

  /* --- what is heard and shown */

  subscribe() {
    const { selected } = this.model;
    this.stream.subscribe(["deployments", "library", ...(selected === null ? [] : [`deployment/${selected}`])]);
  }

  hear(message) {
    this.model.hear(message);
    if (message.topic === "library" && this.view === "runs") this.runs.read(null);
  }

  changed(what, told) {
    if (what === "news") return this.say(told);
    if (what === "selected") {
      for (const panel of [this.holdings, this.scopes, this.commands, this.log]) panel.clear();
      this.subscribe();
    }
    if (what === "list" && this.entered && this.view === "live" && this.model.selected === null) this.arriveLive("");
    this.draw(what);
  }

  /* Panels are drawn once a frame, however much is heard within it. */
  draw(what) {
    if (this.drawing.size === 0) requestAnimationFrame(() => this.paint());
    this.drawing.add(what);
  }

  paint() {
    const wanted = new Set(this.drawing);
    this.drawing.clear();
    const { model } = this;
    this.list.show(model.rows, model.selected);
    const { detail } = model;
    by("panels").hidden = model.selected === null;
    by("panels").classList.toggle("waiting", detail === null);
    if (wanted.has("curve") || wanted.has("selected") || wanted.has("detail")) this.safely(() => this.equity.show(model));
    if (detail && (wanted.has("detail") || wanted.has("selected"))) this.panels(detail);
  }

  panels(detail) {
    for (const panel of [{ show: showHero }, this.holdings, this.scopes, this.commands, this.log]) this.safely(() => panel.show(detail));
    document.title = `${glanceSigned(detail.today)} ${detail.name} · Desk`;
  }

  /* A panel that fails says so, and the others go on: each tells something of real money. */
  safely(show) {
    try {
      show();
    } catch (fault) {
      this.failed({ message: `A part of this page failed, and what it shows may be old: ${fault.message}` });
      console.error(fault);
    }
  }

  tick() {
    if (this.view !== "live" || !this.entered) return;
    this.list.draw();
    if (this.model.detail) showAge(this.model.detail);
  }

  /* Said to who hears the page: alerts, whichever deployment is shown. */
  say({ deployment, text }) {
    write(by("said"), `${this.model.deployments.get(deployment)?.name ?? deployment}: ${text}`);
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

new App().start();

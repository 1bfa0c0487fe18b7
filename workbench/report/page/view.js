/* What is looked at. It stands in the address after #, so that a link shows the same. */

class View {
  constructor(run) {
    this.run = run;
    this.listeners = [];
    this.reset();
    this.read();
    window.addEventListener("hashchange", () => {
      if (location.hash.slice(1) !== this.written) {
        this.reset();
        this.read();
        this.tell("hash");
      }
    });
  }

  reset() {
    this.range = null;
    this.chosen = this.run.strategies.map(() => true);
    this.book = this.run.usual;
    this.net = true;
    this.log = false;
    this.filter = "";
    this.sort = ["exit", -1];
    this.trade = null;
    this.zoom = null;
  }

  read() {
    const words = new URLSearchParams(location.hash.slice(1));
    const range = words.get("r")?.match(/^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/);
    if (range) this.range = [dayOf(range[1]), dayOf(range[2])];
    if (words.has("s")) {
      const on = new Set(words.get("s").split(","));
      const chosen = this.run.strategies.map((name) => on.has(encodeURIComponent(name)));
      if (chosen.some(Boolean)) this.chosen = chosen;
    }
    if (BOOKS.includes(words.get("b"))) this.book = words.get("b");
    this.net = words.get("gross") !== "1";
    this.log = words.get("log") === "1";
    this.filter = words.get("f") ?? "";
    const sort = words.get("o")?.match(/^(-?)(\w+)$/);
    if (sort) this.sort = [sort[2], sort[1] ? -1 : 1];
    const trade = Number(words.get("t"));
    this.trade = words.has("t") && Number.isInteger(trade) && trade >= 0 ? trade : null;
  }

  write() {
    const words = new URLSearchParams();
    if (this.range) words.set("r", this.range.map(dateOf).join(".."));
    if (!this.chosen.every(Boolean)) {
      const on = this.run.strategies.filter((_, at) => this.chosen[at]);
      words.set("s", on.map(encodeURIComponent).join(","));
    }
    if (this.book !== this.run.usual) words.set("b", this.book);
    if (!this.net) words.set("gross", "1");
    if (this.log) words.set("log", "1");
    if (this.filter) words.set("f", this.filter);
    if (this.sort[0] !== "exit" || this.sort[1] !== -1) words.set("o", (this.sort[1] < 0 ? "-" : "") + this.sort[0]);
    if (this.trade !== null) words.set("t", this.trade);
    this.written = words.toString();
    const address = this.written ? `#${this.written}` : location.href.split("#")[0];
    try {
      history.replaceState(null, "", address);
    } catch {
      /* some browsers refuse it to a file after many changes a second */
    }
  }

  set(changes, why) {
    Object.assign(this, changes);
    this.write();
    this.tell(why);
  }

  tell(why) {
    for (const listener of this.listeners) listener(why);
  }

  get trades() {
    return this.run.tables[this.book];
  }
}

/* The intervals of a range, from a worker, so that the page never waits for them. */

class Sureness {
  constructor(run, text) {
    this.run = run;
    this.question = 0;
    this.answered = 0;
    try {
      const place = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      this.worker = new Worker(place);
      this.worker.onmessage = ({ data }) => this.hear(data);
    } catch (error) {
      console.warn("no intervals for ranges: this browser starts no worker for the page", error);
    }
  }

  /* Ask for what is chosen; for all of it the intervals of the program that wrote the page stay. */
  ask(c) {
    const whole = !c.view.range && c.chosen.every(Boolean);
    this.question++;
    if (whole) {
      this.write(this.run.intervals, this.run.drawn, this.run.best);
      return;
    }
    for (const element of document.querySelectorAll("[data-interval], [data-best]")) element.classList.add("waiting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(c), 120);
  }

  send(c) {
    const { run } = c;
    const [first, last] = run.dayRows(c.view.range);
    const closes = c.series.nav;
    if (!this.worker || closes.length < 3) return;
    const returns = (series) => Float64Array.from(series.nav.slice(1), (value, at) => (series.nav[at] > 0 ? value / series.nav[at] - 1 : 0));
    const lots = run.tables.lots;
    const rows = rowsWithin(lots, run.clock, c.view.range, c.chosen);
    const own = returns(c.series);
    const closed = own.length === last - first ? run.closedByDay(rows, first, last) : {};
    const others = run.strategies.map((_, at) => {
      const navs = new Float64Array(own.length);
      const found = run.closes(c.view.range, run.strategies.map((_, other) => other === at));
      const values = returns(found);
      navs.set(values.subarray(Math.max(values.length - own.length, 0)), Math.max(own.length - values.length, 0));
      return { returns: navs };
    });
    const calendar = Math.max(c.series.day[c.series.day.length - 1] - c.series.day[0], 1);
    const n = own.length * (1 + 0.15 * others.length);
    this.asked = performance.now();
    this.worker.postMessage({
      question: this.question, series: [{ returns: own, ...closed }, ...others], benchmark: Float64Array.from(c.series.benchmark),
      year: run.year, years: calendar / 365, rate: c.figures.daily.dailyRate, seed: 1, level: run.level,
      resamples: Math.round(Math.min(Math.max(9e6 / n, 500), 2000)),
    });
  }

  hear({ question, found, block, resamples, best }) {
    if (question !== this.question) return;
    this.took = performance.now() - this.asked;
    const named = { account: found[0] };
    this.run.strategies.forEach((_, at) => (named[at] = found[at + 1]));
    this.write(named, { block, resamples }, best);
  }

  write(found, drawn, best) {
    for (const cell of document.querySelectorAll("[data-best]")) {
      cell.textContent = shown(best[cell.dataset.best], "percent");
      cell.classList.remove("waiting");
    }
    for (const element of document.querySelectorAll("[data-interval]")) {
      const [whose, name] = element.dataset.interval.split(".");
      const ends = found[whose]?.[name];
      const known = ends && (ends[0] !== null || ends[1] !== null);
      const format = element.dataset.format;
      element.textContent = known ? `[${shown(ends[0], format)} .. ${shown(ends[1], format)}]` : "";
      element.classList.remove("waiting");
    }
    const said = document.getElementById("drawn");
    if (said && drawn) said.textContent = `${grouped(drawn.resamples, 0)} resamples in blocks of ${grouped(drawn.block, 1)} days on average`;
    this.answered = this.question;
  }
}

/* A figure opened: its definition, what it is of, how far it can be trusted, and its rows. */

class Notes {
  constructor(run, showRows) {
    this.run = run;
    this.box = document.getElementById("note");
    this.showRows = showRows;
    document.addEventListener("click", (event) => {
      const figure = event.target.closest("[data-def]");
      if (figure) this.open(figure);
      else if (!event.target.closest("#note")) this.close();
    });
    this.box.querySelector(".close").addEventListener("click", () => this.close(true));
    this.box.querySelector(".rows").addEventListener("click", () => {
      const filter = this.figure?.dataset.rows ?? "";
      this.close();
      showRows(filter);
    });
  }

  open(figure) {
    const key = figure.dataset.def;
    const found = this.run.definitions[key];
    if (!found) return;
    this.figure = figure;
    const [title, text, source] = found;
    const put = (name, value) => (this.box.querySelector(`.${name}`).textContent = value);
    put("title", title);
    put("value", figure.textContent.trim());
    put("text", text);
    put("source", source);
    put("n", figure.dataset.n ? `n = ${figure.dataset.n}` : "");
    const label = this.run.labels[figure.dataset.label ?? key.split(".")[1]] ?? this.run.labels.statistics;
    put("label", label ? [label.exactness, label.bound === null ? "" : `± ${label.bound}`, label.note].filter(Boolean).join(", ") : "");
    this.box.querySelector(".rows").hidden = figure.dataset.rows === undefined;
    const place = figure.getBoundingClientRect();
    this.box.hidden = false;
    const left = Math.min(Math.max(place.left, 8), innerWidth - this.box.offsetWidth - 8);
    const below = place.bottom + 8 + this.box.offsetHeight < innerHeight;
    this.box.style.left = `${left + scrollX}px`;
    this.box.style.top = `${(below ? place.bottom + 6 : place.top - this.box.offsetHeight - 6) + scrollY}px`;
    this.box.querySelector(".close").focus({ preventScroll: true });
  }

  close(back = false) {
    if (this.box.hidden) return false;
    this.box.hidden = true;
    if (back) this.figure?.focus({ preventScroll: true });
    return true;
  }
}

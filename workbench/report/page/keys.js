/* The page by its keys. */

function listenToKeys(app) {
  const { view } = app;
  const books = () => BOOKS.filter((book) => view.run.tables[book].rows);
  const actions = {
    "/": () => { by("section-table").scrollIntoView({ block: "start" }); by("filter").focus(); },
    j: () => app.grid.step(1),
    k: () => app.grid.step(-1),
    b: () => view.set({ book: books()[(books().indexOf(view.book) + 1) % books().length] ?? view.book, trade: null }, "book"),
    z: () => app.resetView(),
    d: () => app.toggleDark(),
    p: () => app.print(),
    "?": () => by("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (!app.notes.close(true) && document.activeElement === by("filter")) by("filter").blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
    const number = Number(event.key);
    if (number >= 1 && number <= view.run.strategies.length) app.toggle(number - 1);
    else if (actions[event.key]) actions[event.key]();
    else return;
    event.preventDefault();
  });
}

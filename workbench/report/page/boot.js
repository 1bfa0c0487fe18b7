/* Takes the page's own parts out of it: the charts' library, the program and the run's columns. */
(() => {
  "use strict";
  const begun = performance.now();
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en-US" });
    Object.defineProperty(navigator, "languages", { value: ["en-US"] });
  }
  const inflated = (id) => {
    const text = atob(document.getElementById(id).textContent);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).arrayBuffer();
  };
  const run = (content) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = URL.createObjectURL(new Blob([content], { type: "text/javascript" }));
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  const start = async () => {
    const parts = ["packed-library", "packed-program", "packed-facts", "packed-columns"].map(inflated);
    const [library, program, facts, columns] = await Promise.all(parts);
    await run(program);
    const text = (content) => new TextDecoder().decode(content);
    await window.startReport(JSON.parse(text(facts)), columns, () => run(library), begun);
  };
  start().catch((error) => {
    document.documentElement.classList.add("failed");
    console.error(error);
  });
})();

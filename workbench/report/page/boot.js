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
  /* 13 bits in two letters, as workbench/report/armour.py writes them. */
  const places = new Uint8Array(128);
  let place = 0;
  for (let code = 33; code < 127; code++) if (code !== 38 && code !== 60 && code !== 92) places[code] = place++;
  const bare = (text) => {
    const letters = new TextEncoder().encode(text);
    const bytes = new Uint8Array(Math.floor((letters.length / 2) * (13 / 8)));
    let held = 0, bits = 0, next = 0;
    for (let at = 0; at < letters.length; at += 2) {
      held = (held << 13) | (places[letters[at]] * 91 + places[letters[at + 1]]);
      for (bits += 5, bytes[next++] = held >>> bits; bits >= 8; bytes[next++] = held >>> bits) bits -= 8;
      held &= (1 << bits) - 1;
    }
    return bytes;
  };
  const inflated = async (id) => {
    const element = document.getElementById(id);
    const bytes = bare(element.textContent).subarray(0, Number(element.dataset.bytes));
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
    const names = ["packed-library", "packed-program", "packed-facts", "packed-columns"];
    const [library, program, facts, columns] = await Promise.all(names.map(inflated));
    await run(program);
    const text = (content) => new TextDecoder().decode(content);
    await window.startReport(JSON.parse(text(facts)), columns, () => run(library), begun);
  };
  start().catch((error) => {
    document.documentElement.classList.add("failed");
    console.error(error);
  });
})();

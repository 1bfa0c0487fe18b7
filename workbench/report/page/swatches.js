/* Colours that everybody tells apart (M. Okabe and K. Ito), each with a dash of its own as well. */

const HUES = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#999999"];
const DARK_HUES = ["#56B4E9", "#E69F00", "#2BC59A", "#E59AC5", "#FF7F3F", "#8CCBF2", "#F0E442", "#AAAAAA"];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 2, 1, 2], [1, 3], [12, 3]];

/* A strategy's colour with its dash, drawn: never the colour alone. */
function swatch(at) {
  const space = "http://www.w3.org/2000/svg";
  const mark = document.createElementNS(space, "svg");
  mark.setAttribute("class", `swatch hue${at % HUES.length}`);
  mark.setAttribute("viewBox", "0 0 18 8");
  mark.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "line");
  const place = { x1: 0, x2: 18, y1: 4, y2: 4, "stroke-dasharray": DASHES[at % DASHES.length].join(" ") };
  for (const [name, value] of Object.entries(place)) line.setAttribute(name, value);
  mark.append(line);
  return mark;
}

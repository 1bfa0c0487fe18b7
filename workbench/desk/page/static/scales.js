/* Where on a chart a value or a moment is, and which of them are written beside it. */

const STEPS = [1, 2, 2.5, 5, 10];
const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const TIME_STEPS = [
  1000, 5000, 15000, 30000, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 182 * DAY, 365 * DAY, 730 * DAY, 1826 * DAY,
];

export function scale(from, to, start, end) {
  const size = to - from || 1;
  const at = (value) => start + ((value - from) / size) * (end - start);
  at.back = (place) => from + ((place - start) / (end - start)) * size;
  return at;
}

/* Ends with some air; a line that does not move gets room above and below. */
export function airy(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const air = (high - low) * 0.08 || Math.abs(high) * 1e-4 || 1;
  return [low - air, high + air];
}

/* Round values between two ends, some `count` of them, and the step between two. */
export function ticks(from, to, count) {
  const raw = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * STEPS.find((each) => each * power >= raw * 0.999);
  const found = [];
  for (let at = Math.ceil(from / step); at * step <= to; at++) found.push(at * step);
  return { values: found, step };
}

/* Round moments of this browser's zone between two ends, each with its text. */
export function timeTicks(from, to, count) {
  const step = TIME_STEPS.find((each) => (to - from) / each <= count) ?? TIME_STEPS[TIME_STEPS.length - 1];
  const zone = new Date(from).getTimezoneOffset() * MINUTE;
  const found = [];
  for (let time = Math.ceil((from - zone) / step) * step + zone; time <= to; time += step) found.push(time);
  return found.map((time) => ({ time, text: tickText(new Date(time), step) }));
}

const two = (value) => String(value).padStart(2, "0");

function tickText(date, step) {
  const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  if (step >= 28 * DAY) return `${date.getFullYear()}-${two(date.getMonth() + 1)}`;
  if (midnight || step >= DAY) return `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return step < MINUTE ? `${minutes}:${two(date.getSeconds())}` : minutes;
}

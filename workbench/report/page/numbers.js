/* Sums as numpy takes them, and figures as text; no word of it depends on the reader's language. */

function sum(values, first = 0, size = values.length) {
  if (size < 8) {
    let total = 0;
    for (let at = first; at < first + size; at++) total += values[at];
    return total;
  }
  if (size <= 128) {
    const parts = [0, 1, 2, 3, 4, 5, 6, 7].map((each) => values[first + each]);
    const whole = size - (size % 8);
    for (let at = 8; at < whole; at += 8) {
      for (let each = 0; each < 8; each++) parts[each] += values[first + at + each];
    }
    let total = parts[0] + parts[1] + (parts[2] + parts[3]) + (parts[4] + parts[5] + (parts[6] + parts[7]));
    for (let at = whole; at < size; at++) total += values[first + at];
    return total;
  }
  let half = size >> 1;
  half -= half % 8;
  return sum(values, first, half) + sum(values, first + half, size - half);
}

const mean = (values) => sum(values) / values.length;

function dot(left, right) {
  const products = new Float64Array(left.length);
  for (let at = 0; at < products.length; at++) products[at] = left[at] * right[at];
  return sum(products);
}

function spread(values) {
  if (values.length < 2) return null;
  const middle = mean(values);
  const off = new Float64Array(values.length);
  let largest_ = 0;
  for (let at = 0; at < off.length; at++) {
    off[at] = (values[at] - middle) ** 2;
    largest_ = Math.max(largest_, Math.abs(values[at]));
  }
  const deviation = Math.sqrt(sum(off) / (values.length - 1));
  return deviation > 1e-15 * (1 + largest_) ? deviation : 0;
}

function percentile(sorted, part) {
  const place = ((sorted.length - 1) * part) / 100;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  const share = place - low;
  const step = sorted[high] - sorted[low];
  return share >= 0.5 ? sorted[high] - step * (1 - share) : sorted[low] + step * share;
}

/* The value that stands at a place once they are sorted; they are put in another order (C. Hoare). */
function nth(values, place) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left <= right) {
        const kept = values[left];
        values[left++] = values[right];
        values[right--] = kept;
      }
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place];
}

const over = (part, whole) => (part === null || !whole ? null : part / whole);

function bisect(values, wanted, low = 0, high = values.length) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* --- text */

const DASH = "–";
const MINUS = "−";

function grouped(value, decimals) {
  const text = Math.abs(value).toFixed(decimals);
  const [whole, rest] = text.split(".");
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = value < 0 && Number(text) !== 0 ? MINUS : "";
  return sign + parted + (rest ? `.${rest}` : "");
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

function spanText(seconds) {
  for (const [unit, name] of [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"]]) {
    if (seconds >= unit) return `${grouped(seconds / unit, 1)} ${name}`;
  }
  return `${grouped(seconds, seconds && seconds < 10 ? 2 : 0)} s`;
}

const FORMATS = {
  money: (value) => grouped(value, 2),
  signed: (value) => (value > 0 ? "+" : "") + grouped(value, 2),
  whole: (value) => grouped(value, 0),
  ratio: (value) => grouped(value, 2),
  percent: (value) => `${grouped(100 * value, 2)} %`,
  change: (value) => `${value > 0 ? "+" : ""}${grouped(100 * value, 2)} %`,
  bps: (value) => grouped(value, 2),
  span: spanText,
  price: (value) => grouped(value, Math.abs(value) >= 1000 ? 2 : 4).replace(/(\.\d\d\d*?)0+$/, "$1"),
  quantity: (value) => grouped(value, 8).replace(/\.?0+$/, ""),
};

function shown(value, format) {
  return value === null || value === undefined || !Number.isFinite(value) ? DASH : FORMATS[format](value);
}

/* --- dates; days are ordinals as Python's, times milliseconds */

const EPOCH = 719163;
const dateOf = (day) => new Date((day - EPOCH) * DAY * 1000).toISOString().slice(0, 10);
const dayOf = (date) => Math.round(Date.parse(`${date}T00:00:00Z`) / (DAY * 1000)) + EPOCH;

/* A day's month, counted from the year 0 (H. Hinnant's civil_from_days). */
function monthOf(day) {
  const shifted = day - EPOCH + 719468;
  const era = Math.floor(shifted / 146097);
  const inEra = shifted - era * 146097;
  const year = Math.floor((inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36524) - Math.floor(inEra / 146096)) / 365);
  const inYear = inEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * inYear + 2) / 153);
  return (year + era * 400) * 12 + month + 2;
}

/* The algorithm's clock: its zone's distance from UTC changes at few times, which the run names. */
function clockOf(offsets) {
  const begins = offsets.map(([time]) => time * 1000);
  const ahead = offsets.map(([, seconds]) => seconds * 1000);
  let last = 0;
  const local = (time) => {
    if (time < begins[last] || time >= (begins[last + 1] ?? Infinity)) {
      last = Math.max(bisect(begins, time + 1) - 1, 0);
    }
    return time + ahead[last];
  };
  return {
    local,
    day: (time) => Math.floor(local(time) / (DAY * 1000)) + EPOCH,
    hour: (time) => Math.floor(local(time) / (HOUR * 1000)) % 24,
    weekday: (time) => (Math.floor(local(time) / (DAY * 1000)) + 3) % 7,
    text: (time) => new Date(local(time)).toISOString().slice(0, 16).replace("T", " "),
  };
}

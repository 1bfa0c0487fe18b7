/* The figures of models/statistics/portfolio.py, of any days: each as its formula there. */

const TINY = 1e-15;
const NAV_TOLERANCE = 1e-12; /* as in models.equity.nav_series */
const clean = (value) => (Math.abs(value) < TINY ? 0 : value);

/* series: day (the start first), nav (the start first), benchmark (returns of the days) */
function dailyReturns(series, year, rate) {
  const { day, nav, benchmark } = series;
  const dailyRate = (1 + rate) ** (1 / year) - 1;
  const r = [], b = [], beside = [], depths = [];
  let peak = nav[0];
  for (let at = 1; at < nav.length; at++) {
    peak = Math.max(peak, nav[at]);
    const depth = 1 - nav[at] / peak;
    depths.push(depth < NAV_TOLERANCE ? 0 : depth);
    if (!(nav[at - 1] > 0)) continue;
    const change = clean((nav[at] - nav[at - 1]) / nav[at - 1]);
    r.push(change);
    if (Number.isFinite(benchmark[at - 1])) {
      beside.push(change);
      b.push(clean(benchmark[at - 1]));
    }
  }
  const x = r.map((value) => clean(value - dailyRate));
  const weeks = periodReturns(nav, day.map((each) => Math.floor((each - 1) / 7)));
  const months = periodReturns(nav, day.map(monthOf));
  const sorted = Float64Array.from(r).sort();
  const s = { day, nav, year, rate, dailyRate, r, x, b, beside, depths, weeks, months, sorted };
  lazily(s, "deviation", () => spread(s.r));
  lazily(s, "gains", () => gainsToLosses(s.r));
  lazily(s, "active", () => s.beside.map((value, at) => clean(value - s.b[at])));
  lazily(s, "tracking", () => spread(s.active));
  lazily(s, "downside", () => downside(s));
  lazily(s, "slope", () => beta(s));
  return s;
}

function periodReturns(nav, period) {
  const ends = [nav[0]];
  for (let at = 1; at < nav.length; at++) {
    if (at === nav.length - 1 || period[at] !== period[at + 1]) ends.push(nav[at]);
  }
  const found = [];
  for (let at = 1; at < ends.length; at++) {
    if (ends[at - 1] > 0) found.push(clean((ends[at] - ends[at - 1]) / ends[at - 1]));
  }
  return found;
}

function growth(factor, power) {
  if (factor < 0) return null;
  const grown = factor ** power - 1;
  return Number.isFinite(grown) ? grown : null;
}

const yearly = (s, value) => (value === null ? null : value * Math.sqrt(s.year));
const total = (s) => s.nav[s.nav.length - 1] / s.nav[0] - 1;
const cagr = (s) => growth(total(s) + 1, 1 / ((s.day[s.day.length - 1] - s.day[0]) / 365));
const excess = (s) => (cagr(s) === null ? null : cagr(s) - s.rate);
const deepest = (s) => s.depths.reduce((most, each) => Math.max(most, each), 0);
const ulcer = (s) => (s.depths.length > 1 ? Math.sqrt(dot(s.depths, s.depths) / (s.depths.length - 1)) : null);
const share = (values) => values.filter((value) => value > 0).length / values.length;
const largest = (values) => values.reduce((most, each) => Math.max(most, each), -Infinity);
const least = (values) => values.reduce((most, each) => Math.min(most, each), Infinity);

function downside(s) {
  const below = s.x.map((value) => Math.min(value, 0));
  return Math.sqrt(dot(below, below) / s.r.length);
}

function gainsToLosses(values) {
  const gains = sum(values.map((value) => Math.max(value, 0)));
  return [gains, -sum(values.map((value) => Math.min(value, 0)))];
}

function moment(s, which) {
  const n = s.r.length;
  if (!s.deviation || n < 4) return null;
  const middle = mean(s.r);
  const off = s.r.map((value) => value - middle);
  const square = off.map((value) => value * value);
  const second = sum(square);
  if (!second) return null;
  if (which === 0) return ((n * dot(square, off) * Math.sqrt((n - 1) / second)) / second) / (n - 2);
  const raw = (n * dot(square, square)) / second ** 2 - 3;
  return ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * raw + 6);
}

function cvar(s, part) {
  const worst = Math.floor((s.r.length - 1) * part) + 1;
  return mean(s.sorted.subarray(0, worst));
}

function normal(s, deviations) {
  return s.deviation === null ? null : mean(s.r) - s.deviation * deviations;
}

function tailRatio(s) {
  return over(Math.abs(percentile(s.sorted, 95)), Math.abs(percentile(s.sorted, 5)));
}

function correlated(left, right) {
  const [a, b] = [mean(left), mean(right)];
  const [x, y] = [left.map((value) => value - a), right.map((value) => value - b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

function stability(s) {
  if (least(s.nav) <= 0) return null;
  const logs = s.nav.slice(1).map((value) => Math.log(value / s.nav[1]));
  return spread(logs) ? correlated(logs.map((_, at) => at), logs) ** 2 : null;
}

function beta(s) {
  if (!spread(s.b)) return null;
  const middle = mean(s.b);
  const apart = s.b.map((value) => value - middle);
  return dot(apart, s.beside) / dot(apart, apart);
}

function alpha(s) {
  const { slope } = s;
  if (slope === null) return null;
  return (mean(s.beside) - s.dailyRate - slope * (mean(s.b) - s.dailyRate)) * s.year;
}

function informationRatio(s) {
  return s.tracking ? yearly(s, mean(s.active) / s.tracking) : null;
}

function capture(s, up) {
  const chosen = s.b.map((value, at) => [value, at]).filter(([value]) => (up ? value > 0 : value < 0));
  if (!chosen.length) return null;
  const grown = (values) => chosen.reduce((product, [, at]) => product * (1 + values[at]), 1);
  const power = s.year / chosen.length;
  return over(growth(grown(s.beside), power), growth(grown(s.b), power));
}

const [TAIL_5, TAIL_1] = [1.6448536269514715, 2.3263478740408408];
const [MEAN_5, MEAN_1] = [2.062712807507426, 2.6652142203457785];

/* name -> [which returns its n counts, its value] */
const OWN = {
  total_return: ["r", total],
  cagr: ["r", cagr],
  volatility: ["r", (s) => yearly(s, s.deviation)],
  downside_deviation: ["r", (s) => yearly(s, s.downside)],
  sharpe: ["r", (s) => yearly(s, over(mean(s.x), spread(s.x)))],
  sortino: ["r", (s) => yearly(s, over(mean(s.x), s.downside))],
  max_drawdown: ["r", deepest],
  calmar: ["r", (s) => over(cagr(s), deepest(s))],
  omega: ["r", (s) => over(...gainsToLosses(s.x))],
  ulcer_index: ["r", ulcer],
  martin_ratio: ["r", (s) => over(excess(s), ulcer(s))],
  recovery_factor: ["r", (s) => over(total(s), deepest(s))],
  tail_ratio: ["r", tailRatio],
  skew: ["r", (s) => moment(s, 0)],
  kurtosis: ["r", (s) => moment(s, 1)],
  var_95: ["r", (s) => percentile(s.sorted, 5)],
  var_99: ["r", (s) => percentile(s.sorted, 1)],
  cvar_95: ["r", (s) => cvar(s, 0.05)],
  cvar_99: ["r", (s) => cvar(s, 0.01)],
  normal_var_95: ["r", (s) => normal(s, TAIL_5)],
  normal_var_99: ["r", (s) => normal(s, TAIL_1)],
  normal_cvar_95: ["r", (s) => normal(s, MEAN_5)],
  normal_cvar_99: ["r", (s) => normal(s, MEAN_1)],
  best_day: ["r", (s) => largest(s.r)],
  worst_day: ["r", (s) => least(s.r)],
  positive_days: ["r", (s) => share(s.r)],
  best_week: ["weeks", (s) => largest(s.weeks)],
  worst_week: ["weeks", (s) => least(s.weeks)],
  positive_weeks: ["weeks", (s) => share(s.weeks)],
  best_month: ["months", (s) => largest(s.months)],
  worst_month: ["months", (s) => least(s.months)],
  positive_months: ["months", (s) => share(s.months)],
  gain_to_pain: ["r", (s) => over(s.gains[0] - s.gains[1], s.gains[1])],
  time_under_water: ["r", (s) => share(s.depths)],
  stability: ["r", stability],
  alpha: ["b", alpha],
  beta: ["b", (s) => s.slope],
  correlation: ["b", (s) => (spread(s.beside) && spread(s.b) ? correlated(s.beside, s.b) : null)],
  up_capture: ["b", (s) => capture(s, true)],
  down_capture: ["b", (s) => capture(s, false)],
  tracking_error: ["b", (s) => yearly(s, s.tracking)],
  information_ratio: ["b", informationRatio],
  treynor_ratio: ["b", (s) => over(excess(s), s.slope)],
};

/* The figures of a series of closes; of all where none are named. */
function ownFigures(series, year, rate, names = Object.keys(OWN)) {
  const begun = series.nav.length > 1 && series.nav[0] > 0;
  const s = begun ? dailyReturns(series, year, rate) : null;
  const found = {};
  for (const name of names) {
    const [of, value] = OWN[name];
    const n = s ? s[of].length : 0;
    found[name] = { value: n ? value(s) : null, n };
  }
  found.daily = s;
  return found;
}

/* Intervals of a range's figures, in a worker: workbench/certainty, in the page's own words. */

const LEAST_OBSERVATIONS = 20;
const LEAST_DEFINED = 0.9;
const COLUMNS = ["r", "r2", "below", "log", "closed", "wins", "decided", "won", "lost", "beside", "product", "both", "b", "b2"];

/* Lower tail of the normal distribution by the rational erfc of W. Press (Numerical Recipes), and its
   inverse by halving. */
function normalCdf(z) {
  const t = 1 / (1 + 0.5 * Math.abs(z) * Math.SQRT1_2);
  const x = Math.abs(z) * Math.SQRT1_2;
  const poly = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const tail = t * Math.exp(-x * x + poly.reduceRight((total, each) => total * t + each, 0));
  return z > 0 ? 1 - tail / 2 : tail / 2;
}

function normalQuantile(p) {
  let [low, high] = [-9, 9];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function autocovariances(values, lags) {
  const n = values.length;
  let size = 1;
  while (size < n + lags) size *= 2;
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  const middle = mean(values);
  for (let at = 0; at < n; at++) real[at] = values[at] - middle;
  fourier(real, imaginary);
  for (let at = 0; at < size; at++) {
    real[at] = real[at] ** 2 + imaginary[at] ** 2;
    imaginary[at] = 0;
  }
  fourier(real, imaginary);
  return real.subarray(0, lags + 1).map((value) => value / size / n);
}

function fourier(real, imaginary) {
  const n = real.length;
  for (let at = 1, other = 0; at < n; at++) {
    let bit = n >> 1;
    for (; other & bit; bit >>= 1) other ^= bit;
    other ^= bit;
    if (at < other) {
      [real[at], real[other]] = [real[other], real[at]];
      [imaginary[at], imaginary[other]] = [imaginary[other], imaginary[at]];
    }
  }
  for (let length = 2; length <= n; length *= 2) {
    const angle = (-2 * Math.PI) / length;
    for (let place = 0; place < length / 2; place++) {
      const [cos, sin] = [Math.cos(angle * place), Math.sin(angle * place)];
      for (let first = place; first < n; first += length) {
        const second = first + length / 2;
        const re = real[second] * cos - imaginary[second] * sin;
        const im = real[second] * sin + imaginary[second] * cos;
        [real[second], imaginary[second]] = [real[first] - re, imaginary[first] - im];
        real[first] += re;
        imaginary[first] += im;
      }
    }
  }
}

function bandwidth(values) {
  const n = values.length;
  const lags = Math.min(Math.ceil(Math.sqrt(n)) + Math.max(5, Math.floor(Math.log10(n))), n - 2);
  const quiet = Math.max(5, Math.floor(Math.log10(n)));
  const middle = mean(values);
  const squares = [0];
  for (const value of values) squares.push(squares[squares.length - 1] + (value - middle) ** 2);
  const limit = 2 * Math.sqrt(Math.log10(n) / n);
  const significant = [...autocovariances(values, lags)].map((value, lag) => {
    const scale = Math.sqrt((squares[n] - squares[lag + 1]) * squares[n - lag - 1]);
    return Math.abs(value) * n >= limit * scale;
  });
  for (let first = 0; first <= lags - quiet; first++) {
    if (!significant.slice(first, first + quiet).some(Boolean)) return Math.min(2 * Math.max(first, 1), lags);
  }
  return lags;
}

const flatTop = (lags) => Array.from({ length: lags }, (_, at) => Math.min(1, 2 * (1 - (at + 1) / lags)));

function longRunVariance(values) {
  const lags = bandwidth(values);
  const found = autocovariances(values, lags);
  return found[0] + 2 * flatTop(lags).reduce((total, weight, at) => total + weight * found[at + 1], 0);
}

function blockLength(values) {
  const n = values.length;
  if (n < 8 || values.every((value) => value === values[0])) return 1;
  const lags = bandwidth(values);
  const found = autocovariances(values, lags);
  const weights = flatTop(lags);
  const spectrum = found[0] + 2 * weights.reduce((total, weight, at) => total + weight * found[at + 1], 0);
  const slope = 2 * weights.reduce((total, weight, at) => total + weight * (at + 1) * found[at + 1], 0);
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  if (!spectrum) return longest;
  return Math.min(Math.max((slope / spectrum) ** 2 * n, 1), longest ** 3) ** (1 / 3);
}

function bootstrapVariance(values, block) {
  const n = values.length;
  const goOn = 1 - 1 / block;
  const found = autocovariances(values, n - 1);
  let total = found[0];
  for (let lag = 1; lag < n; lag++) {
    const weight = (1 - lag / n) * goOn ** lag + (lag / n) * goOn ** (n - lag);
    total += 2 * weight * found[lag];
  }
  return total;
}

function students(z, freedom) {
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return z + terms.reduce((total, term, at) => total + term / freedom ** (at + 1), 0);
}

function stretch(influence, block) {
  const usual = normalQuantile(0.975);
  const blocks = Math.max(influence.length / block, 3);
  const few = (students(usual, blocks - 1) / usual) * Math.sqrt(blocks / (blocks - 1));
  const drawn = bootstrapVariance(influence, block);
  const known = influence.length >= LEAST_OBSERVATIONS && drawn > 0;
  const cut = known ? Math.sqrt(Math.max(longRunVariance(influence) / drawn, 1)) : 1;
  return Math.min(few * cut, 2);
}

function acceleration(influence, block) {
  const length = Math.ceil(block);
  let square = 0, cube = 0;
  for (let first = 0; first < influence.length; first += length) {
    let total = 0;
    for (let at = first; at < Math.min(first + length, influence.length); at++) total += influence[at];
    square += total ** 2;
    cube += total ** 3;
  }
  return square ? Math.min(Math.max(cube / (6 * square ** 1.5), -0.1), 0.1) : 0;
}

function intervalOf(value, draws, influence, block, level) {
  const defined = draws.filter((each) => !Number.isNaN(each)).sort();
  if (!Number.isFinite(value) || defined.length < LEAST_DEFINED * draws.length) return [null, null];
  const effect = influence.map((each) => (Number.isFinite(each) ? each : 0));
  const reach = normalQuantile(0.5 + level / 2) * stretch(effect, block);
  let below = 0;
  for (const each of defined) below += each < value ? 1 : each === value ? 0.5 : 0;
  const shift = normalQuantile(Math.min(Math.max(below, 1), defined.length - 1) / defined.length);
  const skew = acceleration(effect, block);
  return [-reach, reach].map((z) => {
    const part = normalCdf(shift + (shift + z) / (1 - skew * (shift + z)));
    const at = Math.min(Math.max(Math.round(part * defined.length - 0.5), 0), defined.length - 1);
    return Number.isFinite(defined[at]) ? defined[at] : null;
  });
}

/* --- the statistics as functions of sums: s has COLUMNS, scale n, year, years, rate */

const FLAT = 1e-12;

function daySpread(s, scale) {
  const square = (s.r2 - (s.r * s.r) / scale.n) / (scale.n - 1);
  return Math.sqrt(square > (FLAT * s.r2) / scale.n ? square : 0) || NaN;
}

const slopeOf = (s) => {
  const variance = s.b2 - (s.b * s.b) / s.both;
  return (s.product - (s.beside * s.b) / s.both) / (variance > FLAT * s.b2 ? variance : NaN);
};

const STATISTICS = {
  sharpe: { of: (s, c) => c.n, value: (s, c) => ((s.r / c.n - c.rate) / daySpread(s, c)) * Math.sqrt(c.year) },
  sortino: {
    of: (s, c) => c.n,
    value: (s, c) => ((s.r / c.n - c.rate) / (Math.sqrt(Math.max(s.below, 0) / c.n) || NaN)) * Math.sqrt(c.year),
  },
  cagr: { of: (s, c) => c.n, value: (s, c) => Math.expm1(s.log / c.years) },
  volatility: { of: (s, c) => c.n, value: (s, c) => daySpread(s, c) * Math.sqrt(c.year) },
  win_rate: { of: (s) => s.decided, value: (s) => s.wins / s.decided },
  expectancy: { of: (s) => s.closed, value: (s) => (s.won + s.lost) / s.closed },
  profit_factor: { of: (s) => s.decided, value: (s) => s.won / Math.abs(s.lost) },
  alpha: {
    of: (s) => s.both,
    value: (s, c) => (s.beside / s.both - c.rate - slopeOf(s) * (s.b / s.both - c.rate)) * c.year,
  },
  beta: { of: (s) => s.both, value: (s) => slopeOf(s) },
};

function dailyColumns(series, benchmark, rate) {
  const n = series.returns.length;
  const columns = COLUMNS.map(() => new Float64Array(n));
  const [r, r2, below, log, closed, wins, decided, won, lost, beside, product, both, b, b2] = columns;
  for (let day = 0; day < n; day++) {
    const value = series.returns[day];
    r[day] = value;
    r2[day] = value * value;
    below[day] = Math.min(value - rate, 0) ** 2;
    log[day] = Math.log(Math.max(1 + value, 1e-300));
    if (series.closed) {
      closed[day] = series.closed[day];
      wins[day] = series.wins[day];
      decided[day] = series.wins[day] + series.losses[day];
      won[day] = series.won[day];
      lost[day] = series.lost[day];
    }
    if (Number.isFinite(benchmark[day])) {
      both[day] = 1;
      b[day] = benchmark[day];
      beside[day] = value;
      product[day] = value * b[day];
      b2[day] = b[day] ** 2;
    }
  }
  return columns;
}

/* A small generator with a seed (T. Ettinger's mulberry32), so that a range has one answer. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function asSums(values) {
  const sums = {};
  COLUMNS.forEach((name, at) => (sums[name] = values[at]));
  return sums;
}

/* -> by series, name -> [low, high]; the first series has every figure, the others the Sharpe ratio */
function intervals({ series, benchmark, year, years, rate, resamples, seed, level }) {
  const n = series[0].returns.length;
  if (n < LEAST_OBSERVATIONS) return { found: series.map(() => ({})), block: 1, resamples: 0, best: [] };
  const daily = series.map((each) => dailyColumns(each, benchmark, rate));
  const block = Math.max(...daily.flatMap((columns) => [blockLength(columns[0]), blockLength(columns[1])]));
  const used = series.map((_, at) => (at ? [0, 1] : COLUMNS.map((_, column) => column)));
  const drawn = series.map(() => COLUMNS.map(() => new Float64Array(resamples)));
  const falls = new Float64Array(resamples);
  const random = generator(seed);
  const counts = new Float64Array(n);
  const log = daily[0][3];
  for (let draw = 0; draw < resamples; draw++) {
    counts.fill(0);
    let path = 0, peak = 0, fall = 0, at = 0;
    for (let day = 0; day < n; day++) {
      if (!day || block <= 1 || random() < 1 / block) at = Math.floor(random() * n);
      else if (++at === n) at = 0;
      counts[at]++;
      path += log[at];
      if (path > peak) peak = path;
      else if (peak - path > fall) fall = peak - path;
    }
    falls[draw] = 1 - Math.exp(-fall);
    daily.forEach((columns, one) => {
      for (const column of used[one]) {
        const values = columns[column];
        let total = 0;
        for (let day = 0; day < n; day++) total += counts[day] * values[day];
        drawn[one][column][draw] = total;
      }
    });
  }
  const scale = { n, year, years, rate };
  const found = daily.map((columns, one) => {
    const names = one ? ["sharpe"] : Object.keys(STATISTICS);
    return Object.fromEntries(names.map((name) => [name, oneInterval(name, columns, drawn[one], scale, block, level)]));
  });
  falls.sort();
  const edge = (part) => percentile(falls, 100 * part);
  found[0].max_drawdown = [edge(0.5 - level / 2), edge(0.5 + level / 2)];
  return { found, block, resamples, best: chancesBest(drawn.slice(1), scale) };
}

/* In which part of the resamples each has the highest Sharpe ratio; one without a ratio has the least. */
function chancesBest(drawn, scale) {
  const wins = drawn.map(() => 0);
  const size = drawn.length ? drawn[0][0].length : 0;
  for (let draw = 0; draw < size; draw++) {
    let [first, most] = [0, -Infinity];
    drawn.forEach((columns, at) => {
      const ratio = STATISTICS.sharpe.value({ r: columns[0][draw], r2: columns[1][draw] }, scale);
      if (ratio > most) [first, most] = [at, ratio];
    });
    wins[first]++;
  }
  return wins.map((each) => each / size);
}

function oneInterval(name, columns, drawn, scale, block, level) {
  const { of, value } = STATISTICS[name];
  const whole = columns.map((column) => sum(column));
  const observed = asSums(whole);
  const n = scale.n;
  let days = 0;
  const fewer = { ...scale, n: n - 1, years: (scale.years * (n - 1)) / n };
  const influence = new Float64Array(n);
  const figure = value(observed, scale);
  const one = { n: 1 };
  for (let day = 0; day < n; day++) {
    if (of(asSums(columns.map((column) => column[day])), one)) days++;
    influence[day] = figure - value(asSums(whole.map((total, at) => total - columns[at][day])), fewer);
  }
  if (Math.min(of(observed, scale), days) < LEAST_OBSERVATIONS) return [null, null];
  const draws = drawn[0].map((_, at) => value(asSums(drawn.map((column) => column[at])), scale));
  return intervalOf(figure, draws, influence, block, level);
}

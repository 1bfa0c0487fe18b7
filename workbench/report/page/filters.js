/* The words of the table's filter: `strategy:trend pnl<-1000 side:long AAPL`. */

const TEXT_FIELDS = {
  strategy: (book, run) => (row) => run.strategies[book.strategy[row]],
  symbol: (book) => (row) => book.texts.symbol[book.symbol[row]],
  exit: (book) => (row) => book.texts.reason[book.reason[row]],
  tag: (book) => (row) => book.texts.tag[book.tag[row]],
  side: (book) => (row) => (book.side[row] ? "long" : "short"),
};

const NUMBER_FIELDS = {
  pnl: (book) => (row) => book.pnl[row],
  fees: (book) => (row) => book.fees[row],
  quantity: (book) => (row) => book.quantity[row],
  entry: (book) => (row) => book.entry_price[row],
  price: (book) => (row) => book.exit_price[row],
  mae: (book) => (row) => book.mae[row],
  mfe: (book) => (row) => book.mfe[row],
  slippage: (book) => (row) => book.slippage[row],
  days: (book) => (row) => (book.exit[row] - book.entry[row]) / 86400000,
  order: (book) => (row) => book.exit_order[row],
  hour: (book) => (row) => book.hour[row],
  weekday: (book) => (row) => book.weekday[row] + 1,
};

const COMPARED = {
  "<": (left, right) => left < right,
  ">": (left, right) => left > right,
  "<=": (left, right) => left <= right,
  ">=": (left, right) => left >= right,
  "=": (left, right) => left === right,
};

const WORD = /"[^"]*"|\S+/g;
const NUMBER_WORD = /^(\w+)(<=|>=|<|>|=)(-?[\d.]+)$/;
const TEXT_WORD = /^(\w+):(.+)$/;

/* -> { tests, unknown }: what each word asks of a row, and the words that ask nothing known. */
function readFilter(text, book, run) {
  const tests = [], unknown = [];
  for (const given of text.match(WORD) ?? []) {
    const word = given.replaceAll('"', "");
    const [number, named] = [word.match(NUMBER_WORD), word.match(TEXT_WORD)];
    if (number && NUMBER_FIELDS[number[1]]) {
      const value = NUMBER_FIELDS[number[1]](book);
      const [holds, bound] = [COMPARED[number[2]], Number(number[3])];
      tests.push((row) => holds(value(row), bound));
    } else if (named && TEXT_FIELDS[named[1]]) {
      const value = TEXT_FIELDS[named[1]](book, run);
      const wanted = named[2].toLowerCase();
      tests.push((row) => value(row).toLowerCase().includes(wanted));
    } else if (number || named) unknown.push(word);
    else {
      const wanted = word.toLowerCase();
      const texts = Object.values(TEXT_FIELDS).map((field) => field(book, run));
      tests.push((row) => texts.some((value) => value(row).toLowerCase().includes(wanted)));
    }
  }
  return { tests, unknown };
}

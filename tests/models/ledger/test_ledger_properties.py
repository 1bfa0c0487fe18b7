"""The ledger's law under anything: random scenarios over every kind of instrument and event.

A draw is a scenario as text, so that one that fails can be read and kept. The laws are asserted at
each of its marks by `tests.scenario`, against the account of `tests.lean_account`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws import close
from tests.scenario import Player


class Market(NamedTuple):
    """How an instrument is defined and traded.

    Attributes:
        definition: Its line.
        step: The least quantity an order has.
        most: The most steps it has.
        prices: In cents, from and to.
        events: What may happen to it, `{}` being one of its prices.
    """

    definition: str
    step: str
    most: int
    prices: tuple[int, int]
    events: tuple[str, ...] = ()


FACTORS = ("0.5", "0.1428571", "0.1428572", "0.3", "3", "7", "2000")
SPOTS = ("140", "149.99", "150", "163.5", "240")
INTEREST = "interest BinanceFutureMarginInterestRateModel"
MOVES_CASH = ("DEPOSIT", "INTEREST", "OUTSIDE")
AT_A_SCAN = ("DAY", "INTEREST USDT -1.7", "INTEREST BTC 0.001", "INTEREST EUR 3")

MARKETS: dict[str, Market] = {
    "AAPL": Market(
        "STOCK AAPL",
        "1",
        200,
        (5_000, 20_000),
        (*(f"SPLIT AAPL {factor}" for factor in FACTORS), "DIVIDEND AAPL 0.47", "DIVIDEND AAPL 2"),
    ),
    "SAP": Market(
        "STOCK SAP in EUR data SPLIT_ADJUSTED cash delayed",
        "1",
        200,
        (5_000, 20_000),
        ("DIVIDEND SAP 0.53", "SPLIT SAP 0.5", "SETTLE cash"),
    ),
    "C150": Market(
        "OPTION C150 on AAPL call 150 x 100",
        "1",
        9,
        (1, 3_000),
        tuple(f"EXERCISE C150 spot {spot}" for spot in SPOTS),
    ),
    "P150": Market(
        "INDEX_OPTION P150 on SPX put 150 x 100",
        "1",
        9,
        (1, 3_000),
        tuple(f"EXERCISE P150 spot {spot}" for spot in SPOTS),
    ),
    "ES": Market("FUTURE ES x 50 exit 2.5", "1", 9, (390_000, 410_000), ("SETTLE ES {}",)),
    "FDAX": Market("FUTURE FDAX in EUR x 25", "1", 9, (149_000, 151_000), ("SETTLE FDAX {}",)),
    "DE30": Market("CFD DE30 in EUR lot 0.1 exit 1", "0.1", 90, (149_000, 151_000)),
    "FR40": Market("CFD FR40 in EUR exit 1 settles account", "1", 90, (149_000, 151_000)),
    "BTCUSD": Market(
        "COIN BTCUSD base BTC in USD lot 0.00000001", "0.0012345678912", 900, (3_900_000, 4_100_000)
    ),
    "EURUSD": Market("FOREX EURUSD base EUR in USD", "1000", 90, (90, 130)),
    "ADAUSDT": Market(
        f"PERP ADAUSDT base ADA in USDT exit 0.01 {INTEREST}", "1", 900, (20, 60), AT_A_SCAN
    ),
    "BTCP": Market(
        f"INVERSE BTCP base BTC in USD x 100 {INTEREST}", "1", 90, (3_900_000, 4_100_000), AT_A_SCAN
    ),
}
RATES = {"EUR": (80, 130), "BTC": (3_000_000, 5_000_000), "USDT": (95, 105), "USD": (80, 130)}
WHOSE = ("one", "two", "three", "one", "two", "three", "")

# Lines that set the stage: the account, an index, the instruments and their rates.
STAGE = 2 + len(MARKETS) + len(RATES) - 1

Sids = list[str]


def cents(low: int, high: int) -> st.SearchStrategy[str]:
    """An amount of whole cents."""
    return st.integers(low, high).map(lambda amount: f"{amount / 100:.2f}")


def quantity(step: str, count: int) -> str:
    """That many steps, written exactly."""
    decimals = len(step.partition(".")[2])
    return f"{count * round(float(step) * 10**decimals) / 10**decimals:.{decimals}f}"


@st.composite
def orders(draw: st.DrawFn, sids: Sids, shared: bool = True) -> str:
    """Someone's order or, unless they are not to be shared, one of LEAN's own."""
    sid = draw(st.sampled_from(sids))
    market = MARKETS[sid]
    whose = draw(st.sampled_from(WHOSE if shared else WHOSE[:-1]))
    size = quantity(market.step, draw(st.integers(1, market.most)))
    side, price = draw(st.sampled_from(["BUY", "SELL"])), draw(cents(*market.prices))
    fee, currency = draw(cents(0, 500)), draw(st.sampled_from(["USD", "EUR", "BTC"]))
    said = f"{side} {size} {sid} @ {price} fee {fee} in {currency}"
    return f"{said} by {whose}" if whose else f"LEAN {said}"


@st.composite
def marks(draw: st.DrawFn, sids: Sids) -> str:
    """A mark at which some prices have changed."""
    some = draw(st.lists(st.sampled_from(sids), unique=True))
    return " ".join(["MARK", *(f"{sid} {draw(cents(*MARKETS[sid].prices))}" for sid in some)])


@st.composite
def rates(draw: st.DrawFn, account: str) -> str:
    """A new rate of a foreign currency."""
    currency = draw(st.sampled_from([name for name in RATES if name != account]))
    return f"RATE {currency} {draw(cents(*RATES[currency]))}"


@st.composite
def events(draw: st.DrawFn, sids: Sids) -> str:
    """What happens without anybody's order."""
    sid = draw(st.sampled_from(sids))
    price = draw(cents(*MARKETS[sid].prices))
    currency, amount = draw(st.sampled_from(["USD", "EUR", "BTC"])), draw(cents(-500, 500))
    always = (f"LIQUIDATE {sid} @ {price}", f"DELIST {sid}", f"DEPOSIT {currency} {amount}")
    return draw(st.sampled_from(always + MARKETS[sid].events)).format(price)


@st.composite
def stages(draw: st.DrawFn, account: str = "") -> tuple[list[str], Sids]:
    """The lines that set the stage, and which of the instruments are traded."""
    currency = account or draw(st.sampled_from(["USD", "EUR"]))
    matching = draw(st.sampled_from(["fifo", "lifo"]))
    lines = [f"ACCOUNT {currency} 1000000 BTC 5 USDT 5000 matching {matching}", "INDEX SPX"]
    lines += [market.definition for market in MARKETS.values()]
    middles = {name: (low + high) / 200 for name, (low, high) in RATES.items() if name != currency}
    lines += [f"RATE {name} {rate:.2f}" for name, rate in middles.items()]
    sids = draw(st.lists(st.sampled_from(list(MARKETS)), min_size=1, max_size=4, unique=True))
    return lines, sids


@st.composite
def scenarios(draw: st.DrawFn, outside: bool = False) -> list[str]:
    """Orders most of all, and a mark now and then.

    Args:
        draw: Hypothesis's.
        outside: Whether LEAN may hold, before some marks, what no event told of.
    """
    stage, sids = draw(stages())
    account = stage[0].split()[1]
    line = st.one_of(orders(sids), orders(sids), marks(sids), rates(account), events(sids))
    if outside:
        line |= orders(sids).map(lambda order: f"OUTSIDE {order.removeprefix('LEAN ')}\nMARK")
    lines = draw(st.lists(line, min_size=3, max_size=20))
    return [*stage, *"\n".join([*lines, "MARK", "MARK"]).split("\n")]


def played(lines: list[str], **how: bool) -> Player:
    """Play a scenario: nothing stays unexplained, and cash is found only where it was put."""
    player = Player(**how)
    for line in lines:
        player.play(line)
    ledger = player.ledger
    assert "unexplained money" not in ledger.books.anomaly_counts
    if not any(line.startswith(MOVES_CASH) for line in lines):
        assert (ledger.flows, ledger.total().financing) == ([], 0.0)
    return player


def outputs(player: Player) -> dict[str, Any]:
    """All that the ledger has to say."""
    ledger = player.ledger
    return {
        "balance": ledger.balance(),
        "sheets": ledger.sheets(),
        "instruments": ledger.by_instrument(),
        "flows": ledger.flows,
        "trades": player.trades,
        "state": ledger.state(),
    }


@settings(max_examples=200)
@given(scenarios(), st.booleans())
def test_the_books_balance_at_every_mark(lines: list[str], partial: bool) -> None:
    """All the laws hold at every mark of every scenario."""
    played(lines, partial=partial)


@settings(max_examples=80)
@given(scenarios(outside=True))
def test_the_books_balance_when_things_happen_outside(lines: list[str]) -> None:
    """Quantities that no event told of are adopted at their mark, where all the laws hold too."""
    played(lines)


@settings(max_examples=50)
@given(scenarios(outside=True), st.data())
def test_a_ledger_restored_at_any_point_goes_on_as_if_never_stopped(
    lines: list[str], data: st.DataObject
) -> None:
    """Saved as JSON and restored, a ledger ends with the same state, terms and trades, exactly."""
    stop = data.draw(st.integers(STAGE, len(lines) - 1))
    player = Player()
    for number, line in enumerate(lines):
        if number == stop:
            player.reload()
        player.play(line)
    assert outputs(player) == outputs(played(lines))


@settings(max_examples=50)
@given(scenarios())
def test_order_events_that_come_twice_change_nothing(lines: list[str]) -> None:
    """With every order event delivered twice, state, terms and trades are the same, exactly."""
    assert outputs(played(lines, twice=True)) == outputs(played(lines))


@settings(max_examples=50)
@given(scenarios(), cents(100, 10**7), st.sampled_from("+-"))
def test_a_falsified_equity_is_reported_to_the_cent(
    lines: list[str], wrong: str, sign: str
) -> None:
    """What LEAN's equity has too much is unexplained, and no term or later mark bears it."""
    true, false = played(lines), played(lines)
    false.play(f"MARK equity {sign}{wrong}")
    assert false.ledger.books.anomaly_counts["unexplained money"] == 1
    assert close(false.ledger.unexplained, float(sign + wrong))
    true.play("MARK")
    assert false.ledger.total() == true.ledger.total()
    false.play("MARK")
    assert close(false.ledger.max_abs_unexplained, float(wrong))


@settings(max_examples=50)
@given(stages(), st.data())
def test_the_order_of_different_instruments_events_does_not_matter(
    stage: tuple[list[str], Sids], data: st.DataObject
) -> None:
    """Events of one moment may come in any order that keeps each instrument's own."""
    lines, sids = stage
    own = {
        sid: data.draw(st.lists(st.one_of(orders([sid]), events([sid])), max_size=5))
        for sid in sids
        if sid not in {"C150", "AAPL"}  # an exercise is an event of both
    }
    turns = [sid for sid, queue in own.items() for _ in queue]
    ends = []
    for order in (turns, data.draw(st.permutations(turns))):
        queues = {sid: iter(queue) for sid, queue in own.items()}
        ends.append(played([*lines, *(next(queues[sid]) for sid in order), "MARK"]))
    first, second = (end.ledger.by_instrument() for end in ends)
    assert first.keys() == second.keys()
    for sid, sheets in first.items():
        assert sheets.keys() == second[sid].keys()
        for name, sheet in sheets.items():
            other = second[sid][name].to_dict()
            assert all(close(value, other[term]) for term, value in sheet.to_dict().items())

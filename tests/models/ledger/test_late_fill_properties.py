"""The law where fills come late: random books of several holders against an account as LEAN's.

A draw is a scenario as text. Its late fills are of one instrument, of any size and side and in any
number, between orders that come in time; LEAN's holding is adopted before they arrive, or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws import close
from tests.models.ledger.test_ledger_properties import outputs
from tests.scenario import Player


class Traded(NamedTuple):
    """How an instrument is defined, the step of its orders, and its prices from and to."""

    definition: str
    step: str
    prices: tuple[int, int]


TRADED: dict[str, Traded] = {
    "A": Traded("STOCK A", "1", (80, 120)),
    "SAP": Traded("STOCK SAP in EUR data SPLIT_ADJUSTED", "1", (80, 120)),
    "ES": Traded("FUTURE ES x 50", "1", (4190, 4300)),
    "FDAX": Traded("FUTURE FDAX in EUR x 25", "1", (14900, 15100)),
    "DE30": Traded("CFD DE30 in EUR lot 0.1", "0.1", (14900, 15100)),
    "FR40": Traded("CFD FR40 in EUR settles account", "1", (14900, 15100)),
    "BTCUSD": Traded("COIN BTCUSD base BTC in USD lot 0.00000001", "0.0012345", (39_000, 41_000)),
    "ADA": Traded("PERP ADA base ADA in USDT", "1", (20, 60)),
    "BTCP": Traded("INVERSE BTCP base BTC in USD x 100", "1", (39_000, 41_000)),
}
INVERSE = "BTCP"
EURO = ["SAP", "FDAX", "DE30", "FR40"]
LINEAR = [sid for sid in TRADED if sid != INVERSE]
CASH = "USD 10000000 BTC 50 USDT 500000 EUR 1000000"
RATES = ("RATE EUR 1.1", "RATE BTC 40000", "RATE USDT 1.01")
SET_UP = 3 + len(RATES)  # the lines until the account is open


@st.composite
def books(draw: st.DrawFn, sids: Sequence[str], in_time: bool, rates: bool = False) -> list[str]:
    """A scenario of one of the instruments.

    Args:
        draw: Hypothesis's.
        sids: Which.
        in_time: Whether other orders come in time while fills are late.
        rates: Whether the euro's exchange rate moves meanwhile.
    """
    sid = draw(st.sampled_from(sids))
    traded = TRADED[sid]
    decimals = len(traded.step.partition(".")[2])
    prices = st.integers(*traded.prices)
    sizes = st.integers(1, 9).map(lambda steps: f"{steps * float(traded.step):.{decimals}f}")
    order = st.tuples(st.sampled_from(["BUY", "SELL"]), sizes, prices, st.sampled_from("abc")).map(
        lambda said: f"{said[0]} {said[1]} {sid} @ {said[2]} by {said[3]}"
    )
    late = order.map(lambda said: f"LATE {said}")
    mark, look = (
        prices.map(lambda at: f"MARK {sid} {at}"),
        prices.map(lambda at: f"MARK? {sid} {at}"),
    )
    live, matching = draw(st.sampled_from(["yes", "no"])), draw(st.sampled_from(["fifo", "lifo"]))
    lines = [f"ACCOUNT {CASH} live {live} matching {matching}", traded.definition, *RATES]
    lines += [draw(mark), *draw(st.lists(order | mark, max_size=5)), draw(mark)]
    meanwhile = look | look | late | order if in_time else look | look | late
    if rates:
        moved = st.integers(105, 115).map(lambda cents: f"RATE EUR {cents / 100}")
        meanwhile, order = meanwhile | moved, order | moved
    for _ in range(draw(st.integers(1, 2))):
        lines += draw(st.lists(late, min_size=1, max_size=3))
        lines += draw(st.lists(meanwhile, min_size=1, max_size=4))
        lines += ["ARRIVE", draw(look), draw(look), draw(mark)]
        lines += draw(st.lists(order, max_size=2))
    return [*lines, draw(mark)]


def ends(lines: Sequence[str]) -> Player:
    """Play a book; every `MARK` of it holds all the laws of `tests.laws`."""
    player = Player()
    for line in lines:
        player.play(line)
    assert "unexplained money" not in player.ledger.books.anomaly_counts
    return player


def ordered(lines: Sequence[str]) -> dict[str, float]:
    """What each strategy's orders sum to."""
    sums = defaultdict[str, float](float)
    for line in lines:
        side, *said = line.removeprefix("LATE ").split()
        if side in {"BUY", "SELL"}:
            sums[said[-1]] += float(said[0]) if side == "BUY" else -float(said[0])
    return sums


@settings(max_examples=120)
@given(books(LINEAR, in_time=True))
def test_late_fills_leave_no_flow_behind(lines: list[str]) -> None:
    """What was adopted at another price than it was filled at flows back when the fill comes."""
    flows = ends(lines).ledger.flows
    assert close(sum(flow.value for flow in flows), 0.0), flows


@settings(max_examples=120)
@given(books(LINEAR, in_time=False))
def test_each_strategy_holds_what_its_own_orders_make(lines: list[str]) -> None:
    """However its fills came and what was adopted meanwhile, when no other order came in time."""
    accounts = ends(lines).ledger.books.accounts
    sums = ordered(lines)
    for name in accounts.keys() | sums.keys():
        held = sum(position.quantity for position in accounts[name].open.values())
        assert close(held, sums[name]), f"{name} holds {held}"


@settings(max_examples=80)
@given(books(EURO, in_time=True, rates=True))
def test_the_law_holds_where_exchange_rates_move_meanwhile(lines: list[str]) -> None:
    """At every mark, whether profits stay in their currency or are turned into the account's."""
    ends(lines)


@settings(max_examples=60)
@given(books([INVERSE], in_time=True))
def test_late_fills_of_an_inverse_contract_flow_by_no_more_than_averaging_makes(
    lines: list[str],
) -> None:
    """LEAN averages prices where value goes by 1 / price: what that makes depends on the order."""
    flows = ends(lines).ledger.flows
    low, high = TRADED[INVERSE].prices
    traded = sum(float(line.split(" BTCP")[0].split()[-1]) for line in lines if "BTCP @" in line)
    assert abs(sum(flow.value for flow in flows)) <= (high / low - 1) ** 2 * 100 * traded


@settings(max_examples=40)
@given(books(list(TRADED), in_time=True), st.data())
def test_a_ledger_restored_while_fills_are_late_goes_on(
    lines: list[str], data: st.DataObject
) -> None:
    """Saved and restored at any point, it ends with the same state, terms and trades, exactly."""
    stop = data.draw(st.integers(SET_UP, len(lines) - 1))
    player = Player()
    for number, line in enumerate(lines):
        if number == stop:
            player.reload()
        player.play(line)
    assert outputs(player) == outputs(ends(lines))

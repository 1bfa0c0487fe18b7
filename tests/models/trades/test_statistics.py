"""Trades by the group: labels, sums, states, and every figure against the plain way."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CallError
from models.events.instruments import SecurityType
from models.ledger.tags import risk_in_tag
from models.trades.metrics import TradeMetrics
from models.trades.statistics import WEEKDAYS, GroupBy, TradeFacts, TradeStatistics
from tests.closed_trades import START, Deal, deal, metrics, plain_metrics, taken
from tests.recordings.played import played

NEW_YORK = ZoneInfo("America/New_York")
IN_ORDER = {"longest_wins", "longest_losses", "streak"}  # what the order of closing decides


@pytest.mark.parametrize(
    ("tag", "risk"),
    [
        ("risk=100", 100.0),
        ("strategy=trend risk=12.5", 12.5),
        ("risk=50,strategy=trend", 50.0),
        ("a;risk=7|b", 7.0),
        ("risk=0", None),
        ("risk=-5", None),
        ("risk=", None),
        ("risk=ten", None),
        ("risk=10%", None),
        ("risk=1,000", None),
        ("risk=12,000", None),
        ("risk=1.2.3", None),
        ("risk=1e3", None),
        ("norisk=5", None),
        ("Risk=5", None),
        ("", None),
    ],
)
def test_a_tag_names_the_risk(tag: str, risk: float | None) -> None:
    """`risk=AMOUNT` stands alone among a tag's words; what is no plain positive amount is none."""
    assert risk_in_tag(tag) == risk


OPTION: dict[str, Any] = {
    "security_type": SecurityType.OPTION,
    "underlying": "SPY",
    "sid": "SPY 1",
    "symbol": "SPY C400",
}
MIXED = [
    deal(10.0, strategy="trend", direction="long"),
    deal(-4.0, strategy="trend", direction="short", exit_reason="liquidation"),
    deal(6.0, strategy="mean", order_type="LIMIT", start=86_400.0),
    deal(0.0, strategy="mean", direction="short", exit_reason="expiry", **OPTION),
]


@pytest.mark.parametrize(
    ("by", "nets"),
    [
        (GroupBy.SIDE, {"long": 16.0, "short": -4.0}),
        (GroupBy.STRATEGY, {"trend": 6.0, "mean": 6.0}),
        (GroupBy.SYMBOL, {"AAPL": 12.0, "SPY C400": 0.0}),
        (GroupBy.UNDERLYING, {"AAPL": 12.0, "SPY": 0.0}),
        (GroupBy.SECURITY_TYPE, {"EQUITY": 12.0, "OPTION": 0.0}),
        (GroupBy.ORDER_TYPE, {"MARKET": 6.0, "LIMIT": 6.0}),
        (GroupBy.EXIT_REASON, {"order": 16.0, "liquidation": -4.0, "expiry": 0.0}),
        (GroupBy.WEEKDAY, {"Tuesday": 6.0, "Wednesday": 6.0}),
        (GroupBy.HOUR, {"14": 12.0}),
    ],
)
def test_trades_are_grouped_by(by: GroupBy, nets: dict[str, float]) -> None:
    """Each kind of group has its labels, and none of a group without a trade."""
    found = {label: each.net_pnl for label, each in taken(MIXED).groups(by).items()}
    assert found == nets


def test_groups_can_be_within_groups() -> None:
    """One strategy's longs, or its symbols, are groups as well; equity reaches each of them."""
    found = taken(MIXED)
    trend = (GroupBy.STRATEGY, "trend")
    assert found.metrics(trend, (GroupBy.SIDE, "short")) == metrics(MIXED[1])
    sides = found.groups(GroupBy.SIDE, trend, equity=100.0)
    assert {label: each.net_pnl for label, each in sides.items()} == {"long": 10.0, "short": -4.0}
    assert sides["long"].turnover == pytest.approx(2.1)


@pytest.mark.parametrize("by", GroupBy)
def test_a_group_that_no_trade_is_in_has_no_trade(by: GroupBy) -> None:
    """An unknown label, and any label of empty statistics, gives the figures of no trade."""
    assert taken(MIXED).metrics((by, "none of them")) == metrics()
    assert taken([]).metrics((by, "long")) == metrics()
    assert taken([]).groups(by) == {}


def test_hours_are_the_algorithms() -> None:
    """An exit belongs to the weekday and hour of the algorithm's clock, in summer and winter."""
    sunday = datetime(2024, 7, 1, 2, 30, tzinfo=UTC)  # 22:30 of Sunday in New York
    winter = datetime(2024, 1, 8, 2, 59, 59, tzinfo=UTC)  # 21:59 of Sunday
    deals = [deal(1.0, entry_time=START, exit_time=exit_time) for exit_time in (sunday, winter)]
    found = taken(deals, NEW_YORK)
    assert found.groups(GroupBy.WEEKDAY)["Sunday"].trades == 2
    assert list(found.groups(GroupBy.HOUR)) == ["21", "22"]


def test_weekdays_and_hours_come_in_their_order() -> None:
    """Whatever came first, Monday is before Sunday and midnight before noon."""
    deals = [deal(1.0, start=-3_600.0 * 25 * day) for day in range(7)]
    found = taken(deals)
    weekdays = list(found.groups(GroupBy.WEEKDAY))
    assert weekdays == sorted(weekdays, key=WEEKDAYS.index)
    assert list(found.groups(GroupBy.HOUR)) == sorted(found.groups(GroupBy.HOUR))


def test_a_new_ticker_takes_its_trades_along() -> None:
    """An instrument that was renamed is one group under its last ticker, later trades too."""
    deals = [
        deal(1.0, sid="FB 1", symbol="FB", underlying="FB"),
        deal(2.0, sid="FB 1", symbol="META", underlying="META"),
        deal(4.0, sid="FB 1", symbol="META", underlying="META"),
    ]
    found = taken(deals)
    assert {label: each.trades for label, each in found.groups(GroupBy.SYMBOL).items()} == {
        "META": 3
    }
    assert list(found.groups(GroupBy.UNDERLYING)) == ["META"]


def test_two_instruments_of_one_ticker_are_one_group() -> None:
    """Instruments that users cannot tell apart by name are counted together, not lost."""
    deals = [deal(1.0, sid=sid, symbol="BTCUSD") for sid in ("BTCUSD A", "BTCUSD B")]
    assert taken(deals).groups(GroupBy.SYMBOL)["BTCUSD"] == metrics(*deals)


def test_an_open_trade_is_refused() -> None:
    """Open trades are no part of closed ones' statistics, before and after a closed one."""
    found = taken([])
    opened = deal(1.0, is_closed=False)
    for count in (0, 1):
        with pytest.raises(CallError, match="AAPL is open"):
            found.add(*opened)
        assert len(found) == count
        found.add(*deal(1.0))


# --- properties

AMOUNTS = st.one_of(
    st.integers(-50, 50).map(float), st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
)
SECONDS = st.one_of(st.integers(0, 40).map(lambda days: days * 86_400.0), st.integers(0, 10**6))
NAMES = ("trend", "mean", "carry")


@st.composite
def deals_of(draw: st.DrawFn) -> Deal:
    """Any trade."""
    net, fees = draw(AMOUNTS), draw(st.sampled_from([0.0, 1.0, 0.35]))
    gross, ticker = net + fees, draw(st.sampled_from(["AAPL", "SPY", "ES"]))
    return deal(
        net,
        fees=fees,
        entry_notional=draw(st.sampled_from([0.0, 100.0, 2_500.0])),
        risk=draw(st.sampled_from([None, None, 10.0, 40.0])),
        start=draw(SECONDS),
        lasts=draw(SECONDS) / 7,
        mae=min(gross, 0.0) - draw(st.integers(0, 9)),
        mfe=max(gross, 0.0) + draw(st.integers(0, 9)),
        direction=draw(st.sampled_from(["long", "short"])),
        strategy=draw(st.sampled_from(NAMES)),
        symbol=ticker,
        sid=ticker,
        underlying=ticker,
        exit_reason=draw(st.sampled_from(["order", "liquidation"])),
        order_type=draw(st.sampled_from(["MARKET", "LIMIT"])),
    )


DEALS = st.lists(deals_of(), max_size=30)


def assert_same(found: TradeMetrics, expected: dict[str, Any], but: set[str] | None = None) -> None:
    """Every figure is the expected one, up to the order of additions."""
    shown = found.to_dict()
    assert shown.keys() == expected.keys()
    for name in shown.keys() - (but or set()):
        for mine, plain in _pairs(shown[name], expected[name]):
            if isinstance(plain, float):
                assert mine == pytest.approx(plain, rel=1e-9, abs=1e-6), name
            else:
                assert mine == plain, name


def _pairs(mine: Any, plain: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(plain, dict):
        assert mine.keys() == plain.keys()
        yield from ((mine[key], plain[key]) for key in plain)
    else:
        yield mine, plain


def sane(deals: list[Deal]) -> set[str]:
    """The figures that may differ: what divides by next to nothing that sums left over."""
    whole = [sum(d.record.gross_pnl for d in deals), sum(d.record.mfe for d in deals)]
    return {
        name
        for name, each in zip(("fee_share", "capture"), whole, strict=True)
        if abs(each) < 1e-3 and each
    }


@given(DEALS, st.sampled_from([None, 1_000.0]))
def test_every_figure_is_that_of_a_plain_loop(deals: list[Deal], equity: float | None) -> None:
    """The columns give what loops over the records give, for all trades and for each group."""
    found = taken(deals, NEW_YORK)
    assert_same(found.metrics(equity=equity), plain_metrics(deals, equity), sane(deals))
    for by in GroupBy:
        parts = parted(deals, by)
        groups = found.groups(by, equity=equity)
        assert groups.keys() == parts.keys()
        for label, part in parts.items():
            assert_same(groups[label], plain_metrics(part, equity), sane(part))
            assert groups[label] == found.metrics((by, label), equity=equity)


def label_of(each: Deal, by: GroupBy) -> str:
    """What a trade's group is called."""
    record, facts = each
    local = record.exit_time.astimezone(NEW_YORK)
    return {
        GroupBy.SIDE: record.direction,
        GroupBy.STRATEGY: record.strategy,
        GroupBy.SYMBOL: record.symbol,
        GroupBy.UNDERLYING: facts.underlying,
        GroupBy.SECURITY_TYPE: facts.security_type.value,
        GroupBy.ORDER_TYPE: record.order_type,
        GroupBy.EXIT_REASON: record.exit_reason,
        GroupBy.WEEKDAY: f"{local:%A}",
        GroupBy.HOUR: f"{local:%H}",
    }[by]


def parted(deals: list[Deal], by: GroupBy) -> dict[str, list[Deal]]:
    """The trades of each group, in their order."""
    parts: dict[str, list[Deal]] = defaultdict(list)
    for each in deals:
        parts[label_of(each, by)].append(each)
    return parts


@given(DEALS, st.sampled_from(GroupBy))
def test_groups_sum_to_the_whole(deals: list[Deal], by: GroupBy) -> None:
    """Counts, P&L, fees and value traded of the groups of one kind are those of all trades."""
    found = taken(deals)
    whole, groups = found.metrics(), found.groups(by).values()
    for name in ("trades", "wins", "losses", "breakevens", "r_trades"):
        assert sum(getattr(each, name) for each in groups) == getattr(whole, name)
    for name in ("net_pnl", "gross_pnl", "gross_profit", "gross_loss", "fees", "value_traded"):
        parts = sum(getattr(each, name) for each in groups)
        assert parts == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-6)


@given(DEALS, st.randoms(use_true_random=False))
def test_only_streaks_know_the_order(deals: list[Deal], chance: Any) -> None:
    """The same trades in any order give the same figures, but for the runs of wins and losses."""
    expected = metrics(*deals).to_dict()
    chance.shuffle(deals)
    assert_same(metrics(*deals), expected, IN_ORDER | sane(deals))


@given(DEALS, DEALS)
def test_restored_is_as_never_stopped(early: list[Deal], late: list[Deal]) -> None:
    """Saved as JSON at any trade and restored, the statistics go on bit for bit."""
    whole = taken([*early, *late], NEW_YORK)
    saved = json.loads(json.dumps(taken(early, NEW_YORK).state()))
    restored = taken([deal(1.0)], NEW_YORK)
    restored.restore(saved)
    assert restored.state() == saved
    for each in late:
        restored.add(*each)
    assert restored.state() == whole.state()
    assert restored.metrics() == whole.metrics()
    assert restored.groups(GroupBy.HOUR) == whole.groups(GroupBy.HOUR)


def test_reading_changes_nothing() -> None:
    """Reads may come between trades, as often as wanted."""
    found = TradeStatistics()
    for each in MIXED:
        found.add(*each)
        found.metrics()
        found.groups(GroupBy.SYMBOL)
    assert found.state() == taken(MIXED).state()


def test_a_trade_takes_few_bytes() -> None:
    """A state is a bounded size a trade, and the columns behind it three quarters of that."""
    many = taken(deal(float(at % 7 - 3), start=at * 60.0) for at in range(3_000))
    assert len(json.dumps(many.state())) < 84 * len(many)


def calls_of_reading(found: TradeStatistics) -> int:
    """How many calls, of Python's functions and of C's, it takes to read all there is."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        found.metrics()
        for by in GroupBy:
            found.groups(by)
    finally:
        sys.setprofile(None)
    return calls


def test_reading_a_long_run_takes_no_more_calls() -> None:
    """All figures, with every group of every kind, are made of columns, not trade by trade."""
    deals = [*MIXED, *map(deal, range(-300, 300, 7))]
    short, long = TradeStatistics(NEW_YORK), TradeStatistics(NEW_YORK)
    for found, times in ((short, 10), (long, 100)):
        for _ in range(times):
            for each in deals:
                found.add(*each)
    assert calls_of_reading(long) <= 1.1 * calls_of_reading(short)


@pytest.mark.parametrize(
    "name", ["option-combos", "order-types", "sliced-fills", "splits-and-shorts", "euro-account"]
)
def test_recorded_trades_give_what_a_plain_loop_does(name: str) -> None:
    """Both ways agree on the trades of real runs, of each book, of all and of each side."""
    replay = played(name).replay
    assert replay.trades
    for book in {each.book for each in replay.trades}:
        deals = [
            Deal(each, TradeFacts(SecurityType.EQUITY, each.symbol))
            for each in replay.trades
            if each.book == book
        ]
        found = taken(deals)
        assert_same(found.metrics(), plain_metrics(deals))
        for side, group in found.groups(GroupBy.SIDE).items():
            assert_same(group, plain_metrics([d for d in deals if d.record.direction == side]))


def test_times_are_kept_exactly() -> None:
    """Microseconds survive the columns and the state for any time of this century."""
    for year in (2001, 2038, 2099):
        exit_time = START.replace(year=year, microsecond=999_999)
        entry_time = exit_time - timedelta(microseconds=1)
        found = taken([deal(1.0, entry_time=entry_time, exit_time=exit_time)])
        restored = taken([])
        restored.restore(json.loads(json.dumps(found.state())))
        assert restored.metrics().last_exit == exit_time
        assert restored.metrics().duration.longest == 1e-6


@given(st.lists(st.tuples(st.sampled_from(MIXED), st.booleans()), max_size=40))
def test_reading_between_trades_changes_nothing(steps: list[tuple[Deal, bool]]) -> None:
    """Whoever reads sees every trade so far, and the state is the same as if nobody had read."""
    unread, read = TradeStatistics(NEW_YORK), TradeStatistics(NEW_YORK)
    for count, (each, looks) in enumerate(steps, start=1):
        unread.add(*each)
        read.add(*each)
        if looks:
            assert read.metrics().trades == len(read) == count
    assert read.state() == unread.state()

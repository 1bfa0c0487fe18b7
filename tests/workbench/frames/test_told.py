"""What recordings, saved states and trackers tell: all that is known, and what is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import create_performance_tracker
from models.equity.session_metrics import SessionKind
from models.trades.record import POSITIONS
from tests.recordings.played import NAMES, played
from tests.workbench.frames.runs import recorded, save
from workbench.comparison.sources import SOURCES, source_of
from workbench.frames.frames import frames
from workbench.frames.sources import read_source
from workbench.frames.told import Told

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_tells_what_a_replay_has(name: str) -> None:
    """Trades, fees, flows and the last mark of each table are those of the replay."""
    told, own = recorded(name).told, played(name)
    tracker, books = own.replay.tracker, own.replay.tracker.ledger.books
    assert [trade.trade_id for trade in told.lots] == [each.trade_id for each in own.replay.trades]
    assert told.positions == own.rounds
    assert told.flows == tracker.ledger.flows
    assert told.problems == ()
    marks = [mark for mark in told.marks if not mark.strategy]
    assert [mark.equity for mark in marks] == [row["equity"] for row in own.rows]
    assert [mark.unexplained for mark in marks] == [row["unexplained"] for row in own.rows]
    last = {mark.strategy: mark for mark in told.marks}
    for strategy, row in own.rows[-1]["strategies"].items() if own.rows else ():
        assert strategy not in last or last[strategy].net_pnl == row
    assert sum(order.fees for order in told.orders) == pytest.approx(tracker.balance()["fees"])
    assert _net(told) == pytest.approx(_filled(told))
    assert len({(fill.order_id, fill.time, fill.sid) for fill in told.fills}) <= books.fills


def _net(told: Told) -> dict[str, float]:
    """What the fills of each order's own instrument come to."""
    found: defaultdict[str, float] = defaultdict(float)
    own = {order.order_id: order.sid for order in told.orders}
    for fill in told.fills:
        if own[fill.order_id] == fill.sid:
            found[fill.sid] += fill.quantity
    return {sid: round(value, 9) for sid, value in found.items()}


def _filled(told: Told) -> dict[str, float]:
    """The same of what the orders say."""
    found: defaultdict[str, float] = defaultdict(float)
    for order in told.orders:
        if order.fills:
            found[order.sid] += order.filled
    return {sid: round(value, 9) for sid, value in found.items()}


def test_orders_end_as_lean_says() -> None:
    """Every way an order can end, with its limit, its stop and why it was rejected."""
    told = recorded("order-types").told
    statuses = Counter(order.status for order in told.orders)
    assert {"FILLED", "CANCELED", "INVALID"} <= set(statuses)
    types = {order.order_type for order in told.orders}
    assert {"LIMIT", "STOP_LIMIT", "TRAILING_STOP", "MARKET_ON_CLOSE"} <= types
    assert all(order.limit_price for order in told.orders if order.order_type == "LIMIT")
    assert all(order.stop_price for order in told.orders if order.order_type == "STOP_LIMIT")
    assert all(order.message for order in told.orders if order.status == "INVALID")


def test_an_order_filled_in_slices_is_one() -> None:
    """Its price is the mean of its fills by quantity, and its fills are counted."""
    told = recorded("sliced-fills").told
    order = max(told.orders, key=lambda each: each.fills)
    fills = [fill for fill in told.fills if fill.order_id == order.order_id]
    assert order.fills > 1
    assert order.filled == pytest.approx(sum(fill.quantity for fill in fills))
    worth = sum(fill.quantity * fill.price for fill in fills)
    assert order.price == pytest.approx(worth / order.filled)


def test_a_fill_of_several_strategies_has_a_row_for_each() -> None:
    """An assignment that falls on two holders is a part of each; LEAN's order is nobody's."""
    told = recorded("shared-options").told
    parts = Counter((fill.order_id, fill.sid) for fill in told.fills)
    (order_id, _), count = parts.most_common(1)[0]
    strategies = {fill.strategy for fill in told.fills if fill.order_id == order_id}
    assert count == len(strategies) == 2
    (order,) = [each for each in told.orders if each.order_id == order_id]
    assert (order.strategy, order.order_type) == (None, "OPTION_EXERCISE")


def test_legs_of_a_combo_have_its_id() -> None:
    """Four legs share it, and other orders have none."""
    groups = Counter(order.group for order in recorded("option-combos").told.orders)
    assert groups[1] == 4
    assert {order.group for order in recorded("order-types").told.orders} == {0}


@pytest.mark.recording("three-strategies")
def test_every_order_that_ended_has_its_execution() -> None:
    """All of them, though a tracker keeps the last 200 only, with markouts known later."""
    told = recorded("three-strategies").told
    own = {order.order_id for order in told.orders if order.status == "FILLED" and order.strategy}
    assert {each.order_id for each in told.executions} == own
    assert len(own) == 6_701
    known = [each for each in told.executions if each.markouts["1d"] is not None]
    assert len(known) > 6_000


@pytest.mark.recording("macd-eleven-years")
def test_old_days_and_drawdowns_are_told_too() -> None:
    """A tracker folds days after two years, and keeps 100 drawdowns; a replay tells them all."""
    told = recorded("macd-eleven-years").told
    days = [row for row in told.sessions if not row.strategy and row.record.kind.value == "daily"]
    assert len(days) > 2_000
    assert len({row.record.session_date for row in days}) == len(days)
    tracker = played("macd-eleven-years").replay.tracker
    for kind in (SessionKind.DAILY, SessionKind.MONTHLY, SessionKind.YEARLY):
        kept = tracker.sessions(kind)
        rows = [row.record for row in told.sessions if not row.strategy and row.record.kind is kind]
        assert rows[-len(kept) :] == kept
    total = sum(row.record.net_pnl for row in days)
    assert total == pytest.approx(tracker.summary().net_pnl)
    falls = [row.record for row in told.drawdowns if not row.strategy]
    assert max(fall.depth for fall in falls) == pytest.approx(tracker.drawdown().max_depth)
    assert [fall.start for fall in falls] == sorted(fall.start for fall in falls)


def test_a_saved_state_tells_what_it_keeps(tmp_path: Path) -> None:
    """Trades, days, sessions and flows are the replay's; what is not kept is said."""
    replay = save(tmp_path, "shared-options")
    told, whole = frames(tmp_path).told, recorded("shared-options").told
    assert [trade.to_dict() for trade in told.lots] == [trade.to_dict() for trade in whole.lots]
    assert told.positions == replay.tracker.trades(book=POSITIONS)
    assert (told.days, told.flows) == (whole.days, whole.flows)
    assert told.sessions == whole.sessions
    assert [each.order_id for each in told.executions] == [1, 2, 3, 4, 5]
    assert next((each.order_id, each.status) for each in told.orders) == (1, "FILLED")
    assert told.fills == ()
    assert {mark.strategy for mark in told.marks} == {mark.strategy for mark in whole.marks}
    assert told.problems == (
        "single fills are not kept: there were 11",
        "of the orders the last 5 that ended are kept",
    )


@pytest.mark.slow
@pytest.mark.recording("three-strategies")
def test_of_a_long_run_the_curve_and_the_last_orders_are_kept(tmp_path: Path) -> None:
    """Marks are the points of the equity curve, with the extremes among them; both are said."""
    save(tmp_path, "three-strategies")
    told = frames(tmp_path).told
    assert told.problems[-1] == "of the orders the last 200 that ended are kept"
    tracker = create_performance_tracker(1_000.0)
    tracker.open_trade("A", 1, 100.0, time=NOON)
    for minute in range(1, 5_001):
        price = 200.0 if minute == 3_333 else 100.0 + minute % 7
        tracker.update_unrealized_pnl({"A": price}, NOON + timedelta(minutes=minute))
    told = frames(tracker).told
    marks = [mark.equity for mark in told.marks if not mark.strategy]
    assert len(marks) <= 4_000
    assert max(marks) == 1_100.0
    assert any("points of the equity curves are kept" in each for each in told.problems)


def test_a_tracker_by_hand_is_a_source() -> None:
    """As it stands, whatever made its trades."""
    tracker = create_performance_tracker(1_000.0)
    tracker.open_trade("A", 1, 100.0, time=NOON, strategy="trend")
    tracker.close_trade("A", price=110.0)
    told = frames(tracker).told
    assert [(trade.symbol, trade.pnl) for trade in told.lots] == [("A", 10.0)]
    assert told.currency == "USD"
    assert {row.strategy for row in told.days} == {"", "trend"}
    assert told.executions == ()
    assert "single orders were not followed" in told.problems


def test_what_is_no_source_is_refused() -> None:
    """With what would be one."""
    with pytest.raises(LookupError, match="int is no source: give a path, a tracker or an object"):
        frames(7)
    with pytest.raises(LookupError, match="there is no recording 'x'"):
        frames("x")


def test_frames_and_comparisons_share_their_kinds_of_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new kind of source is one class, and serves both."""

    class Nothing:
        """A kind that tells of a run without a trade."""

        def accepts(self, text: str) -> bool:
            """Whether it is meant."""
            return text == "nothing"

        def tell(self, text: str) -> Told:
            """An empty account."""
            return read_source(create_performance_tracker())

    monkeypatch.setattr("workbench.comparison.sources.SOURCES", (Nothing(), *SOURCES))
    assert isinstance(source_of("nothing"), Nothing)
    assert frames("nothing").told.lots == []

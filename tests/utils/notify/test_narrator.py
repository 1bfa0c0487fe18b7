"""The narrator: what becomes of orders and notices, on a tracker and on the recordings."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.equity.drawdown import Spell
from models.equity.session_metrics import SessionKind
from models.events.account import DayEnd, Mark, Opening
from models.events.anomalies import Anomaly
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.settings import Alarm
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from utils.log.entries import Entry
from utils.log.events import EVENTS, Level
from utils.notify.narrator import NOTICES, Narrator, order_name
from utils.structured_logger import StructuredLogger
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
CALL = Instrument(
    "C", "C150", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=150.0, right="CALL"
)
SPELL = Spell(NOON, NOON, None, 1.0, 0.9, 0.1, 100.0)


class Silence:
    """A sink that shows nothing."""

    def debug(self, message: str) -> None:
        """Drop it."""

    log = error = debug


class Story:
    """A tracker with a stock and an option, and what its narrator logged."""

    def __init__(self, level: str = "debug", holdings: Any = None, **given: Any) -> None:
        self.log = StructuredLogger(Silence(), lambda: NOON, level=level, budget=None)
        self.narrator = Narrator(self.log, **given)
        self.tracker = PerformanceTracker()
        self.tracker.add_listener(self.narrator.hear)
        for event in (STOCK, CALL, Opening(NOON, {"USD": 1e4}, {"USD": 1.0}, holdings or {})):
            self.tracker.apply(event)

    def fill(self, order_id: int, quantity: float, price: float, **given: Any) -> None:
        """Apply a fill, as many minutes past noon as its order's id, and flush."""
        values = {"sid": "S", "tag": "strategy=trend", "event_id": 1, **given}
        time = NOON + timedelta(minutes=order_id)
        self.tracker.apply(Fill(time, order_id, quantity=quantity, price=price, **values))
        self.narrator.flush()

    def told(self, *events: str) -> list[str]:
        """The text of what was logged, of those events or of the positions and trades."""
        wanted = events or tuple(name for name in EVENTS if name.startswith(("position", "trade")))
        return [
            made.text()
            for made in self.entries
            if made.event in wanted and "book" not in made.fields
        ]

    @property
    def entries(self) -> list[Entry]:
        """What was logged."""
        self.narrator.flush()
        return self.log.entries


# --- orders


def update(status: OrderStatus, **given: Any) -> OrderUpdate:
    """An update of order 12."""
    return OrderUpdate(NOON, 12, 1, given.pop("sid", ""), status, **given)


@pytest.mark.parametrize(
    ("event", "text", "level"),
    [
        (
            update(
                OrderStatus.SUBMITTED,
                sid="SPY R735QTJ8XC9X",
                order_type=OrderType.LIMIT,
                quantity=-5.0,
                tag="strategy=a",
            ),
            'order submitted id=o12 symbol=SPY type=LIMIT quantity=-5 tag="strategy=a"',
            Level.DEBUG,
        ),
        (
            update(OrderStatus.UPDATE_SUBMITTED, limit_price=9.5),
            "order updated id=o12 limit=9.5",
            Level.DEBUG,
        ),
        (
            update(OrderStatus.INVALID, message="no buying power"),
            'order rejected id=o12 message="no buying power"',
            Level.WARNING,
        ),
        (update(OrderStatus.CANCELED), "order cancelled id=o12", Level.INFO),
        (
            Fill(NOON, 12, 2, "SPY R735QTJ8XC9X", 100.0, 9.5, 1.0),
            "order filled id=o12 symbol=SPY quantity=100 price=9.5 fee=1",
            Level.DEBUG,
        ),
    ],
)
def test_orders_are_told(event: OrderUpdate | Fill, text: str, level: Level) -> None:
    """Each event of an order is an entry with the order's id, saying what is known of it."""
    story = Story()
    story.narrator.order(event)
    (made,) = story.entries
    assert (made.text(), made.level, made.time) == (text, level, NOON)


@pytest.mark.parametrize("status", [OrderStatus.NEW, OrderStatus.CANCEL_PENDING, OrderStatus.NONE])
def test_what_an_order_passes_through_is_not_told(status: OrderStatus) -> None:
    """Statuses that change nothing for the user make no entry."""
    story = Story()
    story.narrator.order(update(status))
    assert story.entries == []


def test_a_later_event_has_its_orders_symbol() -> None:
    """Only the first event names the instrument; a reject that is told alone names it too."""
    story = Story("warning")
    story.narrator.order(update(OrderStatus.SUBMITTED, sid="SPY R735QTJ8XC9X"))
    story.narrator.order(update(OrderStatus.INVALID, message="why"))
    story.narrator.order(update(OrderStatus.INVALID, message="late"))
    assert [made.text() for made in story.entries] == [
        "order rejected id=o12 symbol=SPY message=why",
        "order rejected id=o12 message=late",
    ]


def test_an_orders_name() -> None:
    """An order of a later deployment has its number before it; none is empty."""
    assert [order_name(12), order_name(12, 2), order_name(0), order_name(0, 2), order_name(-1)] == [
        *("o12", "2-o12", "", "", "o-1")
    ]


def test_orders_and_instruments_may_be_named_otherwise() -> None:
    """Names come from the functions given."""
    story = Story(name_order=lambda order: f"2-o{order}", ticker=lambda sid: f"<{sid}>")
    story.narrator.order(update(OrderStatus.SUBMITTED, sid="S"))
    story.fill(1, 5.0, 10.0)
    story.fill(2, -5.0, 10.0)
    assert story.entries[0].text() == "order submitted id=2-o12 symbol=<S>"
    assert story.told("trade closed")[0].startswith("trade closed id=2-o1 ")
    assert "closed_by=2-o2" in story.told("trade closed")[0]


# --- fills


def test_a_position_from_entry_to_exit() -> None:
    """Opened, increased, reduced and closed; each trade goes by the order that opened it."""
    story = Story()
    story.fill(1, 5.0, 10.0, fee=1.0, fee_currency="USD")
    story.fill(2, 5.0, 11.0)
    story.fill(3, -7.0, 12.0)
    story.fill(4, -3.0, 12.0)
    held = "symbol=STOCK strategy=trend direction=long"
    third, fourth = "reason=order closed_by=o3", "reason=order closed_by=o4"
    assert story.told() == [
        f'position opened id=o1 {held} quantity=5 price=10 tag="strategy=trend"',
        f'position increased id=o2 {held} quantity=5 price=11 tag="strategy=trend"',
        f"trade closed id=o1 entry=10 {held} quantity=5 exit=12 pnl=9 fees=1 {third}",
        f"trade closed id=o2 entry=11 {held} quantity=2 exit=12 pnl=2 fees=0 {third}",
        f"position reduced id=o1 {held} quantity=7 exit=12 pnl=11 fees=1 {third}",
        f"trade closed id=o2 entry=11 {held} quantity=3 exit=12 pnl=3 fees=0 {fourth}",
        f"position closed id=o1 {held} quantity=10 exit=12 pnl=14 fees=1 {fourth}",
    ]


def test_a_flip_is_one_event_of_the_position() -> None:
    """A fill that closes a round and opens the other side says both; the new side goes on."""
    story = Story()
    story.fill(1, 5.0, 10.0)
    story.fill(2, -8.0, 12.0)
    story.fill(3, -1.0, 12.0)
    story.fill(4, 4.0, 11.0)
    events = [made.event for made in story.entries if made.event.startswith("position")]
    assert events == [f"position {did}" for did in ("opened", "flipped", "increased", "closed")]
    (flip,) = story.told("position flipped")
    assert "id=o1 symbol=STOCK strategy=trend direction=long quantity=5 exit=12 pnl=10" in flip
    assert flip.endswith("closed_by=o2 opened=3")


def test_strategies_are_told_apart() -> None:
    """A position of one strategy is none of another's."""
    story = Story()
    story.fill(1, 5.0, 10.0)
    story.fill(2, 5.0, 10.0, tag="strategy=other")
    assert [text.partition(" id")[0] for text in story.told()] == ["position opened"] * 2


@pytest.mark.parametrize(
    ("quantity", "message", "event"),
    [
        (-1.0, "Automatic Exercise. Underlying: 160", "position exercised"),
        (1.0, "Assigned. Underlying: 160", "position assigned"),
        (-1.0, "OTM. Underlying: 140", "position expired"),
    ],
)
def test_the_reason_names_the_event(quantity: float, message: str, event: str) -> None:
    """Exercise, assignment and expiry are told as such, in whole or in part."""
    story = Story()
    story.fill(1, -2 * quantity, 3.0, sid="C")
    given = {"sid": "C", "order_type": OrderType.OPTION_EXERCISE, "tag": "", "message": message}
    story.fill(2, quantity, 0.0, **given)
    story.fill(3, quantity, 0.0, **given)
    assert [text.partition(" id")[0] for text in story.told()] == [
        "position opened",
        *["trade closed", event] * 2,
    ]
    assert [text.rpartition(" ")[2] for text in story.told(event)] == ["flat=false", "flat=true"]


def test_what_was_held_before_is_increased() -> None:
    """An entry adds to what is held also where the narrator saw nothing of the position before."""
    story = Story()
    story.fill(1, 5.0, 10.0)
    after = Narrator(story.log)
    story.tracker.remove_listener(story.narrator.hear)
    story.tracker.add_listener(after.hear)
    story.fill(2, 5.0, 10.0)
    after.flush()
    assert story.told()[-1].startswith("position increased id=o2")


def test_holdings_at_the_start_are_told() -> None:
    """What the account held when the tracker opened it is a position that no order opened."""
    (told,) = Story(holdings={"S": (5.0, 10.0)}).told()
    held = "symbol=STOCK strategy=unassigned direction=long"
    assert told == f"position opened {held} quantity=5 price=10"


def test_fills_of_one_moment_are_told_when_the_next_comes() -> None:
    """Without a flush a fill is told with the next one's notices, in order."""
    story = Story()
    for order_id, quantity in enumerate((5.0, -2.0, -3.0), 1):
        time = NOON + timedelta(minutes=order_id)
        story.tracker.apply(Fill(time, order_id, 1, "S", quantity, 10.0, tag="strategy=trend"))
    events = [made.event for made in story.entries if "book" not in made.fields]
    assert events == [
        "position opened",
        *("trade closed", "position reduced"),
        *("trade closed", "position closed"),
    ]


def test_a_fill_is_told_before_what_came_after_it() -> None:
    """A notice of something else ends a fill's."""
    story = Story("info")
    story.tracker.apply(Fill(NOON, 1, 1, "S", 5.0, 10.0, tag="strategy=trend"))
    story.tracker.core.reject(NOON, "bad event", "a price of NaN")
    assert [made.event for made in story.entries] == ["position opened", "anomaly"]


# --- other notices


def notices(kind: NoticeKind, record: Any, strategy: str = "", level: str = "debug") -> list[Entry]:
    """What is logged of a notice."""
    story = Story(level)
    story.narrator.hear(Notice(kind, NOON, strategy, record))
    return story.entries


def test_every_kind_of_notice_is_told() -> None:
    """No kind of notice is without an event."""
    fills = {NoticeKind.TRADE_OPENED, NoticeKind.TRADE_CLOSED, NoticeKind.POSITION_CLOSED}
    assert set(NOTICES) | fills == set(NoticeKind)
    assert {name for name, _ in NOTICES.values()} <= set(EVENTS)


@pytest.mark.parametrize(
    ("kind", "strategy", "level"),
    [
        (SessionKind.DAILY, "", Level.INFO),
        (SessionKind.WEEKLY, "", Level.DEBUG),
        (SessionKind.DAILY, "trend", Level.DEBUG),
    ],
)
def test_only_the_accounts_days_are_news(kind: SessionKind, strategy: str, level: Level) -> None:
    """Other sessions, and those of the strategies, are for debugging."""
    tracker = PerformanceTracker()
    tracker.open_trade("SPY", 1.0, 10.0, time=NOON)
    (session,) = tracker.sessions(SessionKind.DAILY)
    session = replace(session, kind=kind, session_date=date(2024, 1, 2), net_pnl=1.5)
    (made,) = notices(NoticeKind.SESSION_CLOSED, session, strategy)
    assert (made.event, made.level, made.fields["kind"]) == ("session closed", level, kind.value)
    assert (made.fields["date"], made.fields["net_pnl"]) == ("2024-01-02", 1.5)
    assert made.fields.get("strategy", "") == strategy


def test_lows_and_recoveries_are_for_debugging() -> None:
    """Any mark may bring one, so that alerts decide which of them is news."""
    (low,) = notices(NoticeKind.NEW_LOW, SPELL)
    (recovery,) = notices(NoticeKind.RECOVERY, replace(SPELL, end=NOON), "trend")
    assert low.text() == "drawdown low depth=0.1 amount=100 since=2024-01-02T12:00:00+00:00"
    assert (recovery.event, recovery.level) == ("drawdown recovery", Level.DEBUG)
    assert recovery.fields["strategy"] == "trend"
    assert notices(NoticeKind.NEW_LOW, SPELL, level="info") == []


def test_an_anomaly_is_news_once_a_kind() -> None:
    """The first of a kind is a warning, the others are for debugging."""
    story = Story()
    for kind, detail in (("bad event", "one"), ("bad event", "two"), ("unexplained", "three")):
        record = Anomaly(NOON, kind, detail, amount=2.5)
        story.narrator.hear(Notice(NoticeKind.ANOMALY, NOON, "", record))
    levels = [made.level for made in story.entries]
    assert levels == [Level.WARNING, Level.DEBUG, Level.WARNING]
    assert story.entries[0].text() == 'anomaly kind="bad event" detail=one amount=2.5'


def test_the_trackers_days_and_anomalies_are_told() -> None:
    """What a tracker tells by itself is logged, at the time of the event."""
    story = Story("info")
    story.tracker.apply(Mark(NOON, 1e4, cash={"USD": 1e4}))
    story.tracker.apply(DayEnd(NOON.replace(hour=0) + timedelta(days=1), 1e4))
    story.tracker.core.reject(NOON, "bad event", "a price of NaN")
    assert [made.event for made in story.entries] == ["session closed", "anomaly"]


# --- whole runs

# Positions that flip, are shared, assigned, rolled, split and expire.
RUNS = ["opposed-options", "shared-options", "futures-roll", "splits-and-shorts"]
RUNS += ["index-option-expiry", "delisting"]


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("each_hook", [True, False])
def test_a_recordings_positions_are_told_without_a_gap(name: str, each_hook: bool) -> None:
    """On real runs each position is opened before it changes, and closed when nothing is held."""
    replay = Replay(read_tape(recordings()[name].path), lean_book=False)
    log = StructuredLogger(Silence(), lambda: NOON, level="debug", budget=0)
    narrator = Narrator(log)
    replay.tracker.add_listener(narrator.hear)
    told: list[Entry] = []
    log.listeners.append(told.append)
    for _ in replay.play():
        if each_hook:
            narrator.flush()
    narrator.flush()
    held: set[tuple[str, str]] = set()
    for made in told:
        if made.event.startswith("position"):
            key = (made.fields["strategy"], made.fields["symbol"])
            assert (key in held) == (made.event != "position opened")
            held.add(key)
            if made.event == "position closed" or made.fields.get("flat"):
                held.remove(key)
    assert Counter(made.event for made in told)["trade closed"] == len(replay.trades) > 0
    positions = replay.tracker.positions().strategies.values()
    assert held == {(each.strategy, each.symbol) for records in positions for each in records}


@pytest.mark.parametrize(
    ("alarm", "fired", "event", "level"),
    [
        (Alarm.DRAWDOWN, True, "drawdown alert", Level.WARNING),
        (Alarm.STRATEGY_DRAWDOWN, False, "drawdown recovery", Level.INFO),
        (Alarm.REJECTS, True, "alert", Level.WARNING),
        (Alarm.REJECTS, False, "alert over", Level.INFO),
    ],
)
def test_an_alert_is_told_with_its_text(
    alarm: Alarm, fired: bool, event: str, level: Level
) -> None:
    """As a drawdown's or another's, louder when it fires than when it is over."""
    alert = Alert(alarm, "trend", fired, NOON, 0.1, 0.05)
    (entry,) = notices(NoticeKind.ALERT, alert, "trend")
    assert (entry.event, entry.level) == (event, level)
    assert entry.fields["text"] == alert.text

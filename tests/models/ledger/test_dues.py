"""Cash without an order: live dividends, what the user names, financing and its bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.errors import CallError
from models.events.account import Mark, Opening
from models.events.causes import FlowCause
from models.events.corporate_actions import Dividend
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from tests.scenario import Scenario, play, scenarios

DIVIDENDS = """
live, cash that equals a dividend is that dividend, of those who held the share
ACCOUNT USD 100000 live yes
STOCK KO
BUY 300 KO @ 60 by income
BUY 100 KO @ 60 by other
MARK KO 60
DIVIDEND KO 0.46
SELL 300 KO @ 60 by income
MARK KO 60
=> trade income LONG 300 KO 60->60
DEPOSIT USD 184
MARK?
MARK
=> income dividends 138
=> other dividends 46
=> flows none

with a sixth withheld, in the share's own currency
ACCOUNT USD 100000 EUR 50000 live yes
STOCK SAP in EUR
RATE EUR 1.1
BUY 100 SAP @ 90 by trend
MARK SAP 90
DIVIDEND SAP 2.2
DAY
DEPOSIT EUR 161.975
MARK?
MARK
=> trend dividends 178.1725
=> flows none

in account currency, a quarter withheld
ACCOUNT USD 100000 EUR 50000 live yes
STOCK SAP in EUR
RATE EUR 1.1
BUY 100 SAP @ 90 by trend
MARK SAP 90
DIVIDEND SAP 2
DEPOSIT USD 165
MARK?
MARK
=> trend dividends 165
=> flows none

a short pays
ACCOUNT USD 100000 live yes
STOCK KO
SELL 100 KO @ 60 by short
MARK KO 60
DIVIDEND KO 0.5
DEPOSIT USD -50
MARK?
MARK
=> short dividends -50
=> flows none

two that come together
ACCOUNT USD 100000 live yes
STOCK KO
STOCK PG
BUY 100 KO @ 60 by one
BUY 50 PG @ 100 by two
MARK KO 60 PG 100
DIVIDEND KO 0.5
DIVIDEND PG 1
DEPOSIT USD 85
MARK?
MARK
=> one dividends 42.5
=> two dividends 42.5
=> flows none

the one that cash equals is paid before the one that it would fall short of
ACCOUNT USD 100000 live yes
STOCK KO
STOCK PG
BUY 100 KO @ 60 by one
BUY 60 PG @ 100 by two
MARK KO 60 PG 100
DIVIDEND KO 0.6
DIVIDEND PG 0.75
DEPOSIT USD 45
MARK?
MARK
=> one dividends 0
=> two dividends 45
=> flows none

more than it, or much less, is a flow
ACCOUNT USD 100000 live yes
STOCK KO
BUY 100 KO @ 60 by one
MARK KO 60
DIVIDEND KO 0.5
DEPOSIT USD 51
MARK?
MARK
=> flow USD 51 51 unannounced
DEPOSIT USD 32
MARK?
MARK
=> flow USD 32 32 unannounced
DEPOSIT USD 32.5
MARK?
MARK
=> one dividends 32.5

one dividend is paid once, though LEAN tells of it again
ACCOUNT USD 100000 live yes
STOCK KO
BUY 100 KO @ 60 by one
MARK KO 60
DIVIDEND KO 0.5
DIVIDEND KO 0.5
DEPOSIT USD 50
MARK?
MARK
=> one dividends 50
DEPOSIT USD 50
MARK?
MARK
=> flow USD 50 50 unannounced

it may come while LEAN is stopped
ACCOUNT USD 100000 live yes
STOCK KO
BUY 100 KO @ 60 by one
MARK KO 60
DIVIDEND KO 0.5
STOPPED
DEPOSIT USD 42.5
MARK
=> one dividends 42.5
=> flows none
"""


@pytest.mark.parametrize("scenario", scenarios(DIVIDENDS))
def test_scenarios(scenario: Scenario) -> None:
    """Each scenario holds."""
    play(scenario.lines)


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHARE = Instrument("KO", "KO", SecurityType.EQUITY, "USD")
PERPETUAL = Instrument(
    "P",
    "P",
    SecurityType.CRYPTO_FUTURE,
    "USDT",
    base="ADA",
    interest_model="BinanceFutureMarginInterestRateModel",
)


def holding(instrument: Instrument, *, live: bool) -> PerformanceTracker:
    """A tracker whose strategy `one` holds 100 of it at 60."""
    tracker = PerformanceTracker(live=live)
    tracker.apply(instrument)
    cash = {"USD": 100_000.0, "USDT": 100_000.0}
    tracker.apply(Opening(NOON, cash, {"USD": 1.0, "USDT": 1.0}))
    tracker.apply(Fill(NOON, 1, 1, instrument.sid, 100.0, 60.0, tag="strategy=one"))
    return tracker


def show(tracker: PerformanceTracker, time: datetime, usd: float, usdt: float) -> None:
    """Two marks a second apart with that cash, as live trading takes to believe it."""
    for later in (0, 1):
        cash = {"USD": usd, "USDT": usdt}
        tracker.apply(Mark(time + timedelta(seconds=later), cash=cash, holdings=None))


@pytest.mark.parametrize(("days", "flows"), [(59, 0), (61, 1)])
def test_a_dividend_is_waited_for_sixty_days(days: int, flows: int) -> None:
    """What comes later is a flow."""
    tracker = holding(SHARE, live=True)
    tracker.apply(Dividend(NOON, "KO", 0.5))
    show(tracker, NOON + timedelta(days=days), 94_050.0, 100_000.0)
    assert len(tracker.flows()) == flows
    assert tracker.sheets()["one"].dividends == 50.0 * (1 - flows)


@pytest.mark.parametrize(("amount", "financed"), [(-180.0, True), (-181.0, False), (6.0, True)])
def test_financing_is_what_the_held_size_can_bear(amount: float, financed: bool) -> None:
    """Of 6,000 held at an hourly scan three per cent are financing at most, else it is a flow."""
    tracker = holding(PERPETUAL, live=False)
    tracker.apply(Mark(NOON, profits={"P": (0.0, 0.0)}, cash={"USDT": 100_000.0}))
    time = NOON + timedelta(hours=4)
    tracker.apply(Mark(time, profits={"P": (0.0, 0.0)}, cash={"USDT": 100_000.0 + amount}))
    assert tracker.sheets()["one"].financing == amount * financed
    assert [flow.amount for flow in tracker.flows()] == [amount] * (not financed)


@pytest.mark.parametrize(
    ("before", "after", "financed"),
    [
        ("2026-03-02T12:40", "2026-03-02T13:05", False),
        ("2026-03-02T12:50", "2026-03-02T13:05", True),
        ("2026-07-01T11:40", "2026-07-01T12:01", False),
        ("2026-03-02T12:50", "2026-03-04T02:00", False),
    ],
    ids=["over the sync", "after the sync", "in summer", "over a day"],
)
def test_cash_first_seen_at_the_brokers_daily_sync_is_a_flow(
    before: str, after: str, financed: bool
) -> None:
    """Live, LEAN takes over the broker's cash at 7:45 in New York."""
    tracker = holding(PERPETUAL, live=True)
    first, second = (datetime.fromisoformat(f"{each}+00:00") for each in (before, after))
    profits = {"P": (0.0, 0.0)}
    tracker.apply(Mark(first, profits=profits, cash={"USDT": 100_000.0}))
    tracker.apply(Mark(second, profits=profits, cash={"USDT": 99_999.0}))
    assert bool(tracker.flows()) != financed
    assert tracker.sheets()["one"].financing == -1.0 * financed


@pytest.mark.parametrize(
    ("cause", "amount", "term"),
    [
        ("interest", -7.5, "financing"),
        (FlowCause.DIVIDEND, 7.5, "dividends"),
        ("fee", -7.5, "fees"),
    ],
)
@pytest.mark.parametrize("strategy", ["one", None])
def test_cash_that_is_named_as_profit_is_profit(
    cause: FlowCause | str, amount: float, term: str, strategy: str | None
) -> None:
    """It stands in its term, of the strategy that is named, and moves the NAV; it is no flow."""
    tracker = holding(SHARE, live=False)
    show(tracker, NOON, 94_000.0, 100_000.0)
    tracker.record_flow(amount, cause=cause, strategy=strategy)
    show(tracker, NOON + timedelta(minutes=1), 94_000.0 + amount, 100_000.0)
    assert tracker.flows() == ()
    paid = -amount if term == "fees" else amount
    assert getattr(tracker.sheets()[strategy or "unassigned"], term) == paid
    assert tracker.balance()[term] == paid
    assert tracker.scopes.account.track.nav == pytest.approx(1 + amount / 200_000.0)


@pytest.mark.parametrize(("cause", "amount"), [("deposit", 500.0), ("withdrawal", -500.0)])
def test_cash_that_is_named_as_a_deposit_or_withdrawal_is_a_flow(cause: str, amount: float) -> None:
    """It moves no NAV, and says that it was announced."""
    tracker = holding(SHARE, live=False)
    show(tracker, NOON, 94_000.0, 100_000.0)
    tracker.record_flow(amount, cause=cause, note="monthly")
    show(tracker, NOON + timedelta(minutes=1), 94_000.0 + amount, 100_000.0)
    (flow,) = tracker.flows()
    assert (flow.amount, flow.cause, flow.is_named) == (amount, "announced: monthly", True)
    assert tracker.scopes.account.track.nav == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": 5.0, "cause": "withdrawal"}, "below 0"),
        ({"amount": -5.0, "cause": "deposit"}, "above 0"),
        ({"amount": 5.0, "cause": "gift"}, "deposit, withdrawal, interest"),
        ({"amount": 5.0, "cause": "interest", "strategy": "on"}, "one, unassigned"),
        ({"amount": 5.0, "cause": "deposit", "strategy": "one"}, "no P&L"),
        ({"amount": 0.0}, "other than 0"),
    ],
)
def test_what_cannot_be_is_refused(said: dict[str, object], words: str) -> None:
    """The error says what is allowed."""
    tracker = holding(SHARE, live=False)
    with pytest.raises(CallError, match=words):
        tracker.record_flow(**said)  # type: ignore[arg-type]


def test_a_flow_is_told() -> None:
    """A notice brings each of them, and a state that is restored tells none again."""
    tracker, told = holding(SHARE, live=False), list[object]()
    tracker.add_listener(lambda notice: told.append(notice.record), "flow")
    show(tracker, NOON + timedelta(minutes=1), 94_500.0, 100_000.0)
    assert told == list(tracker.flows())
    restored = PerformanceTracker()
    restored.add_listener(lambda notice: told.append(notice.record), "flow")
    restored.restore(tracker.state())
    show(restored, NOON + timedelta(minutes=2), 94_500.0, 100_000.0)
    assert len(told) == 1

"""`track`: the wiring, the settings, and the one guard around every hook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.errors import CallError
from models.events.orders import OrderType
from models.settings import SettingsError
from tests.utils.wired import BOUGHT, NO_FAULTS, Wired, as_lean, run, standing
from tests.workbench.engine import tapes
from utils.tracking import track
from workbench.engine.faults import Faults
from workbench.engine.tape import read_tape
from workbench.recordings import recordings


def test_nothing_is_said_by_hand_before_leans_account_is_taken(tmp_path: Path) -> None:
    """It would open the books with an account that is not LEAN's."""
    said: list[str] = []

    class Early(Wired):
        def initialize(self) -> None:
            super().initialize()
            with pytest.raises(CallError, match="taken at the first slice") as error:
                self.tracker.record_flow(500.0, time=datetime(2020, 1, 2, 14, tzinfo=UTC))
            said.append(str(error.value))

    _, tracker = run(tapes.tape(tmp_path, *BOUGHT), Early)
    assert len(said) == 1
    assert tracker.balance()["starting_equity"] == 1000.0


def test_the_readmes_wiring_balances_the_books(tmp_path: Path) -> None:
    """Wired as the README says, the tracker explains the account and logs so at the end."""
    engine, tracker = run(tapes.tape(tmp_path, *BOUGHT))
    balance = tracker.balance()
    assert (balance["equity"], balance["lean_equity"]) == (1001.5, 1001.5)
    assert (balance["unrealized"], balance["fees"], balance["unexplained"]) == (2.5, 1.0, 0.0)
    assert tracker.sheets()["a"].net_pnl == 1.5
    logged = [message.text for message in engine.messages if message.kind == "log"]
    assert any("balance" in text and " equity=1001.5 " in text for text in logged)
    assert any("result strategy=a net_pnl=1.5 trades=0" in text for text in logged)


def test_settings_come_from_the_projects_parameters(tmp_path: Path) -> None:
    """A `tracker_` parameter is a setting; other parameters are left alone."""
    tape = tapes.tape(tmp_path, tapes.security(), tapes.order(tag=""))
    _, tracker = run(tape, tracker_default_strategy="swing", period="20")
    assert tracker.settings.default_strategy == "swing"
    assert "swing" in tracker.sheets()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("tracker_matching", "lilo", "tracker_matching is 'lilo'; it must be fifo or lifo"),
        ("tracker_matchin", "fifo", "did you mean tracker_matching"),
        ("tracker_mark_every", "-1", "seconds"),
        ("tracker_default_strategy", "unassigned", "unassigned"),
        ("tracker_day_marks", "yes", "on or off"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str, said: str) -> None:
    """A wrong value or name raises in `initialize` and says what is allowed."""
    with pytest.raises(SettingsError, match=said):
        run(tapes.tape(tmp_path), Wired, NO_FAULTS, **{name: value})


def test_an_override_in_code_wins(tmp_path: Path) -> None:
    """What `track` is given in code wins over the parameters."""

    class Overridden(Wired):
        def initialize(self) -> None:
            self.tracker = track(as_lean(self), clock=standing, default_strategy="code")

    _, tracker = run(tapes.tape(tmp_path), Overridden, tracker_default_strategy="parameter")
    assert tracker.settings.default_strategy == "code"


def test_a_resolver_names_the_strategy(tmp_path: Path) -> None:
    """A user's function gets ticker, tag and order type; None from it is the default strategy."""
    asked: list[tuple[str, str, OrderType]] = []

    def resolver(ticker: str, tag: str, order_type: OrderType) -> str | None:
        asked.append((ticker, tag, order_type))
        return None if tag == "other" else f"of {ticker}"

    class Resolved(Wired):
        def initialize(self) -> None:
            self.tracker = track(as_lean(self), clock=standing, resolver=resolver)

    second = tapes.order("14:33", order=2, tag="other", position=20.0)
    _, tracker = run(tapes.tape(tmp_path, *BOUGHT, second), Resolved)
    assert asked == [("AAA", "strategy=a", OrderType.MARKET), ("AAA", "other", OrderType.MARKET)]
    assert {"of AAA", "main"} <= set(tracker.sheets())


FEED_READS = [
    "QCAlgorithm.is_warming_up",
    "securities.items",
    "QCAlgorithm.log",
    "portfolio.cash_book",
    "OrderEvent.order_id",
    "OrderEvent.status",
    "OrderEvent.symbol",
    "OrderEvent.fill_price",
    "OrderEvent.order_fee",
    "OrderEvent.utc_time",
    "OrderEvent.ticket",
    "portfolio.total_portfolio_value",
    "holding.quantity",
    "holding.price",
    "security.bid_price",
    "Slice.splits",
    "QCAlgorithm.utc_time",
    "QCAlgorithm.time",
]


SELDOM = FEED_READS[:4]
# What is read in live trading alone.
LIVE_READS = {"OrderEvent.utc_time"}


@pytest.mark.parametrize("member", FEED_READS)
def test_nothing_that_lean_raises_comes_back_to_it(member: str) -> None:
    """Whatever read fails, and however often, the run goes on to its end and the error counts."""
    name = "live-paper" if member in LIVE_READS else "option-combos"
    tape = read_tape(recordings()[name].path)
    engine, tracker = run(tape, faults=Faults(raises=frozenset({member}), raises_every=2))
    assert engine.reads > 0
    assert member in SELDOM or sum(tracker.errors.values()) > 0


def test_an_error_is_logged_once(tmp_path: Path) -> None:
    """Each kind of error is told of when it first comes, and at the end how often it did."""
    tape = read_tape(recordings()["sliced-fills"].path)
    faults = Faults(raises=frozenset({"OrderEvent.fill_price"}), raises_every=3)
    engine, tracker = run(tape, faults=faults)
    told = [message.text for message in engine.messages if "PythonException" in message.text]
    assert tracker.errors["on_order_event: PythonException"] > 10
    assert [text.partition(" ")[0] for text in told] == ["warning", "failed"]


def test_what_a_failing_read_lost_is_adopted(tmp_path: Path) -> None:
    """A fill that could not be read shows as an adopted holding, and the books still balance."""
    faults = Faults(raises=frozenset({"OrderEvent.fill_price"}))
    opened = tapes.mark("14:29", tpv=1000.0)
    _, tracker = run(tapes.tape(tmp_path, opened, *BOUGHT), faults=faults)
    assert [anomaly.kind for anomaly in tracker.ledger.books.anomalies] == ["adopted"]
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.ledger.books.holdings[tapes.STOCK].quantity == 10.0

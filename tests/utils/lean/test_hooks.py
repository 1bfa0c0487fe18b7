"""What each of LEAN's hooks does to the books."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.plain_lean import PlainLean
from tests.utils.wired import BOUGHT, LEFT, run, standing
from tests.workbench.engine import tapes
from utils.tracking import LeanTracker, track
from workbench.engine.faults import Faults
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


def test_an_event_that_cannot_be_booked_is_recorded(tmp_path: Path) -> None:
    """A fill whose price is not a number becomes an anomaly with what was seen."""
    engine, tracker = run(tapes.tape(tmp_path, *BOUGHT))
    algorithm: Any = engine.algorithm
    (symbol,) = algorithm.securities.keys()
    fee = SimpleNamespace(value=SimpleNamespace(amount=1.0, currency="USD"))
    ticket = SimpleNamespace(tag="", order_type=0)
    event: Any = SimpleNamespace(
        order_id=2, id=1, status=3, symbol=symbol, utc_time=algorithm.utc_time, message="",
        fill_quantity=5.0, quantity=5.0, fill_price=float("nan"), order_fee=fee, ticket=ticket,
    )  # fmt: skip
    tracker.on_order_event(event)
    (anomaly,) = tracker.ledger.books.anomalies
    assert (anomaly.kind, anomaly.detail) == ("bad event", "fill of order 2: the price is nan")


def test_warm_up_counts_for_nothing(tmp_path: Path) -> None:
    """Marks before the warm-up ends are no marks, and the account opens after it."""
    early = tapes.mark("04:00", cash={"USD": [5.0, 1.0]}, tpv=5.0)
    tape = tapes.tape(tmp_path, tapes.start(), early, tapes.mark(cash={"USD": [7.0, 1.0]}, tpv=7.0))
    _, tracker = run(tape)
    assert tracker.ledger.marks == 1
    assert tracker.balance()["starting_equity"] == 7.0


def test_holdings_from_before_are_seeded(tmp_path: Path) -> None:
    """What LEAN holds at the first hook is unassigned, at its average price, and flagged."""
    held = {tapes.STOCK: [10.0, 60.0, 50.0, 100.0, 600.0]}
    tape = tapes.tape(
        tmp_path,
        tapes.security(clock="14:30"),
        tapes.mark("14:31", h=held, cash={"USD": [500.0, 1.0]}, tpv=1100.0),
    )
    _, tracker = run(tape)
    balance = tracker.balance()
    assert (balance["starting_equity"], balance["unrealized"]) == (1000.0, 100.0)
    assert balance["unexplained"] == 0.0
    (lot,) = tracker.ledger.books.accounts["unassigned"].open[tapes.STOCK].lots
    assert (lot.price, lot.quantity, lot.seeded) == (50.0, 10.0, True)


def test_a_fill_that_comes_first_is_booked_once(tmp_path: Path) -> None:
    """A fill at the very first hook is in LEAN's cash and holdings already, and is a fill still."""
    _, tracker = run(tapes.tape(tmp_path, *BOUGHT))
    books = tracker.ledger.books
    assert (books.fills, books.starting_equity) == (1, 1000.0)
    assert books.holdings[tapes.STOCK].quantity == 10.0
    assert [lot.seeded for lot in books.accounts["a"].open[tapes.STOCK].lots] == [False]


def test_live_marks_come_once_a_second_at_most(tmp_path: Path) -> None:
    """Live, slices closer than a second to the last mark are not marked."""
    clock = ["14:32:00.000000", "14:32:00.500000", "14:32:01.100000", "14:32:01.900000"]
    marks = [{"type": "mark", "utc": f"2020-01-02T{time}+00:00", "tpv": 1000.0} for time in clock]
    _, tracker = run(tapes.tape(tmp_path, tapes.start(live=True), *marks))
    assert tracker.ledger.marks == 2


def test_what_was_filled_after_the_last_mark_is_marked_at_the_end(tmp_path: Path) -> None:
    """Where marks have a distance, the books end with LEAN's equity of the same moment."""
    _, tracker = run(tapes.tape(tmp_path, *BOUGHT[:2]), tracker_mark_every="3600")
    balance = tracker.balance()
    assert balance["equity"] == balance["lean_equity"]
    assert balance["unexplained"] == 0.0
    assert tracker.ledger.marks == 1


def test_marks_can_be_widened(tmp_path: Path) -> None:
    """`tracker_mark_every` leaves out slices that come sooner."""
    marks = [tapes.mark(f"14:{minute}", tpv=1000.0) for minute in range(30, 40)]
    tape = tapes.tape(tmp_path, *marks)
    _, tracker = run(tape, tracker_mark_every="180", tracker_day_marks="off")
    assert tracker.ledger.marks == 4


def test_midnight_marks_and_ends_the_day(tmp_path: Path) -> None:
    """LEAN's midnight event is a mark of its own and ends the day."""
    midnight = tapes.day(date="2020-01-03")
    close = tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")}
    _, tracker = run(tapes.tape(tmp_path, tapes.mark(tpv=1000.0), midnight, close))
    assert (tracker.ledger.marks, tracker.days) == (2, 1)


def sampled(tracker: LeanTracker) -> list[tuple[float, ...]]:
    """Hours since the run's start, equity, benchmark, rate and volume of each sample."""
    start = datetime(2020, 1, 2, 5, tzinfo=UTC).timestamp()
    return [((time - start) / 3600, *rest) for time, *rest in zip(*tracker.samples, strict=True)]


SAMPLED = (
    tapes.day(),
    tapes.mark("14:29", tpv=1000.0),
    *BOUGHT,
    tapes.day(date="2020-01-03", tpv=1001.5, benchmark=321.0, sale_volume=500.0),
    tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")},
)


def test_the_start_each_midnight_and_the_end_are_sampled(tmp_path: Path) -> None:
    """LEAN's equity, benchmark, rate and volume are kept, also of before the account opened."""
    _, tracker = run(tapes.tape(tmp_path, *SAMPLED))
    assert sampled(tracker) == [
        (0.0, 1000.0, 320.0, 0.02, 0.0),
        (24.0, 1001.5, 321.0, 0.02, 500.0),
        (40.0, 1001.5, 333.0, 0.03, 500.0),
    ]
    assert tracker.days == 1


def test_an_end_at_midnight_is_no_second_sample(tmp_path: Path) -> None:
    """LEAN takes one an instant, with all that was traded."""
    end = tapes.end() | {"utc": tapes.utc("05:00", "2020-01-03")}
    _, tracker = run(tapes.tape(tmp_path, *SAMPLED[:-1], end))
    assert [sample[::4] for sample in sampled(tracker)] == [(0.0, 0.0), (24.0, 500.0)]


@pytest.mark.slow
def test_a_live_account_is_not_sampled_before_it_opens(tmp_path: Path) -> None:
    """A schedule may come before LEAN has fetched the account."""
    _, tracker = run(tapes.tape(tmp_path, tapes.start(live=True), *SAMPLED))
    assert [hours for hours, *_ in sampled(tracker)] == [24.0, 40.0]


def test_no_warm_up_is_sampled(tmp_path: Path) -> None:
    """LEAN's first sample is the start's, after the warm-up."""
    early = tapes.day(date="2020-01-01")
    _, tracker = run(tapes.tape(tmp_path, tapes.start(), early, *SAMPLED))
    assert [hours for hours, *_ in sampled(tracker)] == [0.0, 24.0, 40.0]


@pytest.mark.parametrize("member", ["Benchmark.evaluate", "InterestRateModel.get_interest_rate"])
def test_what_the_users_models_raise_costs_no_day(tmp_path: Path, member: str) -> None:
    """The sample has LEAN's equity all the same, and the error is counted."""
    faults = Faults(raises=frozenset({member}))
    _, tracker = run(tapes.tape(tmp_path, *SAMPLED), faults=faults)
    assert [sample[1:3] for sample in sampled(tracker)] == [
        (1000.0, 0.0), (1001.5, 0.0), (1001.5, 0.0)
    ]  # fmt: skip
    assert tracker.days == 1
    assert tracker.errors == {"sample: PythonException": 3}


def test_a_symbol_change_shows_in_the_trades() -> None:
    """The renamed ticker's trade carries the new name and the old lots."""
    replay = Replay(read_tape(recordings()["renamed-ticker"].path))
    list(replay.play())
    assert "FOXA" in {trade.symbol for trade in replay.trades}


def test_no_hook_reads_lean_while_it_holds_the_lock() -> None:
    """Values are copied out of LEAN first: no read happens under the tracker's lock."""
    replay = Replay(read_tape(recordings()["opposed-options"].path))
    lock: Any = replay.tracker.core.lock
    replay.engine.forbid_reads_while(lambda: bool(lock._is_owned()))
    list(replay.play())
    assert replay.engine.locked_reads == 0
    assert replay.tracker.ledger.marks > 800


def test_order_events_from_several_threads_give_the_same() -> None:
    """Delivered on three threads in the tape's order, the books are those of one thread."""
    path = recordings()["live-paper"].path
    one, three = Replay(read_tape(path)), Replay(read_tape(path), faults=Faults(threads=3))
    assert list(one.play()) == list(three.play())
    assert one.summary() == three.summary()


def test_a_dividend_is_booked_at_the_rate_of_its_slice(tmp_path: Path) -> None:
    """LEAN takes a step's rates before its dividends: 10 shares at 0.25 dollars for 0.95 euros."""
    euros = tapes.start(account_currency="EUR", cash={"EUR": [1000.0, 1.0], "USD": [0.0, 0.9]})
    before = {"EUR": [1000.0, 1.0], "USD": [-501.0, 0.9]}
    after = {"EUR": [1002.375, 1.0], "USD": [-501.0, 0.95]}
    held = {tapes.STOCK: [10.0, 50.0, 50.0, 0.0, 500.0]}
    tape = tapes.tape(
        tmp_path,
        euros,
        tapes.security(),
        tapes.order(rate=0.9, cash=before),
        tapes.mark("14:32", h=held, cash=before, tpv=999.1),
        tapes.corporate("dividend", "14:33"),
        tapes.mark("14:33", cash=after, tpv=1001.425),
    )
    _, tracker = run(tape)
    assert tracker.balance()["dividends"] == pytest.approx(2.375)
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.ledger.flows == []


def test_a_splits_fraction_is_paid_at_leans_last_price(tmp_path: Path) -> None:
    """LEAN pays 0.5 of a share at its own scaled price of 150, not at the reference of 152."""
    held = {tapes.STOCK: [10.0, 50.0, 50.0, 0.0, 500.0]}
    less = {tapes.STOCK: [3.0, 150.0, 150.0, 0.0, 450.0]}
    tape = tapes.tape(
        tmp_path,
        tapes.security(),
        tapes.order(),
        tapes.mark("14:32", h=held, tpv=999.0, cash=LEFT),
        tapes.corporate("split", "14:33", factor=3.0, reference=152.0 / 3),
        tapes.mark("14:33", h=less, cash={"USD": [549.0, 1.0]}, tpv=999.0),
    )
    _, tracker = run(tape)
    balance = tracker.balance()
    assert balance["settlement"] == pytest.approx(50.0)
    assert balance["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.ledger.flows == []


def test_a_run_without_a_mark_still_balances(tmp_path: Path) -> None:
    """A run that ends before its first bar has its starting equity, and what was filled."""
    _, nothing = run(tapes.tape(tmp_path / "nothing"))
    assert nothing.balance()["starting_equity"] == nothing.balance()["equity"] == 1000.0
    _, bought = run(tapes.tape(tmp_path / "bought", *BOUGHT[:2]))
    assert bought.balance()["equity"] == 999.0


@pytest.mark.parametrize("price", [1e19, 7.9e28])
def test_a_price_that_is_too_large_is_an_anomaly(price: float) -> None:
    """The mark is left out, the next one booked, and an order's event refused alike."""
    lean = PlainLean()
    tracker = track(lean.algorithm, clock=standing)
    tracker.on_data(lean.bar(100.0))
    for event in lean.order(10.0, 100.0):
        tracker.on_order_event(event)
    tracker.on_data(lean.bar(price))
    tracker.on_data(lean.bar(101.0))
    marks = tracker.ledger.marks
    _, event = lean.order(1.0, price)
    tracker.on_order_event(event)
    assert [anomaly.kind for anomaly in tracker.anomalies()] == ["bad event", "bad event"]
    assert "the equity is larger in size than 1e+18" in tracker.anomalies()[0].detail
    assert (marks, tracker.ledger.books.fills) == (2, 1)
    assert tracker.balance()["unexplained"] == 0.0
    assert not tracker.errors

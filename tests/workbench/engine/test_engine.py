"""The player: which hook is called when, and what it finds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from tests.workbench.engine.tapes import STOCK, corporate, day, mark, order, security
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.faults import Faults
from workbench.engine.tape import TapeError, read_tape

PATIENCE = 10.0


class Diary(RecordedAlgorithm):
    """An algorithm that writes down every call: the hook, the time, and a figure or two."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []

    def note(self, hook: str, *more: Any) -> None:
        """Write a call down with the algorithm's local time."""
        self.calls.append((hook, f"{self.time:%d %H:%M}", *more))

    def initialize(self) -> None:
        """Schedule every midnight."""
        self.note("initialize", self.is_warming_up)
        self.schedule.on(self.date_rules.every_day(), self.time_rules.midnight, self.midnight)

    def midnight(self) -> None:
        """Write it down."""
        self.note("midnight", self.portfolio.total_portfolio_value)

    def on_warmup_finished(self) -> None:
        """Write it down."""
        self.note("warm", self.is_warming_up, self.portfolio.total_portfolio_value)

    def on_order_event(self, order_event: Any) -> None:
        """Write it down."""
        self.note("order", order_event.order_id, order_event.id)

    def on_symbol_changed_events(self, symbols_changed: Any) -> None:
        """Write it down."""
        self.note("symbols", symbols_changed.count)

    def on_splits(self, splits: Any) -> None:
        """Write it down."""
        self.note("splits", splits.count)

    def on_dividends(self, dividends: Any) -> None:
        """Write it down."""
        self.note("dividends", dividends.count)

    def on_delistings(self, delistings: Any) -> None:
        """Write it down."""
        self.note("delistings", delistings.count)

    def on_data(self, slice: Any) -> None:
        """Write it down with the numbers of splits, dividends, delistings and changes."""
        found = (slice.splits, slice.dividends, slice.delistings, slice.symbol_changed_events)
        self.note("data", *(each.count for each in found))

    def on_end_of_algorithm(self) -> None:
        """Write it down."""
        self.note("end")


def calls(folder: Path, *lines: tapes.Line, **faults: Any) -> list[tuple[Any, ...]]:
    """What the diary says of a run."""
    algorithm: Any = tapes.play(folder, Diary, *lines, faults=Faults(**faults)).algorithm
    found: list[tuple[Any, ...]] = algorithm.calls
    return found


def hooks(folder: Path, *lines: tapes.Line, **faults: Any) -> list[str]:
    """The names of the hooks of a run, without those of its beginning and end."""
    names = [call[0] for call in calls(folder, *lines, **faults)]
    assert names[:2] == ["initialize", "warm"]
    assert names[-1] == "end"
    return names[2:-1]


# --- the course of a run


def test_a_run_has_its_course(tmp_path: Path) -> None:
    """Initialize, the end of warm-up, then each line's hook, then the end."""
    lines = (day(), security(), order(), mark(), day(date="2020-01-03", tpv=1002.0))
    end = tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")}
    assert calls(tmp_path, *lines, end) == [
        ("initialize", "02 00:00", True),
        ("warm", "02 00:00", False, 1000.0),
        ("midnight", "02 00:00", 1000.0),
        ("order", "02 09:31", 1, 2),
        ("data", "02 09:32", 0, 0, 0, 0),
        ("midnight", "03 00:00", 1002.0),
        ("end", "03 16:00"),
    ]


def test_play_yields_after_each_line(tmp_path: Path) -> None:
    """What was played has number, type, time and line, and its hook has been called."""
    made = tapes.engine(tmp_path, Diary, security(), order(), mark())
    algorithm: Any = made.algorithm
    seen = [(p.number, p.type, len(algorithm.calls)) for p in made.play()]
    assert seen == [
        (1, "start", 1), (2, "security", 3), (3, "order", 4), (4, "mark", 5), (5, "end", 6),
    ]  # fmt: skip


def test_what_was_played_carries_its_line(tmp_path: Path) -> None:
    """The driver is given the line as recorded, and its time."""
    played = list(tapes.engine(tmp_path, None, mark()).play())
    assert played[1].line == mark()
    assert played[1].utc.isoformat() == tapes.utc("14:32")


def test_initialize_may_be_called_before(tmp_path: Path) -> None:
    """A driver that does so finds the account as of the start, and play does not do it again."""
    made = tapes.engine(tmp_path, Diary, mark())
    made.initialize()
    made.initialize()
    assert made.algorithm.portfolio.total_portfolio_value == 1000.0
    made.run()
    algorithm: Any = made.algorithm
    assert [call[0] for call in algorithm.calls].count("initialize") == 1


def test_an_engine_plays_once(tmp_path: Path) -> None:
    """A second time is an error, for the account has moved."""
    made = tapes.play(tmp_path, None, mark())
    with pytest.raises(RuntimeError, match="make another one"):
        made.run()


def test_a_run_without_an_algorithm_plays(tmp_path: Path) -> None:
    """The account moves, no hook is called."""
    made = tapes.play(tmp_path, None, security(), order(), mark(tpv=1002))
    assert made.algorithm.portfolio.total_portfolio_value == 1002.0
    assert dict(made.reads_by_hook) == {"initialize": [0]}


def test_hooks_are_found_after_init(tmp_path: Path) -> None:
    """As in LEAN, a hook that is replaced later, or set to a plain function, is not called."""
    called: list[str] = []

    class Restless(RecordedAlgorithm):
        def __init__(self) -> None:
            super().__init__()
            self.__setattr__("on_end_of_algorithm", lambda: called.append("plain"))

        def initialize(self) -> None:
            self.__setattr__("on_data", self.on_late_data)

        def on_late_data(self, slice: Any) -> None:
            called.append("late")

        def on_data(self, slice: Any) -> None:
            called.append("first")

    tapes.play(tmp_path, Restless, mark())
    assert called == ["first"]


def test_an_exception_in_a_hook_ends_the_run(tmp_path: Path) -> None:
    """It reaches the caller, and the end of the algorithm is not told."""

    class Faulty(Diary):
        def on_order_event(self, order_event: Any) -> None:
            raise ZeroDivisionError

    made = tapes.engine(tmp_path, Faulty, security(), order(), mark())
    with pytest.raises(ZeroDivisionError):
        made.run()
    algorithm: Any = made.algorithm
    assert [call[0] for call in algorithm.calls] == ["initialize", "warm", "midnight"]


def test_a_bad_line_ends_the_run(tmp_path: Path) -> None:
    """An order of an instrument that was not described is the tape's error, with its line."""
    with pytest.raises(TapeError, match=r"line 2: .* is named before the security line"):
        tapes.play(tmp_path, Diary, order())


def test_a_damaged_tape_is_played_leniently(tmp_path: Path) -> None:
    """All that can be is delivered; a run without an end line is not told of its end."""
    lines = [tapes.start(), order(), security(), order(order=2), mark(tpv=1002)]
    made = RecordedEngine(read_tape(tapes.write(tmp_path, lines), lenient=True), Diary)
    made.run()
    algorithm: Any = made.algorithm
    assert [call[0] for call in algorithm.calls][3:] == ["order", "data"]
    assert algorithm.calls[3][2] == 2
    assert len(made.tape.problems) == 2
    assert algorithm.settings.trading_days_per_year == 252


# --- warm-up


def test_hooks_run_in_warm_up(tmp_path: Path) -> None:
    """Data and schedules come as always; the end of warm-up finds the step's new prices."""
    early = mark("18:00", tpv=990) | {"utc": tapes.utc("18:00", "2019-12-31")}
    lines = (tapes.start(), early, day(date="2020-01-01", tpv=995), day(tpv=1005), mark())
    assert calls(tmp_path, *lines) == [
        ("initialize", "02 00:00", True),
        ("data", "31 13:00", 0, 0, 0, 0),
        ("midnight", "01 00:00", 995.0),
        ("warm", "02 00:00", False, 1005.0),
        ("midnight", "02 00:00", 1005.0),
        ("data", "02 09:32", 0, 0, 0, 0),
        ("end", "02 16:00"),
    ]


def test_warm_up_lasts_to_the_start(tmp_path: Path) -> None:
    """The algorithm warms up before the start's time, and not from it on."""
    seen: list[bool] = []

    class Asker(RecordedAlgorithm):
        def on_data(self, slice: Any) -> None:
            seen.append(self.is_warming_up)

    early = [mark(clock) for clock in ("04:59", "05:00", "05:01")]
    tapes.play(tmp_path, Asker, tapes.start(), *early)
    assert seen == [True, False, False]


def test_warm_up_ends_before_an_orders_event(tmp_path: Path) -> None:
    """Where an order line is the first of the run, the fill is not in the account yet."""
    seen: list[float] = []

    class Asker(RecordedAlgorithm):
        def on_warmup_finished(self) -> None:
            seen.append(self.portfolio.total_portfolio_value)

        def on_order_event(self, order_event: Any) -> None:
            seen.append(self.portfolio.total_portfolio_value)

    tapes.play(tmp_path, Asker, tapes.start(), security(clock="04:00"), order())
    assert seen == [1000.0, 1001.5]


def test_an_empty_run_still_ends_its_warm_up(tmp_path: Path) -> None:
    """A start and an end are a run."""
    assert hooks(tmp_path) == ["midnight"]


# --- order events


def test_an_order_event_finds_the_account_moved(tmp_path: Path) -> None:
    """Position, price, cash, rate, value and clock are the line's; the event has its own time."""
    seen: dict[str, Any] = {}

    class Asker(RecordedAlgorithm):
        def on_order_event(self, order_event: Any) -> None:
            symbol = order_event.symbol
            seen["quantity"] = self.portfolio[symbol].quantity
            seen["price"] = self.securities[symbol].price
            seen["bid"] = self.securities[symbol].bid_price
            seen["cash"] = self.portfolio.cash_book["USD"].amount
            seen["value"] = self.portfolio.total_portfolio_value
            seen["utc"] = self.utc_time.isoformat()
            seen["event utc"] = order_event.utc_time.isoformat()

    tapes.play(tmp_path, Asker, security(), order("14:31", t=tapes.utc("14:29")))
    assert seen == {
        "quantity": 10.0, "price": 50.25, "bid": 49.5, "cash": 499.0, "value": 1001.5,
        "utc": tapes.utc("14:31"), "event utc": tapes.utc("14:29"),
    }  # fmt: skip


def test_duplicate_events_come_twice(tmp_path: Path) -> None:
    """Each event is delivered again, as an object of its own."""
    lines = (security(), order(), order("14:32", order=2))
    found = calls(tmp_path, *lines, duplicate_events=True)
    assert [call[2:] for call in found if call[0] == "order"] == [(1, 2), (1, 2), (2, 2), (2, 2)]


def test_late_events_come_later(tmp_path: Path) -> None:
    """The hook is called so many lines after, the account moves at once, the end comes last."""
    lines = (security(), order(), mark("14:32"), mark("14:33"), order("14:34", order=2))
    assert hooks(tmp_path, *lines, late_events=2) == ["midnight", "data", "data", "order", "order"]
    found = calls(tmp_path / "x", *lines, late_events=2)
    assert [call[1:3] for call in found if call[0] == "order"] == [("02 09:33", 1), ("02 16:00", 2)]
    assert found[-1][0] == "end"


def test_only_every_nth_event_is_late(tmp_path: Path) -> None:
    """The others come in their place."""
    orders = [order("14:31", order=number) for number in range(1, 7)]
    found = calls(tmp_path, security(), *orders, late_events=2, late_every=3)
    assert [call[2] for call in found if call[0] == "order"] == [1, 2, 4, 5, 3, 6]


# --- slices


def test_corporate_lines_come_with_the_mark_of_their_instant(tmp_path: Path) -> None:
    """They wait for it, also where an order or a day comes between, and come once."""
    lines = (
        security(), corporate("dividend"), order("14:32"), corporate("split"),
        corporate("symbol_changed"), corporate("delisting"), mark("14:32"), mark("14:32"),
    )  # fmt: skip
    assert calls(tmp_path, *lines)[3:-1] == [
        ("order", "02 09:32", 1, 2),
        ("symbols", "02 09:32", 1),
        ("splits", "02 09:32", 1),
        ("dividends", "02 09:32", 1),
        ("delistings", "02 09:32", 1),
        ("data", "02 09:32", 1, 1, 1, 1),
        ("data", "02 09:32", 0, 0, 0, 0),
    ]


def test_corporate_lines_without_a_mark_have_a_slice_of_their_own(tmp_path: Path) -> None:
    """Those of one instant share it, and it comes before anything later."""
    lines = (
        security(), tapes.option(), corporate("dividend"), corporate("delisting", sid=tapes.OPTION),
        order("14:33"), corporate("split", "14:34"), mark("14:35"),
    )  # fmt: skip
    assert calls(tmp_path, *lines)[3:-1] == [
        ("dividends", "02 09:32", 1),
        ("delistings", "02 09:32", 1),
        ("data", "02 09:32", 0, 1, 1, 0),
        ("order", "02 09:33", 1, 2),
        ("splits", "02 09:34", 1),
        ("data", "02 09:34", 1, 0, 0, 0),
        ("data", "02 09:35", 0, 0, 0, 0),
    ]


def test_a_corporate_line_after_the_mark_of_its_instant_has_its_own_slice(tmp_path: Path) -> None:
    """The mark that has gone by does not carry it."""
    lines = (security(), corporate("split"), mark(), corporate("dividend"), order("14:32"))
    assert hooks(tmp_path, *lines)[1:] == ["splits", "data", "dividends", "data", "order"]


def test_a_slice_of_its_own_is_played(tmp_path: Path) -> None:
    """The driver sees it after the last of its lines."""
    lines = (security(), corporate("dividend"), corporate("split"), mark("14:33"))
    played = [(p.number, p.type) for p in tapes.engine(tmp_path, None, *lines).play()]
    assert played[2:] == [(3, "dividend"), (4, "split"), (4, "slice"), (5, "mark"), (6, "end")]


def test_a_slice_of_its_own_shows_the_last_mark(tmp_path: Path) -> None:
    """A mark line would be there if anything differed from it, so a day's equity has passed."""
    seen: list[float] = []

    class Looker(RecordedAlgorithm):
        def on_data(self, slice: Any) -> None:
            seen.append(self.portfolio.total_portfolio_value)

    late = {"utc": tapes.utc("05:00", "2020-01-03")}
    dividend, end = corporate("dividend") | late, tapes.end() | late
    lines = (security(), mark(tpv=1002.0), day(date="2020-01-03", tpv=1010.0), dividend, end)
    tapes.play(tmp_path, Looker, *lines)
    assert seen == [1002.0, 1002.0]


def test_corporate_lines_at_the_end_are_delivered(tmp_path: Path) -> None:
    """Before the end of the algorithm, and also where a damaged tape ends with them."""
    lines = (security(), corporate("dividend", "21:00"))
    assert hooks(tmp_path, *lines)[1:] == ["dividends", "data"]
    cut = read_tape(tapes.write(tmp_path / "cut", [tapes.start(), *lines]), lenient=True)
    made = RecordedEngine(cut, Diary)
    assert [played.type for played in made.play()][-2:] == ["dividend", "slice"]


def test_a_corporate_hook_is_enough(tmp_path: Path) -> None:
    """An algorithm without on_data is told of a split as well."""
    told: list[float] = []

    class Splitter(RecordedAlgorithm):
        def on_splits(self, splits: Any) -> None:
            told.extend(split.split_factor for split in splits.values())

    tapes.play(tmp_path, Splitter, security(), corporate("split"), mark())
    assert told == [0.5]


def test_a_renamed_symbol_shows_its_ticker(tmp_path: Path) -> None:
    """The hook finds the new ticker, under the same id."""
    seen: list[str] = []

    class Asker(RecordedAlgorithm):
        def on_data(self, slice: Any) -> None:
            seen.extend(f"{symbol.value} {symbol.id}" for symbol, _ in self.securities.items())

    tapes.play(tmp_path, Asker, security(), mark(), corporate("symbol_changed", "14:33"))
    assert seen == [f"AAA {STOCK}", f"BBB {STOCK}"]


# --- schedules


def test_what_is_due_between_lines_has_its_own_time(tmp_path: Path) -> None:
    """Midnights without a day line are called before the next line, at their time."""
    late = mark("14:00") | {"utc": tapes.utc("14:00", "2020-01-04")}
    end = tapes.end() | {"utc": tapes.utc("21:00", "2020-01-04")}
    found = calls(tmp_path, day(), mark(tpv=1001), late, end)
    assert found[2:] == [
        ("midnight", "02 00:00", 1000.0),
        ("data", "02 09:32", 0, 0, 0, 0),
        ("midnight", "03 00:00", 1001.0),
        ("midnight", "04 00:00", 1001.0),
        ("data", "04 09:00", 0, 0, 0, 0),
        ("end", "04 16:00"),
    ]


def test_what_is_due_at_a_slice_comes_before_it(tmp_path: Path) -> None:
    """After the order events of that instant, with the new prices."""
    seen: list[tuple[str, float]] = []

    class Planner(RecordedAlgorithm):
        def initialize(self) -> None:
            self.schedule.on(self.date_rules.every_day(), self.time_rules.at(9, 32), self.look)

        def look(self) -> None:
            seen.append(("due", self.portfolio.total_portfolio_value))

        def on_order_event(self, order_event: Any) -> None:
            seen.append(("order", self.portfolio.total_portfolio_value))

        def on_data(self, slice: Any) -> None:
            seen.append(("data", self.portfolio.total_portfolio_value))

    tapes.play(tmp_path, Planner, security(), order("14:32"), mark("14:32", tpv=1002))
    assert seen == [("order", 1001.5), ("due", 1002.0), ("data", 1002.0)]


# --- counting


def test_reads_are_counted_by_hook_and_call(tmp_path: Path) -> None:
    """Each call has a count, and all calls together make the total."""

    class Reader(RecordedAlgorithm):
        def on_order_event(self, order_event: Any) -> None:
            for _ in range(order_event.order_id):
                int(order_event.status)

        def on_data(self, slice: Any) -> None:
            _ = self.portfolio.total_portfolio_value

    orders = [order("14:31", order=number) for number in (1, 5)]
    made = tapes.play(tmp_path, Reader, security(), *orders, mark(), mark("14:33"))
    assert made.reads_by_hook["on_order_event"] == [2, 6]
    assert made.reads_by_hook["on_data"] == [2, 2]
    assert made.reads == 12


def test_reads_under_a_lock_are_found(tmp_path: Path) -> None:
    """Those made while the lock is held are counted, and named."""

    class Locker(RecordedAlgorithm):
        def on_data(self, slice: Any) -> None:
            value = self.portfolio.total_portfolio_value
            with lock:
                _ = self.portfolio.total_portfolio_value + value

    lock = threading.RLock()
    made = tapes.engine(tmp_path, Locker, mark(), mark("14:33"))
    made.forbid_reads_while(lambda: bool(lock._is_owned()))  # type: ignore[attr-defined]
    made.run()
    assert made.locked_reads == 4
    assert made.locked_members == {
        "QCAlgorithm.portfolio": 2,
        "SecurityPortfolioManager.total_portfolio_value": 2,
    }


def test_without_a_lock_nothing_is_found(tmp_path: Path) -> None:
    """The count is 0, and stays 0 while the lock is not held."""
    made = tapes.engine(tmp_path, Diary, mark())
    assert made.locked_reads == 0
    made.forbid_reads_while(lambda: False)
    made.run()
    assert made.locked_reads == 0


# --- threads


class Threaded(RecordedAlgorithm):
    """An algorithm that writes down on which thread it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[tuple[str, int]] = []

    def initialize(self) -> None:
        """Schedule every midnight."""
        self.schedule.on(self.date_rules.every_day(), self.time_rules.midnight, self.midnight)

    def midnight(self) -> None:
        """Write it down."""
        self.threads.append(("schedule", threading.get_ident()))

    def on_order_event(self, order_event: Any) -> None:
        """Write it down."""
        self.threads.append((f"order {order_event.order_id % 2}", threading.get_ident()))

    def on_data(self, slice: Any) -> None:
        """Write it down."""
        self.threads.append(("data", threading.get_ident()))


def test_hooks_come_on_threads_as_in_live(tmp_path: Path) -> None:
    """Orders on theirs, data and schedules each on one, and still in the tape's order."""
    orders = [order("14:31", order=number) for number in (1, 2, 3, 4)]
    lines = (day(), security(), *orders, mark(), mark("14:33"))
    made = tapes.play(tmp_path, Threaded, *lines, faults=Faults(threads=2))
    algorithm: Any = made.algorithm
    names = [name for name, _ in algorithm.threads]
    expected = ["schedule", "order 1", "order 0", "order 1", "order 0", "data", "data"]
    assert names == expected
    by_name = dict(algorithm.threads)
    assert len(set(algorithm.threads)) == 4
    assert len({*by_name.values(), threading.get_ident()}) == 5
    assert made.reads_by_hook["on_order_event"] == [1, 1, 1, 1]


def test_one_thread_is_the_default(tmp_path: Path) -> None:
    """Without the fault every hook runs on the player's thread."""
    algorithm: Any = tapes.play(tmp_path, Threaded, day(), security(), order(), mark()).algorithm
    assert {ident for _, ident in algorithm.threads} == {threading.get_ident()}


def test_hooks_overlap_when_asked(tmp_path: Path) -> None:
    """An order's event is still running while data comes; the end waits for both."""
    meet = threading.Barrier(2)
    done: list[str] = []

    class Meeting(RecordedAlgorithm):
        def on_order_event(self, order_event: Any) -> None:
            meet.wait(PATIENCE)
            done.append("order")

        def on_data(self, slice: Any) -> None:
            meet.wait(PATIENCE)
            done.append("data")

        def on_end_of_algorithm(self) -> None:
            done.append("end")

    faults = Faults(threads=1, overlap=True)
    tapes.play(tmp_path, Meeting, security(), order(), mark(), faults=faults)
    assert sorted(done[:2]) == ["data", "order"]
    assert done[2:] == ["end"]


@pytest.mark.parametrize("overlap", [False, True])
def test_an_exception_on_a_thread_reaches_the_caller(tmp_path: Path, overlap: bool) -> None:
    """The run ends with it, at the latest when the hooks are waited for."""

    class Faulty(RecordedAlgorithm):
        def on_order_event(self, order_event: Any) -> None:
            raise ZeroDivisionError

    faults = Faults(threads=2, overlap=overlap)
    with pytest.raises(ZeroDivisionError):
        tapes.play(tmp_path, Faulty, security(), order(), mark(), faults=faults)


# --- the object store


class Saver(RecordedAlgorithm):
    """An algorithm that saves at every slice."""

    def on_data(self, slice: Any) -> None:
        """Save."""
        self.object_store.save("a", "x")


def late_engine(folder: Path, *lines: tapes.Line) -> RecordedEngine:
    """An engine whose store writes only when it is flushed."""
    tape = tapes.tape(folder, *lines)
    return RecordedEngine(tape, Saver, store=folder / "store", synchronous=False)


def test_a_save_reaches_the_folder_at_once(tmp_path: Path) -> None:
    """Unless asked otherwise."""
    tapes.play(tmp_path, Saver, mark())
    assert (tmp_path / "store" / "a").exists()


def test_a_late_save_reaches_the_folder_at_the_end(tmp_path: Path) -> None:
    """Or when the driver flushes, as LEAN's timer does every five seconds."""
    made = late_engine(tmp_path, mark(), mark("14:33"))
    kept = [(played.type, (tmp_path / "store" / "a").exists()) for played in made.play()]
    assert kept[-1] == ("end", False)
    assert (tmp_path / "store" / "a").exists()
    again = late_engine(tmp_path / "x", mark(), mark("14:33"))
    next(played for played in again.play() if played.type == "mark")
    again.flush_store()
    assert (tmp_path / "x" / "store" / "a").exists()


def test_a_killed_run_loses_what_was_not_flushed(tmp_path: Path) -> None:
    """A driver that stops asking leaves the folder as it was."""
    playing = late_engine(tmp_path, mark(), mark("14:33")).play()
    assert any(played.type == "mark" for played in playing)
    del playing
    assert not (tmp_path / "store" / "a").exists()


def test_a_run_that_fails_flushes(tmp_path: Path) -> None:
    """LEAN writes its store out when an algorithm is stopped by an exception."""
    made = late_engine(tmp_path, mark(), tapes.start())
    with pytest.raises(TapeError, match="a second start line"):
        made.run()
    assert (tmp_path / "store" / "a").exists()


# --- recordings


def test_a_recordings_hooks_are_its_lines(recording: Callable[[str], Path]) -> None:
    """Each order line is an event, each mark a slice, and each corporate instant without one."""
    made = RecordedEngine(read_tape(recording("splits-and-shorts")), Diary)
    types = [played.type for played in made.play()]
    counts = {kind: len(made.reads_by_hook[kind]) for kind in ("on_order_event", "on_data")}
    assert counts["on_order_event"] == types.count("order") == 46
    assert counts["on_data"] == types.count("mark") + types.count("slice") == 1691
    assert len(made.reads_by_hook["schedule"]) == types.count("day") == 366
    assert len(made.reads_by_hook["on_dividends"]) == 8
    assert len(made.reads_by_hook["on_splits"]) == 2


def test_midnights_are_the_day_lines(recording: Callable[[str], Path]) -> None:
    """A schedule at midnight comes at each day line of a recording, at its local time."""
    made = RecordedEngine(read_tape(recording("euro-account")), Diary)
    days = [played.line["time"] for played in made.play() if played.type == "day"]
    algorithm: Any = made.algorithm
    midnights = [call for call in algorithm.calls if call[0] == "midnight"]
    assert len(midnights) == len(days)
    assert [f"{datetime.fromisoformat(time):%d %H:%M}" for time in days] == [
        call[1] for call in midnights
    ]


@pytest.mark.parametrize(
    "name", ["shared-options", "opposed-futures", "crypto-future-funding", "cash-account"]
)
def test_the_account_is_each_marks(recording: Callable[[str], Path], name: str) -> None:
    """After every mark line of a recording the objects show what it says."""
    made = RecordedEngine(read_tape(recording(name)), None)
    portfolio = made.algorithm.portfolio
    holdings: dict[str, list[float]] = {}
    for played in made.play():
        if played.type != "mark":
            continue
        holdings = played.line.get("h", holdings)
        if "tpv" in played.line:
            assert portfolio.total_portfolio_value == played.line["tpv"]
        for currency, (amount, rate) in played.line.get("cash", {}).items():
            cash: Any = portfolio.cash_book[currency]
            assert (cash.amount, cash.conversion_rate) == (amount, rate)
        for symbol, held in portfolio.items():
            figures = [held.quantity, held.price, held.average_price, held.unrealized_profit]
            quiet = [0.0, held.price, 0.0, 0.0]
            assert figures == holdings.get(str(symbol.id), quiet)[:4]


def test_a_live_recording_plays_on_threads(recording: Callable[[str], Path]) -> None:
    """Hooks that overlap lose no event."""
    tape = read_tape(recording("live-paper"))
    made = RecordedEngine(tape, Threaded, faults=Faults(threads=3, overlap=True))
    made.run()
    assert made.algorithm.live_mode
    assert len(made.reads_by_hook["on_order_event"]) == 173
    assert len(made.reads_by_hook["on_data"]) == 111

"""The algorithm's surface: members, messages, parameters, statistics, and what is hidden."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.objects import GMT
from workbench.engine.reads import ArgumentException

PARAMETERS = {"length": "20", "share": "0.5", "name": "trend", "odd": "x"}


def engine_of(folder: Path, *lines: tapes.Line, **parameters: str) -> RecordedEngine:
    """An engine that has played the lines."""
    made = RecordedEngine(
        tapes.tape(folder, *lines), None, parameters=parameters or PARAMETERS, store=folder / "s"
    )
    made.run()
    return made


@pytest.fixture
def played(tmp_path: Path) -> RecordedEngine:
    """A run of one mark."""
    return engine_of(tmp_path, tapes.mark("14:30", tpv=1001))


@pytest.fixture
def algorithm(played: RecordedEngine) -> RecordedAlgorithm:
    """The run's algorithm."""
    return played.algorithm


def test_the_clock_has_two_faces(tmp_path: Path) -> None:
    """Local time is naive, UTC aware in LEAN's zone, and the zone prints as its name."""
    made = tapes.engine(tmp_path, None, tapes.mark("14:30"))
    next(played for played in made.play() if played.type == "mark")
    assert made.algorithm.time == datetime(2020, 1, 2, 9, 30)
    assert made.algorithm.utc_time == datetime(2020, 1, 2, 14, 30, tzinfo=UTC)
    assert type(made.algorithm.utc_time.tzinfo) is GMT
    assert made.algorithm.time_zone.id == str(made.algorithm.time_zone) == "America/New_York"


def test_the_account_is_described(algorithm: RecordedAlgorithm) -> None:
    """Mode and currency are the start line's, the ids LEAN's without its CLI."""
    assert not algorithm.live_mode
    assert algorithm.account_currency == "USD"
    assert algorithm.algorithm_id == ""
    assert algorithm.project_id == 0


def test_a_run_has_the_id_it_is_given(tmp_path: Path) -> None:
    """The engine can be told what LEAN's CLI would have told it."""
    made = RecordedEngine(tapes.tape(tmp_path), None, deployment="L-7")
    assert made.algorithm.algorithm_id == "L-7"


def test_a_live_tape_is_live(tmp_path: Path) -> None:
    """The mode is the start line's."""
    made = engine_of(tmp_path, tapes.start(live=True))
    assert made.algorithm.live_mode


@pytest.mark.parametrize(
    ("name", "default", "value"),
    [
        ("length", None, "20"),
        ("length", "5", "20"),
        ("length", 5, 20),
        ("length", 5.0, 20.0),
        ("share", 0.1, 0.5),
        ("share", 1, 1),
        ("odd", 7, 7),
        ("name", None, "trend"),
        ("missing", None, None),
        ("missing", "5", "5"),
        ("missing", 5, 5),
        ("length", True, "20"),
    ],
)
def test_a_parameter_has_the_type_of_its_default(
    algorithm: RecordedAlgorithm, name: str, default: Any, value: Any
) -> None:
    """Texts stay texts; a number is asked for with a number, which is also the fallback."""
    found = algorithm.get_parameter(name, default)
    assert found == value
    assert type(found) is type(value)


def test_all_parameters_are_there(algorithm: RecordedAlgorithm) -> None:
    """As texts, in LEAN's dictionary."""
    assert dict(algorithm.get_parameters().items()) == PARAMETERS


def test_parameters_must_be_texts(tmp_path: Path) -> None:
    """LEAN's project file holds nothing else, so the engine takes nothing else."""
    with pytest.raises(TypeError, match="parameter 'length' is no text"):
        engine_of(tmp_path, length=20)  # type: ignore[arg-type]


def said(made: RecordedEngine) -> list[tuple[str, str]]:
    """All messages as kind and text."""
    return [(message.kind, message.text) for message in made.messages]


def talk(algorithm: RecordedAlgorithm) -> None:
    """Say the same things in every way."""
    for speak in (algorithm.debug, algorithm.log, algorithm.error):
        speak("a")
        speak("a")
        speak("")
        speak("b")
        speak("a")
        speak(5)


def test_a_backtest_drops_empty_and_repeated_messages(played: RecordedEngine) -> None:
    """Debug and error drop a text that repeats the one before; log drops only empty ones."""
    talk(played.algorithm)
    once = ["a", "b", "a", "5"]
    assert said(played) == [
        *(("debug", text) for text in once),
        *(("log", text) for text in ["a", *once]),
        *(("error", text) for text in once),
    ]


def test_a_live_run_drops_nothing(tmp_path: Path) -> None:
    """Every message is kept, empty ones included."""
    made = engine_of(tmp_path, tapes.start(live=True))
    talk(made.algorithm)
    assert [text for _, text in said(made)] == ["a", "a", "", "b", "a", "5"] * 3


def test_a_message_has_the_algorithms_time(tmp_path: Path) -> None:
    """LEAN puts local time and a space before it."""
    made = tapes.engine(tmp_path, None, tapes.mark("14:30"))
    next(played for played in made.play() if played.type == "mark")
    made.algorithm.log("hello")
    assert made.messages[0].time == datetime(2020, 1, 2, 9, 30)
    assert made.messages[0].line == "2020-01-02 09:30:00 hello"


def test_statistics_are_kept_as_text(played: RecordedEngine) -> None:
    """A name set again is replaced."""
    played.algorithm.set_runtime_statistic("P&L", 1.5)
    played.algorithm.set_runtime_statistic("P&L", "2.5")
    played.algorithm.set_summary_statistic("Trades", 7)
    assert played.runtime_statistics == {"P&L": "2.5"}
    assert played.summary_statistics == {"Trades": "7"}


@pytest.mark.parametrize("name", ["0", "7", "100", " 7 "])
def test_numbers_are_reserved_as_names(algorithm: RecordedAlgorithm, name: str) -> None:
    """LEAN keeps the summary statistics 0 to 100 for itself."""
    with pytest.raises(ArgumentException, match="reserved statistic name"):
        algorithm.set_summary_statistic(name, "x")


def test_the_first_free_number_is_a_name(played: RecordedEngine) -> None:
    """101 is not reserved."""
    played.algorithm.set_summary_statistic("101", "x")
    assert played.summary_statistics == {"101": "x"}


def test_trading_days_come_after_initialize(tmp_path: Path) -> None:
    """LEAN sets them when initialize is over, unless the algorithm has; the tape knows them."""
    seen: list[int | None] = []

    class Asker(RecordedAlgorithm):
        def initialize(self) -> None:
            seen.append(self.settings.trading_days_per_year)

        def on_data(self, slice: Any) -> None:
            seen.append(self.settings.trading_days_per_year)
            self.settings.trading_days_per_year = 250
            seen.append(self.settings.trading_days_per_year)

    tapes.play(tmp_path, Asker, tapes.mark())
    assert seen == [None, 365, 250]


def test_benchmark_and_rate_are_the_latest_midnights(tmp_path: Path) -> None:
    """0 before the first day line, then the day lines', at the end the end line's."""
    seen: list[tuple[float, float]] = []

    class Asker(RecordedAlgorithm):
        def look(self) -> None:
            rate = self.risk_free_interest_rate_model.get_interest_rate(self.time)
            seen.append((self.benchmark.evaluate(self.time), rate))

        def initialize(self) -> None:
            self.look()

        def on_data(self, slice: Any) -> None:
            self.look()

        def on_end_of_algorithm(self) -> None:
            self.look()

    tapes.play(tmp_path, Asker, tapes.day(), tapes.mark())
    assert seen == [(0.0, 0.0), (320.0, 0.02), (333.0, 0.03)]


def test_the_end_line_shows_nothing_else(tmp_path: Path) -> None:
    """At the end the account is still what the last mark left."""
    made = tapes.play(tmp_path, None, tapes.day(sale_volume=5), tapes.mark(tpv=1001))
    portfolio = made.algorithm.portfolio
    assert (portfolio.total_portfolio_value, portfolio.total_sale_volume) == (1001.0, 5.0)
    assert portfolio.cash_book["USD"].amount == 1000.0


class Own(RecordedAlgorithm):
    """An algorithm with attributes of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.early = self.account_currency

    def initialize(self) -> None:
        """Set one."""
        self.count = 1


def test_plain_attributes_work(tmp_path: Path) -> None:
    """They can be set in `__init__`, where LEAN's members are there already, and later."""
    made = tapes.play(tmp_path, Own)
    algorithm: Any = made.algorithm
    algorithm.count += 1
    assert (algorithm.early, algorithm.count) == ("USD", 2)
    del algorithm.count
    assert not hasattr(algorithm, "count")


def test_plain_attributes_are_no_reads(tmp_path: Path) -> None:
    """Neither setting nor looking at one's own attributes counts."""
    made = tapes.play(tmp_path, Own)
    assert made.reads == 1
    algorithm: Any = made.algorithm
    algorithm.more = algorithm.count
    assert made.reads == 1


@pytest.mark.parametrize("kind", [RecordedAlgorithm, Own])
def test_an_algorithm_shows_no_dict(tmp_path: Path, kind: type[RecordedAlgorithm]) -> None:
    """`vars` fails as it does in LEAN, for derived classes too."""
    algorithm = tapes.play(tmp_path, kind).algorithm
    with pytest.raises(TypeError, match="__dict__"):
        vars(algorithm)


def test_an_algorithm_has_no_other_members(algorithm: RecordedAlgorithm) -> None:
    """What LEAN does not have, and all of the player, is an AttributeError."""
    for name in ("engine", "tape", "reads", "lean", "meter", "account", "nonsense"):
        assert not hasattr(algorithm, name)


def test_members_cannot_be_replaced(algorithm: RecordedAlgorithm) -> None:
    """The portfolio is LEAN's."""
    with pytest.raises(AttributeError, match=r"QCAlgorithm\.portfolio is read-only"):
        algorithm.portfolio = None


def test_the_base_hooks_do_nothing(tmp_path: Path) -> None:
    """A hook may call its base's."""

    class Polite(RecordedAlgorithm):
        def initialize(self) -> None:
            super().initialize()

        def on_order_event(self, order_event: Any) -> None:
            super().on_order_event(order_event)

        def on_data(self, slice: Any) -> None:
            super().on_data(slice)

        def on_warmup_finished(self) -> None:
            super().on_warmup_finished()

        def on_end_of_algorithm(self) -> None:
            super().on_end_of_algorithm()

    made = tapes.play(tmp_path, Polite, tapes.security(), tapes.order(), tapes.mark())
    assert made.reads == 0
    assert {kind: len(counts) for kind, counts in made.reads_by_hook.items()} == {
        "initialize": 1,
        "on_warmup_finished": 1,
        "on_order_event": 1,
        "on_data": 1,
        "on_end_of_algorithm": 1,
    }


def test_the_store_is_the_engines_folder(tmp_path: Path) -> None:
    """What one run saves, the next one on the folder finds; complaints are debug lines."""
    first = tapes.play(tmp_path / "1", None)
    assert first.algorithm.object_store.save("a", "x")
    again = RecordedEngine(tapes.tape(tmp_path / "2"), None, store=tmp_path / "1" / "store")
    assert again.algorithm.object_store.read("a") == "x"
    again.algorithm.object_store.save("k" * 300, "x")
    assert said(again)[0][0] == "debug"
    assert said(again)[0][1].startswith("ObjectStore Persistence Error: ")


def test_a_store_of_its_own_vanishes(tmp_path: Path) -> None:
    """Without a folder the store lives as long as the engine."""
    made = RecordedEngine(tapes.tape(tmp_path), None)
    place = Path(made.algorithm.object_store.get_file_path("a"))
    assert place.parent.is_dir()
    del made
    gc.collect()
    assert not place.parent.exists()


def test_the_rules_come_from_the_algorithm(tmp_path: Path) -> None:
    """A schedule is registered through the algorithm's own members, six reads in all."""
    calls: list[datetime] = []

    class Nightly(RecordedAlgorithm):
        def initialize(self) -> None:
            night: Callable[[], None] = self.night
            self.schedule.on(self.date_rules.every_day(), self.time_rules.midnight, night)

        def night(self) -> None:
            calls.append(self.time)

    made = tapes.play(tmp_path, Nightly, tapes.day())
    assert calls == [datetime(2020, 1, 2)]
    assert made.reads_by_hook["initialize"] == [6]
    assert made.reads_by_hook["schedule"] == [1]


def test_points_of_charts_are_kept_in_order(played: RecordedEngine) -> None:
    """Chart, series and value, as they were given."""
    played.algorithm.plot("NAV", "trend", 1.25)
    played.algorithm.plot("NAV", "all", 1)
    assert played.plots == [("NAV", "trend", 1.25), ("NAV", "all", 1)]


def test_a_user_is_notified_in_live_trading_only(tmp_path: Path) -> None:
    """Elsewhere each call says that it sent nothing, as LEAN's does."""
    backtest = engine_of(tmp_path / "test", tapes.mark("14:30"))
    live = RecordedEngine(tapes.tape(tmp_path / "live", tapes.start(live=True)), None)
    for made, sends in ((backtest, False), (live, True)):
        notify = made.algorithm.notify
        assert notify.email("a@b.c", "subject", "text") is sends
        assert notify.telegram("1", "text", "token") is sends
        assert notify.telegram("1", "text") is sends
        assert notify.web("https://x.org", "text") is sends
    assert backtest.notifications == []
    assert live.notifications == [
        ("email", "a@b.c", "subject: text"),
        ("telegram", "1:token", "text"),
        ("telegram", "1", "text"),
        ("web", "https://x.org", "text"),
    ]


@pytest.mark.parametrize(("live", "mode"), [(False, "BACKTESTING"), (True, "LIVE")])
def test_the_mode_is_the_runs(tmp_path: Path, live: bool, mode: str) -> None:
    """A recorded run was a live one or a backtest."""
    made = RecordedEngine(tapes.tape(tmp_path, tapes.start(live=live)), None)
    assert str(made.algorithm.algorithm_mode) == mode

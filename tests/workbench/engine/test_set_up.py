"""The set-up of an algorithm: calls that a recorded run lets pass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from tests.workbench.engine.test_stubs import members
from workbench.engine import set_up
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.set_up import STAND_IN, passed


class Usual(RecordedAlgorithm):
    """An algorithm that is set up as LEAN's samples are."""

    called: list[str]

    def initialize(self) -> None:
        """Dates, cash, models, subscriptions, indicators, schedules."""
        self.called = []
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 3)
        self.set_cash(100_000)
        self.set_time_zone("America/New_York")
        self.set_brokerage_model("IB", "margin")
        self.set_warm_up(timedelta(days=5))
        self.universe_settings.resolution = "minute"
        self.settings.free_portfolio_value_percentage = 0.05
        self.settings.daily_precise_end_time = False
        self.spy = self.add_equity("SPY", "hour", fill_forward=False).symbol
        option = self.add_option("GOOG")
        option.set_filter(lambda universe: universe.strikes(-2, 2))
        option.price_model = "crr"
        self.set_benchmark(self.spy)
        self.set_security_initializer(lambda security: security.set_market_price(1.0))
        self.mean = self.sma(self.spy, 20)
        bars = self.consolidate(self.spy, timedelta(hours=1), self.on_bar)
        bars.data_consolidated += self.on_bar
        self.schedule.on(
            self.date_rules.every_day(self.spy),
            self.time_rules.after_market_open(self.spy, 30),
            self.open,
        )
        self.schedule.on("weeks", self.date_rules.week_start(), self.time_rules.noon, self.open)
        self.schedule.on(self.date_rules.every_day("SPY"), self.time_rules.noon, self.noon)

    def on_bar(self, bar: Any) -> None:
        """Never called: a tape has no bars."""
        self.called.append("bar")

    def open(self) -> None:
        """Never called: a tape has no market hours."""
        self.called.append("open")

    def noon(self) -> None:
        """Called at noon."""
        self.called.append("noon")

    def on_data(self, slice: Any) -> None:
        """Trade once the indicator is ready, which it never is."""
        if self.mean.is_ready and self.mean.current.value > 0.0:
            self.called.append("ready")


def test_the_usual_set_up_passes(tmp_path: Path) -> None:
    """Nothing of it raises, and nothing comes of it but schedules that a tape can keep."""
    engine = tapes.play(tmp_path, Usual, tapes.security(), tapes.mark(), tapes.mark("18:00"))
    made: Any = engine.algorithm
    assert made.called == ["noon"]
    assert made.settings.free_portfolio_value_percentage == 0.05
    assert not made.settings.seed_initial_prices


def test_lean_has_all_that_passes() -> None:
    """No name is one that LEAN's own classes lack."""
    surfaces = {
        "QCAlgorithm": set_up.PASSED,
        "AlgorithmSettings": set_up.SETTINGS,
        "DateRules": set_up.DATE_RULES,
        "TimeRules": set_up.TIME_RULES,
    }
    for name, offered in surfaces.items():
        assert offered - members(name).keys() == set(), name


@pytest.mark.parametrize("name", ["set_startdate", "market_order", "liquidate", "tracker"])
def test_everything_else_is_refused(name: str, tmp_path: Path) -> None:
    """A misspelt call, and one that trades, for a recording trades for itself."""
    engine = tapes.play(tmp_path, RecordedAlgorithm)
    with pytest.raises(AttributeError, match=name):
        getattr(engine.algorithm, name)
    settings: Any = engine.algorithm.settings
    with pytest.raises(AttributeError):
        settings.misspelt = 1
    with pytest.raises(AttributeError):
        _ = settings.misspelt


def test_a_stand_in_says_no() -> None:
    """It is false and empty, whatever it is asked and told."""
    stand_in: Any = passed("add_equity")("SPY")
    stand_in.leverage = 2
    stand_in["a"] = 1
    assert not stand_in.symbol.value
    assert (list(stand_in), len(stand_in), stand_in["a"] is STAND_IN) == ([], 0, True)
    assert "does not set up" in repr(stand_in)
    assert not hasattr(stand_in, "__await__")

"""The recorded QCAlgorithm: the part of LEAN's surface a tracker lives on, to be derived from.

A user's class derives from RecordedAlgorithm as it would from QCAlgorithm, overrides the hooks it
needs and sets plain attributes of its own; reading a member LEAN does not have, or that a recorded
run does not offer, is an AttributeError, and `vars()` of it a TypeError, for LEAN shows no
`__dict__`. The usual calls of `initialize` pass (`set_up`), and what they return is a stand-in. The
player is not reachable from here. Made by the engine only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from workbench.engine.enums import AlgorithmMode, constant
from workbench.engine.events import OrderEvent
from workbench.engine.objects import DateTimeZone
from workbench.engine.portfolio import SecurityPortfolioManager
from workbench.engine.reads import ArgumentException, LeanObject, lean_call, lean_read
from workbench.engine.schedule import DateRules, ScheduleManager, TimeRules
from workbench.engine.securities import SecurityManager
from workbench.engine.set_up import passed
from workbench.engine.slices import Delistings, Dividends, Slice, Splits, SymbolChangedEvents
from workbench.engine.store import ObjectStore
from workbench.engine.surroundings import (
    AlgorithmSettings,
    Benchmark,
    InterestRateModel,
    NotificationManager,
    ReadOnlyExtendedDictionary,
    SecurityTransactionManager,
    Surroundings,
)


def _hidden(algorithm: object) -> Any:
    raise AttributeError("__dict__")


class RecordedAlgorithm(LeanObject):
    """LEAN's QCAlgorithm over a recorded run; money is in account currency."""

    # LEAN's managed classes have none to show; attributes work all the same
    __dict__: Any = property(_hidden)
    _lean_name: ClassVar[str] = "QCAlgorithm"
    _lean: Surroundings

    def __init__(self) -> None:
        """Do nothing: what an algorithm needs is there before its own `__init__`."""

    def __init_subclass__(cls) -> None:
        """Keep LEAN's name, whatever a user calls the class."""
        super().__init_subclass__()
        cls._lean_name = RecordedAlgorithm._lean_name

    def __getattr__(self, name: str) -> Any:
        """Let the calls pass that set an algorithm up; AttributeError for everything else."""
        return passed(name)

    def initialize(self) -> None:
        """Set the algorithm up; the account is as the start line has it."""

    def on_warmup_finished(self) -> None:
        """Called once when warm-up is over, also when there was none."""

    def on_order_event(self, order_event: OrderEvent) -> None:
        """Called at every event of every order; the portfolio already has it."""

    def on_symbol_changed_events(self, symbols_changed: SymbolChangedEvents) -> None:
        """Called before on_data when tickers changed."""

    def on_splits(self, splits: Splits) -> None:
        """Called before on_data when there are splits."""

    def on_dividends(self, dividends: Dividends) -> None:
        """Called before on_data when there are dividends."""

    def on_delistings(self, delistings: Delistings) -> None:
        """Called before on_data when there are delistings."""

    def on_data(self, slice: Slice) -> None:
        """Called at every slice."""

    def on_end_of_algorithm(self) -> None:
        """Called when the run ends as it should."""

    @lean_read
    def portfolio(self) -> SecurityPortfolioManager:
        """The account."""
        return self._lean.portfolio

    @lean_read
    def securities(self) -> SecurityManager:
        """The instruments described so far."""
        return self._lean.securities

    @lean_read
    def time(self) -> datetime:
        """The algorithm's time, naive in its time zone."""
        return self._lean.time

    @lean_read
    def utc_time(self) -> datetime:
        """The algorithm's time, aware UTC."""
        return self._lean.utc_time

    @lean_read
    def time_zone(self) -> DateTimeZone:
        """The algorithm's time zone."""
        return self._lean.time_zone

    @lean_read
    def is_warming_up(self) -> bool:
        """Whether the run has not yet reached its start."""
        return self._lean.account.is_warming_up

    @lean_read
    def live_mode(self) -> bool:
        """Whether the run was a live one."""
        return self._lean.account.live

    @lean_read
    def algorithm_mode(self) -> AlgorithmMode:
        """Whether the run was a live one or a backtest."""
        return constant(AlgorithmMode, "LIVE" if self._lean.account.live else "BACKTESTING")

    @lean_read
    def notify(self) -> NotificationManager:
        """Where the user is notified."""
        return self._lean.notify

    @lean_read
    def account_currency(self) -> str:
        """The currency the account is kept in."""
        return self._lean.account.currency

    @lean_read
    def algorithm_id(self) -> str:
        """The id of the run; empty unless the engine was given one, as in LEAN without its CLI."""
        return self._lean.deployment

    @lean_read
    def project_id(self) -> int:
        """LEAN's number of the project: 0, as in LEAN without its CLI."""
        return 0

    @lean_read
    def object_store(self) -> ObjectStore:
        """Where objects outlive the run."""
        return self._lean.object_store

    @lean_read
    def schedule(self) -> ScheduleManager:
        """Where callbacks are registered."""
        return self._lean.schedule

    @lean_read
    def date_rules(self) -> DateRules:
        """The rules for days."""
        return self._lean.date_rules

    @lean_read
    def time_rules(self) -> TimeRules:
        """The rules for times of day."""
        return self._lean.time_rules

    @lean_read
    def transactions(self) -> SecurityTransactionManager:
        """The orders."""
        return self._lean.transactions

    @lean_read
    def settings(self) -> AlgorithmSettings:
        """The algorithm's settings."""
        return self._lean.settings

    @lean_read
    def benchmark(self) -> Benchmark:
        """What the run is measured against."""
        return self._lean.benchmark

    @lean_read
    def risk_free_interest_rate_model(self) -> InterestRateModel:
        """The rate of return without risk."""
        return self._lean.interest_rates

    @lean_call
    def get_parameter(self, name: str, default_value: Any = None) -> Any:
        """Return the parameter as text, or as the default's type if that is int or float.

        A missing one, or one that does not convert, gives the default.
        """
        text = self._lean.parameters.get(name)
        if text is None:
            return default_value
        if isinstance(default_value, bool) or not isinstance(default_value, int | float):
            return text
        try:
            return type(default_value)(text)
        except ValueError:
            return default_value

    @lean_call
    def get_parameters(self) -> ReadOnlyExtendedDictionary:
        """Return all parameters; they are texts."""
        return self._lean.all_parameters

    @lean_call
    def debug(self, message: str | float) -> None:
        """Write to the console; a backtest drops empty and repeated messages."""
        self._lean.say("debug", message)

    @lean_call
    def log(self, message: str | float) -> None:
        """Write to the log; a backtest drops empty messages."""
        self._lean.say("log", message)

    @lean_call
    def error(self, message: str | float) -> None:
        """Write an error; a backtest drops empty and repeated messages."""
        self._lean.say("error", message)

    @lean_call
    def plot(self, chart: str, series: str, value: float) -> None:
        """Add a point to a chart's series."""
        self._lean.output.plots.append((chart, series, value))

    @lean_call
    def set_runtime_statistic(self, name: str, value: str | float) -> None:
        """Show a figure while the run goes on."""
        self._lean.output.runtime_statistics[name] = str(value)

    @lean_call
    def set_summary_statistic(self, name: str, value: str | float) -> None:
        """Add a figure to the final statistics; ArgumentException for the names 0 to 100."""
        if name.strip().isdecimal() and int(name) <= 100:
            raise ArgumentException(f"'{name}' is a reserved statistic name.")
        self._lean.output.summary_statistics[name] = str(value)

"""Everything one recorded algorithm can reach: LEAN's objects over the account, its log, its store.

The engine builds one for its algorithm, moves the account and has it `follow`, which gives every
instrument and currency the tape described meanwhile its LEAN objects. Nothing in here is the
player's: user code that finds it finds what it may read anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from workbench.engine.events import Order, order_at
from workbench.engine.objects import DateTimeZone, LeanDictionary, local_clr, utc_clr
from workbench.engine.portfolio import (
    Cash,
    CashBook,
    PortfolioParts,
    SecurityHolding,
    SecurityPortfolioManager,
    holding_of,
)
from workbench.engine.reads import LeanObject, ReadMeter, lean_call
from workbench.engine.schedule import Agenda, DateRules, ScheduleManager, TimeRules
from workbench.engine.securities import Security, SecurityManager, SecurityParts, security_of
from workbench.engine.set_up import SETTINGS, passed
from workbench.engine.slices import Corporate, Slice, corporate_of
from workbench.engine.state import AccountState, Line, SecurityState, base_currency
from workbench.engine.store import ObjectStore, StoreRules
from workbench.engine.symbols import BySymbol, Symbol, underlying_facts

# The statuses of an order that is over.
_OVER: Final = frozenset({"FILLED", "CANCELED", "INVALID"})

# In a backtest LEAN drops a message of these kinds that says what the one before it said.
_SAID_ONCE: Final = frozenset({"debug", "error"})


@dataclass(frozen=True, slots=True)
class Message:
    """One line that an algorithm wrote.

    Attributes:
        kind: debug, log or error.
        text: The text without its time.
        time: The algorithm's time, naive in its zone.
    """

    kind: str
    text: str
    time: datetime

    @property
    def line(self) -> str:
        """The line as LEAN shows it: the algorithm's time and the text."""
        return f"{self.time:%Y-%m-%d %H:%M:%S} {self.text}"


@dataclass(slots=True)
class Output:
    """What an algorithm has said: its messages in order, its statistics as text, what it plotted
    (chart, series, value) and whom it notified (channel, address, text).
    """

    messages: list[Message] = field(default_factory=list)
    runtime_statistics: dict[str, str] = field(default_factory=dict)
    summary_statistics: dict[str, str] = field(default_factory=dict)
    plots: list[tuple[str, str, float]] = field(default_factory=list)
    notifications: list[tuple[str, ...]] = field(default_factory=list)
    _latest: dict[str, str] = field(default_factory=dict)

    def say(self, kind: str, text: str, time: datetime, live: bool) -> None:
        """Keep a message; a backtest drops empty ones, and a repeated debug or error."""
        repeats = kind in _SAID_ONCE and self._latest.get(kind) == text
        if not live and (not text or repeats):
            return
        self._latest[kind] = text
        self.messages.append(Message(kind, text, time))


class NotificationManager(LeanObject):
    """Sends to the user, in live trading only: each call says whether it does."""

    __slots__ = ("_live", "_sent")

    def __init__(self, meter: ReadMeter, live: bool, sent: list[tuple[str, ...]]) -> None:
        super().__init__(meter)
        self._live = live
        self._sent = sent

    @lean_call
    def email(self, address: str, subject: str, message: str) -> bool:
        """Send a mail."""
        return self._send("email", address, f"{subject}: {message}")

    @lean_call
    def telegram(self, id: str, message: str, token: str | None = None) -> bool:
        """Send to a chat, through one's own bot where its token is given."""
        return self._send("telegram", id if token is None else f"{id}:{token}", message)

    @lean_call
    def web(self, address: str, data: Any = None, headers: Any = None) -> bool:
        """Post to an address; what headers say, a token for one, is kept nowhere."""
        return self._send("web", address, str(data))

    def _send(self, *what: str) -> bool:
        if self._live:
            self._sent.append(what)
        return self._live


class ReadOnlyExtendedDictionary(LeanDictionary[str, str]):
    """The run's parameters."""

    __slots__ = ()


class SecurityTransactionManager(LeanObject):
    """LEAN's orders: how many there were, each of them, and those that are open."""

    __slots__ = ("_open", "_orders")

    def __init__(self, meter: ReadMeter) -> None:
        super().__init__(meter)
        # by id, those whose events came, as of the last of them
        self._orders: dict[int, tuple[Line, Symbol]] = {}
        self._open: set[int] = set()

    def _hear(self, line: Line, symbol: Symbol) -> None:
        self._orders[line["order"]] = line, symbol
        if line["status"] in _OVER:
            self._open.discard(line["order"])
        else:
            self._open.add(line["order"])

    @lean_call
    def get_open_orders(self) -> list[Order]:
        """The orders whose events came and that are not over."""
        orders = self._orders.items()
        return [order_at(self._meter, *known) for key, known in orders if key in self._open]

    @lean_call
    def get_order_by_id(self, id: int) -> Order | None:
        """The order of an id, whether it is over or not; None where no event of it came."""
        known = self._orders.get(id)
        return None if known is None else order_at(self._meter, *known)

    @property
    def orders_count(self) -> int:
        """How many orders there were so far."""
        self._meter.read(self, "orders_count")
        return len(self._orders)


class AlgorithmSettings(LeanObject):
    """The algorithm's settings; nobody follows those that concern no statistics."""

    __slots__ = ("_days", "_others", "_own_days")

    def __init__(self, meter: ReadMeter, days: Callable[[], int | None]) -> None:
        super().__init__(meter)
        self._others: dict[str, object] = {}
        self._days = days
        self._own_days: int | None = None

    def __getattr__(self, name: str) -> object:
        if name in self._others:
            return self._others[name]
        return passed(name, SETTINGS)

    def __setattr__(self, name: str, value: object) -> None:
        if name in SETTINGS:
            self._others[name] = value
        else:
            super().__setattr__(name, value)

    @property
    def trading_days_per_year(self) -> int | None:
        """Trading days a year; None until LEAN sets it, right after `initialize`."""
        self._meter.read(self, "trading_days_per_year")
        return self._days() if self._own_days is None else self._own_days

    @trading_days_per_year.setter
    def trading_days_per_year(self, days: int) -> None:
        self._own_days = days


class Benchmark(LeanObject):
    """What the run is measured against."""

    __slots__ = ("_account",)

    def __init__(self, meter: ReadMeter, account: AccountState) -> None:
        super().__init__(meter)
        self._account = account

    @lean_call
    def evaluate(self, time: datetime) -> float:
        """Return the benchmark's value at the latest midnight, whatever `time`; 0 before it."""
        return self._account.benchmark


class InterestRateModel(LeanObject):
    """The rate of return without risk."""

    __slots__ = ("_account",)

    def __init__(self, meter: ReadMeter, account: AccountState) -> None:
        super().__init__(meter)
        self._account = account

    @lean_call
    def get_interest_rate(self, date: datetime) -> float:
        """Return the annual rate at the latest midnight, whatever `date`; 0 before it."""
        return self._account.risk_free


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the engine lends an algorithm besides the account.

    Attributes:
        parameters: The project's parameters.
        trading_days: Tells the trading days a year, None before LEAN has set them.
        store_folder: The object store's folder.
        store_rules: What the object store allows.
        deployment: LEAN's id of the run.
    """

    parameters: Mapping[str, str]
    trading_days: Callable[[], int | None]
    store_folder: Path
    store_rules: StoreRules
    deployment: str = ""


class Surroundings:
    """LEAN's objects for one algorithm, over one account."""

    def __init__(self, meter: ReadMeter, account: AccountState, supplies: Supplies) -> None:
        self.meter = meter
        self.account = account
        self.parameters = supplies.parameters
        self.deployment = supplies.deployment
        self.all_parameters = ReadOnlyExtendedDictionary(meter, supplies.parameters)
        self.output = Output()
        self.agenda = Agenda(account.zone)
        self.symbols: dict[str, Symbol] = {}
        self._securities = BySymbol[Security]()
        self._holdings = BySymbol[SecurityHolding]()
        self._cash: dict[str, Cash] = {}
        self._unsettled: dict[str, Cash] = {}
        self.securities = SecurityManager(meter, self._securities)
        cash = CashBook(meter, self._cash, account.currency)
        unsettled = CashBook(meter, self._unsettled, account.currency)
        parts = PortfolioParts(account, self._holdings, cash, unsettled)
        self.portfolio = SecurityPortfolioManager(meter, parts)
        self.schedule = ScheduleManager(meter, self.agenda)
        self.date_rules = DateRules(meter)
        self.time_rules = TimeRules(meter)
        self.time_zone = DateTimeZone(meter, account.start["time_zone"])
        self.settings = AlgorithmSettings(meter, supplies.trading_days)
        self.transactions = SecurityTransactionManager(meter)
        self.notify = NotificationManager(meter, account.live, self.output.notifications)
        self.benchmark = Benchmark(meter, account)
        self.interest_rates = InterestRateModel(meter, account)
        folder, rules = supplies.store_folder, supplies.store_rules
        self.object_store = ObjectStore(meter, folder, partial(self.say, "debug"), rules)
        self.follow()

    @property
    def time(self) -> datetime:
        """The algorithm's time, naive local."""
        return local_clr(self.account.utc, self.account.zone)

    @property
    def utc_time(self) -> datetime:
        """The algorithm's time, aware UTC."""
        return utc_clr(self.account.utc)

    def say(self, kind: str, message: Any) -> None:
        """Write a message of the algorithm's, or of LEAN's own."""
        text = "" if message is None else str(message)
        self.output.say(kind, text, self.time, self.account.live)

    def follow(self) -> None:
        """Give LEAN objects to the currencies and instruments the account has gained."""
        if len(self._cash) != len(self.account.cash):
            for currency, state in self.account.cash.items():
                self._cash.setdefault(currency, Cash(self.meter, state))
            for currency, state in self.account.unsettled.items():
                self._unsettled.setdefault(currency, Cash(self.meter, state))
        if len(self.symbols) != len(self.account.securities):
            for sid, security in self.account.securities.items():
                if sid not in self.symbols:
                    self._add(security)

    def slice_of(self, utc: datetime, lines: Iterable[Line]) -> Slice:
        """Build the slice of one moment from its corporate lines."""
        events = [self._corporate(line) for line in lines]
        return Slice(self.meter, utc, self.account.zone, events)

    def _corporate(self, line: Line) -> Corporate:
        sid = line["sid"]
        return corporate_of(self.meter, line, self.symbols[sid], self.account.securities[sid])

    def _add(self, state: SecurityState) -> None:
        symbol = Symbol(self.meter, state, self._underlying(state))
        base = base_currency(state.facts)
        parts = SecurityParts(
            state=state,
            symbol=symbol,
            holding=holding_of(self.meter, state, symbol),
            quote=self._cash[state.facts["quote"]],
            base=None if base is None else self._cash[base],
            underlying=symbol._underlying,
            listed=self._securities,
        )
        self.symbols[state.facts["sid"]] = symbol
        self._holdings.add(symbol, parts.holding)
        self._securities.add(symbol, security_of(self.meter, parts))

    def _underlying(self, state: SecurityState) -> Symbol | None:
        facts = underlying_facts(state.facts)
        if facts is None:
            return None
        return self.symbols.get(facts["sid"]) or Symbol(self.meter, SecurityState(facts))

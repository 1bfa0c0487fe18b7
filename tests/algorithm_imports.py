"""A minimal double of LEAN's `AlgorithmImports`: what main.py uses of it, over the recorded engine.

`QCAlgorithm` keeps what an algorithm sets up and the orders it sends; nothing fills them but the
tape. A tape has no bars and no option chains: `QCAlgorithm.scene` has those of each instant.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.enums import DataNormalizationMode, OptionRight
from workbench.engine.events import OrderEvent
from workbench.engine.reads import ReadMeter
from workbench.engine.state import SecurityState
from workbench.engine.symbols import Symbol

__all__ = [
    "DataNormalizationMode",
    "Leg",
    "OptionRight",
    "OrderEvent",
    "QCAlgorithm",
    "Resolution",
]

GOOG = "GOOCV VP83T1ZUHROL"
SHORT_DAY, CLOSE, SHORT_CLOSE = date(2015, 12, 24), time(16), time(13)


class Resolution(enum.Enum):
    """How long a bar is."""

    MINUTE = enum.auto()
    HOUR = enum.auto()


class Leg(NamedTuple):
    """One leg of a combo order."""

    symbol: Symbol
    quantity: int

    @staticmethod
    def create(symbol: Symbol, quantity: int) -> Leg:
        """Make it, as LEAN does."""
        return Leg(symbol, quantity)


class Sent(NamedTuple):
    """An order as it was sent: at what local time, ticker -> quantity, under what tag."""

    time: datetime
    legs: dict[str, int]
    tag: str


@dataclass(frozen=True)
class Contract:
    """An option in a chain, with its quote; 0 where a side has none."""

    symbol: Symbol
    bid_price: float = 1.0
    ask_price: float = 1.2
    strike: float = field(init=False)
    right: OptionRight = field(init=False)
    expiry: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Take the terms from the symbol."""
        for name, member in ("strike", "strike_price"), ("right", "option_right"):
            object.__setattr__(self, name, getattr(self.symbol.id, member))
        object.__setattr__(self, "expiry", self.symbol.id.date)


@dataclass
class Scene:
    """What the market shows at each UTC instant: GOOG's price, hourly closes, the option chain."""

    prices: dict[datetime, float] = field(default_factory=dict)
    closes: dict[datetime, Mapping[str, float]] = field(default_factory=dict)
    chains: dict[datetime, list[Contract]] = field(default_factory=dict)


class Mean:
    """LEAN's SimpleMovingAverage."""

    def __init__(self, period: int) -> None:
        self.values: deque[float] = deque(maxlen=period)

    @property
    def is_ready(self) -> bool:
        """Whether it has seen its period."""
        return len(self.values) == self.values.maxlen

    @property
    def current(self) -> SimpleNamespace:
        """The mean."""
        return SimpleNamespace(value=sum(self.values) / len(self.values))


class Universe:
    """Notes how an option filter narrows it down."""

    def __init__(self) -> None:
        self.filters: dict[str, tuple[int, int]] = {}

    def expiration(self, first: int, last: int) -> Universe:
        """Days from today."""
        self.filters["expiration"] = (first, last)
        return self

    def strikes(self, lowest: int, highest: int) -> Universe:
        """Strikes from the money."""
        self.filters["strikes"] = (lowest, highest)
        return self


def described(ticker: str) -> dict[str, Any]:
    """A stock's security line; GOOG's Symbol is that of the recordings."""
    sid = GOOG if ticker == "GOOG" else f"{ticker} R735QTJ8XC9X"
    return tapes.security(sid, ticker=ticker)


def stock(ticker: str) -> Symbol:
    """A stock's symbol."""
    return Symbol(ReadMeter(), SecurityState(described(ticker)))


class QCAlgorithm(RecordedAlgorithm):
    """LEAN's, as far as main.py uses it; what is done with it is kept in plain attributes."""

    scene: ClassVar[Scene] = Scene()

    def __init__(self) -> None:
        self.set_up: dict[str, Any] = {}
        self.subscribed: dict[str, dict[str, Any]] = {}
        self.sent: list[Sent] = []
        self.means: dict[str, Mean] = {}

    def __init_subclass__(cls) -> None:
        """Give the algorithm's on_data slices with bars and chains."""
        super().__init_subclass__()
        hook = cls.on_data

        def on_data(self: QCAlgorithm, data: Any) -> None:
            hook(self, self._shown(data))  # type: ignore[arg-type]

        cls.on_data = on_data  # type: ignore[assignment]

    def _shown(self, data: Any) -> SceneSlice:
        """The slice with what the scene has of its instant, once prices and means have it too."""
        if data.utc_time in self.scene.prices:
            # a tape tells prices of what is held only
            self._lean.account.securities[GOOG].price = self.scene.prices[data.utc_time]
        closes = self.scene.closes.get(data.utc_time, {})
        for ticker in closes.keys() & self.means.keys():
            self.means[ticker].values.append(closes[ticker])
        return SceneSlice(data, closes, self.scene.chains.get(data.utc_time))

    def set_start_date(self, *day: int) -> None:
        """Note it."""
        self.set_up["start"] = day

    def set_end_date(self, *day: int) -> None:
        """Note it."""
        self.set_up["end"] = day

    def set_cash(self, cash: float) -> None:
        """Note it."""
        self.set_up["cash"] = cash

    def set_warm_up(self, span: Any) -> None:
        """Note it."""
        self.set_up["warm-up"] = span

    def add_equity(self, ticker: str, resolution: Resolution, **options: Any) -> Any:
        """Note the subscription; as in LEAN, the security is there from now on."""
        self.subscribed[ticker] = {"resolution": resolution, **options}
        self._lean.account.apply(described(ticker))
        self._lean.follow()
        return SimpleNamespace(symbol=stock(ticker))

    def add_option(self, underlying: Symbol, resolution: Resolution, **options: Any) -> Any:
        """Note the subscription and how it is filtered."""
        universe = Universe()

        def set_filter(choose: Callable[[Universe], Universe]) -> None:
            self.subscribed["options"] |= choose(universe).filters

        self.subscribed["options"] = {"resolution": resolution, **options}
        return SimpleNamespace(symbol=stock("?GOOG"), set_filter=set_filter)

    def sma(self, symbol: Symbol, period: int, resolution: Resolution) -> Mean:
        """A mean that follows the scene."""
        return self.means.setdefault(symbol.value, Mean(period))

    def is_market_open(self, symbol: Symbol) -> bool:
        """New York's hours, those of 24 December 2015 too."""
        now = self.time
        close = SHORT_CLOSE if now.date() == SHORT_DAY else CLOSE
        return now.weekday() < 5 and time(9, 30) <= now.time() < close

    def market_order(self, symbol: Symbol, quantity: float, *, tag: str) -> None:
        """Note it."""
        self.sent.append(Sent(self.time, {symbol.value: int(quantity)}, tag))

    def combo_market_order(self, legs: list[Leg], quantity: int, *, tag: str) -> None:
        """Note it."""
        sizes = {leg.symbol.value: leg.quantity * quantity for leg in legs}
        self.sent.append(Sent(self.time, sizes, tag))


class SceneSlice:
    """A recorded slice with hourly bars and GOOG's option chain."""

    def __init__(
        self, data: Any, closes: Mapping[str, float], chain: list[Contract] | None
    ) -> None:
        self._data = data
        self.bars = {
            stock(ticker): SimpleNamespace(close=close) for ticker, close in closes.items()
        }
        self.option_chains = {} if chain is None else {stock("?GOOG"): chain}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._data, name)

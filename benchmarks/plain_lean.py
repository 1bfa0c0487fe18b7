"""LEAN's surface as plain Python objects: a read costs next to nothing, a hook's time is ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

CASH = 1_000_000.0
ZONE = ZoneInfo("America/New_York")
START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
NOTHING = SimpleNamespace(count=0)
SLICE = SimpleNamespace(
    symbol_changed_events=NOTHING, dividends=NOTHING, splits=NOTHING, delistings=NOTHING
)


def _local(time: datetime) -> datetime:
    """The algorithm's wall clock, without a zone as LEAN has it."""
    return time.astimezone(ZONE).replace(tzinfo=None)


class PlainSymbol:
    """A symbol: hashed by identity, its id a text."""

    value = "SPY"
    underlying = None

    def __init__(self) -> None:
        self.id = PlainId()


class PlainId:
    """The id of a symbol."""

    market = "usa"

    def __str__(self) -> str:
        return "SPY R735QTJ8XC9X"


class PlainModel:
    """A model that is none of those LEAN's name is looked for."""


class ImmediateSettlementModel(PlainModel):
    """Named as LEAN's."""


class NullMarginInterestRateModel(PlainModel):
    """Named as LEAN's."""


class PlainStore:
    """An object store in memory; it may forget what it is given."""

    max_size, max_files = 10**10, 10**4

    def __init__(self) -> None:
        self.objects: dict[str, str] = {}
        self.forgets = False

    @property
    def keys(self) -> list[str]:
        """What there is."""
        return list(self.objects)

    def contains_key(self, path: str) -> bool:
        """Whether it is there."""
        return path in self.objects

    def read(self, path: str) -> str:
        """What was saved."""
        return self.objects[path]

    def save(self, path: str, text: str) -> bool:
        """Keep it."""
        self.objects[path] = "" if self.forgets else text
        return True

    def delete(self, path: str) -> bool:
        """Forget it."""
        return self.objects.pop(path, None) is not None


class PlainPortfolio(dict[Any, Any]):
    """One cash balance and the holdings by symbol."""

    def __init__(self) -> None:
        super().__init__()
        self.usd = SimpleNamespace(amount=CASH, conversion_rate=1.0)
        self.cash_book = {"USD": self.usd}
        self.unsettled_cash_book: dict[str, Any] = {}
        self.total_sale_volume = 0.0

    @property
    def total_portfolio_value(self) -> float:
        """Cash and what is held, at its price."""
        held = sum(holding.quantity * holding.price for holding in self.values())
        return float(self.usd.amount + held)


class PlainLean:
    """An algorithm with one stock, that trades when told.

    Attributes:
        algorithm: What `track` takes.
    """

    def __init__(self) -> None:
        self.symbol = PlainSymbol()
        self.holding = SimpleNamespace(quantity=0.0, average_price=0.0, price=100.0)
        self.portfolio = PlainPortfolio()
        self.portfolio[self.symbol] = self.holding
        self._order_id = 0
        self.algorithm: Any = SimpleNamespace(
            live_mode=False,
            algorithm_mode="BACKTESTING",
            algorithm_id="bench",
            project_id=0,
            object_store=PlainStore(),
            set_runtime_statistic=lambda *_: None,
            set_summary_statistic=lambda *_: None,
            account_currency="USD",
            time_zone=SimpleNamespace(id=ZONE.key),
            is_warming_up=False,
            utc_time=START,
            time=_local(START),
            portfolio=self.portfolio,
            transactions=SimpleNamespace(orders_count=0),
            securities={self.symbol: self._security()},
            settings=SimpleNamespace(trading_days_per_year=252),
            benchmark=SimpleNamespace(evaluate=lambda _: 0.0),
            risk_free_interest_rate_model=SimpleNamespace(get_interest_rate=lambda _: 0.0),
            schedule=SimpleNamespace(on=lambda *_: None),
            date_rules=SimpleNamespace(every_day=lambda: None),
            time_rules=SimpleNamespace(midnight=None),
            get_parameters=dict,
            log=lambda _: None,
            debug=lambda _: None,
            error=lambda _: None,
        )

    def _security(self) -> SimpleNamespace:
        return SimpleNamespace(
            type="EQUITY",
            symbol_properties=SimpleNamespace(contract_multiplier=1.0, lot_size=1.0),
            quote_currency=SimpleNamespace(symbol="USD"),
            settlement_model=ImmediateSettlementModel(),
            margin_interest_rate_model=NullMarginInterestRateModel(),
            data_normalization_mode="ADJUSTED",
            price=100.0,
            bid_price=99.99,
            ask_price=100.01,
        )

    def order(self, quantity: float, price: float) -> tuple[Any, Any]:
        """Trade a quantity: the events of its submission and its fill."""
        self._order_id += 1
        total = self.holding.quantity + quantity
        self.holding.average_price = price if total else 0.0
        self.holding.quantity = total
        self.portfolio.usd.amount -= quantity * price + 1.0
        common = {
            "order_id": self._order_id,
            "symbol": self.symbol,
            "utc_time": self.algorithm.utc_time,
            "quantity": quantity,
            "ticket": SimpleNamespace(tag="strategy=trend", order_type=0),
            "message": "",
        }
        fee = SimpleNamespace(value=SimpleNamespace(amount=1.0, currency="USD"))
        nothing = SimpleNamespace(value=SimpleNamespace(amount=0.0, currency=""))
        submitted = SimpleNamespace(
            id=1, status=1, fill_quantity=0.0, fill_price=0.0, order_fee=nothing, **common
        )
        filled = SimpleNamespace(
            id=2, status=3, fill_quantity=quantity, fill_price=price, order_fee=fee, **common
        )
        return submitted, filled

    def bar(self, price: float) -> Any:
        """A minute later, at a price: the slice."""
        self.algorithm.utc_time += timedelta(minutes=1)
        self.algorithm.time = _local(self.algorithm.utc_time)
        self.holding.price = price
        return SLICE

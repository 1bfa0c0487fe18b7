"""The one module that reads LEAN.

Each read of a LEAN object costs a microsecond or more, so every value is read once: what does not
change is kept by Symbol (instruments, securities, holdings, cash), prices are read only of what is
held, and a closer look is taken only on the first slice of a day or when the books do not close.
Reads an event: 18 a fill and 4 more when it is its order's first, 14 any other first event, 5 any
later one and 1 more when it changes the order; a bar 4, 1 for each held instrument (2 for futures,
CFDs and crypto futures), 1 for each markout due that has no price yet, and 2 for each foreign
currency; a daily sample 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from models.events.account import Mark, Opening
from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.events.event import Event
from models.events.instruments import (
    SECURITY_RULES,
    SETTLES_IN_ACCOUNT,
    Instrument,
    SecurityType,
    Valuation,
)
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.orders import Order
from models.tracker.core import Core

if TYPE_CHECKING:
    from AlgorithmImports import Cash, OrderEvent, QCAlgorithm, Security, SecurityHolding, Slice
    from QuantConnect.Securities.Future import FutureHolding


FILLS = frozenset({OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED})
ENDED = frozenset({OrderStatus.INVALID, OrderStatus.CANCELED})
LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
STOPPED = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
QUIET = frozenset({OrderStatus.NEW, OrderStatus.SUBMITTED})  # a first event without a fill

# Settlement models that keep no unsettled cash.
IMMEDIATE = frozenset({"ImmediateSettlementModel", "FutureSettlementModel", SETTLES_IN_ACCOUNT})


def utc(time: datetime) -> datetime:
    """The same moment as a plain datetime in UTC: LEAN's own has a tzinfo class of LEAN's."""
    return datetime.combine(time.date(), time.time(), UTC)


def class_name(thing: object) -> str:
    """LEAN's class name of a model, also where only its interface shows."""
    name = type(thing).__name__
    if name.startswith("I") and name[1:2].isupper():
        return str(thing).replace("+", ".").rsplit(".", 1)[-1]
    return name


def settled_profit(holding: SecurityHolding) -> float:
    """What LEAN has settled of a future's open profit."""
    return cast("FutureHolding", holding).settled_profit


@dataclass(slots=True)
class Line:
    """What is kept of an instrument so that it is not read again."""

    instrument: Instrument
    security: Security
    holding: SecurityHolding


class LeanFeed:
    """Turns what LEAN shows into events.

    Args:
        algorithm: The running algorithm.
        core: Told of instruments at their first sight; asked which orders are known and what is
            held.
    """

    def __init__(self, algorithm: QCAlgorithm, core: Core) -> None:
        self._algorithm = algorithm
        self._core = core
        self._books = core.ledger.books
        self._portfolio = algorithm.portfolio
        self._account_currency = self._books.account_currency
        self._zone = core.zone
        self._followed = core.follower is not None  # it wants prices the ledger does not
        self._lines: dict[Any, Line] = {}  # by LEAN's Symbol
        self._by_sid: dict[str, Line] = {}
        self._cash: dict[str, Cash] = {}
        self._unsettled: dict[str, Cash] = {}
        self._next_day: datetime | None = None

    # --- orders

    def order_event(self, event: OrderEvent) -> Fill | OrderUpdate:
        """An order's event: a `Fill` when it carries a quantity."""
        order_id, event_id = event.order_id, event.id
        status = OrderStatus(int(event.status))
        order = self._books.orders.find(order_id)
        if status in FILLS or (order is None and status not in QUIET):
            quantity = event.fill_quantity
        elif status is OrderStatus.UPDATE_SUBMITTED:
            quantity = event.fill_quantity  # one brokerage fills on an update
        else:
            quantity = 0.0
        if quantity:
            return self._fill(event, order_id, event_id, status, quantity, order)
        if order is None:
            return self._first(event, order_id, event_id, status)
        return self._later(event, order_id, event_id, status)

    def _fill(
        self,
        event: OrderEvent,
        order_id: int,
        event_id: int,
        status: OrderStatus,
        quantity: float,
        order: Order | None,
    ) -> Fill:
        line = self.line(event.symbol)
        tag: str | None = None
        order_type: OrderType | None = None
        if order is None:
            ticket = event.ticket
            tag, order_type = ticket.tag, OrderType(int(ticket.order_type))
        exercise = (order_type or (order and order.order_type)) is OrderType.OPTION_EXERCISE
        fee = event.order_fee.value
        amount = fee.amount
        currency = fee.currency if amount else ""
        return Fill(
            utc(event.utc_time),
            order_id,
            event_id,
            line.instrument.sid,
            quantity,
            event.fill_price,
            amount,
            currency,
            self._rates_of(line.instrument, currency),
            tag,
            order_type,
            event.message if exercise else "",
            status is OrderStatus.FILLED,
            line.security.price if self._followed else 0.0,
        )

    def _rates_of(self, instrument: Instrument, fee_currency: str) -> dict[str, float]:
        rates: dict[str, float] = {}
        for currency in {instrument.quote, instrument.currency, fee_currency}:
            if currency and currency != self._account_currency:
                rates[currency] = self._cash_of(currency).conversion_rate
        return rates

    def _first(
        self, event: OrderEvent, order_id: int, event_id: int, status: OrderStatus
    ) -> OrderUpdate:
        line = self.line(event.symbol)
        ticket = event.ticket
        kind = OrderType(int(ticket.order_type))
        time = utc(event.utc_time)
        if status in ENDED:
            # never sent: nobody asks what the market was
            return OrderUpdate(
                time,
                order_id,
                event_id,
                line.instrument.sid,
                status,
                ticket.tag,
                kind,
                event.quantity,
                message=event.message,
            )
        bid, ask = line.security.bid_price, line.security.ask_price
        return OrderUpdate(
            time,
            order_id,
            event_id,
            line.instrument.sid,
            status,
            ticket.tag,
            kind,
            event.quantity,
            bid,
            ask,
            0.0 if bid and ask else line.security.price,
            event.limit_price if kind in LIMITED else None,
            "",
            event.stop_price if kind in STOPPED else None,
            utc(ticket.time) if self._core.live else time,
        )

    def _later(
        self, event: OrderEvent, order_id: int, event_id: int, status: OrderStatus
    ) -> OrderUpdate:
        """A later event that fills nothing; its time is not worth a read."""
        time = self._books.time
        if time is None:
            time = utc(event.utc_time)
        if status is OrderStatus.UPDATE_SUBMITTED:
            limit, quantity = event.limit_price, event.quantity
            return OrderUpdate(
                time, order_id, event_id, "", status, quantity=quantity, limit_price=limit
            )
        return OrderUpdate(time, order_id, event_id, "", status, message=event.message)

    # --- slices

    def time(self) -> datetime:
        """The algorithm's time, UTC."""
        return utc(self._algorithm.utc_time)

    def is_new_day(self, time: datetime) -> bool:
        """Whether this is the first slice of a day of the algorithm's clock."""
        if self._next_day is not None and time < self._next_day:
            return False
        tomorrow = time.astimezone(self._zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, datetime.min.time(), self._zone)
        self._next_day = midnight.astimezone(UTC)
        return True

    def opening(self, time: datetime) -> Opening:
        """The account before the first event: every balance and holding."""
        self._keep_cash()
        holdings = dict(self._all_holdings())
        cash: dict[str, float] = {}
        for currency, kept in self._cash.items():
            cash[currency] = kept.amount
        for currency, kept in self._unsettled.items():
            cash[currency] = cash.get(currency, 0.0) + kept.amount
        for sid in holdings:
            line = self._by_sid[sid]
            if line.instrument.rules.settles_daily:
                cash[line.instrument.quote] -= settled_profit(line.holding)
        rates = {currency: kept.conversion_rate for currency, kept in self._cash.items()}
        return Opening(time, cash, rates, holdings)

    def resume(self) -> None:
        """Find again what a restored tracker knows: its instruments and currencies."""
        known = set(self._books.instruments)
        for symbol in self._algorithm.securities.keys():  # noqa: SIM118 - LEAN's iterates pairs
            if str(symbol.id) in known:
                self.line(symbol)
        self._keep_cash()

    def actions(self, data: Slice, mark: Mark) -> Iterator[Event]:
        """The splits, dividends, delistings and symbol changes of a slice, as LEAN orders them.

        Args:
            data: The slice.
            mark: Its mark, read already: a split's price is there, scaled by LEAN.
        """
        time = mark.time
        changes, dividends = data.symbol_changed_events, data.dividends
        splits, delistings = data.splits, data.delistings
        if changes.count:
            for symbol, change in changes.items():
                sid = self._sid(symbol)
                yield SymbolChange(time, sid, str(change.old_symbol), str(change.new_symbol))
        if dividends.count:
            for symbol, dividend in dividends.items():
                yield Dividend(time, self._sid(symbol), dividend.distribution)
        if splits.count:
            for symbol, split in splits.items():
                kind = SplitKind(str(split.type))
                factor, reference = split.split_factor, split.reference_price
                sid = self._sid(symbol)
                price = mark.prices.get(sid, 0.0)
                yield Split(time, sid, kind, factor, reference, price)
        if delistings.count:
            for symbol, delisting in delistings.items():
                yield Delisting(time, self._sid(symbol), DelistingKind(str(delisting.type)))

    def mark(self, time: datetime, *, check: bool = False) -> Mark:
        """What everything held is worth, with no more reads than that needs.

        Args:
            time: UTC.
            check: Read the quantities of what is held too.
        """
        return self._mark(time, self._held_quantities() if check else None, partial=True)

    def whole_mark(self, time: datetime) -> Mark:
        """The same with every holding and currency that LEAN has, known to us or not."""
        self._keep_cash()
        return self._mark(time, dict(self._all_holdings()), partial=False)

    def equity(self) -> float:
        """LEAN's total portfolio value, account currency."""
        return self._portfolio.total_portfolio_value

    def market(self, time: datetime) -> tuple[float, float, float]:
        """What LEAN samples beside the equity: `DayEnd`'s benchmark, risk-free rate, sale volume.

        Args:
            time: UTC; both models take a date without a zone.
        """
        moment = time.replace(tzinfo=None)
        algorithm = self._algorithm
        return (
            algorithm.benchmark.evaluate(moment),
            algorithm.risk_free_interest_rate_model.get_interest_rate(moment),
            self._portfolio.total_sale_volume,
        )

    def _held_quantities(self) -> dict[str, tuple[float, float]]:
        holdings: dict[str, tuple[float, float]] = {}
        for sid in list(self._books.held):
            line = self._by_sid.get(sid)
            if line is None:
                continue
            holding = line.holding
            quantity = holding.quantity
            same = quantity == self._books.holdings[sid].quantity
            holdings[sid] = (quantity, 0.0 if same else holding.average_price)
        return holdings

    def _mark(
        self,
        time: datetime,
        holdings: Mapping[str, tuple[float, float]] | None,
        *,
        partial: bool,
    ) -> Mark:
        books = self._books
        prices: dict[str, float] = {}
        profits: dict[str, tuple[float, float]] = {}
        shown = holdings or {}
        for sid in dict.fromkeys([*books.held, *shown]) if shown else list(books.held):
            line = self._by_sid.get(sid)
            if line is None:
                continue  # LEAN has dropped the security: its last worth stands
            last = books.holdings[sid].quantity if partial else 0.0  # a whole mark shows all
            margin = line.instrument.valuation is Valuation.MARGIN and (
                shown[sid][0] if sid in shown else last
            )
            if margin:
                profits[sid] = self._profit(line)
            if not margin or self._followed:
                prices[sid] = line.holding.price
        for sid in self._core.due(time) - prices.keys():
            line = self._by_sid.get(sid)
            if line is not None:
                prices[sid] = line.security.price
        cash: dict[str, float] = {}
        rates: dict[str, float] = {}
        for currency, kept in self._cash.items():
            cash[currency] = kept.amount
            if currency != self._account_currency or not books.rates[currency]:
                rates[currency] = kept.conversion_rate
        unsettled: dict[str, float] = {}
        for currency, kept in self._unsettled.items():
            unsettled[currency] = kept.amount
        equity = self._portfolio.total_portfolio_value
        return Mark(time, equity, prices, profits, cash, unsettled, rates, holdings, partial)

    @staticmethod
    def _profit(line: Line) -> tuple[float, float]:
        profit = line.holding.unrealized_profit
        if line.instrument.rules.settles_daily:
            return profit, settled_profit(line.holding)
        return profit, 0.0

    # --- what is kept

    def line(self, symbol: Any) -> Line:
        """What is kept of a symbol; read, and described to the ledger, at its first sight."""
        found = self._lines.get(symbol)
        if found is None:
            found = self._lines[symbol] = self._see(symbol)
        return found

    def _see(self, symbol: Any) -> Line:
        security = self._algorithm.securities[symbol]
        properties = security.symbol_properties
        identifier = symbol.id
        security_type = SecurityType(str(security.type))
        rules = SECURITY_RULES[security_type]
        settlement = class_name(security.settlement_model)
        option = rules.has_strike
        instrument = Instrument(
            sid=str(identifier),
            ticker=symbol.value,
            security_type=security_type,
            quote=security.quote_currency.symbol,
            multiplier=properties.contract_multiplier,
            lot=properties.lot_size,
            base=security.base_currency.symbol if rules.has_base else "",
            market=str(identifier.market).lower(),
            normalization=str(security.data_normalization_mode),
            interest_model=class_name(security.margin_interest_rate_model),
            settlement_model=settlement,
            underlying=str(symbol.underlying.id) if option else "",
            strike=identifier.strike_price if option else None,
            right=str(identifier.option_right) if option else "",
        )
        self._core.apply(instrument)
        for currency in (instrument.quote, instrument.base):
            if currency:
                self._cash_of(currency)
        if settlement not in IMMEDIATE:
            self._keep_unsettled(instrument.quote)
        line = Line(instrument, security, self._portfolio[symbol])
        self._by_sid[instrument.sid] = line
        return line

    def _sid(self, symbol: Any) -> str:
        found = self._lines.get(symbol)
        return found.instrument.sid if found else str(symbol.id)

    def _cash_of(self, currency: str) -> Cash:
        found = self._cash.get(currency)
        if found is None:
            found = self._cash[currency] = self._portfolio.cash_book[currency]
        return found

    def _keep_unsettled(self, currency: str) -> None:
        if currency not in self._unsettled:
            book = self._portfolio.unsettled_cash_book
            if book.contains_key(currency):
                self._unsettled[currency] = book[currency]

    def _keep_cash(self) -> None:
        for currency, kept in self._portfolio.cash_book.items():
            self._cash[currency] = kept
        for currency, kept in self._portfolio.unsettled_cash_book.items():
            if currency in self._unsettled or kept.amount:
                self._unsettled[currency] = kept

    def _all_holdings(self) -> Iterator[tuple[str, tuple[float, float]]]:
        for symbol, holding in self._portfolio.items():
            quantity = holding.quantity
            if quantity:
                yield self.line(symbol).instrument.sid, (quantity, holding.average_price)

"""Trading by hand: each call becomes the events that a feed would send, for the same books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import NamedTuple

from models.errors import CallError
from models.events.account import CashFlow, Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.effects import NO_EFFECTS, Effects
from models.ledger.positions import Position
from models.tracker.core import Core
from models.trades.builders import newest_record
from models.trades.record import LONG, SHORT, TradeRecord

# The smallest quantity is that of a coin, so that nothing is rounded away.
SMALL_LOT = 1e-8
SIDES = {LONG: 1.0, SHORT: -1.0}


class HandOrder(NamedTuple):
    """What a call says of a trade by hand.

    Attributes:
        symbol: Its ticker; the first trade in it describes it as a stock.
        price: Of a unit.
        time: When; naive is in the tracker's zone. None is the time of the last event.
        strategy: Whose it is; None is the one that the setting `default_strategy` names.
        commission: Account currency, positive when paid.
        tag: Any note.
    """

    symbol: str
    price: float
    time: datetime | None = None
    strategy: str | None = None
    commission: float = 0.0
    tag: str = ""


class ManualTrading:
    """Books by hand what was traded, in the account of a core.

    Args:
        core: Where it is booked.
        starting_equity: What the account opens with at the first call where no feed opened it,
            account currency; None where only a feed may open it.

    Attributes:
        starting_equity: As given.
        by_hand: Whether a call opened the account, and no feed did.
    """

    def __init__(self, core: Core, starting_equity: float | None) -> None:
        self._core = core
        self.starting_equity = starting_equity
        self.by_hand = False

    def open_trade(
        self, order: HandOrder, quantity: float, direction: str, multiplier: float
    ) -> TradeRecord:
        """Book that a quantity was bought, or sold short; it adds to what the strategy holds.

        Args:
            order: What was traded, when and for whom.
            quantity: Above 0.
            direction: "long" or "short".
            multiplier: Units of the underlying in a contract, at the symbol's first trade.

        Returns:
            The open trade.

        Raises:
            CallError: An argument is not allowed, or the strategy holds the other side.
        """
        if direction not in SIDES:
            raise CallError(f"the direction is {direction!r}; it must be {LONG!r} or {SHORT!r}")
        signed, core = above_zero(quantity, "quantity") * SIDES[direction], self._core
        with core.lock:
            self._open(self._moment(order.time))
            sid = self._describe(order.symbol, multiplier)
            position = self._position_of(sid, order.strategy)
            if position.quantity * signed < 0:
                held = f"{position.strategy} holds {position.quantity:g} {order.symbol}"
                raise CallError(f"{held}; close_trade it before the other side is opened")
            self._trade(position, order, signed)
            opened = newest_record(position, core.quote(sid))
        core.settle()
        return opened

    def close_trade(self, order: HandOrder, quantity: float | None) -> list[TradeRecord]:
        """Book that a strategy closed what it holds of a symbol, or a part of it.

        Args:
            order: What was traded, when and for whom.
            quantity: Above 0 and at most what is held; None is all.

        Returns:
            The trades that closed, a lot each, in the order they were matched.

        Raises:
            CallError: Nothing, or less, is held, or an argument is not allowed.
        """
        core = self._core
        with core.lock:
            position, closing = self._closing(order.symbol, quantity, order.strategy)
            effects = self._trade(position, order, closing)
        core.settle()
        return [trade for effect in effects for trade in effect.trades]

    def update_unrealized_pnl(self, prices: Mapping[str, float], time: datetime | None) -> float:
        """Mark what is held at prices by ticker; returns the unrealized P&L of everything held.

        Raises:
            CallError: A ticker is unknown or a time missing.
        """
        core = self._core
        with core.lock:
            moment = self._moment(time)
            self._open(moment)
            shown = {self._known(symbol): price for symbol, price in prices.items()}
            core.record(Mark(moment, prices=shown))
            unrealized = core.ledger.total().unrealized
        core.settle()
        return unrealized

    def record_flow(
        self, amount: float, currency: str | None, note: str, time: datetime | None
    ) -> None:
        """Announce a deposit or withdrawal, or book it at once where no feed shows the cash.

        Args:
            amount: Units of the currency; a withdrawal is negative.
            currency: Its currency; None is the account's.
            note: A few words to know it by.
            time: When; naive is in the tracker's zone. None is the time of the last event.

        Raises:
            CallError: The amount is 0 or not finite, or the currency has no rate by hand.
        """
        if not amount or not isfinite(amount):
            raise CallError(f"the amount is {amount}; it must be a number other than 0")
        core = self._core
        with core.lock:
            moment = self._moment(time)
            self._open(moment)
            books, name = core.ledger.books, currency or core.account_currency
            if self.by_hand and not books.rates.get(name):
                known = ", ".join(sorted(books.rates))
                raise CallError(f"there is no rate of {name!r}; the currencies are {known}")
            core.record(CashFlow(moment, name, amount, note))
            if self.by_hand:
                shown = books.cash.expected.get(name, 0.0) + amount
                core.record(Mark(moment, cash={name: shown}))
        core.settle()

    # --- how it becomes events

    def _moment(self, time: datetime | None) -> datetime:
        """The time in UTC, or that of the last event where none is given."""
        if time is not None:
            local = time.replace(tzinfo=self._core.zone) if time.tzinfo is None else time
            return local.astimezone(UTC)
        last = self._core.ledger.books.time
        if last is None:
            raise CallError("the first call needs time=...: the tracker reads no clock")
        return last

    def _open(self, time: datetime) -> None:
        """Open the account with the starting equity, unless it is open."""
        core = self._core
        if core.ledger.books.opened:
            return
        if self.starting_equity is None:
            raise CallError("LEAN's account is taken at the first slice: call this after it")
        self.by_hand = True
        cash = {core.account_currency: self.starting_equity}
        core.record(Opening(time, cash, {core.account_currency: 1.0}))

    def _sid(self, symbol: str) -> str | None:
        """The Symbol ID of a ticker, which may be one itself; None where it never traded."""
        tickers = self._core.ledger.books.tickers
        if symbol in tickers:
            return symbol
        return next((sid for sid, ticker in tickers.items() if ticker == symbol), None)

    def _known(self, symbol: str) -> str:
        """The Symbol ID of a ticker that traded; `CallError` names those that did."""
        sid = self._sid(symbol)
        if sid is None:
            known = ", ".join(sorted(self._core.ledger.books.tickers.values())) or "none yet"
            raise CallError(f"{symbol!r} was never traded; known are {known}")
        return sid

    def _describe(self, symbol: str, multiplier: float) -> str:
        """The Symbol ID of a ticker; one that never traded is described as a stock first."""
        sid = self._sid(symbol)
        if sid is not None:
            return sid
        size, currency = above_zero(multiplier, "multiplier"), self._core.account_currency
        if not symbol:
            raise CallError("the symbol is empty; give the ticker")
        self._core.record(
            Instrument(symbol, symbol, SecurityType.EQUITY, currency, size, SMALL_LOT)
        )
        return symbol

    def _closing(
        self, symbol: str, quantity: float | None, strategy: str | None
    ) -> tuple[Position, float]:
        """What a strategy holds of a ticker, and the quantity that closes it or a part of it."""
        core, sid = self._core, self._sid(symbol)
        name = strategy or core.settings.default_strategy
        account = core.ledger.books.accounts.get(name)
        position = account.open.get(sid) if account and sid else None
        held = position.quantity if position else 0.0
        part = abs(held) if quantity is None else above_zero(quantity, "quantity")
        if position is None or part > abs(held) or not held:
            raise CallError(f"{name} holds {abs(held):g} {symbol}; {part:g} cannot be closed")
        return position, -part if held > 0 else part

    def _position_of(self, sid: str, strategy: str | None) -> Position:
        books = self._core.ledger.books
        account = books.account(strategy or self._core.settings.default_strategy)
        return account.position(books.instruments[sid])

    def _trade(self, position: Position, order: HandOrder, quantity: float) -> Effects:
        """Book the fill of an order of its own; returns what it did."""
        for name, value in (("price", order.price), ("commission", order.commission)):
            if not isfinite(value):
                raise CallError(f"the {name} is {value}; it must be a number")
        core = self._core
        fill = Fill(
            time=self._moment(order.time),
            order_id=core.ledger.books.orders.by_hand(position.strategy, order.tag, quantity),
            event_id=1,
            sid=position.instrument.sid,
            quantity=quantity,
            price=order.price,
            fee=order.commission,
            fee_currency=core.account_currency,
            tag=order.tag,
            market=order.price,
        )
        return core.record(fill) or NO_EFFECTS


def above_zero(value: float, what: str) -> float:
    """The value; a `CallError` names it when it is not above 0 and finite."""
    if not 0.0 < value < float("inf"):
        raise CallError(f"the {what} is {value}; it must be above 0")
    return value

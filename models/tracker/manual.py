"""Trading by hand: each call becomes the events that a feed would send.

So the same books stand behind both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from models.errors import CallError
from models.events.account import CashFlow, Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.positions import Position
from models.settings import Settings
from models.tracker.core import Recorder
from models.trades.builders import newest_record
from models.trades.record import LONG, LOTS, SHORT, TradeRecord

# The smallest quantity is that of a coin, so that nothing is rounded away.
SMALL_LOT = 1e-8
SIDES = {LONG: 1.0, SHORT: -1.0}


class HandRecorder(Recorder):
    """A recorder that can be told by hand what was traded.

    Args:
        settings: What the user chose.
        starting_equity: What the account opens with when no feed opens it, account currency.
        recording: The other arguments of `Recorder`.
    """

    def __init__(self, settings: Settings, starting_equity: float, **recording: Any) -> None:
        super().__init__(settings, **recording)
        self.starting_equity = starting_equity

    def _begin(self) -> None:
        super()._begin()
        self.by_hand = False  # no feed opened the account

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {**super().state(), "by_hand": self.by_hand}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned, as `Recorder.restore` does."""
        super().restore(state)
        self.by_hand = state["by_hand"]

    def open_trade(
        self,
        symbol: str,
        quantity: float,
        price: float,
        *,
        time: datetime | None = None,
        strategy: str | None = None,
        direction: str = LONG,
        commission: float = 0.0,
        multiplier: float = 1.0,
        tag: str = "",
    ) -> TradeRecord:
        """Say that a quantity was bought, or sold short; it adds to what the strategy holds.

        Args:
            symbol: Its ticker; the first trade in it describes it.
            quantity: Above 0.
            price: Of a unit.
            time: When; naive is in the tracker's zone. None is the time of the last event.
            strategy: Whose it is; by default what the setting `default_strategy` says.
            direction: "long" or "short".
            commission: Positive when paid.
            multiplier: Units of the underlying in a contract, at the symbol's first trade.
            tag: Any note.

        Returns:
            The open trade.

        Raises:
            CallError: An argument is not allowed, or the strategy holds the other side.
        """
        if direction not in SIDES:
            raise CallError(f"the direction is {direction!r}; it must be {LONG!r} or {SHORT!r}")
        signed = above_zero(quantity, "quantity") * SIDES[direction]
        with self._lock:
            self._open_by_hand(self._moment(time))
            sid = self._describe(symbol, multiplier)
            position = self._position_of(sid, strategy)
            if position.quantity * signed < 0:
                held = f"{position.strategy} holds {position.quantity:g} {symbol}"
                raise CallError(f"{held}; close_trade it before the other side is opened")
            self._trade(position, time, signed, price, commission, tag)
            opened = newest_record(position, self._quote(sid))
        self._settle()
        return opened

    def close_trade(
        self,
        symbol: str,
        price: float,
        quantity: float | None = None,
        *,
        time: datetime | None = None,
        strategy: str | None = None,
        commission: float = 0.0,
        tag: str = "",
    ) -> list[TradeRecord]:
        """Say that a strategy closed what it holds of a symbol, or a part of it.

        Args:
            symbol: Its ticker.
            price: Of a unit.
            quantity: Above 0 and at most what is held; None is all.
            time: As in `open_trade`; so are `strategy`, `commission` and `tag`.

        Returns:
            The trades that closed, a lot each, in the order they were matched.

        Raises:
            CallError: Nothing, or less, is held, or an argument is not allowed.
        """
        with self._lock:
            sid = self._sid(symbol)
            name = strategy or self.settings.default_strategy
            account = self.ledger.books.accounts.get(name)
            position = account.open.get(sid) if account and sid else None
            held = position.quantity if position else 0.0
            part = abs(held) if quantity is None else above_zero(quantity, "quantity")
            if position is None or part > abs(held) or not held:
                raise CallError(f"{name} holds {abs(held):g} {symbol}; {part:g} cannot be closed")
            tally = self.scopes.account.tally
            before = tally.trades
            self._trade(position, time, -part if held > 0 else part, price, commission, tag)
            closed = self._logs[LOTS].all()[before - tally.trades :]
        self._settle()
        return closed

    def update_unrealized_pnl(
        self, prices: Mapping[str, float], time: datetime | None = None
    ) -> float:
        """Mark what is held at prices by ticker; what is not named keeps its last one.

        Returns:
            The unrealized P&L of everything held.

        Raises:
            CallError: A ticker is unknown or a time missing.
        """
        with self._lock:
            moment = self._moment(time)
            self._open_by_hand(moment)
            shown: dict[str, float] = {}
            for symbol, price in prices.items():
                sid = self._sid(symbol)
                if sid is None:
                    known = ", ".join(sorted(self.ledger.books.tickers.values())) or "none yet"
                    raise CallError(f"{symbol!r} was never traded; known are {known}")
                shown[sid] = price
            self._record(Mark(moment, prices=shown))
            unrealized = self.ledger.total().unrealized
        self._settle()
        return unrealized

    def record_flow(
        self,
        amount: float,
        currency: str | None = None,
        note: str = "",
        *,
        time: datetime | None = None,
    ) -> None:
        """Say that a deposit (positive) or withdrawal comes or came: it is no profit.

        With a feed that shows cash it is booked at the mark whose cash shows it. In an account by
        hand it is booked now.

        Args:
            amount: Units of the currency.
            currency: Its currency; by default the account's.
            note: A few words to know it by.
            time: As in `open_trade`.

        Raises:
            CallError: The amount is 0 or not finite, or the currency has no rate by hand.
        """
        if not amount or not isfinite(amount):
            raise CallError(f"the amount is {amount}; it must be a number other than 0")
        with self._lock:
            moment = self._moment(time)
            self._open_by_hand(moment)
            books, name = self.ledger.books, currency or self.account_currency
            if self.by_hand and not books.rates.get(name):
                known = ", ".join(sorted(books.rates))
                raise CallError(f"there is no rate of {name!r}; the currencies are {known}")
            self._record(CashFlow(moment, name, amount, note))
            if self.by_hand:
                shown = books.cash.expected.get(name, 0.0) + amount
                self._record(Mark(moment, cash={name: shown}))
        self._settle()

    # --- how it becomes events

    def _moment(self, time: datetime | None) -> datetime:
        """The time in UTC, or that of the last event."""
        if time is not None:
            local = time.replace(tzinfo=self.zone) if time.tzinfo is None else time
            return local.astimezone(UTC)
        if self.ledger.books.time is None:
            raise CallError("the first call needs time=...: the tracker reads no clock")
        return self.ledger.books.time

    def _open_by_hand(self, time: datetime) -> None:
        if not self.ledger.books.opened:
            cash = {self.account_currency: self.starting_equity}
            self.by_hand = True
            self._record(Opening(time, cash, {self.account_currency: 1.0}))

    def _sid(self, symbol: str) -> str | None:
        tickers = self.ledger.books.tickers
        if symbol in tickers:
            return symbol
        return next((sid for sid, ticker in tickers.items() if ticker == symbol), None)

    def _describe(self, symbol: str, multiplier: float) -> str:
        sid = self._sid(symbol)
        if sid is None:
            size = above_zero(multiplier, "multiplier")
            if not symbol:
                raise CallError("the symbol is empty; give the ticker")
            self._record(
                Instrument(
                    symbol, symbol, SecurityType.EQUITY, self.account_currency, size, SMALL_LOT
                )
            )
        return sid or symbol

    def _position_of(self, sid: str, strategy: str | None) -> Position:
        books = self.ledger.books
        account = books.account(strategy or self.settings.default_strategy)
        return account.position(books.instruments[sid])

    def _trade(
        self,
        position: Position,
        time: datetime | None,
        quantity: float,
        price: float,
        commission: float,
        tag: str,
    ) -> None:
        for name, value in (("price", price), ("commission", commission)):
            if not isfinite(value):
                raise CallError(f"the {name} is {value}; it must be a number")
        order_id = self.ledger.books.orders.by_hand(position.strategy, tag, quantity)
        self._record(
            Fill(
                self._moment(time),
                order_id,
                1,
                position.instrument.sid,
                quantity,
                price,
                commission,
                self.account_currency,
                tag=tag,
                market=price,
            )
        )


def above_zero(value: float, what: str) -> float:
    """The value; a `CallError` names it when it is not above 0 and finite."""
    if not 0.0 < value < float("inf"):
        raise CallError(f"the {what} is {value}; it must be above 0")
    return value

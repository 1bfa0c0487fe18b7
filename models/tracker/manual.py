"""Trading by hand: each call becomes the events that a feed would send, for the same books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from models.errors import CallError
from models.events.account import CashFlow, Mark, Opening
from models.events.causes import FlowCause
from models.events.corporate_actions import Dividend, Split, SplitKind
from models.events.event import Event
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.effects import NO_EFFECTS, Effects
from models.ledger.lots import Matching, hand_id
from models.ledger.positions import Position
from models.tracker.core import Core
from models.tracker.hand_calls import (
    HandFill,
    HandOrder,
    a_mapping,
    a_number,
    a_text,
    a_ticker,
    a_time,
    above_zero,
    checked_cause,
    in_utc,
    not_below_zero,
)
from models.trades.builders import newest_record
from models.trades.record import LONG, SHORT, TradeRecord

# The smallest quantity is that of a coin, so that nothing is rounded away.
SMALL_LOT = 1e-8
SIDES = {LONG: 1.0, SHORT: -1.0}


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
        if starting_equity is not None:
            a_number(starting_equity, "starting_equity")
        self._core = core
        self.starting_equity = starting_equity
        self.by_hand = False

    @property
    def waiting(self) -> float:
        """What the account will open with at the first call; 0 once it is open, and with a feed."""
        return 0.0 if self._core.ledger.books.opened else self.starting_equity or 0.0

    def open_trade(
        self, order: HandOrder, quantity: float, direction: str, multiplier: float | None
    ) -> TradeRecord:
        """Book that a quantity was bought, or sold short; it adds to what the strategy holds.

        Args:
            order: What was traded, when and for whom.
            quantity: Above 0.
            direction: "long" or "short".
            multiplier: Units of the underlying in a contract; None is what the symbol has, and 1
                at its first trade.

        Returns:
            The open trade.

        Raises:
            CallError: An argument is not allowed, or the strategy holds the other side.
        """
        if direction not in (LONG, SHORT):
            raise CallError(f"the direction is {direction!r}; it must be {LONG!r} or {SHORT!r}")
        order.check()
        signed, core = above_zero(quantity, "quantity") * SIDES[direction], self._core
        with core.lock:
            self._open(self._moment(order.time))
            sid = self._describe(order.symbol, multiplier)
            position = self._position_of(sid, order.strategy)
            if position.quantity * signed < 0:
                held = f"{position.strategy} holds {position.quantity:g} {order.symbol}"
                raise CallError(f"{held}; close_trade it before the other side is opened")
            self._trade(position, order, signed)
            self._mark(sid, order)
            opened = newest_record(position, core.quote(sid))
        core.settle()
        return opened

    def close_trade(
        self, order: HandOrder, quantity: float | None, trade_id: str | None = None
    ) -> list[TradeRecord]:
        """Book that a strategy closed what it holds of a symbol, or a part of it.

        Args:
            order: What was traded, when and for whom.
            quantity: Above 0 and at most what is held; None is all.
            trade_id: The id of the open trade to close; None closes in the order of the matching.

        Returns:
            The trades that closed, a lot each, in the order they were matched.

        Raises:
            CallError: Nothing, or less, is held, or an argument is not allowed.
        """
        order.check()
        core = self._core
        with core.lock:
            position, closing = self._closing(order, quantity, trade_id)
            effects = self._close(position, order, closing, trade_id)
            self._mark(position.instrument.sid, order)
        core.settle()
        return [trade for effect in effects for trade in effect.trades]

    def take_fills(self, fills: Iterable[HandFill]) -> None:
        """Book fills in the order of their times: each closes what it can, and opens the rest."""
        core = self._core
        with core.lock:
            for order, quantity, multiplier in sorted(fills, key=self._time_of):
                self._open(self._moment(order.time))
                sid = self._describe(order.symbol, multiplier)
                self._trade(self._position_of(sid, order.strategy), order, quantity)
                self._mark(sid, order)
        core.settle()

    def _time_of(self, fill: HandFill) -> datetime:
        assert fill.order.time is not None
        return in_utc(fill.order.time, self._core.zone)

    def dividend(self, symbol: str, amount: float, time: datetime | None) -> None:
        """Book a dividend of so much a unit: longs receive it, shorts pay it.

        Raises:
            CallError: The ticker is unknown, or an argument is not allowed.
        """
        each = above_zero(amount, "dividend")
        self._happen(lambda moment: Dividend(moment, self._known(symbol), each), time)

    def split(self, symbol: str, ratio: float, time: datetime | None) -> None:
        """Book a split: each unit becomes so many, and its price falls by as much.

        Whole shares stay, and the fraction is paid at the last price.

        Raises:
            CallError: The ticker is unknown, or an argument is not allowed.
        """
        factor = 1.0 / above_zero(ratio, "ratio")

        def event(moment: datetime) -> Split:
            sid = self._known(symbol)
            price = self._core.ledger.books.holdings[sid].price
            return Split(moment, sid, SplitKind.SPLIT_OCCURRED, factor, price)

        self._happen(event, time)

    def _happen(self, event: Callable[[datetime], Event], time: datetime | None) -> None:
        """Book what happened to an instrument, and mark it."""
        core = self._core
        with core.lock:
            moment = self._moment(time)
            core.record(event(moment))
            if self.by_hand:
                core.record(Mark(moment, prices={}))
        core.settle()

    def update_unrealized_pnl(self, prices: Mapping[str, float], time: datetime | None) -> float:
        """Mark what is held at prices by ticker; returns the unrealized P&L of everything held.

        Raises:
            CallError: A ticker is unknown, a time missing, or an argument is not allowed.
        """
        core = self._core
        a_mapping(prices, "prices")
        for symbol, price in prices.items():
            not_below_zero(price, f"price of {symbol}")
        with core.lock:
            moment = self._moment(time)
            self._open(moment)
            shown = {self._known(symbol): price for symbol, price in prices.items()}
            core.record(Mark(moment, prices=shown))
            unrealized = core.ledger.total().unrealized
        core.settle()
        return unrealized

    def record_flow(
        self,
        amount: float,
        currency: str | None,
        note: str,
        cause: FlowCause | str,
        strategy: str | None,
        time: datetime | None,
    ) -> None:
        """Announce a deposit or withdrawal, or book it at once where no feed shows the cash.

        Args:
            amount: Units of the currency; a withdrawal is negative.
            currency: Its currency; None is the account's.
            note: A few words to know it by.
            cause: What it is.
            strategy: Whose P&L interest, a dividend or a fee is; None is nobody's.
            time: When; naive is in the tracker's zone. None is the time of the last event.

        Raises:
            CallError: An argument is not allowed, or the currency has no rate by hand.
        """
        core = self._core
        named = checked_cause(amount, cause, strategy, core.ledger.books.accounts)
        a_text(note, "note")
        if currency is not None:
            a_text(currency, "currency")
        with core.lock:
            moment = self._moment(time)
            self._open(moment)
            books, name = core.ledger.books, currency or core.account_currency
            if self.by_hand and not books.rates.get(name):
                known = ", ".join(sorted(books.rates))
                raise CallError(f"there is no rate of {name!r}; the currencies are {known}")
            core.record(CashFlow(moment, name, amount, note, named, strategy or ""))
            if self.by_hand:
                shown = books.cash.expected.get(name, 0.0) + amount
                core.record(Mark(moment, cash={name: shown}))
        core.settle()

    # --- how it becomes events

    def _moment(self, time: datetime | None) -> datetime:
        """The time in UTC, or that of the last event where none is given."""
        a_time(time)
        last = self._core.ledger.books.time
        if time is not None:
            moment = in_utc(time, self._core.zone)
            if last is not None and moment < last:
                raise CallError(f"the time {moment} is before that of the last event, {last}")
            return moment
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
        sid = self._sid(a_ticker(symbol))
        if sid is None:
            known = ", ".join(sorted(self._core.ledger.books.tickers.values())) or "none yet"
            raise CallError(f"{symbol!r} was never traded; known are {known}")
        return sid

    def _describe(self, symbol: str, multiplier: float | None) -> str:
        """The Symbol ID of a ticker; one that never traded is described as a stock first."""
        sid = self._sid(a_ticker(symbol))
        size = 1.0 if multiplier is None else above_zero(multiplier, "multiplier")
        if sid is not None:
            known = self._core.ledger.books.instruments[sid].multiplier
            if multiplier is not None and size != known:
                raise CallError(f"the multiplier is {size:g}; that of {symbol} is {known:g}")
            return sid
        currency = self._core.account_currency
        self._core.record(
            Instrument(symbol, symbol, SecurityType.EQUITY, currency, size, SMALL_LOT)
        )
        return symbol

    def _closing(
        self, order: HandOrder, quantity: float | None, trade_id: str | None
    ) -> tuple[Position, float]:
        """The position that a call closes, and the quantity that closes it or a part of it."""
        core, symbol, sid = self._core, order.symbol, self._sid(order.symbol)
        holders = {
            account.name: position for account, position in core.ledger.books.holders(sid or "")
        }
        name = order.strategy
        if name is None:
            name = self._only_holder(symbol, holders, trade_id)
        position = holders.get(name)
        held = position.quantity if position else 0.0
        if position is not None and trade_id is not None:
            held = position.held_in(trade_id)
        part = abs(held) if quantity is None else above_zero(quantity, "quantity")
        if position is None or part > abs(held) or not held:
            trade = "" if trade_id is None else f" in trade {trade_id!r}"
            raise CallError(
                f"{name} holds {abs(held):g} {symbol}{trade}; {part:g} cannot be closed"
            )
        return position, -part if held > 0 else part

    def _close(
        self, position: Position, order: HandOrder, closing: float, trade_id: str | None
    ) -> Effects:
        """Close a quantity, of one open trade alone where one is named."""
        if trade_id is None:
            return self._trade(position, order, closing)
        worth = position.instrument.unit_value(float(order.price))
        position.extremes.see(worth, worth)
        count = len(position.lots)
        at = next(i for i, lot in enumerate(position.lots) if hand_id(lot.order_id) == trade_id)
        first = 0 if self._core.settings.matching is Matching.FIFO else count - 1
        position.move_lot(at, first)
        effects = self._trade(position, order, closing)
        if len(position.lots) == count:
            position.move_lot(first, at)  # a part of it is still open
        return effects

    def _only_holder(
        self, symbol: str, holders: Mapping[str, Position], trade_id: str | None
    ) -> str:
        """Whose a close without a strategy is: the holder of the trade, or the only one at all."""
        default = self._core.settings.default_strategy
        if trade_id is not None:
            holding = [name for name, held in holders.items() if held.held_in(trade_id)]
            return holding[0] if holding else default
        if len(holders) > 1 and default not in holders:
            raise CallError(f"{', '.join(sorted(holders))} hold {symbol}; say strategy=...")
        return default if default in holders or not holders else next(iter(holders))

    def _position_of(self, sid: str, strategy: str | None) -> Position:
        books = self._core.ledger.books
        account = books.account(strategy or self._core.settings.default_strategy)
        return account.position(books.instruments[sid])

    def _mark(self, sid: str, order: HandOrder) -> None:
        """Mark an account by hand at the price of a trade; a feed marks its own."""
        if self.by_hand:
            self._core.record(Mark(self._moment(order.time), prices={sid: float(order.price)}))

    def _trade(self, position: Position, order: HandOrder, quantity: float) -> Effects:
        """Book the fill of an order of its own; returns what it did."""
        core = self._core
        fill = Fill(
            time=self._moment(order.time),
            order_id=core.ledger.books.orders.by_hand(position.strategy, order.tag, quantity),
            event_id=1,
            sid=position.instrument.sid,
            quantity=quantity,
            price=float(order.price),
            fee=float(order.commission),
            fee_currency=core.account_currency,
            tag=order.tag,
            market=float(order.price),
        )
        return core.record(fill) or NO_EFFECTS

"""The calls that say by hand what was traded, as the tracker has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import nan

from models.events.causes import FlowCause
from models.tracker.hand_calls import HandFill, HandOrder
from models.tracker.manual import ManualTrading
from models.trades.record import LONG, TradeRecord


class TradesByHand:
    """What a tracker can be told by hand; each call is booked and marked at once."""

    _manual: ManualTrading

    def open_trade(
        self,
        symbol: str,
        quantity: float,
        price: float = nan,
        *,
        time: datetime | None = None,
        strategy: str | None = None,
        direction: str = LONG,
        commission: float = 0.0,
        multiplier: float | None = None,
        tag: str = "",
    ) -> TradeRecord:
        """Say that a quantity was bought, or sold short; it adds to what the strategy holds.

        `HandOrder` and `ManualTrading.open_trade` describe the arguments.

        Raises:
            CallError: An argument is not allowed, or the strategy holds the other side.
        """
        order = HandOrder(symbol, price, time, strategy, commission, tag)
        return self._manual.open_trade(order, quantity, direction, multiplier)

    def close_trade(
        self,
        symbol: str,
        quantity: float | None = None,
        price: float = nan,
        *,
        trade_id: str | None = None,
        time: datetime | None = None,
        strategy: str | None = None,
        commission: float = 0.0,
        tag: str = "",
    ) -> list[TradeRecord]:
        """Say that a strategy closed what it holds of a symbol, or a part of it.

        The price has no default that counts: a call without one is refused.

        `HandOrder` and `ManualTrading.close_trade` describe the arguments.

        Raises:
            CallError: Nothing, or less, is held, or an argument is not allowed.
        """
        order = HandOrder(symbol, price, time, strategy, commission, tag)
        return self._manual.close_trade(order, quantity, trade_id)

    def update_unrealized_pnl(
        self, prices: Mapping[str, float], time: datetime | None = None
    ) -> float:
        """Mark what is held at prices by ticker; what is not named keeps its last one.

        Returns:
            The unrealized P&L of everything held.

        Raises:
            CallError: A ticker is unknown or a time missing.
        """
        return self._manual.update_unrealized_pnl(prices, time)

    def record_flow(
        self,
        amount: float,
        currency: str | None = None,
        note: str = "",
        *,
        cause: FlowCause | str = FlowCause.OTHER,
        strategy: str | None = None,
        time: datetime | None = None,
    ) -> None:
        """Say that cash comes or came (positive), or goes, and what it is.

        A deposit, a withdrawal and what is called "other" are no profit. Interest, a dividend and a
        fee are P&L, in the term of that name: of the strategy that is named, else of nobody's.

        With a feed that shows cash it is booked at the mark whose cash shows it. In an account by
        hand it is booked now. `ManualTrading.record_flow` describes the arguments.

        Raises:
            CallError: The amount is 0 or not finite, or against what a deposit or withdrawal is;
                the cause or strategy is unknown; or the currency has no rate by hand.
        """
        self._manual.record_flow(amount, currency, note, cause, strategy, time)

    def take_fills(self, fills: Iterable[HandFill]) -> None:
        """Book a list of fills in the order of their times; `models.from_fills` makes it of rows.

        Raises:
            CallError: A fill is before the last event, or its multiplier not that of its symbol.
        """
        self._manual.take_fills(fills)

    def record_dividend(self, symbol: str, amount: float, *, time: datetime | None = None) -> None:
        """Say that a symbol paid so much a unit: longs receive it, and shorts pay it.

        Raises:
            CallError: The ticker is unknown, or an argument is not allowed.
        """
        self._manual.dividend(symbol, amount, time)

    def record_split(self, symbol: str, ratio: float, *, time: datetime | None = None) -> None:
        """Say that each unit of a symbol became so many, as 4 in a split of 4:1.

        Raises:
            CallError: The ticker is unknown, or an argument is not allowed.
        """
        self._manual.split(symbol, ratio, time)

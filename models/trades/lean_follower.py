"""What LEAN's own trades and statistics are made of, taken from the tracker's events.

Followers are given to a tracker (`models.tracker.ports.Follower`), which tells them of each event
once it is booked. `BookFollower` keeps LEAN's trade book; `LeanDesk` also keeps LEAN's trade
statistics and the closing fills that LEAN's portfolio statistics count. These need two more things:
the tracker keeps LEAN's daily samples, and whoever plays the run draws LEAN's chart of equity,
which has points at steps that no hook sees.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import Any

from models.codec import JSON_OBJECT, Codec, list_of, packed_column
from models.events.account import Mark
from models.events.corporate_actions import Split
from models.events.instruments import Instrument
from models.events.orders import Fill
from models.fields import restore_part, saved_value
from models.ledger.books import Books
from models.ledger.corporate_actions import PLACES
from models.ledger.exercises import OUT_OF_THE_MONEY, underlying_price
from models.ledger.lean_account import Holding
from models.ledger.lots import Matching
from models.rows import row_of
from models.statistics.lean_samples import Closings, Exercise, closing
from models.statistics.lean_trades import LeanTradeStatistics
from models.trades.lean_book import Grouping, LeanBook
from models.trades.lean_trade import LeanTrade

TradeListener = Callable[[LeanTrade], object]


def exercise_of(fill: Fill, instrument: Instrument, rate: float) -> Exercise | None:
    """The exercise, assignment or expiry that a fill is the option's own leg of, or None.

    Args:
        fill: The fill; LEAN's message states the underlying's price.
        instrument: What was filled.
        rate: Account currency per unit of its quote currency.
    """
    spot = None if instrument.strike is None else underlying_price(fill)
    if spot is None:
        return None
    gain = spot - (instrument.strike or 0.0)
    each = (gain if instrument.right == "CALL" else -gain) * instrument.multiplier
    in_the_money = not fill.message.startswith(OUT_OF_THE_MONEY)
    return Exercise(in_the_money, abs(fill.quantity) * each * rate)


class BookFollower:
    """Keeps LEAN's book of an account.

    Args:
        hear: Called with each trade as it closes, under the tracker's lock; it is in no state.
        grouping: How the book groups fills into trades.
        matching: Which lot a closing quantity takes first.
    """

    def __init__(
        self,
        hear: TradeListener,
        grouping: Grouping = Grouping.FILL_TO_FILL,
        matching: Matching = Matching.FIFO,
    ) -> None:
        self._hear = hear
        self._kind = grouping, matching
        self.reset()

    def reset(self) -> None:
        """Forget everything that was booked."""
        self._book = LeanBook(*self._kind)

    def fill(self, fill: Fill, books: Books) -> None:
        """Book a fill, after the market price that LEAN saw before it."""
        instrument, rates = books.instruments[fill.sid], books.rates
        rate, book = rates[instrument.quote], self._book
        if fill.market:
            book.mark(fill.sid, fill.market, fill.time)
        trades = book.fill(
            fill.sid,
            fill.order_id,
            fill.time,
            fill.quantity,
            fill.price,
            fill.fee * rates[fill.fee_currency] if fill.fee else 0.0,
            rate,
            instrument.multiplier,
            None if instrument.strike is None else exercise_of(fill, instrument, rate),
        )
        for trade in trades:
            self._hear(trade)

    def mark(self, mark: Mark, books: Books) -> None:
        """Show the book the prices of what is held."""
        for sid in books.held:
            price = mark.prices.get(sid) or books.holdings[sid].price
            self._book.mark(sid, price, mark.time)

    def split(self, split: Split) -> None:
        """Apply a split to what is open."""
        self._book.split(split.sid, split.factor)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return self._book.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: It is of another grouping or matching, or something in it is missing or of
                another type.
        """
        self._book.restore(state)


class LeanDesk:
    """Keeps LEAN's book, and what LEAN counts of trades and of closing fills.

    Args:
        hear: Called with each trade as it closes, under the tracker's lock; it is in no state.
        grouping: How the book groups fills into trades.
        matching: Which lot a closing quantity takes first.

    Attributes:
        trades: LEAN's trade statistics so far.
    """

    def __init__(
        self,
        hear: TradeListener,
        grouping: Grouping = Grouping.FILL_TO_FILL,
        matching: Matching = Matching.FIFO,
    ) -> None:
        self._hear = hear
        self._book = BookFollower(self._close, grouping, matching)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was booked."""
        self._book.reset()
        self.trades = LeanTradeStatistics()
        self._holdings: dict[str, Holding] = {}  # LEAN's net holdings, by sid
        self._closings: list[array[float]] = [array("d") for _ in Closings._fields]

    @property
    def closings(self) -> Closings:
        """A copy of the fills so far that took something off LEAN's net position."""
        return Closings(*(column[:] for column in self._closings))

    def _close(self, trade: LeanTrade) -> None:
        self.trades.add(trade)
        self._hear(trade)

    def fill(self, fill: Fill, books: Books) -> None:
        """Book a fill, and what it took off LEAN's net position at LEAN's average price."""
        self._book.fill(fill, books)
        instrument = books.instruments[fill.sid]
        held = self._holdings.get(fill.sid)
        if held is None:
            held = self._holdings[fill.sid] = Holding(instrument)
        closes = held.quantity * fill.quantity < 0
        profit = held.fill(fill.quantity, fill.price)
        if closes:
            made = profit * books.rates[instrument.currency]
            self._add_closing(fill, instrument, made, books.rates)

    def _add_closing(
        self, fill: Fill, instrument: Instrument, profit: float, rates: Mapping[str, float]
    ) -> None:
        """Keep a fill that took something off LEAN's net position, and the profit it made."""
        exercise = exercise_of(fill, instrument, rates[instrument.quote])
        if exercise is not None and instrument.rules.settles_in_cash:
            # its exercise pays cash, which LEAN counts as profit of the fill
            paid = max(exercise.amount, 0.0)
            profit += -paid if fill.quantity > 0 else paid
        fee = fill.fee * rates[fill.fee_currency] if fill.fee else 0.0
        figures = (fill.time.timestamp(), *closing(profit, fee, fill.quantity, exercise))
        for column, figure in zip(self._closings, figures, strict=True):
            column.append(figure)

    def mark(self, mark: Mark, books: Books) -> None:
        """Show the book the prices of what is held."""
        self._book.mark(mark, books)

    def split(self, split: Split) -> None:
        """Apply a split to what is open; of LEAN's net position only whole shares stay."""
        self._book.split(split)
        held = self._holdings.get(split.sid)
        if held is not None:
            held.quantity = float(int(round(held.quantity / split.factor, PLACES)))
            held.average *= split.factor

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "book": self._book.state(),
            "trades": self.trades.state(),
            "closings": _CLOSINGS.encode(self._closings),
            "holdings": [
                [held.instrument.to_dict(), held.state()] for held in self._holdings.values()
            ],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: Its book is of another grouping or matching, or something in it is missing
                or of another type.
        """
        restore_part(self._book, saved_value(state, "book", JSON_OBJECT), "book")
        restore_part(self.trades, saved_value(state, "trades", JSON_OBJECT), "trades")
        self._closings = saved_value(state, "closings", _CLOSINGS)
        self._holdings = {}
        for described, figures in saved_value(state, "holdings", _HOLDINGS):
            held = Holding(Instrument.from_dict(described))
            held.restore(figures)
            self._holdings[held.instrument.sid] = held


_CLOSINGS = row_of(*[packed_column("d")] * len(Closings._fields), make=list)
_HOLDINGS = list_of(row_of(JSON_OBJECT, Codec((list, tuple))))

"""Adoptions: holdings that changed without an event, taken over as explicit adjustments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from models.codec import NUMBER, TIME, dict_of, maybe
from models.events.instruments import Valuation
from models.events.orders import Fill
from models.events.quantities import dust
from models.fields import Field, Restorable, Table
from models.ledger.allocation import Allocation, share_fill
from models.ledger.aside import join
from models.ledger.books import Books
from models.ledger.effects import Effect, Effects
from models.ledger.explanations import Assumption, assumption_of
from models.ledger.lean_account import Holding, fill_shadow
from models.ledger.lots import Execution
from models.ledger.tags import UNASSIGNED
from models.records import row_codec
from models.rows import row_of


class Adoptions(Restorable):
    """Holdings that changed without an event: a broker's own trade, a redeploy, a lost event.

    In backtests a difference is adopted at the mark that shows it. Live, where events may lag
    behind the portfolio, only what two marks in a row, of different times, show alike is adopted,
    and no fill between them: the same difference may be the next fill's. A fill that comes after
    its holding was adopted takes the adoption back.

    Attributes:
        adopted: sid -> UTC, quantity, price and each strategy's part of what was adopted.
        assumed: sid -> what its last change without an event was taken for.
        beside: sid of a pair -> how far LEAN's holding is from what the cash book has of it.
    """

    STATE: ClassVar[Table] = Table(
        Field("shown", dict_of(row_of(NUMBER, NUMBER)), "_shown"),
        Field("adopted", dict_of(row_of(TIME, NUMBER, NUMBER, dict_of(NUMBER)))),
        Field("shown_at", maybe(TIME), "_shown_at", absent=None),
        Field("assumed", dict_of(row_codec(Assumption)), absent={}),
        Field("beside", dict_of(NUMBER), absent={}),
    )

    def __init__(self) -> None:
        # live: sid -> difference at the last mark, from what quantity
        self._shown: dict[str, tuple[float, float]] = {}
        self._shown_at: datetime | None = None  # UTC of that mark
        self.beside: dict[str, float] = {}
        self.assumed: dict[str, Assumption] = {}
        self.adopted: dict[str, tuple[datetime, float, float, dict[str, float]]] = {}

    def clear_doubts(self) -> None:
        """A mark closed without a look at the holdings: what one before it showed is over."""
        self._shown = {}

    def check(
        self,
        books: Books,
        time: datetime,
        shown: Mapping[str, tuple[float, float]],
        *,
        sure: bool,
    ) -> Effects | None:
        """Adopt what LEAN holds and no fill explains.

        Args:
            books: The books to correct.
            time: UTC of the mark.
            shown: sid -> (quantity, average price) of everything LEAN holds.
            sure: Whether no fill can be on its way, so that one look is enough.

        Returns:
            What was adopted. None when quantities differ but a fill may still explain it: the cash
            must not be judged.
        """
        different: dict[str, tuple[float, float]] = {}
        for sid, holding in books.holdings.items():
            quantity = shown.get(sid, (0.0, 0.0))[0]
            if sid in self.beside:
                quantity -= self.beside[sid]
            gap = quantity - holding.quantity
            if gap and abs(gap) > dust(max(abs(quantity), holding.traded)):
                different[sid] = gap, holding.quantity
        if not sure and different and (different != self._shown or time == self._shown_at):
            self._shown, self._shown_at = different, time
            return None
        self._shown = {}
        effects: list[Effect] = []
        for sid in different:
            quantity, average = shown.get(sid, (0.0, 0.0))
            quantity -= self.beside.get(sid, 0.0)
            effects += self._adopt(books, time, books.holdings[sid], quantity, average)
        return effects

    def _adopt(
        self,
        books: Books,
        time: datetime,
        holding: Holding,
        quantity: float,
        average: float,
        at: float = 0.0,
    ) -> list[Effect]:
        """Bring a holding to LEAN's quantity: at the market what is gone, at cost what is new.

        What is gone is gone at the price `at` where that is known.
        """
        sid, before, price = holding.instrument.sid, holding.quantity, at or holding.price
        if before * quantity < 0:
            return self._turn(books, time, holding, quantity, average)
        gap = quantity - before
        detail = f"LEAN holds {quantity!r} at {average!r}, the fills seen make {before!r}"
        books.anomaly(time, "adopted", detail, sid, gap * price)
        opened = abs(quantity) > abs(before)
        if opened:
            price = average_cost(holding, gap, quantity, average)
            parts: Allocation = [(UNASSIGNED, gap)]
        else:
            holders = [(account.name, p.quantity) for account, p in books.holders(sid)]
            parts = share_fill(gap, holders, quantity == 0, holding.instrument.lot)
        self.adopted[sid] = (time, gap, price, {name: part / gap for name, part in parts})
        effects = adjust(books, time, holding, price, parts, "outside")
        self.assumed[sid] = assumption_of(time, price, before, quantity, effects)
        if quantity and average:
            holding.quantity = quantity
            take_average(books, holding, average)
        return effects

    def _turn(
        self, books: Books, time: datetime, holding: Holding, quantity: float, average: float
    ) -> list[Effect]:
        """Bring a holding to the other side: what turned it closed at the price it opened at."""
        sid, gap = holding.instrument.sid, quantity - holding.quantity
        at = average_cost(holding, quantity, quantity, average) if average else 0.0
        effects = self._adopt(books, time, holding, 0.0, 0.0, at)
        _, closed, price, shares = self.adopted[sid]
        effects += self._adopt(books, time, holding, quantity, average)
        parts = {name: share * closed / gap for name, share in shares.items()}
        parts[UNASSIGNED] = parts.get(UNASSIGNED, 0.0) + quantity / gap
        self.adopted[sid] = (time, gap, price, parts)
        return effects

    def take_back(self, books: Books, fill: Fill) -> None:
        """Undo an adoption that the fill, coming late, explains; the fill is booked after.

        LEAN had the fill when it showed its average price: with the fill it is that price again.
        """
        if fill.sid not in self.adopted:
            return
        time, quantity, price, shares = self.adopted[fill.sid]
        seen = books.orders.seen.contains(fill.order_id, fill.event_id)
        if seen or fill.time > time or quantity * fill.quantity <= 0:
            return
        back = quantity if abs(quantity) < abs(fill.quantity) else fill.quantity
        parts = [(name, -back * share) for name, share in shares.items()]
        holding = books.holdings[fill.sid]
        held, average = holding.quantity, holding.average
        with _adopted_lot_first(books, fill.sid, price):
            adjust(books, fill.time, holding, price, parts, None)
        if held * holding.quantity > 0:
            opens = holding.quantity * back > 0
            cost = average * held - (fill.price * back if opens else average * back)
            take_average(books, holding, cost / holding.quantity)
        del self.adopted[fill.sid]
        if quantity != back:
            self.adopted[fill.sid] = (time, quantity - back, price, shares)


@contextmanager
def _adopted_lot_first(books: Books, sid: str, price: float) -> Iterator[None]:
    """Let what closes meanwhile take the newest lot that was found at a price, no older one."""
    position = books.accounts[UNASSIGNED].open.get(sid)
    lots = position.lots if position is not None else ()
    at = next((i for i in reversed(range(len(lots))) if lots[i].price == price), None)
    if position is None or not at:
        yield
        return
    count = len(lots)
    position.move_lot(at, 0)
    yield
    if len(position.lots) == count:
        position.move_lot(0, at)  # a part of it is still open


def average_cost(holding: Holding, gap: float, quantity: float, average: float) -> float:
    """What a unit that is new cost, by the average price before and after, quote currency.

    Where all of it is new, nothing of what was held before counts.

    Args:
        holding: LEAN's holding before.
        gap: What is new.
        quantity: What LEAN holds now.
        average: At what average price.
    """
    before = 0.0 if gap == quantity else holding.average * holding.quantity
    cost = (average * quantity - before) / gap
    may_be = cost > 0 or holding.instrument.valuation is Valuation.MARGIN
    return cost if may_be else holding.price or average


def take_average(books: Books, holding: Holding, average: float) -> None:
    """Take LEAN's average price of a holding: it reckons the cash of later closings with it.

    LEAN may hold at another average price after it was stopped: what a future, CFD or crypto future
    made up to there is in LEAN's cash then, and still open in the lots.
    """
    cost, holding.average = holding.cost, average
    instrument = holding.instrument
    if instrument.valuation is Valuation.MARGIN:
        currency, rate = books.account_settlement(instrument) or (instrument.currency, 1.0)
        books.cash.move(currency, (holding.cost - cost) * rate)


def adjust(
    books: Books,
    time: datetime,
    holding: Holding,
    price: float,
    parts: Allocation,
    reason: str | None,
) -> list[Effect]:
    """Trade parts at a price without an order, in the shadow account and the strategies' lots."""
    instrument = holding.instrument
    if instrument.sid in books.aside:
        join(books, holding, instrument.unit_value(price))
    quantity = sum(part for _, part in parts)
    shadow = fill_shadow(books.cash, holding, quantity, price, books.account_settlement(instrument))
    rate = books.rates[instrument.currency]
    effects: list[Effect] = []
    for name, part in parts:
        execution = Execution(time, 0, part, price, rate, seeded=True)
        account = books.account(name)
        effect = books.trade(account, instrument, execution, reason)
        effects.append(effect)
        books.settle_in_account(account, effect.position, shadow.landed * part / quantity)
        if shadow.averaged:
            share = shadow.averaged * part / quantity
            account.book(effect.position, "settlement", share, instrument.currency, rate)
    return effects

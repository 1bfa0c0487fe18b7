"""Adoptions: holdings that changed without an event, taken over as explicit adjustments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from models.codec import NUMBER, TIME, dict_of, list_of, maybe
from models.events.orders import Fill
from models.events.quantities import dust, tidy
from models.fields import Field, Restorable, Table
from models.ledger.adjustments import adjust, average_cost, take_average
from models.ledger.allocation import Allocation, share_fill
from models.ledger.assumptions import Assumption, assumption_of
from models.ledger.books import Books
from models.ledger.effects import Effect, Effects
from models.ledger.late_fills import Adopted, give_back
from models.ledger.lean_account import Holding, averaged_otherwise
from models.ledger.tags import UNASSIGNED
from models.records import row_codec
from models.rows import row_of

# How long the fills of an adoption are waited for where another of its holding follows.
AWAITED = timedelta(days=1)


class Adoptions(Restorable):
    """Holdings that changed without an event: a broker's own trade, a redeploy, a lost event.

    In backtests a difference is adopted at the mark that shows it. Live, where events may lag
    behind the portfolio, only what two marks in a row, of different times, show alike is adopted,
    and no fill between them: the same difference may be the next fill's. A fill that comes after
    its holding was adopted takes the adoption back.

    Attributes:
        adopted: sid -> what was adopted last and no late fill has explained.
        adopted_before: sid -> the same of the adoptions of the day before it, the oldest first.
        assumed: sid -> what its last change without an event was taken for.
        beside: sid of a pair -> how far LEAN's holding is from what the cash book has of it.
    """

    STATE: ClassVar[Table] = Table(
        Field("shown", dict_of(row_of(NUMBER, NUMBER)), "_shown"),
        Field("adopted", dict_of(row_codec(Adopted))),
        Field("adopted_before", dict_of(list_of(row_codec(Adopted))), absent={}),
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
        self.adopted: dict[str, Adopted] = {}
        self.adopted_before: dict[str, list[Adopted]] = {}

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
            average = shown[sid][1] if sid in shown else 0.0
            if gap and abs(gap) > dust(max(abs(quantity), holding.traded)):
                different[sid] = gap, holding.quantity
            elif sid not in books.aside and averaged_otherwise(holding, average):
                take_average(books, holding, average)
        if not sure and different and (different != self._shown or time == self._shown_at):
            self._shown, self._shown_at = different, time
            return None
        self._shown = {}
        effects: list[Effect] = []
        for sid in different:
            quantity, average = shown.get(sid, (0.0, 0.0))
            quantity -= self.beside.get(sid, 0.0)
            holding = books.holdings[sid]
            turned = holding.quantity * quantity < 0
            adopt = self._turn if turned else self._adopt
            done, adopted = adopt(books, time, holding, quantity, average)
            effects += done
            self._note(sid, adopted)
        return effects

    def _note(self, sid: str, adopted: Adopted) -> None:
        """Keep what was adopted until the fills come that explain it."""
        before = self.adopted_before.pop(sid, [])
        if sid in self.adopted:
            before.append(self.adopted[sid])
        before = [each for each in before if adopted.time - each.time < AWAITED]
        if before:
            self.adopted_before[sid] = before
        self.adopted[sid] = adopted

    def _adopt(
        self,
        books: Books,
        time: datetime,
        holding: Holding,
        quantity: float,
        average: float,
        at: float = 0.0,
    ) -> tuple[list[Effect], Adopted]:
        """Bring a holding to LEAN's quantity: at the market what is gone, at cost what is new.

        What is gone is gone at the price `at` where that is known.
        """
        sid, before, price = holding.instrument.sid, holding.quantity, at or holding.price
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
        effects = adjust(books, time, holding, price, parts, "outside")
        self.assumed[sid] = assumption_of(time, price, before, quantity, effects)
        if quantity and average:
            holding.quantity = quantity
            take_average(books, holding, average)
        shares = {name: part / gap for name, part in parts}
        return effects, Adopted(time, gap, price, shares)

    def _turn(
        self, books: Books, time: datetime, holding: Holding, quantity: float, average: float
    ) -> tuple[list[Effect], Adopted]:
        """Bring a holding to the other side: what turned it closed at the price it opened at."""
        gap = quantity - holding.quantity
        at = average_cost(holding, quantity, quantity, average) if average else 0.0
        closed, gone = self._adopt(books, time, holding, 0.0, 0.0, at)
        opened, _ = self._adopt(books, time, holding, quantity, average)
        shares = {name: share * gone.quantity / gap for name, share in gone.shares.items()}
        shares[UNASSIGNED] = shares.get(UNASSIGNED, 0.0) + quantity / gap
        return closed + opened, Adopted(time, gap, gone.price, shares)

    def shows(self, fill: Fill) -> bool:
        """Whether a fill, coming late, is in what was adopted, which is more or less for others.

        Of such a fill nothing closes what was adopted: LEAN had it before.
        """
        sid = fill.sid
        if sid not in self.adopted:
            return False
        adopted = (*self.adopted_before.get(sid, ()), self.adopted[sid])
        return any(fill.time < each.time and each.quantity * fill.quantity < 0 for each in adopted)

    def take_back(self, books: Books, fill: Fill) -> list[Effect]:
        """Undo the adoptions that the fill, coming late, explains; the fill is booked after.

        LEAN had the fill when it showed its average price: with the fill it is that price again.

        Returns:
            What it did to strategies.
        """
        sid, left = fill.sid, fill.quantity
        if sid not in self.adopted or books.orders.seen.contains(fill.order_id, fill.event_id):
            return []
        effects: list[Effect] = []
        kept: list[Adopted] = []
        for adopted in (*self.adopted_before.pop(sid, ()), self.adopted.pop(sid)):
            rest: Adopted | None = adopted
            if fill.time <= adopted.time and adopted.quantity * left > 0:
                back = left if abs(left) < abs(adopted.quantity) else adopted.quantity
                done, rest = give_back(books, fill, adopted, back)
                effects += done
                left = tidy(left - back, fill.quantity)
            if rest is not None:
                kept.append(rest)
        if kept:
            self.adopted[sid] = kept.pop()
        if kept:
            self.adopted_before[sid] = kept
        return effects

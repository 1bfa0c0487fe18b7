"""The takeover: what all that changed while LEAN was stopped is taken over with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from models.events.account import Mark
from models.events.instruments import Valuation
from models.events.quantities import dust, tidy
from models.ledger.adjustments import adjust
from models.ledger.allocation import Allocation, share_fill
from models.ledger.assumptions import Assumption, assumption_of
from models.ledger.books import Books
from models.ledger.cash_moved import implied_price, paid_in, residuals
from models.ledger.coins import Shown
from models.ledger.effects import Effect
from models.ledger.lean_account import Holding


class HeldOtherwise(NamedTuple):
    """A holding that is not what the fills seen make it.

    Attributes:
        holding: The holding, at its first price after the stop where there is one.
        after: What is held, signed.
        average: LEAN's average price of it; 0 where it shows none.
        last: The last price before the stop, quote currency.
    """

    holding: Holding
    after: float
    average: float
    last: float

    @property
    def gap(self) -> float:
        """What is held more."""
        before = self.holding.quantity
        return tidy(self.after - before, max(abs(self.after), abs(before)))

    @property
    def closed(self) -> float:
        """What of it was closed, signed as it was held."""
        before = self.holding.quantity
        if before * self.after <= 0:
            return before
        return -self.gap if abs(self.after) < abs(before) else 0.0


class Takeover:
    """The books and the first mark after a stop, and what was done to bring them together.

    Args:
        books: The books as they were then.
        mark: The mark, with everything that LEAN holds and all of its cash.

    Attributes:
        books: As given.
        mark: As given.
        effects: What was done to strategies.
        assumed: Sid -> what its change was taken for.
    """

    def __init__(self, books: Books, mark: Mark) -> None:
        self.books = books
        self.mark = mark
        self.effects: list[Effect] = []
        self.assumed: dict[str, Assumption] = {}

    def changes(self, shown: Shown, last: Mapping[str, float]) -> list[HeldOtherwise]:
        """The holdings that are not as they were.

        Args:
            shown: Symbol ID -> (quantity, average price) of everything that is held now.
            last: Symbol ID -> the last price before the stop, quote currency.
        """
        found: list[HeldOtherwise] = []
        for sid, holding in self.books.holdings.items():
            quantity, average = shown.get(sid, (0.0, 0.0))
            traded = max(abs(quantity), holding.traded)
            if abs(quantity - holding.quantity) > dust(traded):
                found.append(HeldOtherwise(holding, quantity, average, last[sid]))
        return found

    def trade(
        self, change: HeldOtherwise, quantity: float, price: float, reason: str
    ) -> Allocation:
        """Trade a closing quantity for those who hold it.

        Args:
            change: What is closed.
            quantity: Signed.
            price: Quote currency.
            reason: Why it closes (`TradeRecord.exit_reason`).

        Returns:
            Their parts.
        """
        holding, books = change.holding, self.books
        sid = holding.instrument.sid
        holders = [(account.name, each.quantity) for account, each in books.holders(sid)]
        flattens = abs(holding.quantity + quantity) <= dust(holding.traded)
        parts = share_fill(quantity, holders, flattens, holding.instrument.lot)
        before = holding.quantity
        effects = adjust(books, self.mark.time, holding, price, parts, reason)
        self.assume(holding, price, before, effects)
        self.effects += effects
        return parts

    def assume(
        self, holding: Holding, price: float, before: float, effects: Iterable[Effect]
    ) -> None:
        """Keep what a change was taken for; of one that was turned over, its closing.

        Args:
            holding: LEAN's holding after it.
            price: What it was traded at.
            before: What was held before.
            effects: What it did to strategies.
        """
        sid, time = holding.instrument.sid, self.mark.time
        if sid not in self.assumed:
            self.assumed[sid] = assumption_of(time, price, before, holding.quantity, effects)

    def moved(self) -> dict[str, float]:
        """Currency -> the cash that nothing explains yet."""
        return {name: amount for name, amount, _ in residuals(self.books, self.mark)}

    def tell(self, change: HeldOtherwise, what: str, amount: float) -> None:
        """Record a change that is about to be traded.

        Args:
            change: The change.
            what: What it is taken for.
            amount: Money involved, quote currency.
        """
        holding, instrument = change.holding, change.holding.instrument
        detail = f"LEAN holds {change.after!r} at {change.average!r}, the fills seen make "
        detail += f"{holding.quantity!r}: taken for {what}, while stopped"
        self.books.anomaly(self.mark.time, "adopted", detail, instrument.sid, amount)

    def implied(self, change: HeldOtherwise) -> float | None:
        """The price that the cash of a closing implies."""
        books, holding, instrument = self.books, change.holding, change.holding.instrument
        currency, rate = paid_in(books, holding)
        cash = self.moved().get(currency, 0.0)
        turned = change.after * change.closed < 0
        if instrument.valuation is not Valuation.MARGIN:
            if turned:  # what was opened was paid for
                cash += change.after * change.average * instrument.multiplier
        elif not turned and change.after and change.average:
            # what is left is held at another average price: that much of its profit was taken
            moved = instrument.unit_value(change.average) - instrument.unit_value(holding.average)
            cash -= change.after * moved * instrument.multiplier * rate
        return implied_price(books, holding, change.closed, cash)

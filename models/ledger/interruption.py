"""The interruption: what changed while LEAN was stopped, by what the first mark after it shows.

No event tells of it, and no fill is on its way any more. Splits and deliveries are known by
quantities and average prices. What grew was bought at what LEAN's average price says. What shrank,
where nothing else did in its currency, was sold at the price that its cash implies, if the market
could have been there; else at the market's. Cash that is left is a flow.
"""

from __future__ import annotations

from collections import Counter

from models.events.account import Mark
from models.events.instruments import Valuation
from models.ledger.adjustments import adjust, average_cost, take_average
from models.ledger.assumptions import Assumption
from models.ledger.books import Books
from models.ledger.cash_moved import implied_price, of_the_market, paid_in, residuals
from models.ledger.coins import coins_held
from models.ledger.deliveries import has_expired
from models.ledger.effects import Effect
from models.ledger.endings import OptionEndings
from models.ledger.found_splits import split_found
from models.ledger.lean_account import Holding
from models.ledger.tags import UNASSIGNED
from models.ledger.takeover import HeldOtherwise, Takeover
from models.ledger.valuation import value_holdings


class Interruption:
    """Takes over what changed while LEAN was stopped.

    Args:
        books: The books as they were then.
        mark: The first mark after it, with everything that LEAN holds and all of its cash; it names
            no instrument that is unknown.
        beside: As of the attribute, at the stop before.

    Attributes:
        beside: Sid of a pair -> how far LEAN's holding is from what the cash book has of it.
        anew: Whether LEAN shows what the account once opened with and holds nothing: a paper
            account that begins anew. What was held closes at the last price before the stop.
    """

    def __init__(self, books: Books, mark: Mark, beside: dict[str, float]) -> None:
        self._books = books
        self._mark = mark
        self._takeover = Takeover(books, mark)
        self._endings = OptionEndings(self._takeover)
        self.beside = beside
        self.anew = begins_anew(books, mark)

    @property
    def effects(self) -> list[Effect]:
        """What was done to strategies."""
        return self._takeover.effects

    @property
    def assumed(self) -> dict[str, Assumption]:
        """Sid -> what its change was taken for."""
        return self._takeover.assumed

    def take(self) -> None:
        """Take over all that changed, but the cash that nothing explains."""
        books, mark = self._books, self._mark
        if self.anew:
            detail = "LEAN shows what the account opened with: it begins anew"
            books.anomaly(mark.time, "account begun anew", detail)
        self._takeover.effects += split_found(books, mark)
        last = {sid: holding.price for sid, holding in books.holdings.items()}
        value_holdings(books, mark)
        shown = {s: held for s, held in (mark.holdings or {}).items() if s in books.holdings}
        self._endings.deliver(shown, last)
        changes = [
            each for each in self._takeover.changes(shown, last) if not _is_pair(each.holding)
        ]
        for change in changes:
            if not change.closed:
                self._open(change)
        sold = {paid_in(books, each.holding)[0] for each in changes if each.closed}
        shown, self.beside = coins_held(books, mark, last, self.beside, sold)
        changes = self._takeover.changes(shown, last)
        for change in changes:
            if not change.closed:
                self._open(change)
        self._close_all([change for change in changes if change.closed])
        for sid, (quantity, average) in shown.items():
            self._agree(books.holdings[sid], quantity, average)

    def _agree(self, holding: Holding, quantity: float, average: float) -> None:
        """Go on with the quantity and the average price that LEAN has."""
        if quantity and average:
            holding.quantity = quantity
            take_average(self._books, holding, average)

    def _open(self, change: HeldOtherwise) -> None:
        """Open what was bought, or sold short, for nobody: at what LEAN's average price says."""
        holding, gap = change.holding, change.gap
        price = self._cost(change)
        self._takeover.tell(change, f"a trade at {price!r}", gap * price)
        before, time = holding.quantity, self._mark.time
        parts = [(UNASSIGNED, gap)]
        effects = adjust(self._books, time, holding, price, parts, "outside")
        self._takeover.assume(holding, price, before, effects)
        self._takeover.effects += effects

    def _cost(self, change: HeldOtherwise) -> float:
        """What a unit of what is new cost."""
        holding, gap = change.holding, change.gap
        if change.average:
            return average_cost(holding, gap, change.after, change.average)
        currency, _ = paid_in(self._books, holding)
        paid = implied_price(self._books, holding, -gap, self._takeover.moved().get(currency, 0.0))
        if paid is not None and of_the_market(paid, change.last, holding.price):
            return paid
        return holding.price

    def _close_all(self, changes: list[HeldOtherwise]) -> None:
        """Close what is gone, each at the price that is told by its cash where that can be."""
        books, time = self._books, self._mark.time
        over = {
            change.holding.instrument.sid
            for change in changes
            if change.holding.instrument.strike is not None
            and not change.after  # what is held in part was traded: it ends as a whole
            and has_expired(change.holding.instrument, time)
        }
        traded = [change for change in changes if change.holding.instrument.sid not in over]
        counts = Counter(paid_in(books, change.holding)[0] for change in traded)
        for change in traded:
            self._close(change, alone=counts[paid_in(books, change.holding)[0]] == 1)
        expired = [change for change in changes if change.holding.instrument.sid in over]
        untold = [each for each in expired if not counts[paid_in(books, each.holding)[0]]]
        if len(untold) > 1:
            self._endings.settle_together(untold)
        for change in expired:
            if change.closed:
                self._endings.expire(change, alone=len(expired) == 1 == len(untold))

    def _close(self, change: HeldOtherwise, *, alone: bool) -> None:
        """Close what was sold, or bought back."""
        holding, closed = change.holding, change.closed
        price = (holding.price or change.last) if not self.anew else change.last
        implied = self._takeover.implied(change) if alone and not self.anew else None
        if implied is not None and of_the_market(implied, change.last, holding.price):
            price = implied
        over = not change.after and has_expired(holding.instrument, self._mark.time)
        what = f"a trade at {price!r}" + (", which its cash implies" if price == implied else "")
        self._takeover.tell(change, what, -closed * price)
        self._takeover.trade(change, -closed, price, "expiry" if over else "outside")
        if change.after * closed < 0:
            self._open(HeldOtherwise(holding, change.after, change.average, change.last))


def begins_anew(books: Books, mark: Mark) -> bool:
    """Whether LEAN shows the cash that the account opened with to the cent, and no holding."""
    opening = books.cash.opening
    if not opening or mark.holdings or not residuals(books, mark):
        return False
    return all(
        mark.cash.get(name, 0.0) + mark.unsettled.get(name, 0.0) == opening.get(name, 0.0)
        for name in {*opening, *mark.cash}
    )


def _is_pair(holding: Holding) -> bool:
    """Whether a holding is a swap of two cash balances."""
    return holding.instrument.valuation is Valuation.PAIR

"""The interruption: what changed while LEAN was stopped, by what the first mark after it shows.

No event tells of it, and no fill is on its way any more. Splits and deliveries are known by
quantities and average prices. What grew was bought at what LEAN's average price says. What shrank,
where nothing else did in its currency, was sold at the price that its cash implies, if the market
could have been there; else at the market's. Cash that is left is a flow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from models.events.account import Mark
from models.events.instruments import Valuation
from models.events.quantities import dust, tidy
from models.ledger.adoptions import adjust, average_cost, take_average
from models.ledger.allocation import Allocation, share_fill
from models.ledger.books import Books
from models.ledger.cash_moved import implied_price, of_the_market, paid_in, residuals
from models.ledger.coins import Shown, coins_held
from models.ledger.deliveries import (
    Evidence,
    delivered,
    delivered_together,
    has_expired,
    settled_worths,
    share_delivery,
    was_delivered,
)
from models.ledger.effects import Effect
from models.ledger.explanations import Assumption, assumption_of
from models.ledger.found_splits import split_found
from models.ledger.lean_account import Holding
from models.ledger.tags import UNASSIGNED
from models.ledger.valuation import value_holdings


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


class Interruption:
    """Takes over what changed while LEAN was stopped.

    Args:
        books: The books as they were then.
        mark: The first mark after it, with everything that LEAN holds and all of its cash; it names
            no instrument that is unknown.
        beside: As of the attribute, at the stop before.

    Attributes:
        effects: What was done to strategies.
        beside: Sid of a pair -> how far LEAN's holding is from what the cash book has of it.
        assumed: Sid -> what its change was taken for.
        anew: Whether LEAN shows what the account once opened with and holds nothing: a paper
            account that begins anew. What was held closes at the last price before the stop.
    """

    def __init__(self, books: Books, mark: Mark, beside: dict[str, float]) -> None:
        self._books = books
        self._mark = mark
        self.effects: list[Effect] = []
        self.beside = beside
        self.assumed: dict[str, Assumption] = {}
        self.anew = begins_anew(books, mark)

    def take(self) -> None:
        """Take over all that changed, but the cash that nothing explains."""
        books, mark = self._books, self._mark
        if self.anew:
            detail = "LEAN shows what the account opened with: it begins anew"
            books.anomaly(mark.time, "account begun anew", detail)
        self.effects += split_found(books, mark)
        last = {sid: holding.price for sid, holding in books.holdings.items()}
        value_holdings(books, mark)
        shown = {s: held for s, held in (mark.holdings or {}).items() if s in books.holdings}
        self._deliver_together(shown, last)
        for option in self._changes(shown, last):
            self._deliver(option, shown, last)
        changes = [each for each in self._changes(shown, last) if not _is_pair(each.holding)]
        for change in changes:
            if not change.closed:
                self._open(change)
        sold = {paid_in(books, each.holding)[0] for each in changes if each.closed}
        shown, self.beside = coins_held(books, mark, last, self.beside, sold)
        changes = self._changes(shown, last)
        for change in changes:
            if not change.closed:
                self._open(change)
        self._close_all([change for change in changes if change.closed])
        for sid, (quantity, average) in shown.items():
            self._agree(books.holdings[sid], quantity, average)

    def _changes(self, shown: Shown, last: Mapping[str, float]) -> list[HeldOtherwise]:
        """The holdings that are not as they were."""
        found: list[HeldOtherwise] = []
        for sid, holding in self._books.holdings.items():
            quantity, average = shown.get(sid, (0.0, 0.0))
            traded = max(abs(quantity), holding.traded)
            if abs(quantity - holding.quantity) > dust(traded):
                found.append(HeldOtherwise(holding, quantity, average, last[sid]))
        return found

    def _agree(self, holding: Holding, quantity: float, average: float) -> None:
        """Go on with the quantity and the average price that LEAN has."""
        if quantity and average:
            holding.quantity = quantity
            take_average(self._books, holding, average)

    # --- options

    def _deliver(self, option: HeldOtherwise, shown: Shown, last: Mapping[str, float]) -> None:
        """Book an exercise or assignment where the underlying shows that there was one."""
        instrument, closed = option.holding.instrument, option.closed
        underlying = self._books.holdings.get(instrument.underlying)
        if instrument.strike is None or not closed or underlying is None:
            return
        after, average = shown.get(instrument.underlying, (0.0, 0.0))
        gap, quantity = after - underlying.quantity, delivered(instrument, closed)
        cash = self._moved().get(underlying.instrument.quote, 0.0)
        prices = last[instrument.underlying], underlying.price
        evidence = Evidence(self._mark.time, cash, average, prices)
        if not was_delivered(instrument, quantity, underlying, gap, evidence):
            return
        self._carry_out(option, underlying, quantity)

    def _deliver_together(self, shown: Shown, last: Mapping[str, float]) -> None:
        """Book what options on one underlying delivered together at the end of their time.

        Those in the money at a price of the underlying must make the change that it shows, and the
        cash, for their deliveries may cancel out.
        """
        expired: dict[str, list[HeldOtherwise]] = defaultdict(list)
        for option in self._changes(shown, last):
            instrument = option.holding.instrument
            physical = instrument.strike is not None and not instrument.rules.settles_in_cash
            if physical and option.closed and has_expired(instrument, self._mark.time):
                expired[instrument.underlying].append(option)
        for sid, options in expired.items():
            underlying = self._books.holdings.get(sid)
            if underlying is None or len(options) == 1:
                continue
            gap = shown.get(sid, (0.0, 0.0))[0] - underlying.quantity
            cash = self._moved().get(underlying.instrument.quote, 0.0)
            closed = [(option.holding.instrument, option.closed) for option in options]
            for price in (underlying.price, last[sid]):
                inside = delivered_together(closed, price, underlying.instrument, gap, cash)
                for at, quantity in inside:
                    self._carry_out(options[at], underlying, quantity)
                if inside:
                    break

    def _carry_out(self, option: HeldOtherwise, underlying: Holding, quantity: float) -> None:
        """Close an option at 0, and trade what it delivered at its strike for those who held it."""
        closed, price = option.closed, option.holding.instrument.strike or 0.0
        reason = "exercise" if closed > 0 else "assignment"
        self._tell(option, f"{reason} at {price!r}", 0.0)
        parts = self._trade(option, -closed, 0.0, reason)
        legs = share_delivery(parts, quantity)
        self.effects += adjust(self._books, self._mark.time, underlying, price, legs, reason)

    # --- trades

    def _open(self, change: HeldOtherwise) -> None:
        """Open what was bought, or sold short, for nobody: at what LEAN's average price says."""
        holding, gap = change.holding, change.gap
        price = self._cost(change)
        self._tell(change, f"a trade at {price!r}", gap * price)
        before, time = holding.quantity, self._mark.time
        parts = [(UNASSIGNED, gap)]
        effects = adjust(self._books, time, holding, price, parts, "outside")
        self._assume(holding, price, before, effects)
        self.effects += effects

    def _cost(self, change: HeldOtherwise) -> float:
        """What a unit of what is new cost."""
        holding, gap = change.holding, change.gap
        if change.average:
            return average_cost(holding, gap, change.after, change.average)
        currency, _ = paid_in(self._books, holding)
        paid = implied_price(self._books, holding, -gap, self._moved().get(currency, 0.0))
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
            and has_expired(change.holding.instrument, time)
        }
        traded = [change for change in changes if change.holding.instrument.sid not in over]
        counts = Counter(paid_in(books, change.holding)[0] for change in traded)
        for change in traded:
            self._close(change, alone=counts[paid_in(books, change.holding)[0]] == 1)
        expired = [change for change in changes if change.holding.instrument.sid in over]
        untold = [each for each in expired if not counts[paid_in(books, each.holding)[0]]]
        if len(untold) > 1:
            self._settle_together(untold)
        for change in expired:
            if change.closed:
                self._expire(change, alone=len(expired) == 1 == len(untold))

    def _settle_together(self, expired: list[HeldOtherwise]) -> None:
        """Close index options that ended together, at what their cash says of the index."""
        options = [each for each in expired if each.holding.instrument.rules.settles_in_cash]
        if len({each.holding.instrument.underlying for each in options}) != 1:
            return
        cash = self._moved().get(options[0].holding.instrument.quote, 0.0)
        closed = [(each.holding.instrument, each.closed) for each in options]
        for change, worth in zip(options, settled_worths(closed, cash), strict=False):
            self._pay_out(change, worth)

    def _pay_out(self, change: HeldOtherwise, worth: float) -> None:
        """Close an option at 0, and pay what it was worth to those who held it."""
        self._tell(change, f"settled in cash at {worth!r}", 0.0)
        parts = self._trade(change, -change.closed, 0.0, "expiry")
        self._settle(change.holding, parts, worth)

    def _close(self, change: HeldOtherwise, *, alone: bool) -> None:
        """Close what was sold, or bought back."""
        holding, closed = change.holding, change.closed
        price = (holding.price or change.last) if not self.anew else change.last
        implied = self._implied(change) if alone and not self.anew else None
        if implied is not None and of_the_market(implied, change.last, holding.price):
            price = implied
        over = has_expired(holding.instrument, self._mark.time)
        what = f"a trade at {price!r}" + (", which its cash implies" if price == implied else "")
        self._tell(change, what, -closed * price)
        self._trade(change, -closed, price, "expiry" if over else "outside")
        if change.after * closed < 0:
            self._open(HeldOtherwise(holding, change.after, change.average, change.last))

    def _implied(self, change: HeldOtherwise) -> float | None:
        """The price that the cash of a closing implies."""
        books, holding, instrument = self._books, change.holding, change.holding.instrument
        currency, rate = paid_in(books, holding)
        cash = self._moved().get(currency, 0.0)
        turned = change.after * change.closed < 0
        if instrument.valuation is not Valuation.MARGIN:
            if turned:  # what was opened was paid for
                cash += change.after * change.average * instrument.multiplier
        elif not turned and change.after and change.average:
            # what is left is held at another average price: that much of its profit was taken
            moved = instrument.unit_value(change.average) - instrument.unit_value(holding.average)
            cash -= change.after * moved * instrument.multiplier * rate
        return implied_price(books, holding, change.closed, cash)

    def _expire(self, change: HeldOtherwise, *, alone: bool) -> None:
        """Close an option whose time is over, and which delivered nothing."""
        closed, instrument = change.closed, change.holding.instrument
        worth = self._implied(change) if alone else None
        if instrument.rules.settles_in_cash and worth and worth <= (instrument.strike or 0.0):
            self._pay_out(change, worth)
        elif worth and of_the_market(worth, change.last, change.last):
            self._tell(change, f"a trade at {worth!r}, which its cash implies", -closed * worth)
            self._trade(change, -closed, worth, "outside")
        else:
            self._tell(change, "expired worthless", 0.0)
            self._trade(change, -closed, 0.0, "expiry")

    def _settle(self, holding: Holding, parts: Allocation, worth: float) -> None:
        """Pay those who held an option that settles in cash what it is worth."""
        books, instrument = self._books, holding.instrument
        rate = books.rates[instrument.quote]
        for name, part in parts:
            amount = -part * instrument.multiplier * worth
            books.cash.move(instrument.quote, amount)
            account = books.account(name)
            position = account.position(instrument)
            account.book(position, "settlement", amount, instrument.quote, rate)

    # --- what all of them do

    def _trade(
        self, change: HeldOtherwise, quantity: float, price: float, reason: str
    ) -> Allocation:
        """Trade a closing quantity for those who hold it; returns their parts."""
        holding, books = change.holding, self._books
        sid = holding.instrument.sid
        holders = [(account.name, each.quantity) for account, each in books.holders(sid)]
        flattens = abs(holding.quantity + quantity) <= dust(holding.traded)
        parts = share_fill(quantity, holders, flattens, holding.instrument.lot)
        before = holding.quantity
        effects = adjust(books, self._mark.time, holding, price, parts, reason)
        self._assume(holding, price, before, effects)
        self.effects += effects
        return parts

    def _assume(
        self, holding: Holding, price: float, before: float, effects: Iterable[Effect]
    ) -> None:
        """Keep what a change was taken for; of one that was turned over, its closing."""
        sid, time = holding.instrument.sid, self._mark.time
        if sid not in self.assumed:
            self.assumed[sid] = assumption_of(time, price, before, holding.quantity, effects)

    def _moved(self) -> dict[str, float]:
        """Currency -> the cash that nothing explains yet."""
        return {name: amount for name, amount, _ in residuals(self._books, self._mark)}

    def _tell(self, change: HeldOtherwise, what: str, amount: float) -> None:
        """Record a change, and what it was taken for; the amount is in quote currency."""
        holding, instrument = change.holding, change.holding.instrument
        detail = f"LEAN holds {change.after!r} at {change.average!r}, the fills seen make "
        detail += f"{holding.quantity!r}: taken for {what}, while stopped"
        self._books.anomaly(self._mark.time, "adopted", detail, instrument.sid, amount)


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

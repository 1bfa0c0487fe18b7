"""The endings of options while LEAN was stopped: exercised, assigned, paid out, or worthless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from models.ledger.adjustments import adjust
from models.ledger.allocation import Allocation
from models.ledger.cash_moved import of_the_market
from models.ledger.coins import Shown
from models.ledger.deliveries import (
    Evidence,
    delivered,
    delivered_together,
    has_expired,
    settled_worths,
    share_delivery,
    was_delivered,
)
from models.ledger.lean_account import Holding
from models.ledger.takeover import HeldOtherwise, Takeover


class OptionEndings:
    """Takes over how options ended.

    Args:
        takeover: What is taken over.
    """

    def __init__(self, takeover: Takeover) -> None:
        self._takeover = takeover
        self._books = takeover.books
        self._mark = takeover.mark

    def deliver(self, shown: Shown, last: Mapping[str, float]) -> None:
        """Book what was delivered, by what LEAN shows of the underlyings.

        Args:
            shown: Symbol ID -> (quantity, average price) of everything that LEAN holds.
            last: Symbol ID -> the last price before the stop, quote currency.
        """
        self._deliver_together(shown, last)
        for option in self._takeover.changes(shown, last):
            self._deliver(option, shown, last)

    def _deliver(self, option: HeldOtherwise, shown: Shown, last: Mapping[str, float]) -> None:
        """Book an exercise or assignment where the underlying shows that there was one."""
        instrument, closed = option.holding.instrument, option.closed
        underlying = self._books.holdings.get(instrument.underlying)
        if instrument.strike is None or not closed or underlying is None:
            return
        after, average = shown.get(instrument.underlying, (0.0, 0.0))
        gap, quantity = after - underlying.quantity, delivered(instrument, closed)
        cash = self._takeover.moved().get(underlying.instrument.quote, 0.0)
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
        for option in self._takeover.changes(shown, last):
            instrument = option.holding.instrument
            physical = instrument.strike is not None and not instrument.rules.settles_in_cash
            if physical and option.closed and has_expired(instrument, self._mark.time):
                expired[instrument.underlying].append(option)
        for sid, options in expired.items():
            underlying = self._books.holdings.get(sid)
            if underlying is None or len(options) == 1:
                continue
            gap = shown.get(sid, (0.0, 0.0))[0] - underlying.quantity
            cash = self._takeover.moved().get(underlying.instrument.quote, 0.0)
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
        self._takeover.tell(option, f"{reason} at {price!r}", 0.0)
        parts = self._takeover.trade(option, -closed, 0.0, reason)
        legs = share_delivery(parts, quantity)
        self._takeover.effects += adjust(
            self._books, self._mark.time, underlying, price, legs, reason
        )

    def settle_together(self, expired: list[HeldOtherwise]) -> None:
        """Close index options that ended together, at what their cash says of the index.

        Args:
            expired: Options whose time is over, and in whose currency nothing else was closed.
        """
        options = [each for each in expired if each.holding.instrument.rules.settles_in_cash]
        if len({each.holding.instrument.underlying for each in options}) != 1:
            return
        cash = self._takeover.moved().get(options[0].holding.instrument.quote, 0.0)
        closed = [(each.holding.instrument, each.closed) for each in options]
        for change, worth in zip(options, settled_worths(closed, cash), strict=False):
            self._pay_out(change, worth)

    def _pay_out(self, change: HeldOtherwise, worth: float) -> None:
        """Close an option at 0, and pay what it was worth to those who held it."""
        self._takeover.tell(change, f"settled in cash at {worth!r}", 0.0)
        parts = self._takeover.trade(change, -change.closed, 0.0, "expiry")
        self._settle(change.holding, parts, worth)

    def expire(self, change: HeldOtherwise, *, alone: bool) -> None:
        """Close an option whose time is over, and which delivered nothing.

        Args:
            change: The option.
            alone: Whether nothing else was closed, so that cash tells what it was worth.
        """
        closed, instrument = change.closed, change.holding.instrument
        worth = self._takeover.implied(change) if alone else None
        if instrument.rules.settles_in_cash and worth and worth <= (instrument.strike or 0.0):
            self._pay_out(change, worth)
        elif worth and of_the_market(worth, change.last, change.last):
            self._takeover.tell(
                change, f"a trade at {worth!r}, which its cash implies", -closed * worth
            )
            self._takeover.trade(change, -closed, worth, "outside")
        else:
            self._takeover.tell(change, "expired worthless", 0.0)
            self._takeover.trade(change, -closed, 0.0, "expiry")

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

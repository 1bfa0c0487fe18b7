"""What a unit of each instrument was worth: multipliers, and exchange rates at the fills.

No result states them. LEAN's record of a closing fill tells them, which is not rounded: it is the
closed quantity times the difference to LEAN's average price, times multiplier and rate, less twice
the fee. A foreign rate at an opening fill is in the fees of the trade that it opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from models.events.instruments import Instrument, SecurityType
from workbench.runs.lean.facts import ClosedTrade, LeanEvent, LeanFacts
from workbench.runs.lean.fills import Closing
from workbench.runs.lean.instruments import USUAL, Described
from workbench.runs.lean.rates import Rates

# How near a solved multiplier must be to a round one to be it, as a part: where all is known to
# the last digit, and where a rate in it is the mean of two.
NEAR, ABOUT = 1e-7, 1e-2
# A gain below this, P&L currency, tells nothing.
SMALL_GAIN = 1e-9
CENT = 0.005  # what rounding to cents may hide
# What is always traded by the unit.
BY_UNIT = frozenset({SecurityType.EQUITY, SecurityType.FOREX, SecurityType.CRYPTO})


class Solved(NamedTuple):
    """A multiplier that was found, and how far it may be off, as a part of it."""

    value: float
    tolerance: float


class Worth(NamedTuple):
    """Multipliers and rates of a run.

    Attributes:
        multipliers: By Symbol ID.
        rates: Of the foreign currencies.
        unsure: The Symbol IDs whose multiplier is taken to be LEAN's usual one, or that of a kin.
        unknown: Those whose multiplier nothing tells; it is taken for 1.
    """

    multipliers: dict[str, float]
    rates: Rates
    unsure: set[str]
    unknown: set[str]


class Solver:
    """Solves multipliers and rates.

    Args:
        facts: The result.
        described: The instruments by Symbol ID.
        fills: In LEAN's order.
        closings: What they closed, each with LEAN's record.
        known: Multipliers that something better tells, by Symbol ID.
        held: The Symbol IDs of what was held before the first fill, at a price that is not known.
    """

    def __init__(
        self,
        facts: LeanFacts,
        described: Mapping[str, Described],
        fills: Sequence[LeanEvent],
        closings: Sequence[Closing],
        known: Mapping[str, float],
        held: Collection[str] = (),
    ) -> None:
        self._held = held
        self._facts, self._described = facts, described
        self._fills, self._closings = fills, closings
        self._of_sid: dict[str, list[LeanEvent]] = {}
        for fill in fills:
            self._of_sid.setdefault(fill.sid, []).append(fill)
        self._closed: dict[str, list[Closing]] = {}
        for closing in closings:
            self._closed.setdefault(fills[closing.at].sid, []).append(closing)
        self._trades: dict[str, list[ClosedTrade]] = {}
        for trade in facts.trades or ():
            self._trades.setdefault(trade.sid, []).append(trade)
        self._worth = Worth(dict(known), Rates(facts.currency), set(), set())
        self._rough = Rates(facts.currency)  # where two fees of a trade are told in one sum

    def solve(self) -> Worth:
        """What is found: rates roughly, then multipliers, then rates to the last digit."""
        self._read_fees(self._rough, alone=False)
        for sid in self._described:
            if sid not in self._worth.multipliers:
                self._find_multiplier(sid)
        for closing in self._closings:
            self._read_closing(closing)
        self._read_fees(self._worth.rates, alone=True)
        self._read_volumes()
        return self._worth

    # --- multipliers

    def _find_multiplier(self, sid: str) -> None:
        worth, kind = self._worth, self._described[sid].facts.security_type
        usual = USUAL.get(kind, 1.0)
        found = None
        if kind not in BY_UNIT and sid in self._held:
            found = self._of_trades(sid) or self._of_volume(sid)
        elif kind not in BY_UNIT:
            found = self._of_closings(sid) or self._of_trades(sid) or self._of_volume(sid)
        if found is not None:
            worth.multipliers[sid] = rounded(found, usual)
            return
        kin = 0.0 if usual else self._of_kin(sid)
        worth.multipliers[sid] = usual or kin or 1.0
        if not usual:
            (worth.unsure if kin else worth.unknown).add(sid)
        elif kind not in BY_UNIT:
            worth.unsure.add(sid)

    def _of_closings(self, sid: str) -> Solved | None:
        """What LEAN's records of closings tell, by the largest gain among them."""
        best, found = SMALL_GAIN, None
        instrument = self._described[sid].instrument(sid, 1.0)
        for closing in self._closed.get(sid, ()):
            fill = self._fills[closing.at]
            if closing.recorded is None or abs(closing.gain) <= best:
                continue
            rate = self._about(instrument.currency, fill)
            fee = fill.fee * (self._about(fill.fee_currency, fill) or 0.0) if fill.fee else 0.0
            if not rate or (fill.fee and not fee) or pays_cash(fill, instrument):
                continue
            value = (closing.recorded + 2.0 * fee) / (closing.gain * rate)
            if value > 0.0:
                home = instrument.currency == self._facts.currency
                best, found = abs(closing.gain), Solved(value, NEAR if home else ABOUT)
        return found

    def _about(self, currency: str, fill: LeanEvent) -> float | None:
        """A rate at a fill, roughly: of the coin of its own pair the price tells it."""
        described = self._described[fill.sid]
        if currency == described.base and currency != self._facts.currency:
            quote = self._rough.at(described.quote, fill.time)
            return None if quote is None else quote * fill.price
        return self._rough.at(currency, fill.time)

    def _of_trades(self, sid: str) -> Solved | None:
        """What the cents of LEAN's trades tell, by the largest move among them."""
        described, best, found = self._described[sid], SMALL_GAIN, None
        for trade in self._trades.get(sid, ()):
            side = 1.0 if trade.direction == "LONG" else -1.0
            move = (trade.exit_price - trade.entry_price) * trade.quantity * side
            rate = self._rough.at(described.quote, trade.exit_time)
            if rate and abs(move) > best and trade.profit_loss * move > 0.0:
                exact = CENT / abs(trade.profit_loss)
                home = described.quote == self._facts.currency
                best = abs(move)
                found = Solved(trade.profit_loss / (move * rate), exact if home else ABOUT)
        return found

    def _of_volume(self, sid: str) -> Solved | None:
        """What the chart of all that was traded tells."""
        described = self._described[sid]
        volume = self._facts.volumes.get(described.ticker)
        traded = 0.0
        for fill in self._of_sid.get(sid, ()):
            rate = self._rough.at(described.quote, fill.time) or 0.0
            traded += abs(fill.quantity * fill.price) * rate
        home = described.quote == self._facts.currency
        return Solved(volume / traded, NEAR if home else ABOUT) if volume and traded else None

    def _of_kin(self, sid: str) -> float:
        """The multiplier of another month of a future, of its option, or of what that is on."""
        own = self._described[sid].facts
        for other, multiplier in self._worth.multipliers.items():
            facts = self._described[other].facts
            related = other == own.underlying or facts.underlying == sid
            alike = (facts.ticker, facts.security_type) == (own.ticker, own.security_type)
            if (related or alike) and other not in self._worth.unknown | self._worth.unsure:
                return multiplier
        return 0.0

    # --- rates

    def _read_closing(self, closing: Closing) -> None:
        """Solve the rate of the P&L currency at a closing fill."""
        fill = self._fills[closing.at]
        described, multiplier = self._described[fill.sid], self._worth.multipliers[fill.sid]
        if closing.recorded is None or (
            described.quote == self._facts.currency
            and described.facts.security_type is not SecurityType.CRYPTO_FUTURE
        ):
            return
        instrument = described.instrument(fill.sid, multiplier)
        if pays_cash(fill, instrument):
            return
        gain, recorded = closing.gain * multiplier, closing.recorded
        if fill.fee_currency == instrument.currency:
            gain -= 2.0 * fill.fee
        elif fill.fee and fill.fee_currency == instrument.base:
            gain -= 2.0 * fill.fee * fill.price
        elif fill.fee:
            recorded += 2.0 * fill.fee * (self._about(fill.fee_currency, fill) or 0.0)
        if abs(gain) > SMALL_GAIN:
            self._worth.rates.tell(instrument.currency, fill.time, recorded / gain)

    def _read_fees(self, rates: Rates, *, alone: bool) -> None:
        """Solve the rates of foreign fees from the fees of LEAN's trades.

        Args:
            rates: Where they are put.
            alone: Whether only a fee that is the one unknown of its trade counts; else two in one
                currency are taken to have one rate.
        """
        first: dict[int, LeanEvent] = {}
        for fill in self._fills:
            first.setdefault(fill.order_id, fill)  # LEAN's trades have the fee of this one alone
        charged: set[int] = set()
        for trade in self._facts.trades or ():
            unpaid = [each for each in trade.order_ids if each in first and each not in charged]
            charged.update(unpaid)
            self._read_fee(rates, trade, [first[each] for each in unpaid], alone=alone)

    def _read_fee(
        self, rates: Rates, trade: ClosedTrade, fills: Iterable[LeanEvent], *, alone: bool
    ) -> None:
        left, unknown = trade.total_fees, []
        for fill in fills:
            if fill.fee and rates.knows(fill.fee_currency, fill.time):
                left -= fill.fee * (rates.at(fill.fee_currency, fill.time) or 0.0)
            elif fill.fee:
                unknown.append(fill)
        currencies = {fill.fee_currency for fill in unknown}
        if len(currencies) == 1 and left > 0.0 and (len(unknown) == 1 or not alone):
            rate = left / sum(fill.fee for fill in unknown)
            for fill in unknown:
                rates.tell(fill.fee_currency, fill.time, rate)

    def _read_volumes(self) -> None:
        """Solve the rate of the fills that nothing else tells from the chart of what was traded.

        It is that of the one fill of an instrument that is left, or the mean of several.
        """
        home, rates = self._facts.currency, self._worth.rates
        for sid, described in self._described.items():
            volume = self._facts.volumes.get(described.ticker)
            if not volume or described.quote == home:
                continue
            fills = self._of_sid.get(sid, [])
            unknown = [fill for fill in fills if not rates.knows(described.quote, fill.time)]
            units = sum(abs(fill.quantity * fill.price) for fill in unknown)
            known = sum(
                abs(fill.quantity * fill.price) * (rates.at(described.quote, fill.time) or 0.0)
                for fill in fills
                if fill not in unknown
            )
            left = volume / self._worth.multipliers[sid] - known
            if units and left > 0.0:
                for fill in unknown:
                    rates.tell(described.quote, fill.time, left / units)


def rounded(found: Solved, usual: float) -> float:
    """The round multiplier that one is near enough to; itself where there is none."""
    value, tolerance = found
    for candidate in (usual, *(round(value, places) for places in (0, 1, 2, 3, 4))):
        if candidate and abs(value - candidate) <= tolerance * candidate:
            return candidate
    return value


def pays_cash(fill: LeanEvent, instrument: Instrument) -> bool:
    """Whether a fill is an exercise whose record has the cash that it paid beside the price."""
    return instrument.rules.settles_in_cash and not fill.price

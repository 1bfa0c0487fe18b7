"""What changes holdings or cash without a fill.

A split truncates LEAN's net quantity to whole shares and pays the fraction in cash; a dividend
moves cash by the quantity held; an instrument that leaves the market while strategies stand
opposed and LEAN holds none gets no event at all; and a holding that no fill explains is adopted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.accounts import Account, Holding, LeanCash, mirror
from models.books import Books
from models.events import (
    Delisting,
    DelistingKind,
    Dividend,
    Fill,
    Opening,
    Split,
    SplitKind,
    SymbolChange,
)
from models.instruments import DUST, Kind, tidy
from models.lots import Execution, Position
from models.sharing import UNASSIGNED, share_fill

# LEAN divides decimals exactly; nine places undo the float's error before truncating.
PLACES = 9
NO_SHARE = 1e-9


def before(books: Books, opening: Opening, fill: Fill) -> Opening:
    """The account before a fill that the very first hook brought, and LEAN holds already.

    What LEAN forgot, the average price of a position that the fill closed, is its price.
    """
    instrument = books.instruments[fill.sid]
    holdings = dict(opening.holdings)
    quantity, average = holdings.pop(fill.sid, (0.0, 0.0))
    held = Holding(instrument)
    held.quantity, held.average = tidy(quantity - fill.quantity), average or fill.price
    if held.quantity * fill.quantity > 0:
        held.average = (average * quantity - fill.price * fill.quantity) / held.quantity
    if abs(held.quantity) > instrument.lot * DUST:
        holdings[fill.sid] = (held.quantity, held.average)
    moved = LeanCash()
    mirror(moved, held, fill.quantity, fill.price, books.lands(instrument))
    if fill.fee:
        fee, fee_currency = books.fee(fill, instrument)
        moved.move(fee_currency, -fee)
    cash = {name: shown - moved.expected.get(name, 0.0) for name, shown in opening.cash.items()}
    return replace(opening, cash=cash, holdings=holdings)


def happens(books: Books, event: Split) -> bool:
    """Whether LEAN changes quantities for a split: equities, live or on raw prices."""
    instrument = books.instruments.get(event.sid)
    if instrument is None or event.kind is not SplitKind.SPLIT_OCCURRED:
        return False
    return instrument.kind is Kind.EQUITY and (books.live or instrument.scales_on_split)


def split(books: Books, event: Split) -> None:
    """Scale everybody's lots; whole shares as LEAN keeps them, the fraction as cash.

    LEAN pays the fraction at its last price, scaled, into the account currency as a plain number,
    whatever the quote currency is; without data it takes the reference price.
    """
    if not happens(books, event):
        return
    holding = books.holdings[event.sid]
    exact = holding.quantity / event.factor
    whole = int(round(exact, PLACES))
    holding.quantity = float(whole)
    holding.average *= event.factor
    holding.worth *= event.factor
    if not whole:
        holding.average = 0.0
    price = event.price or event.reference * event.factor
    books.cash.move(books.account_currency, (exact - whole) * price)
    owners = books.holders(event.sid)
    for (account, position), shares in zip(
        owners, _whole_shares([p.quantity / event.factor for _, p in owners], whole), strict=True
    ):
        _split_position(books, event, account, position, shares, price)


def _whole_shares(exact: list[float], total: int) -> list[int]:
    """Truncate each, then move shares by largest remainder until they sum to the total."""
    whole = [int(round(quantity, PLACES)) for quantity in exact]
    while whole and sum(whole) != total:
        step = 1 if total > sum(whole) else -1
        at = max(range(len(whole)), key=lambda index: step * (exact[index] - whole[index]))
        whole[at] += step
    return whole


def _split_position(
    books: Books, event: Split, account: Account, position: Position, shares: int, price: float
) -> None:
    position.scale(event.factor)
    fraction = position.quantity - shares
    if abs(fraction) < NO_SHARE:
        position.quantity = float(shares)
        return
    instrument = position.instrument
    if fraction * position.quantity > 0:
        rate = books.rates[instrument.currency]
        books.trade(account, instrument, Execution(event.time, 0, -fraction, 0.0, rate), "split")
    else:
        position.grow(-fraction)
    position.quantity = float(shares)
    currency = books.account_currency
    account.book(position, "settlement", fraction * price, currency, books.rates[currency])


def dividend(books: Books, event: Dividend) -> None:
    """Pay who is long, charge who is short, in the account currency as LEAN does.

    LEAN books no dividend in live trading, nor on data that is adjusted for dividends.
    """
    instrument = books.instruments.get(event.sid)
    if instrument is None or books.live or not instrument.pays_dividends:
        return
    each = event.distribution * books.rates[instrument.quote]
    currency = books.account_currency
    books.cash.move(currency, books.holdings[event.sid].quantity * each)
    for account, position in books.holders(event.sid):
        amount = position.quantity * each
        account.book(position, "dividends", amount, currency, books.rates[currency])


def delist(books: Books, event: Delisting) -> None:
    """Retire strategies that stand opposed while LEAN holds none; LEAN sends them no event.

    They close at the last price. They net to zero, so the account does not depend on it.
    """
    instrument = books.instruments.get(event.sid)
    if instrument is None or event.kind is not DelistingKind.DELISTED:
        return
    holding = books.holdings[event.sid]
    if holding.quantity:
        return
    rate = books.rates[instrument.currency]
    reason = "delisting" if instrument.strike is None else "expiry"
    for account, position in books.holders(event.sid):
        execution = Execution(event.time, 0, -position.quantity, holding.price, rate)
        books.trade(account, instrument, execution, reason)


def rename(books: Books, event: SymbolChange) -> None:
    """Show the new ticker from now on; the sid, the lots and the terms stay."""
    if event.sid in books.tickers:
        books.tickers[event.sid] = event.new


class Adoptions:
    """Holdings that changed without an event: a broker's own trade, a redeploy, a lost event.

    In backtests a difference is adopted at the mark that shows it. Live, where events may lag
    behind the portfolio, only what two marks in a row show alike is adopted. A fill that comes
    after its holding was adopted takes the adoption back.
    """

    def __init__(self) -> None:
        self._shown: dict[str, float] = {}  # live: sid -> difference at the last mark
        self._adopted: dict[str, tuple[datetime, float, float, dict[str, float]]] = {}

    def clear_doubts(self) -> None:
        """A mark closed without a look at the holdings: what one before it showed is over."""
        self._shown = {}

    def check(self, books: Books, time: datetime, shown: Mapping[str, tuple[float, float]]) -> bool:
        """Adopt what LEAN holds and no fill explains.

        Args:
            books: The books to correct.
            time: UTC of the mark.
            shown: sid -> (quantity, average price) of everything LEAN holds.

        Returns:
            False when quantities differ but may still be explained: do not judge the cash.
        """
        different: dict[str, float] = {}
        for sid, holding in books.holdings.items():
            gap = shown.get(sid, (0.0, 0.0))[0] - holding.quantity
            if abs(gap) > holding.instrument.lot * DUST:
                different[sid] = gap
        if books.live and different and different != self._shown:
            self._shown = different
            return False
        self._shown = {}
        for sid in different:
            self._adopt(books, time, books.holdings[sid], *shown.get(sid, (0.0, 0.0)))
        return True

    def _adopt(
        self, books: Books, time: datetime, holding: Holding, quantity: float, average: float
    ) -> None:
        """Bring a holding to LEAN's quantity: at the market what is gone, at cost what is new."""
        sid, before, price = holding.instrument.sid, holding.quantity, holding.price
        if before * quantity < 0:
            self._adopt(books, time, holding, 0.0, 0.0)
            self._adopt(books, time, holding, quantity, average)
            return
        gap = quantity - before
        detail = f"LEAN holds {quantity!r} at {average!r}, the fills seen make {before!r}"
        books.anomaly(time, "adopted", detail, sid, gap * price)
        opened = abs(quantity) > abs(before)
        if opened:
            cost = (average * quantity - holding.average * before) / gap
            price = cost if cost > 0 else price or average
            parts = [(UNASSIGNED, gap)]
        else:
            holders = [(account.name, p.quantity) for account, p in books.holders(sid)]
            parts = share_fill(gap, holders, quantity == 0, holding.instrument.lot)
        _adjust(books, time, holding, price, parts, "outside")
        self._adopted[sid] = (time, gap, price, {name: part / gap for name, part in parts})

    def take_back(self, books: Books, fill: Fill) -> None:
        """Undo an adoption that the fill, coming late, explains; the fill is booked after."""
        if fill.sid not in self._adopted:
            return
        time, quantity, price, shares = self._adopted[fill.sid]
        seen = books.orders.seen.contains(fill.order_id, fill.event_id)
        if seen or fill.time > time or quantity * fill.quantity <= 0:
            return
        back = quantity if abs(quantity) < abs(fill.quantity) else fill.quantity
        parts = [(name, -back * share) for name, share in shares.items()]
        _adjust(books, fill.time, books.holdings[fill.sid], price, parts, None)
        del self._adopted[fill.sid]
        if quantity != back:
            self._adopted[fill.sid] = (time, quantity - back, price, shares)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        adopted = {sid: [time.isoformat(), *rest] for sid, (time, *rest) in self._adopted.items()}
        return {"shown": dict(self._shown), "adopted": adopted}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._shown = dict(state["shown"])
        self._adopted = {
            sid: (datetime.fromisoformat(time), quantity, price, shares)
            for sid, (time, quantity, price, shares) in state["adopted"].items()
        }


def _adjust(
    books: Books,
    time: datetime,
    holding: Holding,
    price: float,
    parts: Sequence[tuple[str, float]],
    reason: str | None,
) -> None:
    """Trade parts at a price without an order, in LEAN's mirror and the strategies' lots."""
    instrument = holding.instrument
    quantity = sum(part for _, part in parts)
    mirrored = mirror(books.cash, holding, quantity, price, books.lands(instrument))
    rate = books.rates[instrument.currency]
    for name, part in parts:
        execution = Execution(time, 0, part, price, rate, seeded=True)
        account = books.account(name)
        position = books.trade(account, instrument, execution, reason)
        books.land(account, position, mirrored.landed * part / quantity)
        if mirrored.averaged:
            share = mirrored.averaged * part / quantity
            account.book(position, "settlement", share, instrument.currency, rate)

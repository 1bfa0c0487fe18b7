"""The reconciliation: what LEAN shows at marks, compared with the shadow of its account.

Cash that moved without an event is financing, where LEAN's hourly scan ran and something held bears
interest or funding, or else a flow: a deposit or withdrawal. A holding that no fill explains is
adopted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from models.codec import FLAG, NUMBER, TEXT, TIME, list_of, maybe
from models.events.account import Mark
from models.events.causes import TERM_OF
from models.events.orders import Fill
from models.fields import PART, Field, Restorable, Table
from models.ledger.adoptions import Adoptions
from models.ledger.aside import join_at_fill
from models.ledger.assumptions import Assumption
from models.ledger.books import Books
from models.ledger.cash_moved import CASH_PART, CASH_TOLERANCE, Residual, residuals
from models.ledger.corporate_actions import convert_fractions
from models.ledger.dues import pay_dues
from models.ledger.effects import NO_EFFECTS, Effect, Effects
from models.ledger.financing import MOST_FINANCING, Stake, bearers, borne, stakes, synced_between
from models.ledger.interruption import Interruption
from models.ledger.lean_account import Announced
from models.ledger.statement import Flow
from models.ledger.tags import UNASSIGNED
from models.records import row_codec
from models.rows import row_of

# What a fill is prepared for where nothing was adopted.
AS_IT_CAME: tuple[Sequence[Effect], bool] = ((), False)


class Reconciliation(Restorable):
    """Compares the books with LEAN's account, and books what moved without an event.

    Live, the portfolio is read while fills are under way: nothing is believed that two marks in a
    row do not show alike.

    Args:
        books: What is compared.
    """

    STATE: ClassVar[Table] = Table(
        Field("adoptions", PART, "_adoptions"),
        Field("doubted", list_of(row_of(TEXT, NUMBER)), "_doubted"),
        Field("doubted_at", maybe(TIME), "_doubted_at", absent=None),
        Field("scanned", FLAG, "_scanned"),
        Field("stakes", maybe(list_of(row_codec(Stake))), "_stakes"),
    )

    def __init__(self, books: Books) -> None:
        self._books = books
        self._adoptions = Adoptions()
        self._scanned = False  # LEAN's hourly scan ran since cash was last judged
        self._stakes: list[Stake] | None = None  # who held what bears interest when it did
        self._doubted: list[tuple[str, float]] = []  # live: what cash the last mark missed
        self._anew = False  # the account begins anew with the mark that is being booked
        self._doubted_at: datetime | None = None  # UTC of that mark

    @property
    def busy(self) -> set[str]:
        """The Symbol IDs of what something is still to be booked of."""
        stakes_held = (stake.sid for stake in self._stakes or ())
        fractions = (paid.sid for paid in self._books.fractions)
        return {*stakes_held, *fractions, *self._adoptions.adopted}

    def rests(self, time: datetime) -> bool:
        """Whether `prepare` does nothing for a fill of what is held, at a time in UTC."""
        books = self._books
        scan = books.cash.next_scan
        if self._adoptions.adopted or books.aside:
            return False
        return scan is None or time < scan or self._stakes is not None

    def prepare(self, fill: Fill) -> tuple[Sequence[Effect], bool]:
        """Take a fill that is about to be booked.

        An adoption that the fill explains is taken back. LEAN scans before it fills, so whoever
        holds until now bears what the scan moved.

        Returns:
            What taking back did; whether the fill is late and in what was adopted, as
            `Adoptions.shows` says.
        """
        books, prepared = self._books, AS_IT_CAME
        if self._adoptions.adopted:
            prepared = self._adoptions.take_back(books, fill), self._adoptions.shows(fill)
        if books.aside and fill.sid in books.aside:
            join_at_fill(books, fill)
        scan = books.cash.next_scan
        if scan is not None and fill.time >= scan and self._stakes is None:
            self._stakes = self._stakes_now()
        return prepared

    def _stakes_now(self) -> list[Stake]:
        """Who holds what bears interest or funding now."""
        return stakes(self._books.holdings.values(), self._books.accounts.values())

    def residuals(self, mark: Mark) -> list[Residual]:
        """The cash of a mark that no event explains."""
        return residuals(self._books, mark)

    def examine(self, mark: Mark, *, stopped: bool) -> tuple[bool, Effects]:
        """Adopt what no fill explains, and see whether the cash of a mark may be judged.

        Args:
            mark: The mark.
            stopped: Whether it is the first after LEAN was stopped: no fill is under way then.

        Returns:
            Whether the cash may be judged, and what was adopted.
        """
        books = self._books
        if books.cash.scanned(mark.time):
            self._scanned = True
        if mark.holdings is None:
            if books.live:
                self._doubted.clear()
                self._adoptions.clear_doubts()
            return True, NO_EFFECTS
        sure = stopped or not books.live
        adopted = self._adoptions.check(books, mark.time, mark.holdings, sure=sure)
        if adopted is None:
            return False, NO_EFFECTS
        return sure or self._shown_twice(mark), adopted

    def interrupted(self, mark: Mark) -> list[Effect]:
        """Take over what changed while LEAN was stopped, at the first mark after it."""
        interruption = Interruption(self._books, mark, self._adoptions.beside)
        interruption.take()
        self._adoptions.beside = interruption.beside
        self._adoptions.assumed |= interruption.assumed
        self._anew = interruption.anew
        return interruption.effects

    @property
    def assumed(self) -> dict[str, Assumption]:
        """Symbol ID -> what its last change without an event was taken for."""
        return self._adoptions.assumed

    def _shown_twice(self, mark: Mark) -> bool:
        """Whether the mark before missed the same cash."""
        doubted, self._doubted = self._doubted, [row[:2] for row in self.residuals(mark)]
        before, self._doubted_at = self._doubted_at, mark.time
        return self._doubted == doubted and (not doubted or mark.time != before)

    def book(self, mark: Mark, last: datetime | None, *, stopped: bool) -> list[Flow]:
        """Book the cash of a mark that moved without an event.

        Args:
            mark: The mark.
            last: UTC of the mark before; None at the first.
            stopped: Whether it is the first after LEAN was stopped: cash that moved is a flow then.

        Returns:
            The flows; what was financing is in the terms of those who bore it.
        """
        books = self._books
        scanned = self._scanned and not stopped
        if scanned and books.live and last is not None:
            scanned = not synced_between(last, mark.time)
        held = self._stakes_now() if self._stakes is None else self._stakes
        flows: list[Flow] = []
        for residual in self.residuals(mark):
            currency, amount, value = residual
            rate = books.rates[currency]
            books.cash.move(currency, amount)
            if stopped and self._anew:
                books.start_with(currency, amount)
                continue
            said = books.cash.announced(currency, amount, abs(CASH_TOLERANCE / rate))
            if said is not None and said.cause in TERM_OF:
                _book_named(books, said, amount, rate)
                continue
            if said is None and self._explained(residual, mark.time, held if scanned else []):
                continue
            cause = "while stopped" if stopped else "unannounced"
            cause = cause if said is None else said.text
            flows.append(Flow(mark.time, currency, amount, value, cause))
            books.account(UNASSIGNED).balance(currency, rate).add(amount, rate)
        return flows

    def _explained(self, residual: Residual, time: datetime, held: list[Stake]) -> bool:
        """Book cash that is a split's fraction, a dividend or financing; False where it is none."""
        books, (currency, amount, _) = self._books, residual
        if convert_fractions(books, currency, amount) or pay_dues(books, time, currency, amount):
            return True
        return bool(held) and self._finance(held, residual, books.rates[currency])

    def _finance(self, held: list[Stake], residual: Residual, rate: float) -> bool:
        """Share cash as financing among those who bear it; False when nobody does."""
        books, (currency, amount, value) = self._books, residual
        if abs(value) > MOST_FINANCING * borne(held, books.instruments, books.rates):
            return False
        payers = bearers(held, books.instruments, currency)
        for stake, part in payers:
            account = books.account(stake.strategy)
            position = account.position(books.instruments[stake.sid])
            account.book(position, "financing", amount * part, currency, rate)
        return bool(payers)

    def agrees(self, cash: float) -> bool:
        """Whether cash in the account currency is what it should be; dust is taken over.

        Args:
            cash: What LEAN shows, settled, where it has no other cash.
        """
        books = self._books
        expected, home = books.cash.expected, books.account_currency
        before = expected.get(home, 0.0)
        if cash != before:
            if not abs(cash - before) <= max(CASH_TOLERANCE, CASH_PART * (abs(cash) + abs(before))):
                return False
            expected[home] = cash  # so that dust does not add up
        return True

    def pass_by(self, time: datetime) -> None:
        """A mark closed without a look at the holdings, and no cash moved.

        Args:
            time: UTC of the mark.
        """
        books = self._books
        scan = books.cash.next_scan
        if scan is None or time >= scan or self._scanned or self._stakes is not None:
            books.cash.scanned(time)
            self.close()
        if books.live:
            self._doubted.clear()
            self._adoptions.clear_doubts()

    def close(self) -> None:
        """The cash was judged: what LEAN's scan moved until now is booked."""
        self._scanned = False
        self._stakes = None
        self._books.fractions.clear()


def _book_named(books: Books, said: Announced, amount: float, rate: float) -> None:
    """Book cash that the user named as P&L in its term, for whom it was named."""
    term = TERM_OF[said.cause]
    signed = -amount if term == "fees" else amount
    books.account(said.strategy or UNASSIGNED).book(None, term, signed, said.currency, rate)

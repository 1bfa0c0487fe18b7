"""The ledger. Its law, kept for every strategy, every instrument and the account at every mark:

    equity = starting equity + realized + unrealized - fees + dividends + financing
             + settlement + fx + flows + unexplained

Rules:

1. Each strategy has its own account: terms, cash by currency, positions. The account's terms are
   the sums over the strategies and `unassigned`, which also holds opening cash and flows.
2. An amount is booked in its own currency at the rate of its event. What the currency does later
   is `fx`, computed from the cash, never what is left over.
3. LEAN's cash and net holdings have a shadow beside (`lean_account`). Cash that moves without an
   event is financing (LEAN's hourly scan ran and something held bears interest) or else a flow.
4. `unexplained` is LEAN's equity less ours. It should be 0; it is published, never spread.
5. Cash is judged at marks only, and not at a mark that shows quantities other than the fills seen.
6. A holding that no fill explains is adopted, as an explicit adjustment at a mark.

Fills and marks go in here; orders, the opening and corporate actions move the books alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import numpy as np

from models.codec import COUNT, NUMBER, TIME, Codec, list_of, maybe
from models.errors import LARGEST_FIGURE
from models.events.account import CashFlow, Mark
from models.events.instruments import Instrument
from models.events.orders import Fill
from models.events.plain_events import PlainFill
from models.fields import PART, Field, Restorable, Restoring, Table, saved_value
from models.ledger.aside import tell_stale, value_aside
from models.ledger.assumptions import Assumption
from models.ledger.books import Books
from models.ledger.doubts import EquityDoubt, is_much
from models.ledger.effects import NO_EFFECTS, Effect, Effects
from models.ledger.finishing import describe, recall
from models.ledger.lean_account import Announced
from models.ledger.mark_columns import MarkColumns, MarkFigures, revalue_columns
from models.ledger.plain_fills import book_plainly
from models.ledger.reconciliation import Reconciliation
from models.ledger.saved_books import books_state, restore_books
from models.ledger.statement import (
    Flow,
    Sheet,
    account_sheet,
    instrument_sheets,
    strategy_sheet,
    strategy_sheets,
)
from models.ledger.valuation import (
    Priced,
    equity_now,
    leave_lots,
    revalue,
    revalue_for_good,
    revalue_prices,
    show_lots,
    value_holdings,
)
from models.records import record_codec

# An equity that differs by less than this is closed; the feed need not look closer.
EQUITY_TOLERANCE = 1e-4

# How much later than its time a mark may come in live trading.
OVERTAKEN = timedelta(seconds=1)


class Ledger(Restorable):
    """Every cent of the account, by strategy and by cause.

    Args:
        books: What it compares with LEAN's account.

    Attributes:
        flows: The deposits and withdrawals so far.
        flow_total: Their values summed, account currency.
        lean_equity: LEAN's equity at the last mark; None before one that shows it. Where that is
            doubted live, ours with what was unexplained before.
        equity: Ours at the last mark.
        unexplained: LEAN's less ours.
        max_abs_unexplained: The most of it, without sign, at a mark whose cash was judged.
        marks: How many were booked.
        last_mark: UTC of the last of them; None before the first.
        doubt: What the last looks at LEAN's equity missed, live, before it is believed.
    """

    STATE: ClassVar[Table] = Table(
        Field("books", Codec((dict,), books_state), restoring=Restoring.LEAVE),
        Field("flows", list_of(record_codec(Flow))),
        Field("flow_total", NUMBER),
        Field("lean_equity", maybe(NUMBER)),
        Field("equity", NUMBER),
        Field("unexplained", NUMBER),
        Field("max_abs_unexplained", NUMBER),
        Field("marks", COUNT),
        Field("last_mark", maybe(TIME), absent=None),
        Field("doubt", PART, absent={"time": None, "gap": 0.0, "looks": 0}),
    )

    def __init__(self, books: Books) -> None:
        self.books = books
        self.flows: list[Flow] = []
        self.flow_total = 0.0
        self.lean_equity: float | None = None
        self.equity = 0.0
        self.unexplained = 0.0
        self.max_abs_unexplained = 0.0
        self.marks = 0
        self.last_mark: datetime | None = None
        self.doubt = EquityDoubt()
        self._reconciliation = Reconciliation(books)

    # --- events in

    def describe(self, instrument: Instrument) -> Effects:
        """Describe an instrument before its first event; a second description is ignored."""
        describe(self.books, instrument, self._reconciliation.busy)
        return NO_EFFECTS

    def knowing(self, sid: str) -> Books:
        """The books, for an event of an instrument; one that finished is in them again."""
        if sid not in self.books.instruments:
            recall(self.books, sid)
        return self.books

    def fill(self, fill: Fill) -> Effects | None:
        """Book a fill; one whose holding was adopted before it came takes the adoption back.

        Returns:
            What it did; None when it was booked before or cannot be.
        """
        books = self.books
        if fill.sid not in books.instruments:
            recall(books, fill.sid)
        taken_back, apart = self._reconciliation.prepare(fill)
        effects = books.fill(fill, apart=apart)
        return [*taken_back, *(effects or ())] if taken_back else effects

    def trade(self, time: datetime, traded: PlainFill) -> Effects | None:
        """Book a plain fill of a time in UTC as `fill` would; None where that must look at it."""
        return book_plainly(self.books, time, traded) if self._reconciliation.rests(time) else None

    def announce(self, flow: CashFlow) -> Effects:
        """Expect a deposit or withdrawal; it is booked at the mark whose cash shows it."""
        said = Announced(flow.currency, flow.amount, flow.note, flow.cause, flow.strategy)
        self.books.cash.announce(said)
        return NO_EFFECTS

    def resume(self, mark: Mark) -> Effects | None:
        """Take the first mark after LEAN was stopped, with all its holdings and cash.

        What changed meanwhile is taken over at once (`models.ledger.interruption`), and cash that
        moved is a flow. What LEAN holds no more, and has no price of yet, closes at the last one
        seen.

        Returns:
            As of `mark`.
        """
        held = mark.holdings or {}
        prices = {sid: price for sid, price in mark.prices.items() if price or sid in held}
        mark = replace(mark, prices=prices)
        effects: list[Effect] = []
        if self._knows(mark):
            self.books.set_rates(mark.rates)
            effects = self._reconciliation.interrupted(mark)
            tell_stale(self.books, mark)
        return [*effects, *(self._take(mark, stopped=True) or ())]

    def mark(self, mark: Mark) -> Effects | None:
        """Value everything, reconcile the cash, and take LEAN's equity.

        A mark that names an instrument nobody described becomes an anomaly, and none of it is
        booked.

        Returns:
            What was adopted. None when the books do not close and the mark is `partial`: nothing
            was booked, and the feed must send it again, complete.
        """
        return self._take(mark, stopped=False)

    def in_time(self, mark: Mark) -> bool:
        """Whether a mark is no older than the last one; one that is is dropped, and recorded.

        Live, threads overtake each other: what is up to a second late is dropped in silence.
        """
        last = self.last_mark
        if last is None or mark.time >= last:
            return True
        if not self.books.live or last - mark.time > OVERTAKEN:
            detail = f"a mark of {mark.time.isoformat()} came after that of {last.isoformat()}"
            self.books.anomaly(mark.time, "mark out of time", detail)
        return False

    def see(
        self, time: datetime, prices: Priced, cash: float, equity: float, *, for_good: bool = False
    ) -> bool:
        """Book a mark on which nothing moved but prices; of most marks that is all there is.

        It does what `mark` does with the same figures, without asking what cannot have happened.

        Args:
            time: UTC.
            prices: Symbol ID -> last price, of everything held; none of it is valued by its profit,
                by exchange rates or inversely.
            cash: LEAN's cash in the account currency, where it has no other.
            equity: LEAN's total portfolio value.
            for_good: Whether `mark` books it with these figures where this does not.

        Returns:
            False where a figure is no number or missing, or the books do not close: nothing was
            booked, and `mark` must look at it.
        """
        books, last = self.books, self.last_mark
        total = cash + equity + sum(prices.values())
        if (last is not None and time < last) or not -LARGEST_FIGURE <= total <= LARGEST_FIGURE:
            return False
        if not self._reconciliation.agrees(cash):
            return False
        holdings = books.holdings
        for sid, price in prices.items():
            holding = holdings[sid]
            if not price or holding.unpriced:
                return False
            holding.unit_value = price
        value = revalue_for_good if for_good and not books.live else revalue_prices
        self.equity = total = value(books, prices)
        unexplained = equity - total
        if not -EQUITY_TOLERANCE <= unexplained <= EQUITY_TOLERANCE:
            return False
        self._reconciliation.pass_by(time)
        if self.doubt.looks:
            self.doubt.clear()
        books.time = self.last_mark = time
        self.marks += 1
        if value is revalue_prices:
            (show_lots if books.live else leave_lots)(books)
        self.lean_equity, self.unexplained = equity, unexplained
        if abs(unexplained) > self.max_abs_unexplained:
            self.max_abs_unexplained = abs(unexplained)
        return True

    def see_all(self, marks: MarkColumns) -> tuple[list[float], Mapping[str, MarkFigures]]:
        """Book marks on which nothing moved but prices, each of which closes, as `see` would.

        Returns:
            As of `revalue_columns`: the equities and what is open by strategy.
        """
        equities, opens = revalue_columns(self.books, marks)
        unexplained = np.array(marks.equities) - equities
        self.repeat(len(marks.times), marks.times[-1])
        self.equity, self.lean_equity = float(equities[-1]), marks.equities[-1]
        self.unexplained = float(unexplained[-1])
        self.max_abs_unexplained = max(self.max_abs_unexplained, float(np.abs(unexplained).max()))
        return equities.tolist(), opens

    def repeat(self, count: int, time: datetime) -> None:
        """Count so many marks more, the last at a UTC, on which no cash and no quantity moved."""
        self._reconciliation.pass_by(time)
        self.books.time = self.last_mark = time
        self.marks += count

    def _take(self, mark: Mark, *, stopped: bool) -> Effects | None:
        """Book a mark; `stopped` says that it is the first after LEAN was stopped."""
        books, reconciliation = self.books, self._reconciliation
        if not self._knows(mark):
            return self._refuse(mark)
        if mark.rates:
            books.set_rates(mark.rates)
        value_holdings(books, mark)
        residuals = reconciliation.residuals(mark) if mark.cash else []
        self.equity = revalue(books)
        if mark.partial and (residuals or self._differs(mark.equity)):
            return None
        judged, effects = reconciliation.examine(mark, stopped=stopped)
        if judged:
            looked = mark.holdings is not None and (effects or mark.profits or stopped)
            if residuals or looked:  # else it would find what it found
                self._reconcile(mark, stopped)
            reconciliation.close()
        self._close(mark, judged)
        return effects

    def _knows(self, mark: Mark) -> bool:
        """Whether all that a mark values was described; what had finished comes back."""
        known = self.books.holdings.keys()
        if known >= mark.prices.keys() and known >= mark.profits.keys():
            return True
        named = mark.prices.keys() | mark.profits.keys()
        for sid in named - known:
            recall(self.books, sid)
        return known >= named

    def _refuse(self, mark: Mark) -> Effects:
        """Record a mark that names what was never described."""
        strange = sorted((mark.prices.keys() | mark.profits.keys()) - self.books.holdings.keys())
        self.books.anomaly(mark.time, "unknown instrument", f"a mark of {strange}")
        return NO_EFFECTS

    def _differs(self, lean_equity: float | None) -> bool:
        """Whether LEAN's equity is so far from ours that the feed must look closer."""
        return lean_equity is not None and abs(lean_equity - self.equity) > EQUITY_TOLERANCE

    def _reconcile(self, mark: Mark, stopped: bool) -> None:
        """Book the cash that moved without an event, and take the equity with it."""
        value_holdings(self.books, mark)  # what was adopted was not valued, or at another quantity
        for flow in self._reconciliation.book(mark, self.last_mark, stopped=stopped):
            self.flows.append(flow)
            self.flow_total += flow.value
        self.equity = revalue(self.books)

    def _close(self, mark: Mark, judged: bool) -> None:
        """Show every open lot what it is worth, and take LEAN's equity."""
        show_lots(self.books)
        self.books.time = self.last_mark = mark.time
        self.marks += 1
        if mark.equity is not None:
            self._judge(mark.time, mark.equity + value_aside(self.books, mark), judged)

    def _judge(self, time: datetime, lean_equity: float, judged: bool) -> None:
        """Take LEAN's equity, and what of it is unexplained; it is judged where the cash was.

        Live, what one look alone misses is not believed: ours stands for LEAN's equity then.
        """
        size = abs(gap := lean_equity - self.equity)
        missing = is_much(size, lean_equity)
        if not missing:
            self.doubt.clear()
        elif self.books.live and not (judged and self.doubt.confirms(time, gap)):
            self.lean_equity = self.equity + self.unexplained
            return
        self.lean_equity, self.unexplained = lean_equity, gap
        if not judged:
            return
        self.max_abs_unexplained = max(self.max_abs_unexplained, size)
        if missing:
            detail = f"LEAN's equity is {lean_equity!r}, the ledger's {self.equity!r}"
            self.books.anomaly(time, "unexplained money", detail, amount=self.unexplained)

    # --- what it knows

    @property
    def assumed(self) -> dict[str, Assumption]:
        """Sid -> what its last change without an event was taken for."""
        return self._reconciliation.assumed

    def equity_now(self) -> float:
        """Equity with the fills since the last mark, account currency."""
        return equity_now(self.books)

    def sheet(self, strategy: str) -> Sheet:
        """A strategy's terms now; an `UnknownStrategyError` names those there are."""
        return strategy_sheet(self.books, strategy)

    def sheets(self) -> dict[str, Sheet]:
        """Every strategy's terms now; `unassigned` last, and only when it is not zero."""
        return strategy_sheets(self.books)

    def total(self) -> Sheet:
        """The account's terms: the sums over the strategies and `unassigned`."""
        return account_sheet(self.books)

    def by_instrument(self) -> dict[str, dict[str, Sheet]]:
        """Symbol ID -> strategy -> its terms there; fx there is that of the cash earned there."""
        return instrument_sheets(self.books)

    def balance(self) -> dict[str, float | None]:
        """The law at the last mark: every term in account currency, by name."""
        total = self.total()
        return {
            "starting_equity": self.books.starting_equity,
            **dict(zip((each.name for each in fields(total)), astuple(total), strict=True)),
            "flows": self.flow_total,
            "unexplained": self.unexplained,
            "equity": self.equity_now(),
            "lean_equity": self.lean_equity,
            "max_abs_unexplained": self.max_abs_unexplained,
        }

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; a fresh ledger that restores it goes on as if never stopped."""
        return {**super().state(), **self._reconciliation.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `StateError` where something is missing or mistyped."""
        saved_value(state, "books", Codec((dict,), read=partial(restore_books, self.books)))
        super().restore(state)
        self._reconciliation.restore(state)

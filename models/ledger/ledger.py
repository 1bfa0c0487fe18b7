"""The ledger. Its law, kept for every strategy, every instrument and the account at every mark:

    equity = starting equity + realized + unrealized - fees + dividends + financing
             + settlement + fx + flows + unexplained

Rules:

1. Each strategy has its own account: terms, cash by currency, positions. The account's terms are
   the sums over the strategies and `unassigned`, which also holds opening cash and flows.
2. An amount is booked in its own currency at the rate of its event. What the currency does later
   is `fx`, computed from the cash, never what is left over.
3. LEAN's cash and net holdings are mirrored beside (`accounts`). Cash that moves without an event
   is financing (LEAN's hourly scan ran and something held bears interest) or else a flow.
4. `unexplained` is LEAN's equity less ours. It should be 0; it is published, never spread.
5. Cash is judged at marks only, and not at a mark that shows quantities other than the fills seen.
6. A holding that no fill explains is adopted, as an explicit adjustment at a mark.

Events go in through `apply`, in the order they came; closed trades are left in `books.closed`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.errors import UnknownStrategyError
from models.events.account import CashFlow, Mark, Opening
from models.events.corporate_actions import Delisting, Dividend, Split, SymbolChange
from models.events.event import Event
from models.events.instruments import Instrument, Valuation
from models.events.orders import Fill, OrderUpdate
from models.ledger.accounts import Account
from models.ledger.adoptions import Adoptions
from models.ledger.books import Books
from models.ledger.corporate_actions import delist, dividend, rename, split
from models.ledger.financing import Stake, bearers, stakes
from models.ledger.positions import Position
from models.ledger.statement import Flow, Sheet, sum_sheets
from models.ledger.tags import UNASSIGNED

# Cash that differs by less than this, in account currency, is float dust.
CASH_TOLERANCE = 1e-6
CASH_PART = 1e-12  # or by less than this part of it

# An equity that differs by less than this is closed; the feed need not look closer.
EQUITY_TOLERANCE = 1e-4

# Unexplained money above the larger of the two is an anomaly: account currency, part of equity.
UNEXPLAINED_LIMIT = 0.01
UNEXPLAINED_PART = 1e-9


class Ledger:
    """Every cent of the account, by strategy and by cause.

    Args:
        books: What it compares with LEAN's account.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self.flows: list[Flow] = []
        self.flow_total = 0.0  # their values, account currency
        self.lean_equity: float | None = None
        self.equity = 0.0
        self.unexplained = 0.0
        self.max_abs_unexplained = 0.0
        self.marks = 0
        self._adoptions = Adoptions()
        self._scanned = False  # LEAN's hourly scan ran since cash was last judged
        self._stakes: list[Stake] | None = None  # who held what bears interest when it did
        self._doubted: list[tuple[str, float]] = []  # live: what cash the last mark missed
        self._stopped = False  # the mark at hand is the first after LEAN was stopped

    # --- events in

    def apply(self, event: Event | Instrument) -> bool:
        """Book an event; a bad one becomes an anomaly and changes nothing else.

        Returns:
            False when nothing was booked: a fill seen before or of nothing known, or a partial mark
            that does not close (`mark`).
        """
        return _APPLY[type(event)](self, event) is not False

    def fill(self, fill: Fill) -> bool:
        """Book a fill; one whose holding was adopted before it came takes the adoption back."""
        books = self.books
        if self._adoptions.adopted:
            self._adoptions.take_back(books, fill)
        scan = books.cash.next_scan
        if scan is not None and fill.time >= scan and self._stakes is None:
            # LEAN scans before it fills: who holds until now bears what the scan moved
            self._stakes = stakes(books.holdings.values(), books.accounts.values())
        return books.fill(fill)

    def announce(self, flow: CashFlow) -> None:
        """Expect a deposit or withdrawal; it is booked at the mark whose cash shows it."""
        self.books.cash.announce(flow.currency, flow.amount, flow.note)

    def resume(self, mark: Mark) -> None:
        """Take the first mark after LEAN was stopped, with all its holdings and cash.

        What changed meanwhile is adopted at once, and cash that moved is a flow. LEAN may hold at
        another average price than before: what a future, CFD or crypto future made up to there is
        in LEAN's cash then, and still open in the lots. What LEAN holds no more, and has no price
        of yet, closes at the last one seen.
        """
        books, held = self.books, mark.holdings or {}
        prices = {sid: price for sid, price in mark.prices.items() if price or sid in held}
        for sid, (quantity, average) in held.items():
            holding = books.holdings.get(sid)
            if holding is None or holding.quantity != quantity or not average:
                continue
            instrument, cost = holding.instrument, holding.cost
            holding.average = average
            if instrument.valuation is Valuation.MARGIN:
                currency, rate = books.lands(instrument) or (instrument.currency, 1.0)
                books.cash.move(currency, (holding.cost - cost) * rate)
        self._stopped = True
        try:
            self.mark(replace(mark, prices=prices))
        finally:
            self._stopped = False

    def mark(self, mark: Mark) -> bool:
        """Value everything, reconcile the cash, and take LEAN's equity.

        A mark that names an instrument nobody described becomes an anomaly, and none of it is
        booked.

        Returns:
            False when the books do not close and the mark is `partial`: nothing was booked, and
            the feed must send it again, complete. Else True.
        """
        books, time = self.books, mark.time
        holdings = books.holdings
        known = holdings.keys()
        if not (known >= mark.prices.keys() and known >= mark.profits.keys()):
            strange = sorted((mark.prices.keys() | mark.profits.keys()) - known)
            books.anomaly(time, "unknown instrument", f"a mark of {strange}")
            return True
        if mark.rates:
            books.set_rates(mark.rates)
        self._value(mark)
        residuals = self._residuals(mark) if mark.cash else []
        self.equity = self._revalue()
        gap = 0.0 if mark.equity is None else mark.equity - self.equity
        if mark.partial and (residuals or abs(gap) > EQUITY_TOLERANCE):
            return False
        if books.cash.scanned(time):
            self._scanned = True
        judged = self._judges(mark)
        if judged:
            if residuals or mark.holdings is not None:
                self._value(mark)  # what was adopted had no worth, or that of another quantity
                self._reconcile(mark)
                self.equity = self._revalue()
            self._scanned = False
            self._stakes = None
        for account in books.accounts.values():
            for sid, position in account.open.items():
                position.see(holdings[sid].worth)
        books.time = time
        self.marks += 1
        if mark.equity is not None:
            self._judge(time, mark.equity, judged)
        return True

    def _judges(self, mark: Mark) -> bool:
        """Whether the cash of a mark may be judged; what no fill explains is adopted first.

        Live, the portfolio is read while fills are under way: cash too must differ twice alike.
        """
        if mark.holdings is None:
            if self.books.live:
                self._doubted.clear()
                self._adoptions.clear_doubts()
            return True
        sure = self._stopped or not self.books.live
        if not self._adoptions.check(self.books, mark.time, mark.holdings, sure=sure):
            return False
        if sure:
            return True
        doubted, self._doubted = self._doubted, [row[:2] for row in self._residuals(mark)]
        return self._doubted == doubted

    def _value(self, mark: Mark) -> None:
        books = self.books
        holdings, rates = books.holdings, books.rates
        for sid, price in mark.prices.items():
            holding = holdings[sid]
            instrument = holding.instrument
            holding.worth = instrument.worth(price) if instrument.inverse else price
        for sid, (profit, settled) in mark.profits.items():
            holding = holdings[sid]
            holding.settled = settled
            holding.close_out(profit, rates[holding.instrument.currency])
        for sid in books.held if mark.rates else ():
            holding = holdings[sid]
            instrument = holding.instrument
            if instrument.valuation is Valuation.PAIR and rates[instrument.quote]:
                holding.worth = rates[instrument.base] / rates[instrument.quote]

    def _residuals(self, mark: Mark) -> list[tuple[str, float, float]]:
        """Currency, amount and value of the cash that no event explains."""
        books = self.books
        settled: dict[str, float] = {}
        for sid in mark.profits:
            holding = books.holdings[sid]
            if holding.settled:
                currency = holding.instrument.quote
                settled[currency] = settled.get(currency, 0.0) + holding.settled
        expected = books.cash.expected
        found: list[tuple[str, float, float]] = []
        for currency, amount in mark.cash.items():
            shown = amount
            if mark.unsettled or settled:
                shown += mark.unsettled.get(currency, 0.0) - settled.get(currency, 0.0)
            before = expected.get(currency, 0.0)
            if shown == before:
                continue
            rate = books.rates.get(currency, 0.0)
            value = (shown - before) * rate
            dust = max(CASH_TOLERANCE, CASH_PART * (abs(shown) + abs(before)) * rate)
            if abs(value) > dust:
                found.append((currency, shown - before, value))
            elif value:
                expected[currency] = shown  # so that dust does not add up
        return found

    def _reconcile(self, mark: Mark) -> None:
        """Book cash that moved without an event: financing, or else a flow."""
        books = self.books
        held = self._stakes
        if held is None:
            held = stakes(books.holdings.values(), books.accounts.values())
        for currency, amount, value in self._residuals(mark):
            books.cash.move(currency, amount)
            rate = books.rates[currency]
            cause = books.cash.announced(currency, amount, abs(CASH_TOLERANCE / rate))
            payers = bearers(held, books.instruments, currency)
            if self._scanned and payers and cause is None and not self._stopped:
                for stake, part in payers:
                    account = books.account(stake.strategy)
                    position = account.position(books.instruments[stake.sid])
                    account.book(position, "financing", amount * part, currency, rate)
                continue
            unnamed = "while stopped" if self._stopped else "unannounced"
            self.flows.append(Flow(mark.time, currency, amount, value, cause or unnamed))
            self.flow_total += value
            books.account(UNASSIGNED).balance(currency, rate).add(amount, rate)

    def _judge(self, time: datetime, lean_equity: float, judged: bool) -> None:
        self.lean_equity = lean_equity
        self.unexplained = lean_equity - self.equity
        if not judged:
            return
        size = abs(self.unexplained)
        if size > self.max_abs_unexplained:
            self.max_abs_unexplained = size
        if size > UNEXPLAINED_LIMIT and size > UNEXPLAINED_PART * abs(lean_equity):
            detail = f"LEAN's equity is {lean_equity!r}, the ledger's {self.equity!r}"
            self.books.anomaly(time, "unexplained money", detail, amount=self.unexplained)

    # --- what it knows

    def _revalue(self) -> float:
        """Equity at the worths just taken; what is open keeps its P&L."""
        books = self.books
        holdings, rates = books.holdings, books.rates
        total = 0.0
        for account in books.accounts.values():
            open_pnl = 0.0
            for sid, position in account.open.items():
                holding, instrument = holdings[sid], position.instrument
                gained = (position.quantity * holding.worth - position.cost) * instrument.multiplier
                position.open_pnl = gained = gained * rates[instrument.currency]
                open_pnl += gained
                if holding.settled:
                    open_pnl += self._misbooked(position)
            account.open_pnl = open_pnl
            total += account.cash_value(rates) + open_pnl
        return total

    def equity_now(self) -> float:
        """Equity with the fills since the last mark, account currency."""
        rates = self.books.rates
        return sum(
            account.cash_value(rates) + self.unrealized(account)
            for account in self.books.accounts.values()
        )

    def unrealized(self, account: Account) -> float:
        """P&L of a strategy's open lots at the last mark, with what LEAN mis-books of futures."""
        books = self.books
        holdings, rates = books.holdings, books.rates
        total = 0.0
        for sid, position in account.open.items():
            total += position.unrealized(holdings[sid].worth) * rates[position.instrument.currency]
        return total + self.misbooked(account)

    def misbooked(self, account: Account) -> float:
        """What LEAN adds to equity by settling a foreign future in account currency units.

        LEAN books a future's daily profit, computed in account currency, as that many units of
        the quote currency; until the position closes the account is off by S * (rate - 1).
        """
        return sum(self._misbooked(position) for position in account.open.values())

    def _misbooked(self, position: Position) -> float:
        quote = position.instrument.quote
        holding = self.books.holdings[position.instrument.sid]
        if not holding.settled or quote == self.books.account_currency:
            return 0.0
        share = position.quantity / holding.quantity
        return holding.settled * (self.books.rates[quote] - 1.0) * share

    def sheet(self, strategy: str) -> Sheet:
        """A strategy's terms now; an `UnknownStrategyError` names those there are."""
        account = self.books.accounts.get(strategy)
        if account is None:
            raise UnknownStrategyError(strategy, self.books.accounts)
        terms = account.terms
        misbooked = self.misbooked(account)
        return Sheet(
            terms.realized,
            self.unrealized(account) - misbooked,
            terms.fees,
            terms.dividends,
            terms.financing,
            terms.settlement + misbooked,
            account.fx(self.books.rates),
        )

    def sheets(self) -> dict[str, Sheet]:
        """Every strategy's terms now; `unassigned` last, and only when it is not zero."""
        names = [name for name in self.books.accounts if name != UNASSIGNED]
        found = {name: self.sheet(name) for name in names}
        rest = self.sheet(UNASSIGNED)
        return {**found, UNASSIGNED: rest} if rest != Sheet() else found

    def total(self) -> Sheet:
        """The account's terms: the sums over the strategies and `unassigned`."""
        return sum_sheets(self.sheet(name) for name in self.books.accounts)

    def by_instrument(self) -> dict[str, dict[str, Sheet]]:
        """sid -> strategy -> its terms there; fx there is that of the cash earned there."""
        books = self.books
        found: dict[str, dict[str, Sheet]] = {}
        for account in books.accounts.values():
            for sid, position in account.positions.items():
                worth = books.holdings[sid].worth
                rate = books.rates[position.instrument.currency]
                terms = position.terms
                found.setdefault(sid, {})[account.name] = Sheet(
                    terms.realized,
                    position.unrealized(worth) * rate,
                    terms.fees,
                    terms.dividends,
                    terms.financing,
                    terms.settlement + self._misbooked(position),
                    sum(b.fx_at(books.rates[name]) for name, b in position.balances.items()),
                )
        return found

    def balance(self) -> dict[str, float | None]:
        """The law at the last mark: every term in account currency, by name."""
        total = self.total()
        return {
            "starting_equity": self.books.starting_equity,
            "realized": total.realized,
            "unrealized": total.unrealized,
            "fees": total.fees,
            "dividends": total.dividends,
            "financing": total.financing,
            "settlement": total.settlement,
            "fx": total.fx,
            "flows": self.flow_total,
            "unexplained": self.unexplained,
            "equity": self.equity_now(),
            "lean_equity": self.lean_equity,
            "max_abs_unexplained": self.max_abs_unexplained,
        }

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; a fresh ledger that restores it goes on as if never stopped."""
        return {
            "books": self.books.state(),
            "flows": [flow.to_dict() for flow in self.flows],
            "flow_total": self.flow_total,
            "lean_equity": self.lean_equity,
            "equity": self.equity,
            "unexplained": self.unexplained,
            "max_abs_unexplained": self.max_abs_unexplained,
            "marks": self.marks,
            "adoptions": self._adoptions.state(),
            "doubted": [list(row) for row in self._doubted],
            "scanned": self._scanned,
            "stakes": None if self._stakes is None else [list(row) for row in self._stakes],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.books.restore(state["books"])
        self.flows = [Flow.from_dict(values) for values in state["flows"]]
        self.flow_total = state["flow_total"]
        self.lean_equity = state["lean_equity"]
        self.equity = state["equity"]
        self.unexplained = state["unexplained"]
        self.max_abs_unexplained = state["max_abs_unexplained"]
        self.marks = state["marks"]
        self._adoptions.restore(state["adoptions"])
        self._doubted = [(currency, amount) for currency, amount in state["doubted"]]
        self._scanned = state["scanned"]
        kept = state["stakes"]
        self._stakes = None if kept is None else [Stake(*row) for row in kept]


_APPLY: dict[type, Callable[[Ledger, Any], Any]] = {
    Instrument: lambda ledger, event: ledger.books.add_instrument(event),
    Opening: lambda ledger, event: ledger.books.open_account(event),
    OrderUpdate: lambda ledger, event: ledger.books.update_order(event),
    Fill: Ledger.fill,
    Mark: Ledger.mark,
    CashFlow: Ledger.announce,
    Split: lambda ledger, event: split(ledger.books, event),
    Dividend: lambda ledger, event: dividend(ledger.books, event),
    Delisting: lambda ledger, event: delist(ledger.books, event),
    SymbolChange: lambda ledger, event: rename(ledger.books, event),
}

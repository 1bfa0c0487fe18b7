"""The statement of the account: flows, and the terms of the law by strategy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import ClassVar

from models.errors import UnknownStrategyError
from models.ledger.books import Books
from models.ledger.positions import Position
from models.ledger.tags import UNASSIGNED
from models.ledger.terms import Balance, Terms
from models.ledger.valuation import account_misbooked, misbooked, unrealized_pnl
from models.records import Record, Saved

# How the cause of a flow begins that somebody announced.
ANNOUNCED = "announced"


@dataclass(frozen=True, slots=True)
class Flow(Record):
    """A deposit (positive) or withdrawal.

    Attributes:
        time: UTC of the mark whose cash first showed it.
        currency: Its currency.
        amount: Units of the currency.
        value: Account currency at that mark's rate.
        cause: "announced: NOTE", "unannounced", or "while stopped": before a redeploy.
    """

    time: datetime
    currency: str
    amount: float
    value: float
    cause: str

    @property
    def is_named(self) -> bool:
        """Whether somebody announced it."""
        return self.cause.startswith(ANNOUNCED)


@dataclass(frozen=True, slots=True)
class Sheet(Record):
    """One column of the balance sheet, account currency: a strategy's, or the account's.

    Attributes:
        realized: P&L of closed lots before fees.
        unrealized: P&L of open lots at the last mark.
        fees: Positive when paid.
        dividends: Received less paid.
        financing: Interest, funding and borrow fees received less paid.
        settlement: Cash LEAN moved without a fill: index options, fractions of a split.
        fx: What the rates did to the cash.
    """

    SAVED: ClassVar[Saved] = Saved(derived=("net_pnl",))

    realized: float = 0.0
    unrealized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0
    fx: float = 0.0

    @property
    def net_pnl(self) -> float:
        """Everything but what the rates did to the cash."""
        earned = self.realized + self.unrealized - self.fees
        return earned + self.dividends + self.financing + self.settlement


def sum_sheets(sheets: Iterable[Sheet]) -> Sheet:
    """Sheets added column by column."""
    columns = zip(*(astuple(sheet) for sheet in sheets), strict=True)
    return Sheet(*(sum(column) for column in columns))


def strategy_sheet(books: Books, strategy: str) -> Sheet:
    """A strategy's terms now.

    Raises:
        UnknownStrategyError: There is no such strategy; the text names those there are.
    """
    account = books.accounts.get(strategy)
    if account is None:
        raise UnknownStrategyError(strategy, books.accounts)
    terms = account.terms
    settled = account_misbooked(books, account)
    return Sheet(
        realized=terms.realized,
        unrealized=unrealized_pnl(books, account) - settled,
        fees=terms.fees,
        dividends=terms.dividends,
        financing=terms.financing,
        settlement=terms.settlement + settled,
        fx=account.fx(books.rates),
    )


def strategy_sheets(books: Books) -> dict[str, Sheet]:
    """Every strategy's terms now; `unassigned` last, and only when it is not zero."""
    names = [name for name in books.accounts if name != UNASSIGNED]
    found = {name: strategy_sheet(books, name) for name in names}
    rest = strategy_sheet(books, UNASSIGNED)
    return {**found, UNASSIGNED: rest} if rest != Sheet() else found


def account_sheet(books: Books) -> Sheet:
    """The account's terms now: the sums over the strategies and `unassigned`."""
    return sum_sheets(strategy_sheet(books, name) for name in books.accounts)


def instrument_sheets(books: Books) -> dict[str, dict[str, Sheet]]:
    """Symbol ID -> strategy -> its terms there; fx there is that of the cash earned there."""
    found = {
        contract.instrument.sid: {
            earned.strategy: _earned_sheet(earned.terms, earned.balances, books.rates)
            for earned in contract.earned
        }
        for contract in books.finished
    }
    for account in books.accounts.values():
        for sid, position in account.positions.items():
            found.setdefault(sid, {})[account.name] = _position_sheet(books, position)
    return found


def _earned_sheet(
    terms: Terms,
    balances: Mapping[str, Balance],
    rates: Mapping[str, float],
    unrealized: float = 0.0,
    misbooked_now: float = 0.0,
) -> Sheet:
    """What a strategy earned by one instrument, with what it holds of it."""
    return Sheet(
        realized=terms.realized,
        unrealized=unrealized,
        fees=terms.fees,
        dividends=terms.dividends,
        financing=terms.financing,
        settlement=terms.settlement + misbooked_now,
        fx=sum(balance.fx_at(rates[name]) for name, balance in balances.items()),
    )


def _position_sheet(books: Books, position: Position) -> Sheet:
    """What a strategy earned by one instrument."""
    instrument, rates = position.instrument, books.rates
    gained = position.unrealized(books.holdings[instrument.sid].unit_value)
    return _earned_sheet(
        position.terms,
        position.balances,
        rates,
        gained * rates[instrument.currency],
        misbooked(books, position),
    )

"""The recorded account as LEAN's portfolio: holdings, balances, and the account's value.

Every object shows the present state however long user code has kept it. A holding exists for each
instrument the tape has described, flat or not. Called by user code through `algorithm.portfolio`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workbench.engine.objects import LeanDictionary
from workbench.engine.reads import (
    InvalidOperationException,
    LeanObject,
    ReadMeter,
    lean_call,
    lean_read,
)
from workbench.engine.state import AccountState, CashState, SecurityState
from workbench.engine.symbols import Symbol

# The currency LEAN gives a fee that is not known; no cash book holds it.
NULL_CURRENCY: Final = "QCC"


class Cash(LeanObject):
    """The balance of one currency."""

    __slots__ = ("_state",)

    def __init__(self, meter: ReadMeter, state: CashState) -> None:
        super().__init__(meter)
        self._state = state

    @lean_read
    def symbol(self) -> str:
        """The currency's code."""
        return self._state.currency

    @lean_read
    def amount(self) -> float:
        """The balance, in the currency itself."""
        return self._state.amount

    @lean_read
    def conversion_rate(self) -> float:
        """Units of account currency for one of this; 0 until LEAN has a price."""
        return self._state.rate

    @lean_read
    def value_in_account_currency(self) -> float:
        """The balance in account currency."""
        return self._state.amount * self._state.rate


class CashBook(LeanDictionary[str, Cash]):
    """The balances by currency."""

    __slots__ = ("_currency",)

    def __init__(self, meter: ReadMeter, entries: Mapping[str, Cash], currency: str) -> None:
        super().__init__(meter, entries)
        self._currency = currency

    @lean_read
    def account_currency(self) -> str:
        """The currency the account is kept in."""
        return self._currency

    def _missing(self, key: str) -> str:
        if key == NULL_CURRENCY:
            raise InvalidOperationException("Unexpected request for NullCurrency Cash instance")
        return f"This cash symbol ({key}) was not found in your cash book."


class SecurityHolding(LeanObject):
    """What is held of one instrument; money is in account currency."""

    __slots__ = ("_security", "_symbol")

    def __init__(self, meter: ReadMeter, security: SecurityState, symbol: Symbol) -> None:
        super().__init__(meter)
        self._security = security
        self._symbol = symbol

    @lean_read
    def symbol(self) -> Symbol:
        """The instrument's symbol."""
        return self._symbol._again()

    @lean_read
    def quantity(self) -> float:
        """The signed quantity."""
        return self._security.quantity

    @lean_read
    def average_price(self) -> float:
        """LEAN's average price as last marked, in the quote currency; 0 when flat."""
        return self._security.average_price

    @lean_read
    def price(self) -> float:
        """The instrument's last price, in the quote currency."""
        return self._security.price

    @lean_read
    def unrealized_profit(self) -> float:
        """LEAN's unrealized profit as last marked, closing fees taken off; 0 when flat."""
        return self._security.unrealized_profit

    @lean_read
    def holdings_value(self) -> float:
        """The signed value of the holding."""
        return self._security.holdings_value

    @lean_read
    def invested(self) -> bool:
        """Whether anything is held."""
        return self._security.quantity != 0.0


class FutureHolding(SecurityHolding):
    """What is held of a future, whose profit is settled daily."""

    __slots__ = ()

    @lean_read
    def settled_profit(self) -> float:
        """The profit that daily settlement has already moved to cash."""
        return self._security.settled_profit


def holding_of(meter: ReadMeter, security: SecurityState, symbol: Symbol) -> SecurityHolding:
    """Build the holding of LEAN's class for the instrument's kind."""
    kind = FutureHolding if security.facts["kind"] == "FUTURE" else SecurityHolding
    return kind(meter, security, symbol)


@dataclass(frozen=True, slots=True)
class PortfolioParts:
    """What the portfolio looks at; the engine adds to the holdings as instruments are described."""

    account: AccountState
    holdings: Mapping[Symbol, SecurityHolding]
    cash: CashBook
    unsettled: CashBook


class SecurityPortfolioManager(LeanDictionary[Symbol, SecurityHolding]):
    """The account: its holdings by symbol, its balances and its value in account currency."""

    __slots__ = ("_parts",)

    def __init__(self, meter: ReadMeter, parts: PortfolioParts) -> None:
        super().__init__(meter, parts.holdings)
        self._parts = parts

    @lean_read
    def total_portfolio_value(self) -> float:
        """The account's equity."""
        return self._parts.account.total_value

    @lean_call
    def invalidate_total_portfolio_value(self) -> None:
        """Have the equity worked out anew at its next read, as a moving market makes it differ."""

    @lean_read
    def total_sale_volume(self) -> float:
        """The value of all fills up to the latest midnight or the end: the tape tells no other."""
        return self._parts.account.sale_volume

    @lean_read
    def cash_book(self) -> CashBook:
        """The settled balances."""
        return self._parts.cash

    @lean_read
    def unsettled_cash_book(self) -> CashBook:
        """The balances of sales that have not settled, in cash accounts."""
        return self._parts.unsettled

    @lean_read
    def invested(self) -> bool:
        """Whether anything is held."""
        held = list(self._parts.account.securities.values())
        return any(security.quantity != 0.0 for security in held)

    def _missing(self, key: Symbol) -> str:
        return f"This asset symbol ({key!r}) was not found in your security list"

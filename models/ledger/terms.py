"""Terms that a strategy or a position earned, and a balance of cash with its exchange profit."""

from __future__ import annotations

from dataclasses import dataclass

from models.codec import dict_of
from models.records import row_codec


@dataclass(slots=True, eq=False)
class Balance:
    """A strategy's cash in one currency, and the exchange profit that its change of rate made.

    The law's fx is `amount * (rate - old rate)`. It is accrued when the amount changes or is read:
    the steps between telescope to the same sum.

    Attributes:
        rate: Account currency per unit, up to which fx is accrued.
        amount: Units of the currency.
        fx: Exchange profit accrued so far, account currency.
    """

    rate: float
    amount: float = 0.0
    fx: float = 0.0

    def add(self, amount: float, rate: float) -> None:
        """Accrue fx to the rate, then add an amount at it."""
        if rate != self.rate:
            self.fx += self.amount * (rate - self.rate)
            self.rate = rate
        self.amount += amount

    def fx_at(self, rate: float) -> float:
        """Exchange profit so far in account currency, valued at that rate."""
        return self.fx + self.amount * (rate - self.rate)


@dataclass(slots=True)
class Terms:
    """The law's terms that a strategy earns, in account currency; fees are positive when paid."""

    realized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0

    @property
    def net(self) -> float:
        """Their sum, as the law signs them."""
        return self.realized - self.fees + self.dividends + self.financing + self.settlement


TERMS_ROW = row_codec(Terms)
BALANCES = dict_of(row_codec(Balance))

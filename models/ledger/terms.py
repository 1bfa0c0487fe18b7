"""Terms that a strategy or a position earned, and a balance of cash with its exchange profit."""

from __future__ import annotations

from dataclasses import dataclass


class Balance:
    """A strategy's cash in one currency, and the exchange profit that its change of rate made.

    The law's fx is `amount * (rate - old rate)`. It is accrued when the amount changes or is read:
    the steps between telescope to the same sum.
    """

    __slots__ = ("amount", "fx", "rate")

    def __init__(self, rate: float, amount: float = 0.0, fx: float = 0.0) -> None:
        self.rate = rate
        self.amount = amount
        self.fx = fx

    def add(self, amount: float, rate: float) -> None:
        """Accrue fx to the rate, then add an amount at it."""
        if rate != self.rate:
            self.fx += self.amount * (rate - self.rate)
            self.rate = rate
        self.amount += amount

    def fx_at(self, rate: float) -> float:
        """Exchange profit so far in account currency, valued at that rate."""
        return self.fx + self.amount * (rate - self.rate)

    def state(self) -> list[float]:
        """JSON-able and exact."""
        return [self.rate, self.amount, self.fx]


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

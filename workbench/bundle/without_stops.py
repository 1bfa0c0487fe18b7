"""What changed while LEAN was stopped: it stands in for `models/ledger/interruption.py`.

The free tier of LEAN's cloud has no Object Store, so no run goes on from another there. What a
state that the algorithm itself brings does not have is adopted as at any other mark.
"""

from __future__ import annotations

from models.events.account import Mark
from models.ledger.assumptions import Assumption
from models.ledger.books import Books
from models.ledger.effects import Effect


class Interruption:
    """Stands where changes while LEAN was stopped would be taken over: it takes over none.

    Args:
        books: The books as they were then.
        mark: The first mark after it.
        beside: As of the attribute, at the stop before.

    Attributes:
        beside: Sid of a pair -> how far LEAN's holding is from what the cash book has of it.
        anew: Whether the account begins anew: never.
        effects: What was done to strategies: nothing.
        assumed: Sid -> what its change was taken for: nothing.
    """

    anew = False

    def __init__(self, books: Books, mark: Mark, beside: dict[str, float]) -> None:
        self.beside = beside
        self.effects: list[Effect] = []
        self.assumed: dict[str, Assumption] = {}

    def take(self) -> None:
        """Take over nothing."""

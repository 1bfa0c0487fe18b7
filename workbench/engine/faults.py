"""What may go wrong in a recorded run on purpose: the faults a test or a trial asks the engine for.

A Faults value says which; none by default. The names of reads to fail are checked against the
members there are, so that a misspelt fault is an error and not a test that cannot fail. The engine
reads it; the read fault is a watcher on the engine's meter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from workbench.engine.reads import LeanObject, PythonException, lean_members

_ALIASES: Final = {
    "algorithm": "QCAlgorithm",
    "portfolio": "SecurityPortfolioManager",
    "securities": "SecurityManager",
    "holding": "SecurityHolding",
    "cash_book": "CashBook",
    "object_store": "ObjectStore",
    "security": "Security",
    "event": "OrderEvent",
    "ticket": "OrderTicket",
    "slice": "Slice",
}


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of one run; by default there is none.

    Attributes:
        storage_full: Every save of at least one byte is over quota.
        storage_forbidden: The object store may be neither read nor written.
        raises: Reads that raise PythonException, e.g. "OrderEvent.fill_price" or
            "portfolio.total_portfolio_value"; the class is LEAN's (a base class covers its kinds)
            or one of the usual attribute names.
        raises_every: Only every n-th such read raises.
        threads: On how many threads order events are delivered; data and schedules then have one
            each. With 0 all hooks run on the player's thread.
        overlap: Whether a hook is waited for only when its thread is needed again, and not at once.
        duplicate_events: Every order event is delivered twice.
        late_events: How many lines late an order event is delivered.
        late_every: Only every n-th order event is late.
        moving_market: At every n-th read prices move, while the equity stays what it was when it
            was read first in that step, or made invalid last. With 0 the market stands still while
            hooks run, as in a backtest.
    """

    storage_full: bool = False
    storage_forbidden: bool = False
    raises: frozenset[str] = frozenset()
    raises_every: int = 1
    threads: int = 0
    overlap: bool = False
    duplicate_events: bool = False
    late_events: int = 0
    late_every: int = 1
    moving_market: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for counts out of range and for overlap without threads."""
        if self.threads < 0 or self.late_events < 0:
            raise ValueError("threads and late_events count from 0")
        if self.moving_market < 0:
            raise ValueError("moving_market counts from 0")
        if self.raises_every < 1 or self.late_every < 1:
            raise ValueError("raises_every and late_every count from 1")
        if self.overlap and not self.threads:
            raise ValueError("hooks can only overlap on threads: give threads as well")


class FailingReads:
    """A watcher of reads that makes those fail which the faults name."""

    def __init__(self, faults: Faults) -> None:
        self._names = frozenset(map(_resolved, faults.raises))
        self._every = faults.raises_every
        self._seen: Counter[str] = Counter()
        known = {f"{owner}.{member}" for owner, member in lean_members()}
        unknown = sorted(self._names - known)
        if unknown:
            raise ValueError(f"no recorded object has {', '.join(unknown)}: check the fault's name")

    def __call__(self, owner: LeanObject, member: str) -> None:
        """Raise PythonException when the read is one that fails, and its turn has come."""
        for kind in type(owner).__mro__:
            name = f"{getattr(kind, '_lean_name', '')}.{member}"
            if name not in self._names:
                continue
            self._seen[name] += 1
            if self._seen[name] % self._every == 0:
                raise PythonException(f"{name} fails, as the recorded run was asked to")
            return


def _resolved(name: str) -> str:
    owner, _, member = name.partition(".")
    return f"{_ALIASES.get(owner, owner)}.{member}"

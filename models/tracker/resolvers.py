"""The resolver that tells whose an order is: those that read the tag, and a guard around a user's.

A resolver is called under the tracker's lock, while an order is booked. What it does wrong costs no
fill: the order goes to the default strategy, and the failure is noted once the lock is released.
"""

from __future__ import annotations

import inspect
from collections import deque

from models.errors import CallError, Failure, guarded
from models.events.orders import OrderType
from models.ledger.tags import Resolver, strategy_in_tag, whole_tag
from models.settings import TagMeans
from models.tracker.guard import Guard

RESOLVERS: dict[TagMeans, Resolver] = {TagMeans.NAME: strategy_in_tag, TagMeans.WHOLE: whole_tag}


def check_resolver(resolver: object) -> None:
    """Raise `CallError` unless a resolver can be called with a ticker, a tag and an order type."""
    if not callable(resolver):
        raise CallError(f"the resolver is {resolver!r}; it must be a function or None")
    try:
        takes = inspect.signature(resolver)
    except (TypeError, ValueError):
        return  # a function of another language tells nothing of its arguments
    try:
        takes.bind("", "", OrderType.MARKET)
    except TypeError:
        problem = f"the resolver takes {takes}; it is called with (ticker, tag, order type)"
        raise CallError(problem) from None


class CarefulResolver:
    """A user's resolver that never raises: where it fails, or gives no text, there is no name.

    Args:
        resolver: The user's.
        guard: What failed is counted there, and warned of once.
    """

    def __init__(self, resolver: Resolver, guard: Guard) -> None:
        self._resolver = resolver
        self._guard = guard
        self._failures: deque[tuple[str, str]] = deque()

    def __call__(self, ticker: str, tag: str, order_type: OrderType) -> str | None:
        """The strategy's name; None for the default strategy."""
        answer: object = guarded(self._resolver, ticker, tag, order_type)
        if answer is None or isinstance(answer, str):
            return answer
        if isinstance(answer, Failure):
            kind, what = answer.kind, str(answer)
        else:
            kind, what = type(answer).__name__, f"it gave {answer!r}, which is no text"
        message = f"resolver: {what}; the order in {ticker} goes to the default strategy"
        self._failures.append((f"resolver: {kind}", message))
        return None

    @property
    def failed(self) -> bool:
        """Whether there are failures that are not noted yet."""
        return bool(self._failures)

    def note(self) -> None:
        """Count and tell the failures so far; the tracker's lock must not be held."""
        while self.failed:
            self._guard.note(*self._failures.popleft())

"""The guard: what may fail around the tracker is called through it, counted and told of."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from models.errors import Failure, guarded, secret_parts, without_secrets

Returned = TypeVar("Returned")


class Guard:
    """Calls what may fail for reasons that are not the tracker's: listeners, stores, LEAN.

    A failure is counted by its kind, which is the place of the call and the class of the error. The
    first failure of a kind in a run is warned of.

    Args:
        warn: Called with each warning, outside the tracker's lock.

    Attributes:
        warn: As given; whoever has a better place for warnings may set another function.
        errors: Kind of failure -> how often it happened, in former runs with the same state too.
    """

    def __init__(self, warn: Callable[[str], object]) -> None:
        self.warn = warn
        self.errors: Counter[str] = Counter()
        self._warned: set[str] = set()  # the kinds that this run was warned of
        self._secrets: tuple[str, ...] = ()
        self._lock = threading.Lock()  # held for these counts only, never for a call outside

    def hide(self, addresses: Iterable[str]) -> None:
        """Show none of these addresses, nor a part of one that is secret, in what is warned of."""
        self._secrets = secret_parts(addresses)

    def call(
        self, place: str, call: Callable[..., Returned], *arguments: Any
    ) -> Returned | Failure:
        """Call a function.

        Args:
            place: Where it is called, in a word or two: the first part of the failure's kind.
            call: The function.
            arguments: Its arguments.

        Returns:
            What the function returned, or the failure.
        """
        outcome = guarded(call, *arguments)
        if isinstance(outcome, Failure):
            self.note_failure(place, outcome)
        return outcome

    def note_failure(self, place: str, failure: Failure) -> None:
        """Count what a guarded call raised, and warn of it where it is the first of its kind.

        Args:
            place: Where it was called, as of `call`.
            failure: What it raised.
        """
        self.note(f"{place}: {failure.kind}", f"{place}: {failure}")

    def attempt(self, place: str, call: Callable[..., object], *arguments: Any) -> bool:
        """Call a function of whose result nothing is needed; returns whether it succeeded."""
        return not isinstance(self.call(place, call, *arguments), Failure)

    def note(self, kind: str, message: str, times: int = 1) -> None:
        """Count failures of a kind, and warn of the kind unless this run was warned of it.

        Args:
            kind: Under which name they are counted.
            message: The warning.
            times: How many failures there were.
        """
        kind, message = (without_secrets(text, self._secrets) for text in (kind, message))
        with self._lock:
            self.errors[kind] += times
            first = kind not in self._warned
            self._warned.add(kind)
        if first:
            self.warn(message)

    def restore(self, errors: Mapping[str, int]) -> None:
        """Take over the counts of a saved state; what this run was warned of stays."""
        with self._lock:
            self.errors = Counter(errors)

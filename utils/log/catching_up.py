"""Attributes of a log that are read once all that was left to be logged later is logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

Kept = TypeVar("Kept")


class CatchesUp(Protocol):
    """A log that others may leave entries behind of.

    Attributes:
        catch_up: Has them log what they left.
    """

    catch_up: Callable[[], object]


class CaughtUp(Generic[Kept]):
    """An attribute that whoever reads it finds with all until now; its owner has it unasked."""

    def __set_name__(self, _: type[Any], name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, log: CatchesUp, _: type[Any]) -> Kept:
        log.catch_up()
        found: Kept = getattr(log, self._name)
        return found

    def __set__(self, log: CatchesUp, value: Kept) -> None:
        log.catch_up()
        setattr(log, self._name, value)

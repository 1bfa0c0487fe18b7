"""Categories of the object store: what is kept of a kind, how long, and who finds it again."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.errors import CallError

_WORD = re.compile(r"[A-Za-z0-9_-]{1,20}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}(\.[A-Za-z0-9]{1,8})?")


class Scope(enum.Enum):
    """Who finds an object again."""

    PROJECT = "project"  # every run and deployment of the project
    LIVE = "live"  # in live trading the project's next deployment; in a backtest that run alone
    RUN = "run"  # the same deployment or backtest


@dataclass(frozen=True, slots=True)
class Category:
    """What may be kept of one kind, and for how long.

    Attributes:
        share: Its part of the space and of the files, in (0, 1]; all categories make 1 at most.
        scope: Who finds it again.
        every: Least seconds between two saves in the category; 0 for any time.
        runs: Runs whose objects are kept, the present one included.
        days: Days after which an object expires; None for never.
        compress: Whether gzip may be used, where it pays.
    """

    share: float
    scope: Scope = Scope.RUN
    every: float = 0.0
    runs: int = 20
    days: int | None = None
    compress: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, with CallError."""
        if not 0.0 < self.share <= 1.0:
            raise CallError(f"the share is {self.share}; it must be above 0 and at most 1")
        if not 0.0 <= self.every < float("inf"):
            raise CallError(f"every is {self.every}; it must be seconds of 0 or more")
        if self.runs < 1 or (self.days is not None and self.days < 1):
            raise CallError(f"runs are {self.runs} and days {self.days}; they count from 1")


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        "state": Category(0.3, Scope.LIVE, every=30.0, runs=5),
        "trades": Category(0.3, Scope.LIVE, runs=5),
        "reports": Category(0.1, runs=20),
        "logs": Category(0.1, every=60.0, runs=10, days=90),
        "user": Category(0.2, Scope.PROJECT),
    }
)


def check_categories(categories: Mapping[str, Category]) -> None:
    """Raise CallError unless the names make keys and the shares make 1 at most."""
    for name in categories:
        if not _WORD.fullmatch(name):
            allowed = "1 to 20 letters, digits, - or _"
            raise CallError(f"the category {name!r} makes no key; it must be {allowed}")
    total = sum(category.share for category in categories.values())
    if total > 1.0 + 1e-9:
        raise CallError(f"the shares of the categories make {total:g}; 1 is all there is")


def check_name(name: str) -> None:
    """Raise CallError unless an object may have that name."""
    if not _NAME.fullmatch(name):
        allowed = "1 to 40 letters, digits, - or _, then at most one dot and 8 letters or digits"
        raise CallError(f"the name {name!r} makes no key of LEAN's; it must be {allowed}")

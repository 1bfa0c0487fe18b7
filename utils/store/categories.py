"""Categories of the object store: what is kept of each kind, how long, and who finds it again."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.errors import CallError
from utils.store.keys import RUN_MARK

# The categories that states and segments of trades are kept in.
STATE_CATEGORY, TRADES_CATEGORY = "state", "trades"

_CATEGORY_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")
# A name may stand below the mark of a run, which is hexadecimal.
_OBJECT_NAME = re.compile(rf"({RUN_MARK}/)?[A-Za-z0-9_-]{{1,40}}(\.[A-Za-z0-9]{{1,8}})?")
_ROUNDING = 1e-9  # what a sum of shares may be above 1


class StoreScope(enum.Enum):
    """Who finds an object again."""

    PROJECT = "project"  # every run and deployment of the project
    LIVE = "live"  # in live trading the project's next deployment; in a backtest that run alone
    RUN = "run"  # the same deployment or backtest


@dataclass(frozen=True, slots=True)
class StoreCategory:
    """What may be kept of one kind, and for how long.

    Attributes:
        share: Its part of the project's bytes and files, in (0, 1]; those of all categories add up
            to 1 at most.
        scope: Who finds its objects again.
        every: The least seconds between two saves in the category; 0 for any time.
        runs: The runs whose objects are kept, the present one included.
        days: The days after which an object expires; None for never.
        compress: Whether gzip may be used, where it saves enough.
        copies: How many objects of the largest size must have room beside each other.

    Raises:
        CallError: A value is out of its range.
    """

    share: float
    scope: StoreScope = StoreScope.RUN
    every: float = 0.0
    runs: int = 20
    days: int | None = None
    compress: bool = True
    copies: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            raise CallError(f"the share is {self.share}; it must be above 0 and at most 1")
        if not 0.0 <= self.every < float("inf"):
            raise CallError(f"every is {self.every}; it must be seconds of 0 or more")
        if self.runs < 1 or (self.days is not None and self.days < 1):
            raise CallError(f"runs are {self.runs} and days {self.days}; they count from 1")


# A new kind of object is a row here.
CATEGORIES: Mapping[str, StoreCategory] = MappingProxyType(
    {
        "state": StoreCategory(0.3, StoreScope.LIVE, every=30.0, runs=5, copies=2),
        "trades": StoreCategory(0.3, StoreScope.LIVE, runs=5),
        "reports": StoreCategory(0.1, runs=20),
        "logs": StoreCategory(0.1, every=60.0, runs=10, days=90),
        "user": StoreCategory(0.2, StoreScope.PROJECT),
    }
)


@dataclass(frozen=True, slots=True)
class StorePolicy:
    """How a project uses LEAN's object store.

    Attributes:
        categories: What may be kept, by name.
        used_at_most: The part of the store's bytes and files that the project may use; the
            organization's other projects share it.
        part_size: The most bytes of one object; a larger content is cut into parts.

    Raises:
        CallError: A category's name makes no key, or the shares add up to more than 1.
    """

    categories: Mapping[str, StoreCategory]
    used_at_most: float = 0.5
    part_size: int = 4_000_000

    def __post_init__(self) -> None:
        for name in self.categories:
            if not _CATEGORY_NAME.fullmatch(name):
                allowed = "1 to 20 letters, digits, - or _"
                raise CallError(f"the category {name!r} makes no key; it must be {allowed}")
        total = sum(category.share for category in self.categories.values())
        if total > 1.0 + _ROUNDING:
            raise CallError(f"the shares of the categories make {total:g}; 1 is all there is")

    def category(self, name: str) -> StoreCategory:
        """Return a category by its name.

        Raises:
            CallError: There is none of that name; the text names those there are.
        """
        found = self.categories.get(name)
        if found is None:
            known = ", ".join(sorted(self.categories))
            raise CallError(f"there is no category {name!r}; there are {known}")
        return found


STORE_POLICY = StorePolicy(CATEGORIES)


def check_name(name: str) -> None:
    """Raise `CallError` unless an object may have that name."""
    if not _OBJECT_NAME.fullmatch(name):
        allowed = "1 to 40 letters, digits, - or _, then at most one dot and 8 letters or digits"
        raise CallError(f"the name {name!r} makes no key of LEAN's; it must be {allowed}")

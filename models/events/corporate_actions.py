"""Corporate actions: splits, dividends, changes of ticker and delistings."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from models.errors import require, require_finite, require_utc

# How many times as much a price may become at once, or as little.
LARGEST_FACTOR = 1e6


class SplitKind(enum.Enum):
    """Whether a split is announced or has happened."""

    WARNING = "WARNING"
    SPLIT_OCCURRED = "SPLIT_OCCURRED"


class DelistingKind(enum.Enum):
    """Whether a delisting is announced or has happened."""

    WARNING = "WARNING"
    DELISTED = "DELISTED"


@dataclass(frozen=True, slots=True)
class Split:
    """A split of raw-priced shares: quantities are divided by the factor, prices multiplied.

    Attributes:
        time: UTC.
        sid: The instrument's Symbol ID.
        kind: Whether it is announced or has happened; an announcement moves nothing.
        factor: New price over old price (a 7:1 split: 0.142857).
        reference: The last price before it, quote currency.
        price: LEAN's last price, scaled already; 0 where it was not read.
    """

    time: datetime
    sid: str
    kind: SplitKind
    factor: float
    reference: float
    price: float = 0.0

    def __post_init__(self) -> None:
        require_utc(self.time, f"split of {self.sid}")
        require(
            1.0 / LARGEST_FACTOR <= self.factor <= LARGEST_FACTOR,
            f"split of {self.sid}: the factor is {self.factor}",
        )
        require_finite(self.reference, f"split of {self.sid}: the reference price")
        require_finite(self.price, f"split of {self.sid}: the price")


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend: longs receive it, shorts pay it.

    Attributes:
        time: UTC.
        sid: The instrument's Symbol ID.
        distribution: Quote currency a share.
    """

    time: datetime
    sid: str
    distribution: float

    def __post_init__(self) -> None:
        require_utc(self.time, f"dividend of {self.sid}")
        require_finite(self.distribution, f"dividend of {self.sid}: the distribution")


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A ticker changed; the instrument, its Symbol ID and its lots stay.

    Attributes:
        time: UTC.
        sid: The instrument's Symbol ID.
        old: The ticker before.
        new: The ticker from now on.
    """

    time: datetime
    sid: str
    old: str
    new: str

    def __post_init__(self) -> None:
        require_utc(self.time, f"symbol change of {self.sid}")


@dataclass(frozen=True, slots=True)
class Delisting:
    """An instrument leaves the market or expires.

    Attributes:
        time: UTC.
        sid: The instrument's Symbol ID.
        kind: Whether it is announced or has happened; an announcement moves nothing.
    """

    time: datetime
    sid: str
    kind: DelistingKind

    def __post_init__(self) -> None:
        require_utc(self.time, f"delisting of {self.sid}")


CorporateAction = Split | Dividend | SymbolChange | Delisting

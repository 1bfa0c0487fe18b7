"""Splits of raw-priced shares, which no result lists: the entry prices of LEAN's trades tell them.

LEAN scales what is open in its trades by each split. A trade whose entry price is not that of its
opening fill was split between its entry and its exit; where between, the other trades of the share
and the step of its prices tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate
from math import inf, log
from typing import NamedTuple

from models.events.instruments import SecurityType
from workbench.runs.lean.facts import ClosedTrade, LeanEvent
from workbench.runs.lean.fills import FoundSplit
from workbench.runs.lean.instruments import Described

# How near the ratio of two prices must be to 1 to be none: LEAN keeps all digits.
NO_SPLIT = 1e-6
# The least that a split or a stock dividend changes a price by, as a part of it.
LEAST_SPLIT = 0.01
AT_ONCE = timedelta(milliseconds=1)
MOST_SPLITS = 50  # of one share


class Scaled(NamedTuple):
    """What a trade says of the splits between two fills of a share.

    Attributes:
        first: The place of its opening fill among the share's.
        last: That of its closing fill.
        ratio: The product of the factors of all splits between them.
    """

    first: int
    last: int
    ratio: float


def found_splits(
    trades: Sequence[ClosedTrade],
    fills: Sequence[LeanEvent],
    described: Mapping[str, Described],
    zone: tzinfo,
) -> list[FoundSplit]:
    """The splits that a run's trades tell.

    Args:
        trades: LEAN's closed trades.
        fills: In LEAN's order.
        described: The instruments by Symbol ID.
        zone: The algorithm's, at whose midnights LEAN splits.
    """
    found: list[FoundSplit] = []
    for sid, each in described.items():
        if each.facts.security_type is SecurityType.EQUITY:
            places = [at for at, fill in enumerate(fills) if fill.sid == sid]
            told = _told([trade for trade in trades if trade.sid == sid], fills, places)
            if any(abs(one.ratio - 1.0) > LEAST_SPLIT for one in told):
                found += _located(sid, told, fills, places, zone)
    return sorted(found, key=lambda split: split.before)


def split_points(
    splits: Sequence[FoundSplit], fills: Sequence[LeanEvent]
) -> dict[str, list[tuple[datetime, float]]]:
    """Prices about each split, by Symbol ID: no line leads from a price before it to one after."""
    found: dict[str, list[tuple[datetime, float]]] = {}
    for split in splits:
        later = (fill.price for fill in fills[split.before :] if fill.sid == split.sid)
        price = next(later, split.reference * split.factor)
        just_before = split.time - timedelta(microseconds=1)
        points = [(just_before, price / split.factor), (split.time, price)]
        found.setdefault(split.sid, []).extend(points)
    return found


def _told(
    trades: Sequence[ClosedTrade], fills: Sequence[LeanEvent], places: Sequence[int]
) -> list[Scaled]:
    """What each trade says, by the places of its fills among those of its share."""
    by_order: dict[int, list[int]] = {}
    for own, at in enumerate(places):
        by_order.setdefault(fills[at].order_id, []).append(own)
    found = []
    for trade in trades:
        among = [at for order in trade.order_ids for at in by_order.get(order, ())]
        first = next((at for at in among if _at(fills[places[at]], trade.entry_time)), None)
        last = next((at for at in among if _at(fills[places[at]], trade.exit_time)), None)
        if first is not None and last is not None and fills[places[first]].price:
            found.append(Scaled(first, last, trade.entry_price / fills[places[first]].price))
    return found


def _at(fill: LeanEvent, time: datetime) -> bool:
    return abs(fill.time - time) <= AT_ONCE


def _located(
    sid: str,
    told: Sequence[Scaled],
    fills: Sequence[LeanEvent],
    places: Sequence[int],
    zone: tzinfo,
) -> list[FoundSplit]:
    """Where the splits of a share were, so that all of its trades come out as they are told."""
    factors: dict[int, float] = {}
    prices, unsplit = [fills[place].price for place in places], _unsplit(told, len(places))
    for scaled in sorted(told, key=lambda one: one.last - one.first):
        left = scaled.ratio / _product(factors, scaled)
        if abs(left - 1.0) <= LEAST_SPLIT or len(factors) >= MOST_SPLITS:
            continue
        gaps = range(scaled.first + 1, scaled.last + 1)
        free = [gap for gap in gaps if gap not in factors and not unsplit[gap]]
        if free:
            best = min(free, key=lambda gap: _misfit(prices, gap, left))
            factors[best] = left
    return [_split(sid, fills, places, at, factor, zone) for at, factor in sorted(factors.items())]


def _unsplit(told: Sequence[Scaled], count: int) -> list[bool]:
    """Of each fill of a share, whether a trade says that nothing was split just before it."""
    steps = [0] * (count + 2)
    for one in told:
        if abs(one.ratio - 1.0) <= NO_SPLIT:
            steps[one.first + 1] += 1
            steps[one.last + 1] -= 1
    return [depth > 0 for depth in accumulate(steps)]


def _product(factors: Mapping[int, float], scaled: Scaled) -> float:
    """The product of the factors so far between a trade's fills."""
    product = 1.0
    for at, factor in factors.items():
        if scaled.first < at <= scaled.last:
            product *= factor
    return product


def _misfit(prices: Sequence[float], gap: int, factor: float) -> float:
    """How far the step of the prices is from the factor."""
    before, after = prices[gap - 1], prices[gap]
    return abs(log(after / before / factor)) if before > 0 and after > 0 and factor > 0 else inf


def _split(
    sid: str,
    fills: Sequence[LeanEvent],
    places: Sequence[int],
    at: int,
    factor: float,
    zone: tzinfo,
) -> FoundSplit:
    """A split before a fill: at the midnight before it, unless the fill before was later."""
    before, after = fills[places[at - 1]], fills[places[at]]
    midnight = after.time.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    time = max(midnight.astimezone(after.time.tzinfo), before.time)
    return FoundSplit(sid, time, factor, places[at], reference=before.price)

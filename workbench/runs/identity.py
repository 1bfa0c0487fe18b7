"""What tells a run from other runs, whatever it is read from.

LEAN's own id tells, where it is one that LEAN gives to one run alone: a number of the LEAN CLI, or
the hash of the cloud. Elsewhere it is the algorithm's name or nothing, and then a backtest is known
by what it traded, its currency and its parameters: when its first and its last fill were, how many
there were, and of what instruments. A live run, which goes on growing, is known by its first fill
alone. Money is in no id, for one source has it to the last digit and another to the cent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from models.performance_tracker import PerformanceTracker

DIGITS = 16  # of an id, hexadecimal

# Ids that LEAN gives to one run alone: of the CLI, of its live deployments, of the cloud.
_UNIQUE = re.compile(r"(L-)?[0-9]{6,}|(L-)?[0-9a-f]{32}")


class Traded(NamedTuple):
    """What a run traded, as far as every source of it tells.

    Attributes:
        live: Whether it traded live.
        currency: The account's.
        first: The second of the first fill, or of the run's begin where it has none; ISO 8601.
        last: That of the last fill; None live.
        fills: How many there were; None live.
        sids: What was traded; of a live run what was first.
    """

    live: bool
    currency: str
    first: str | None
    last: str | None
    fills: int | None
    sids: Sequence[str]


def traded(tracker: PerformanceTracker, begun: datetime | None) -> Traded:
    """What the run that a tracker saw has traded; without a trade, when it began."""
    live, fills = tracker.live, tracker.ledger.books.fills
    lots = [*tracker.trades(), *tracker.open_trades()]
    moments = [(lot.entry_time, lot.sid) for lot in lots if not lot.seeded]
    moments += [(lot.exit_time, lot.sid) for lot in lots if lot.is_closed]
    if not moments:
        return Traded(live, tracker.account_currency, _second(begun), None, fills, ())
    first, last = min(moments), max(moments)
    return Traded(
        live,
        tracker.account_currency,
        _second(first[0]),
        None if live else _second(last[0]),
        None if live else fills,
        [first[1]] if live else sorted({sid for _, sid in moments}),
    )


def run_id(
    tracker: PerformanceTracker,
    begun: datetime | None,
    deployments: Iterable[str],
    parameters: Mapping[str, str],
) -> str:
    """The id of the run that a tracker saw.

    Args:
        tracker: The tracker at its end.
        begun: The run's first moment, by which one without a trade is known.
        deployments: LEAN's ids of it, the oldest first; those that say nothing do no harm.
        parameters: What the algorithm was run with; empty where that is not known.
    """
    first = next(iter(deployments), "")
    if is_unique(first):
        return digest(["lean", first])
    known = traded(tracker, begun)
    return digest(["traded", known, {} if known.live else dict(sorted(parameters.items()))])


def is_unique(name: str) -> bool:
    """Whether an id of LEAN's is of one run alone, and no name of an algorithm."""
    return _UNIQUE.fullmatch(name) is not None


def traded_key(tracker: PerformanceTracker) -> str:
    """What the run that a tracker saw has traded, as a text; empty without a trade."""
    known = traded(tracker, None)
    return digest(known) if known.sids else ""


def _second(time: datetime | None) -> str | None:
    """A time to the second: sources state parts of one differently."""
    if time is None:
        return None
    return datetime.fromtimestamp(round(time.timestamp()), time.tzinfo).isoformat()


def digest(key: object) -> str:
    """A short hash of what tells a run from others."""
    return sha256(json.dumps(key).encode()).hexdigest()[:DIGITS]

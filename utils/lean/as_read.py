"""What hooks read of orders and marks, as it was read, and the events that it becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.events.orders import NO_RATES, Fill, Submission
from models.ledger.lots import build
from models.ledger.mark_columns import MarkColumns
from utils.lean.clock import AlgorithmClock
from utils.lean.conversions import all_utc
from utils.lean.securities import KeptSecurity

# A fill or a market order's first event: the time (UTC, or the algorithm's own, which has no zone),
# whether it is a fill, and what `Journal.fill` or `Journal.submit` is given.
AsRead = tuple[datetime, bool, int, int, KeptSecurity, str | bool, *tuple[float, ...]]


def make_events(entries: list[Any], first: int, clock: AlgorithmClock, home: str) -> None:
    """Make events of what was read, and give marks their time in UTC, each in its place.

    Args:
        entries: Events, `AsRead` and marks by the algorithm's clock, in the order they came.
        first: The place of the first that may not be what it is to be.
        clock: The clock of the day that all from there on are of.
        home: The account currency, which a fee is in.
    """
    before = moment = datetime.min
    for place in range(first, len(entries)):
        entry = entries[place]
        if type(entry) is MarkColumns:
            entries[place] = entry._replace(times=all_utc(entry.times, clock.ahead))
        elif type(entry) is tuple:
            time, is_fill, order_id, event_id, kept, said, *figures = entry
            if time != before:  # most come at once
                before, moment = time, clock.utc_of(time)
            known = moment, order_id, event_id, kept.instrument.sid
            if is_fill:
                size, price, fee = figures
                currency = home if fee else ""
                entries[place] = Fill(*known, size, price, fee, currency, NO_RATES, final=said)
            else:
                entries[place] = build(Submission, (*known, said, *figures))

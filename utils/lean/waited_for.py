"""What is not held, and whose price the marks of the journal show all the same: for markouts."""

from __future__ import annotations

from collections.abc import Mapping

from models.tracker.core import Core
from utils.lean.securities import KeptSecurity

# So many instruments at most: the price of each is read at every mark until the last markout of
# its fills, a day later. Marks booked the plain way read it where a markout is due alone.
MOST_BESIDE = 16


def waited_for(core: Core, by_sid: Mapping[str, KeptSecurity]) -> list[str] | None:
    """The Symbol IDs of what markouts wait for and nobody holds.

    Args:
        core: Its books and markouts.
        by_sid: The securities seen so far.

    Returns:
        None where the journal must not stand: they are too many, or a price is not all there is.
    """
    execution = core.execution
    if execution is None:
        return []
    books = core.ledger.books
    beside = [sid for sid in execution.waiting() - books.held.keys() if sid in by_sid]
    known = all(sid in books.holdings and by_sid[sid].by_price for sid in beside)
    if len(beside) > MOST_BESIDE or not known:
        return None
    return None if any(books.holdings[sid].unpriced for sid in beside) else beside

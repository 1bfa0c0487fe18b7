"""What a state leaves out where the store has no room for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from utils.store.trade_rows import last_rows


class LeftOut(NamedTuple):
    """What a state leaves out so that it fits.

    Attributes:
        rows: The most trades of a book in memory that it has; None for all.
        columns: Whether it has the columns of every trade.
        told: What the user is told; empty for nothing.
    """

    rows: int | None
    columns: bool
    told: str


_GONE = "the store is full; a saved state leaves out"
STAYS = "after a restart they are gone, all sums stay exact"

# What is left out in turn, until a state fits.
LEFT_OUT = (
    LeftOut(None, True, ""),
    LeftOut(1_000, True, f"{_GONE} trades but the last 1,000 of each book: {STAYS}"),
    LeftOut(0, True, f"{_GONE} the single trades that no segment has: {STAYS}"),
    LeftOut(
        1_000,
        False,
        f"{_GONE} the trades' columns: after a restart trade statistics are those of the last "
        "trades, all sums stay exact",
    ),
    LeftOut(0, False, f"{_GONE} all single trades and trade statistics: {STAYS}"),
)


def without(state: Mapping[str, Any], left_out: LeftOut) -> Mapping[str, Any]:
    """Return a state without what it leaves out."""
    if left_out.rows is None:
        return state
    logs = state["trades"].items()
    trades = {
        book: {**log, "trades": last_rows(log["trades"], left_out.rows)} for book, log in logs
    }
    columns = state["statistics"] if left_out.columns else None
    return {**state, "trades": trades, "statistics": columns}

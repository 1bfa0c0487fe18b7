"""What structures are open, and which closed: the answers of the structures book."""

from __future__ import annotations

from collections.abc import Mapping

from models.errors import UnknownStrategyError
from models.structures.record import StructureRecord
from models.tracker.core import Core
from models.tracker.trades import TradeFilter

NO_PRICES: Mapping[str, float] = {}


class TradeStructures:
    """Answers which structures are open, and which closed.

    Args:
        core: Whose structures are asked for.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def open(self, strategy: str | None, prices: Mapping[str, float]) -> list[StructureRecord]:
        """Those that are open at the last mark, the oldest first.

        Args:
            strategy: Only this one's.
            prices: Underlying's Symbol ID -> its price, beside those of what is held.

        Raises:
            UnknownStrategyError: There is no such strategy.
        """
        core = self._core
        with core.lock:
            self._check(strategy)
            found = core.structures.open_records(prices)
        return [each for each in found if strategy in (None, each.strategy)]

    def closed(self, wanted: TradeFilter) -> list[StructureRecord]:
        """Those that closed and are kept, in the order of closing.

        A symbol is the underlying's, or that of a leg.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: The limit is negative or the time without a zone.
        """
        wanted.check()
        core = self._core
        with core.lock:
            self._check(wanted.strategy)
            kept = list(core.structures.closed)
        found = [each for each in kept if _wants(wanted, each)]
        limit = wanted.limit
        return found if limit is None else found[len(found) - min(limit, len(found)) :]

    def _check(self, strategy: str | None) -> None:
        known = self._core.ledger.books.accounts
        if strategy is not None and strategy not in known:
            raise UnknownStrategyError(strategy, known)


def _wants(wanted: TradeFilter, found: StructureRecord) -> bool:
    """Whether a closed structure is one of those asked for, whatever the limit."""
    names = {found.symbol, found.underlying}
    names.update(name for leg in found.legs for name in (leg.symbol, leg.sid))
    return (
        wanted.strategy in (None, found.strategy)
        and (wanted.symbol is None or wanted.symbol in names)
        and (wanted.since is None or (found.closed or found.opened) >= wanted.since)
    )

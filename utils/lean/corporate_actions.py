"""The corporate actions of a slice: symbol changes, dividends, splits and delistings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.events.event import Event
from models.tracker.structures import NO_PRICES
from utils.lean.securities import Securities

if TYPE_CHECKING:
    from AlgorithmImports import Delistings, Dividends, Slice, Splits, SymbolChangedEvents


class CorporateActionReader:
    """Reads the corporate actions of LEAN's slices.

    Args:
        securities: The securities seen so far.
    """

    def __init__(self, securities: Securities) -> None:
        self._sid_of = securities.sid_of

    def read(
        self, data: Slice, time: datetime, prices: Mapping[str, float] = NO_PRICES
    ) -> Iterator[Event]:
        """Yield the corporate actions of a slice in the order in which LEAN carries them out.

        Args:
            data: The slice.
            time: UTC of the slice.
            prices: Those of its mark, as far as they were read already: they are after the splits.
        """
        changes, dividends = data.symbol_changed_events, data.dividends
        splits, delistings = data.splits, data.delistings
        if changes.count:
            yield from self._symbol_changes(changes, time)
        if dividends.count:
            yield from self._dividends(dividends, time)
        if splits.count:
            yield from self._splits(splits, time, prices)
        if delistings.count:
            yield from self._delistings(delistings, time)

    def _symbol_changes(self, changes: SymbolChangedEvents, time: datetime) -> Iterator[Event]:
        """Yield the changes of tickers."""
        for symbol, change in changes.items():
            old, new = str(change.old_symbol), str(change.new_symbol)
            yield SymbolChange(time, self._sid_of(symbol), old, new)

    def _dividends(self, dividends: Dividends, time: datetime) -> Iterator[Event]:
        """Yield the dividends, quote currency a share."""
        for symbol, dividend in dividends.items():
            yield Dividend(time, self._sid_of(symbol), dividend.distribution)

    def _splits(
        self, splits: Splits, time: datetime, prices: Mapping[str, float]
    ) -> Iterator[Event]:
        """Yield the splits, and the warnings of splits that come the day before."""
        for symbol, split in splits.items():
            kind, sid = SplitKind(str(split.type)), self._sid_of(symbol)
            factor, reference = split.split_factor, split.reference_price
            yield Split(time, sid, kind, factor, reference, prices.get(sid, 0.0))

    def _delistings(self, delistings: Delistings, time: datetime) -> Iterator[Event]:
        """Yield the delistings, and the warnings of them."""
        for symbol, delisting in delistings.items():
            yield Delisting(time, self._sid_of(symbol), DelistingKind(str(delisting.type)))

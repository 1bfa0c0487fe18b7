"""The corporate actions of a slice: in LEAN's order, at the slice's prices."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from utils.lean.corporate_actions import CorporateActionReader

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


class BySymbol(dict[str, SimpleNamespace]):
    """What a slice has of one kind, by symbol."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self)


def slice_of(**actions: SimpleNamespace) -> Any:
    """A slice with these actions of the instrument A."""
    kinds = ("symbol_changed_events", "dividends", "splits", "delistings")
    return SimpleNamespace(
        **{kind: BySymbol({"A": actions[kind]} if kind in actions else {}) for kind in kinds}
    )


def reader() -> CorporateActionReader:
    """A reader to which every symbol is its own id."""
    securities: Any = SimpleNamespace(sid_of=str)
    return CorporateActionReader(securities)


def test_the_actions_of_a_slice_come_in_leans_order() -> None:
    """LEAN carries out symbol changes first, then dividends, splits and delistings."""
    data = slice_of(
        delistings=SimpleNamespace(type="DELISTED"),
        splits=SimpleNamespace(type="SPLIT_OCCURRED", split_factor=0.5, reference_price=80.0),
        dividends=SimpleNamespace(distribution=0.25),
        symbol_changed_events=SimpleNamespace(old_symbol="OLD", new_symbol="NEW"),
    )
    assert list(reader().read(data, NOON, {"A": 41.0})) == [
        SymbolChange(NOON, "A", "OLD", "NEW"),
        Dividend(NOON, "A", 0.25),
        Split(NOON, "A", SplitKind("SPLIT_OCCURRED"), 0.5, 80.0, 41.0),
        Delisting(NOON, "A", DelistingKind("DELISTED")),
    ]


def test_a_split_of_what_the_mark_does_not_price_has_no_price() -> None:
    """A price of 0 says that it is unknown."""
    data = slice_of(splits=SimpleNamespace(type="WARNING", split_factor=0.5, reference_price=80.0))
    (split,) = reader().read(data, NOON)
    assert isinstance(split, Split)
    assert split.price == 0.0


def test_a_quiet_slice_has_no_actions() -> None:
    """Nothing is yielded where LEAN has nothing of any kind."""
    assert list(reader().read(slice_of(), NOON)) == []

"""Combinations: what closed trades have in common, numbered, so that a trade keeps a number alone.

An option-heavy run makes a new combination with every contract. Those that came first are packed
into blocks, which no figure needs unpacked that does not ask for instruments.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from models.codec import TEXT, dict_of, list_of, packed_json, unpacked_json
from models.errors import StateError
from models.fields import Field
from models.records import row_codec

# Combinations that are looked up in memory before they are packed.
LOOKED_UP = 1_024


class CommonFields(NamedTuple):
    """What many trades have in common."""

    strategy: str
    sid: str
    direction: str
    exit_reason: str
    order_type: str


class InstrumentNames(NamedTuple):
    """What an instrument is called, as of its last trade."""

    symbol: str
    underlying: str
    security_type: str


# What `CommonFields` says beside the instrument.
_KIND_FIELDS = ("strategy", "direction", "exit_reason", "order_type")
_Kind = tuple[str, str, str, str]

_COMMON_ROWS = list_of(row_codec(CommonFields))
_NAMES_ROWS = dict_of(row_codec(InstrumentNames))


class Combinations:
    """The combinations of `CommonFields` in the order of their numbers.

    Attributes:
        FIELDS: What is saved of them; the numbers go on from the packed to the others.
    """

    __slots__ = ("_about", "_blocks", "_cells", "_kind", "_kinds")

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("cells", _COMMON_ROWS, "_common.unpacked"),
        Field("about", _NAMES_ROWS, "_common.about"),
    )
    PACKED: ClassVar[Field] = Field("packed", list_of(TEXT), "_common.blocks", absent=[])

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._cells: dict[tuple[str, ...], int] = {}  # those that are not packed
        self._about: dict[str, InstrumentNames] = {}  # by sid, of those that are not packed
        self._kinds: dict[_Kind, int] = {}
        self._kind = array("I")  # of each combination, by number

    def __len__(self) -> int:
        return len(self._kind)

    def number(self, key: tuple[str, ...], symbol: str) -> int | None:
        """The number of a combination whose instrument has that ticker; None where it is new."""
        about = self._about.get(key[1])
        return self._cells.get(key) if about is not None and about.symbol == symbol else None

    def add(self, key: tuple[str, ...], names: InstrumentNames) -> int:
        """Number a combination, or name its instrument anew."""
        if len(self._cells) >= LOOKED_UP:
            self._pack()
        self._about[key[1]] = names
        number = self._cells.get(key)
        if number is None:
            number = self._cells[key] = self._count(key)
        return number

    def _count(self, key: tuple[str, ...]) -> int:
        """Take note of what is new in a combination, and number it."""
        strategy, _, direction, reason, order_type = key
        kind = strategy, direction, reason, order_type
        self._kind.append(self._kinds.setdefault(kind, len(self._kinds)))
        return len(self._kind) - 1

    def _pack(self) -> None:
        """Pack the combinations that are not."""
        rows = [[*self._cells], self._about]
        self._blocks.append(packed_json(rows))
        self._cells, self._about = {}, {}

    # --- groups

    def values(self, field: str) -> list[str]:
        """A field of `CommonFields` but the instrument, of each combination by number."""
        at = _KIND_FIELDS.index(field)
        values = [kind[at] for kind in self._kinds]
        return [values[kind] for kind in self._kind]

    def names(self) -> list[InstrumentNames]:
        """The names of the instrument of each combination, by number."""
        sids, names = list[str](), dict[str, InstrumentNames]()
        for cells, about in self._all():
            sids += [cell.sid for cell in cells]
            names.update(about)
        return [names[sid] for sid in sids]

    def _all(self) -> Iterator[tuple[list[CommonFields], dict[str, InstrumentNames]]]:
        """Yield the combinations and the names of each block, and those that are not packed."""
        for block in self._blocks:
            cells, about = unpacked_json(block)
            yield _COMMON_ROWS.decode(cells), _NAMES_ROWS.decode(about)
        yield self.unpacked, self._about

    # --- state

    def check(self) -> None:
        """Raise `StateError` where a combination is of an instrument without a name."""
        for cells, about in self._all():
            for cell in cells:
                if cell.sid not in about:
                    raise StateError(f"does not name {cell.sid!r}", "about")

    @property
    def unpacked(self) -> list[CommonFields]:
        """The combinations that are not packed."""
        return [*map(CommonFields._make, self._cells)]

    @unpacked.setter
    def unpacked(self, found: list[CommonFields]) -> None:
        """Take them over; `blocks` numbers them."""
        self._cells = dict.fromkeys(found, 0)

    @property
    def about(self) -> dict[str, InstrumentNames]:
        """The names of the instruments of those that are not packed, by sid."""
        return self._about

    @about.setter
    def about(self, names: dict[str, InstrumentNames]) -> None:
        """Take the names over."""
        self._about = names

    @property
    def blocks(self) -> list[str]:
        """The packed combinations; setting them numbers all."""
        return self._blocks

    @blocks.setter
    def blocks(self, blocks: list[str]) -> None:
        """Take the blocks over, and number all."""
        self._blocks = blocks
        self._kinds, self._kind = {}, array("I")
        waiting = self._cells
        for block in blocks:
            for cell in unpacked_json(block)[0]:
                self._count(cell)
        self._cells = {key: self._count(key) for key in waiting}

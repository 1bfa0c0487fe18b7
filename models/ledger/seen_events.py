"""Which order events were booked already, so that one delivered twice changes nothing."""

from __future__ import annotations

from array import array
from typing import ClassVar

from models.codec import WHOLE, list_of, packed_column
from models.fields import Field, Restorable, Table
from models.rows import row_of

# Order ids above this are not LEAN's own counting from 1 and are kept in a dictionary.
COUNTED_IDS = 50_000_000

# Event ids from here on do not fit into two bytes.
IDS = 65_535


class SeenEvents(Restorable):
    """Which (order id, event id) came already: two bytes an order, as LEAN counts both from 1."""

    STATE: ClassVar[Table] = Table(
        Field("through", packed_column("H"), "_through_last"),
        Field("ahead", list_of(row_of(WHOLE, list_of(WHOLE))), "_ahead_sorted"),
        Field("lowest", WHOLE),
    )

    def __init__(self) -> None:
        self._through = array("H")  # by order id: all event ids up to this one were seen
        self._ahead: dict[int, set[int]] = {}
        self.lowest = 0  # orders by hand are numbered downwards, with one event each

    def add(self, order_id: int, event_id: int) -> bool:
        """Remember the event; False when it was seen before."""
        through = self._through
        if not (0 <= order_id < len(through) and event_id == through[order_id] + 1 < IDS):
            return self._add_out_of_turn(order_id, event_id)
        through[order_id] = event_id
        if self._ahead and order_id in self._ahead:
            self._catch_up(order_id)
        return True

    def _add_out_of_turn(self, order_id: int, event_id: int) -> bool:
        """Remember an event that is not the next one of an order within the array."""
        if order_id < 0:
            new, self.lowest = order_id < self.lowest, min(order_id, self.lowest)
            return new
        if order_id >= COUNTED_IDS or not 0 < event_id < IDS:
            return self._add_ahead(order_id, event_id)
        through = self._through
        if order_id >= len(through):
            through.extend([0] * (order_id + 256 - len(through)))
            return self.add(order_id, event_id)
        return event_id > through[order_id] and self._add_ahead(order_id, event_id)

    def contains(self, order_id: int, event_id: int) -> bool:
        """Whether the event was seen."""
        if order_id < 0:
            return order_id >= self.lowest
        if event_id in self._ahead.get(order_id, ()):
            return True
        return 0 <= order_id < len(self._through) and 0 < event_id <= self._through[order_id]

    def _add_ahead(self, order_id: int, event_id: int) -> bool:
        """Remember an event ahead of its order's next one; False when it was seen before."""
        ahead = self._ahead.setdefault(order_id, set())
        if event_id in ahead:
            return False
        ahead.add(event_id)
        return True

    def _catch_up(self, order_id: int) -> None:
        """Count the events that came ahead and are next now."""
        ahead = self._ahead[order_id]
        while self._through[order_id] + 1 in ahead:
            self._through[order_id] += 1
            ahead.remove(self._through[order_id])
        if not ahead:
            del self._ahead[order_id]

    @property
    def _through_last(self) -> array[int]:
        """`_through` up to the last order that has an event."""
        through = self._through[:]
        while through and not through[-1]:
            through.pop()
        return through

    @_through_last.setter
    def _through_last(self, through: array[int]) -> None:
        self._through = through

    @property
    def _ahead_sorted(self) -> list[tuple[int, list[int]]]:
        """`_ahead` with the event ids in rising order."""
        return [(order_id, sorted(ids)) for order_id, ids in self._ahead.items()]

    @_ahead_sorted.setter
    def _ahead_sorted(self, ahead: list[tuple[int, list[int]]]) -> None:
        self._ahead = {order_id: set(ids) for order_id, ids in ahead}

"""The lines of a tape in their turn: looked at before it, and in batches of one instant."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Set

from workbench.engine.slices import CORPORATE_LINES
from workbench.engine.tape import TapeError, TapeLine


class Ahead:
    """The lines of a tape, which may be looked at before it is their turn.

    A line that cannot be read raises in its turn, and not when somebody looks for it.

    Args:
        lines: The lines.
    """

    def __init__(self, lines: Iterable[TapeLine]) -> None:
        self._lines = iter(lines)
        self._waiting: deque[TapeLine] = deque()
        self._damage: TapeError | None = None

    def __iter__(self) -> Iterator[TapeLine]:
        return self

    def __next__(self) -> TapeLine:
        if self._waiting:
            return self._waiting.popleft()
        if self._damage is not None:
            raise self._damage
        return next(self._lines)

    def first(self, types: Set[str]) -> TapeLine | None:
        """Return the first coming line of some types; None where there is none."""
        for line in self._waiting:
            if line.type in types:
                return line
        while self._damage is None:
            try:
                line = next(self._lines)
            except StopIteration:
                break
            except TapeError as damage:
                self._damage = damage
                break
            self._waiting.append(line)
            if line.type in types:
                return line
        return None


def batches(lines: Iterable[TapeLine]) -> Iterator[list[TapeLine]]:
    """Yield each line by itself, but a corporate one with all that follow it at its instant."""
    batch: list[TapeLine] = []
    for line in lines:
        if batch and line.utc != batch[0].utc:
            yield batch
            batch = []
        if batch or line.type in CORPORATE_LINES:
            batch.append(line)
        else:
            yield [line]
    if batch:
        yield batch

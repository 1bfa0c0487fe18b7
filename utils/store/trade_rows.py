"""The closed trades of a saved state: those in memory as rows, encoded once, or in segments."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from models.later import BETWEEN_ROWS, ROWS_AT_ONCE, LaterRows, row_texts
from models.trades.record import TRADE_ROW
from utils.store.snapshot import Segment

# What a saved log must have so that trades can be put into it, a number, a number and a list.
_NEEDED = ("written", "archived", "trades")


class EncodedTrades:
    """The rows of trades in memory, each of which becomes JSON once."""

    def __init__(self) -> None:
        self._books: dict[str, _EncodedRows] = {}

    def rest(
        self,
        logs: Mapping[str, Mapping[str, Any]],
        archive: Sequence[Segment],
        missing: Mapping[str, int],
    ) -> dict[str, dict[str, Any]]:
        """The logs of a state without the trades in memory that its segments have.

        Args:
            logs: The state of the log of each book, captured or as JSON.
            archive: The segments that belong to the state.
            missing: By book the trades that are in none of them any more.
        """
        found: dict[str, dict[str, Any]] = {}
        for book, log in logs.items():
            stored = sum(segment.trades for segment in archive if segment.book == book)
            stored += missing.get(book, 0)
            written = max(0, stored - log["forgotten"] - log["archived"])
            trades = log["trades"]
            if isinstance(trades, LaterRows):
                rows = self._books.setdefault(book, _EncodedRows())
                left: Any = LaterTexts(rows, trades.records[written:])
            else:
                left = trades[written:]
            found[book] = {**log, "trades": left, "written": written}
        return found


class _EncodedRows:
    """The JSON text of the rows of one book without their brackets, the oldest first."""

    def __init__(self) -> None:
        self._rows: deque[tuple[tuple[Any, ...], str]] = deque()

    def texts(self, records: Sequence[Any]) -> Iterator[list[str]]:
        """Yield the texts of records that follow on those of the last call, some at a time.

        One that was amended is another, and encoded again with all after it.
        """
        rows = self._rows
        while rows and not (records and rows[0][0] is records[0]):
            rows.popleft()
        pairs = zip(rows, records, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0][0] is pair[1], pairs))
        while len(rows) > same:
            rows.pop()
        for start in range(len(rows), len(records), ROWS_AT_ONCE):
            batch = records[start : start + ROWS_AT_ONCE]
            rows.extend(zip(batch, row_texts([*TRADE_ROW.encode_all(batch)]), strict=True))
            yield []
        whole = [text for _, text in rows]
        for start in range(0, len(whole), ROWS_AT_ONCE):
            yield whole[start : start + ROWS_AT_ONCE]


class LaterTexts(LaterRows):
    """Trades whose rows were encoded at the last save, as far as they were there.

    Args:
        rows: What was encoded.
        records: The trades.
    """

    def __init__(self, rows: _EncodedRows, records: Sequence[tuple[Any, ...]]) -> None:
        super().__init__(records, TRADE_ROW)
        self._encoded = rows

    def last(self, most: int) -> LaterRows:
        """The last so many of them."""
        records = self.records
        return LaterRows(records[max(0, len(records) - most) :], TRADE_ROW)

    def texts(self) -> Iterator[str]:
        """The rows in pieces."""
        opening = "[["
        for texts in self._encoded.texts(self.records):
            if texts:
                yield opening + BETWEEN_ROWS.join(texts)
                opening = BETWEEN_ROWS
            else:
                yield ""
        yield "]]" if opening == BETWEEN_ROWS else "[]"


def last_rows(trades: Any, most: int) -> Any:
    """The last trades of a saved log, as they were given."""
    if isinstance(trades, LaterTexts):
        return trades.last(most)
    return trades[len(trades) - most :] if len(trades) > most else trades


def with_written(
    logs: Any, archive: Sequence[Segment], rows_of: Callable[[Segment], Sequence[Any] | None]
) -> Any:
    """The logs of a saved state with the trades in memory that its segments have.

    Trades of a segment that cannot be read now stay where they are, and are read when asked for.

    Args:
        logs: The saved log of each book; what is none stays as it is, for a restore to refuse.
        archive: The segments that belong to the state.
        rows_of: The rows of a segment; None where it cannot be read.
    """
    if not isinstance(logs, dict):
        return logs
    found: dict[str, Any] = dict(logs)
    for book, log in logs.items():
        if not isinstance(log, dict) or [*map(type, map(log.get, _NEEDED))] != [int, int, list]:
            continue
        written, rows = log["written"], list[Any]()
        for segment in reversed([each for each in archive if each.book == book]):
            if len(rows) >= written:
                break
            there = rows_of(segment)
            if there is None:
                break
            rows[:0] = there
        have = min(written, len(rows))
        trades = [*rows[len(rows) - have :], *log["trades"]]
        archived = log["archived"] + written - have
        found[book] = {**log, "archived": archived, "trades": trades, "written": have}
    return found

"""Finished contracts: what is flat and traded no more, as one packed row of terms each.

An option-heavy run trades a new contract with every trade. What its lots, extremes and descriptions
take in memory would grow with the run; packed, a contract takes some 100 bytes, and no figure by
instrument is lost. One that is traded again is taken out and goes on as if it had never left.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any, ClassVar, NamedTuple

import numpy as np

from models.codec import TEXT, list_of, packed_column, packed_json, unpacked_json
from models.errors import StateError
from models.events.instruments import Instrument
from models.fields import Field, Restorable, Table
from models.ledger.terms import BALANCES, TERMS_ROW, Balance, Terms
from models.records import row_codec
from models.rows import row_of

ROWS_TOGETHER = 128  # contracts that are packed together
_TAKEN = 0  # the mark of a row that was taken out again


class FinishedTerms(NamedTuple):
    """What one strategy earned by a contract."""

    strategy: str
    terms: Terms
    balances: dict[str, Balance]


class FinishedContract(NamedTuple):
    """A contract that is flat.

    Attributes:
        instrument: Its description.
        ticker: Its ticker now.
        holding: The state of LEAN's holding.
        earned: What each strategy that traded it earned by it.
    """

    instrument: Instrument
    ticker: str
    holding: list[Any]
    earned: list[FinishedTerms]


_INSTRUMENT_ROW = row_codec(Instrument, Instrument.SAVED)
_EARNED_ROWS = list_of(row_of(TEXT, TERMS_ROW, BALANCES, make=FinishedTerms._make))


def _check_finished(finished: Finished) -> None:
    """Raise `StateError` where the rows are not those of the marks, or one cannot be read."""
    blocks = [_unpacked_rows(block) for block in finished._blocks]
    if any(len(rows) != ROWS_TOGETHER for rows in blocks):
        raise StateError("has a block of too many or too few rows", "blocks")
    if len(finished._marks) != len(blocks) * ROWS_TOGETHER:
        raise StateError(f"are {len(finished._marks)}", "marks")
    for row in chain.from_iterable(blocks):
        _contract(row)


class Finished(Restorable):
    """The contracts that left memory, the ones that finished first being the first."""

    STATE: ClassVar[Table] = Table(
        Field("blocks", list_of(TEXT), "_blocks"),
        Field("marks", packed_column("Q"), "_marks"),
        check=_check_finished,
    )

    def __init__(self) -> None:
        self._blocks: list[str] = []  # each of so many rows
        self._marks = array("Q")  # of each row, by which it is found

    def __len__(self) -> int:
        return len(self._marks) - self._marks.count(_TAKEN)

    def put(self, contracts: Sequence[FinishedContract]) -> None:
        """Pack contracts, as many as a block has rows."""
        rows = [_row(contract) for contract in contracts]
        self._blocks.append(packed_json(rows))
        self._marks.extend(_mark(contract.instrument.sid) for contract in contracts)

    def find(self, sid: str) -> FinishedContract | None:
        """A contract; None where it is none of these."""
        return next((found for _, found in self._at(sid)), None)

    def take(self, sid: str) -> FinishedContract | None:
        """Take a contract out, to go on with it; None where it is none of these."""
        for at, found in self._at(sid):
            self._marks[at] = _TAKEN
            return found
        return None

    def _at(self, sid: str) -> Iterator[tuple[int, FinishedContract]]:
        """Yield the place of a contract with it, where it is one of these."""
        if not self._marks:
            return
        for at in np.flatnonzero(np.array(self._marks) == np.uint64(_mark(sid))).tolist():
            block, row = divmod(at, ROWS_TOGETHER)
            found = _contract(_unpacked_rows(self._blocks[block])[row])
            if found.instrument.sid == sid:
                yield at, found

    def __iter__(self) -> Iterator[FinishedContract]:
        marks = iter(self._marks)
        for block in self._blocks:
            for row, mark in zip(_unpacked_rows(block), marks, strict=False):
                if mark != _TAKEN:
                    yield _contract(row)


def _mark(sid: str) -> int:
    """A number for a Symbol ID that another one hardly has, and never that of a taken row."""
    return int.from_bytes(blake2b(sid.encode(errors="replace"), digest_size=8).digest()) or 1


def _row(contract: FinishedContract) -> list[Any]:
    instrument, ticker, holding, earned = contract
    return [_INSTRUMENT_ROW.encode(instrument), ticker, holding, _EARNED_ROWS.encode(earned)]


def _contract(row: Sequence[Any]) -> FinishedContract:
    instrument, ticker, holding, earned = row
    return FinishedContract(
        _INSTRUMENT_ROW.decode(instrument), ticker, holding, _EARNED_ROWS.decode(earned)
    )


def _unpacked_rows(block: str) -> list[Any]:
    rows: list[Any] = unpacked_json(block)
    return rows

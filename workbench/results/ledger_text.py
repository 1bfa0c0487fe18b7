"""The ledger that a run left in LEAN's own result (`models.ledger.result_text`), read back."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models.errors import TrackerError
from models.ledger.result_text import LEDGER_STATISTIC, LEDGER_TEXT_MARK
from models.ledger.statement import Sheet, sum_sheets

# The most that is unpacked: a text of the most bytes that is written holds far less.
MOST_UNPACKED_BYTES = 4 * 1024 * 1024


class LedgerTextError(TrackerError, LookupError):
    """A text is no ledger of a run, or was cut or changed; the message says which."""


class Worth(NamedTuple):
    """What a unit of an instrument's price is worth.

    Attributes:
        multiplier: Units of the underlying in a contract.
        currency: The currency of its P&L.
        rate: Account currency per unit of that currency at the end of the run.
    """

    multiplier: float
    currency: str
    rate: float


@dataclass(frozen=True, slots=True)
class ResultLedger:
    """The ledger of a run as its result tells it; money in account currency.

    Attributes:
        begun: When the books were opened; earlier than the run's start where it went on from a
            saved state. None where they never were.
        time: The last event; None without one.
        currency: The account's.
        starting_equity: What the account opened with.
        flows: Deposits less withdrawals.
        unexplained: LEAN's equity less the sum of all other terms.
        strategies: Strategy -> its terms, those with the largest first.
        others: The sum of the terms of the strategies that are left out.
        instruments: Symbol ID -> what a unit of its price is worth.
        strategies_left_out: How many strategies did not fit.
        instruments_left_out: How many instruments did not fit.
    """

    begun: datetime | None
    time: datetime | None
    currency: str
    starting_equity: float
    flows: float
    unexplained: float
    strategies: Mapping[str, Sheet]
    others: Sheet
    instruments: Mapping[str, Worth]
    strategies_left_out: int
    instruments_left_out: int

    @property
    def total(self) -> Sheet:
        """The account's terms."""
        return sum_sheets([*self.strategies.values(), self.others])


def ledger_in_result(result: Mapping[str, Any]) -> ResultLedger | None:
    """The ledger in a result file of LEAN's; None where the run left none.

    Raises:
        LedgerTextError: There is one that cannot be read.
    """
    statistics = result.get("statistics") or result.get("Statistics") or {}
    text = statistics.get(LEDGER_STATISTIC) if isinstance(statistics, Mapping) else None
    return None if text is None else read_ledger_text(text)


def read_ledger_text(text: object) -> ResultLedger:
    """The ledger that `models.ledger.result_text.ledger_text` wrote.

    Raises:
        LedgerTextError: The text is none, of another version, cut or changed.
    """
    if not isinstance(text, str) or not text.startswith(LEDGER_TEXT_MARK):
        raise LedgerTextError(f"the text is no ledger: it does not begin with {LEDGER_TEXT_MARK}")
    try:
        return _ledger(json.loads(_unpacked(text.removeprefix(LEDGER_TEXT_MARK))))
    except (ValueError, KeyError, TypeError, zlib.error) as problem:
        raise LedgerTextError(f"the ledger in the result is damaged: {problem}") from problem


def _unpacked(packed: str) -> bytes:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(base64.b64decode(packed, validate=True), MOST_UNPACKED_BYTES)
    if not unpacker.eof:
        raise ValueError("it ends too early, or is too large")
    return data


def _ledger(document: Mapping[str, Any]) -> ResultLedger:
    rates = {str(name): float(rate) for name, rate in document["rates"].items()}
    strategies_left_out, instruments_left_out = map(int, document["left_out"])
    return ResultLedger(
        begun=_time(document["begun"]),
        time=_time(document["time"]),
        currency=str(document["currency"]),
        starting_equity=float(document["starting_equity"]),
        flows=float(document["flows"]),
        unexplained=float(document["unexplained"]),
        strategies={str(name): _sheet(terms) for name, *terms in document["strategies"]},
        others=_sheet(document["others"]) if document["others"] else Sheet(),
        instruments={
            str(sid): Worth(float(multiplier), str(currency), rates[currency])
            for multiplier, currency, sids in document["instruments"]
            for sid in sids
        },
        strategies_left_out=strategies_left_out,
        instruments_left_out=instruments_left_out,
    )


def _sheet(terms: list[Any]) -> Sheet:
    return Sheet(*map(float, terms))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

"""The ledger as one short text, which LEAN's own result carries home from where no file can.

    pt1:BASE64            of a JSON object, compressed

It has each term of the law by strategy, and multiplier and currency by instrument with the rates at
the end: what LEAN's result does not tell and every figure of the ledger can be rebuilt from. What
does not fit into `MOST_TEXT_BYTES` is left out and counted, the terms of what is left out stay in
their sum. `workbench.results.ledger_text` reads it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from models.ledger.ledger import Ledger
from models.ledger.statement import Sheet, sum_sheets

# The name in LEAN's summary statistics, and how the text begins: with the version of its form.
LEDGER_STATISTIC = "Tracker ledger"
LEDGER_TEXT_MARK = "pt1:"

MOST_TEXT_BYTES = 16 * 1024

# A name longer than this comes last: it must not keep the others out.
LONG_NAME = 200

# An instrument: Symbol ID, multiplier, P&L currency.
_Described = tuple[str, float, str]


def ledger_text(ledger: Ledger, begun: datetime | None) -> str:
    """The ledger as a text of at most `MOST_TEXT_BYTES`; call it under the tracker's lock.

    Args:
        ledger: What is told.
        begun: UTC of the first deployment that the books went through; None before it.
    """
    sheets, described = _by_weight(ledger), _by_need(ledger)
    most = len(sheets) + len(described)
    fits, fails = 0, most + 1  # how many of the strategies, then the instruments, are told
    count, text = most, ""
    while fails - fits > 1 or not text:
        told = _text(ledger, begun, sheets, described, count)
        if len(told) <= MOST_TEXT_BYTES or not count:
            fits, text = count, told
        else:
            fails = count
        count = (fits + fails) // 2
    return text


def _by_weight(ledger: Ledger) -> list[tuple[str, Sheet]]:
    """The strategies' terms, the largest first."""
    return sorted(
        ledger.sheets().items(),
        key=lambda each: (len(each[0]) > LONG_NAME, -sum(map(abs, astuple(each[1])))),
    )


def _by_need(ledger: Ledger) -> list[_Described]:
    """The instruments; first those of which a price alone does not tell what a unit is worth."""
    books = ledger.books
    finished = (contract.instrument for contract in books.finished)
    every = (*books.instruments.values(), *finished)
    found = [(each.sid, each.multiplier, each.currency) for each in every]
    return sorted(
        found,
        key=lambda each: (
            len(each[0]) > LONG_NAME,
            each[1] == 1.0 and each[2] == books.account_currency,
        ),
    )


def _text(
    ledger: Ledger,
    begun: datetime | None,
    sheets: Sequence[tuple[str, Sheet]],
    described: Sequence[_Described],
    count: int,
) -> str:
    """The text of so many of the strategies and then of the instruments."""
    told, instruments = sheets[:count], described[: max(count - len(sheets), 0)]
    others = sheets[len(told) :]
    books = ledger.books
    groups: dict[tuple[float, str], list[str]] = {}
    for sid, multiplier, currency in instruments:
        groups.setdefault((multiplier, currency), []).append(sid)
    currencies = dict.fromkeys(currency for _, currency in groups)
    document: dict[str, Any] = {
        "begun": begun.isoformat() if begun else None,
        "time": books.time.isoformat() if books.time else None,
        "currency": books.account_currency,
        "starting_equity": books.starting_equity,
        "flows": ledger.flow_total,
        "unexplained": ledger.unexplained,
        "strategies": [[name, *astuple(sheet)] for name, sheet in told],
        "others": astuple(sum_sheets(sheet for _, sheet in others)) if others else None,
        "rates": {currency: books.rates[currency] for currency in currencies},
        "instruments": [[*group, sids] for group, sids in groups.items()],
        "left_out": [len(others), len(described) - len(instruments)],
    }
    data = json.dumps(document, separators=(",", ":")).encode()
    return LEDGER_TEXT_MARK + base64.b64encode(zlib.compress(data, 9)).decode()

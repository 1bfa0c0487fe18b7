"""Dividends whose cash comes later: it stands in for `models/ledger/dues.py`.

In a backtest LEAN books a dividend at once; a broker's cash is waited for in live trading alone,
and LEAN's free tier trades nothing live.
"""

from __future__ import annotations

from datetime import datetime

from models.ledger.books import Books


def remember(_books: Books, _time: datetime, _sid: str, _distribution: float) -> None:
    """Wait for no cash."""


def pay_dues(_books: Books, _time: datetime, _currency: str, _amount: float) -> bool:
    """Return that the cash is something else: none is waited for."""
    return False

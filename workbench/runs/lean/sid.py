"""What the text of a Symbol's ID says of an instrument, as LEAN's SecurityIdentifier packs it.

An ID is a ticker, a number in base 36, and for options `|` and the ID of the underlying. The digits
of the number are, from the right: two of the security type, three of the market, two of the
strike's scale, six of the strike, one of the option's style, five of a date in days since
1899-12-30, and one of the right.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from models.events.instruments import SecurityType
from workbench.runs.lean.fields import ResultError

# LEAN's security types by their numbers.
TYPES = (
    *(SecurityType.BASE, SecurityType.EQUITY, SecurityType.OPTION, SecurityType.COMMODITY),
    *(SecurityType.FOREX, SecurityType.FUTURE, SecurityType.CFD, SecurityType.CRYPTO),
    *(SecurityType.FUTURE_OPTION, SecurityType.INDEX, SecurityType.INDEX_OPTION),
    SecurityType.CRYPTO_FUTURE,
)

# LEAN's markets by their numbers: the first from 1 on, the later ones from 33 on.
_FIRST = (
    "usa fxcm oanda dukascopy bitfinex cmeglobex nymex cbot ice cboe india coinbase kraken bittrex "
    "bithumb binance poloniex coinone hitbtc okcoin bitstamp comex cme sgx hkfe nyseliffe"
)
_LATER = (
    "cfe ftx ftxus binanceus bybit coinbase interactivebrokers eurex ose dydx hyperliquid kalshi"
)
MARKETS = {**dict(enumerate(_FIRST.split(), 1)), **dict(enumerate(_LATER.split(), 33))}

_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_STRIKE_SCALE = 6  # a strike is its digits times ten to its scale less this
_NEGATIVE = 1 << 19  # the bit of a strike below zero
_MOST = 1 << 64

# How an option's ticker ends by the OSI: six digits of the expiry, the right, the strike * 1000.
_OSI = re.compile(r"\d{6}[CP](\d{8})")


class SidFacts(NamedTuple):
    """What an ID tells.

    Attributes:
        ticker: The ticker that the ID was made with.
        security_type: LEAN's security type.
        market: LEAN's market code; its number where it is none of those that are known.
        date: UTC midnight of the expiry or of the first listing; None where it has none.
        strike: An option's strike in quote currency; 0 for others.
        right: "CALL" or "PUT".
        underlying: The underlying's ID; empty where there is none.
    """

    ticker: str
    security_type: SecurityType
    market: str
    date: datetime | None
    strike: float
    right: str
    underlying: str


def read_sid(sid: str, ticker: str = "") -> SidFacts:
    """What an ID tells.

    Args:
        sid: The ID's text.
        ticker: The instrument's ticker: an option's states the strike too, and goes first.

    Raises:
        ResultError: It is no ID.
    """
    own, _, underlying = sid.partition("|")
    name, _, code = own.rpartition(" ")
    packed = int(code, 36) if code.isalnum() and code.isascii() and len(code) <= 13 else -1
    kind = packed % 100
    if not name.strip() or not 0 <= packed < _MOST or kind >= len(TYPES):
        raise ResultError(f"{sid[:60]!r} is no Symbol ID")
    days, market = packed // 10**14 % 10**5, packed // 100 % 1000
    stated = _OSI.search(ticker)
    return SidFacts(
        name.strip(),
        TYPES[kind],
        MARKETS.get(market, str(market)),
        _DAY_ZERO + timedelta(days=days) if days else None,
        int(stated[1]) / 1000 if stated else _strike(packed),
        "PUT" if packed // 10**19 % 10 else "CALL",
        underlying,
    )


def _strike(packed: int) -> float:
    digits, scale = packed // 10**7 % 10**6, packed // 10**5 % 100 - _STRIKE_SCALE
    if digits & _NEGATIVE:
        digits = -(digits ^ _NEGATIVE)
    return float(digits * 10**scale) if scale >= 0 else digits / 10**-scale

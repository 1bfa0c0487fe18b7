"""Instruments as a result's IDs, orders and events describe them, but for their multipliers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from models.events.instruments import SECURITY_RULES, Instrument, SecurityType
from workbench.runs.lean.facts import UNKNOWN_MODE, LeanEvent, LeanFacts
from workbench.runs.lean.sid import SidFacts, read_sid

# The multiplier that LEAN gives where its symbol properties say nothing else; of futures and what
# is on them there is no usual one.
USUAL: Mapping[SecurityType, float] = {
    SecurityType.OPTION: 100.0,
    SecurityType.INDEX_OPTION: 100.0,
    SecurityType.FUTURE: 0.0,
    SecurityType.FUTURE_OPTION: 0.0,
    SecurityType.CRYPTO_FUTURE: 0.0,
}
SMALL_LOT = 1e-8
COIN_LENGTHS = (3, 4, 5, 2, 6)  # of a quote currency at the end of a pair's ticker


class Described(NamedTuple):
    """An instrument without its multiplier.

    Attributes:
        facts: What its ID says.
        ticker: Its ticker.
        quote: The currency of its prices.
        base: The currency bought by a pair or a crypto future, else empty.
        mode: How its prices were adjusted; `UNKNOWN_MODE` where nothing says.
        whole: Whether it trades whole units only, as far as was seen.
    """

    facts: SidFacts
    ticker: str
    quote: str
    base: str
    mode: str
    whole: bool

    def instrument(self, sid: str, multiplier: float) -> Instrument:
        """The instrument with its multiplier."""
        kind = self.facts.security_type
        rules = SECURITY_RULES[kind]
        return Instrument(
            sid=sid,
            ticker=self.ticker,
            security_type=kind,
            quote=self.quote,
            multiplier=multiplier,
            lot=1.0 if self.whole else SMALL_LOT,
            base=self.base,
            market=self.facts.market,
            normalization=self.mode or "RAW",
            underlying=self.facts.underlying if rules.has_strike else "",
            strike=self.facts.strike if rules.has_strike else None,
            right=self.facts.right if rules.has_strike else "",
            expiry=self.facts.date if rules.has_strike or rules.settles_daily else None,
        )


def describe(facts: LeanFacts, sids: Iterable[str]) -> dict[str, Described]:
    """What a result says of each instrument.

    Args:
        facts: The result.
        sids: Their Symbol IDs.

    Raises:
        ResultError: One is no Symbol ID.
    """
    tickers, quotes, modes, broken = _said(facts)
    found: dict[str, Described] = {}
    for sid in sids:
        ticker = tickers.get(sid) or sid.partition(" ")[0]
        packed = read_sid(sid, ticker)
        rules = SECURITY_RULES[packed.security_type]
        quote = quotes.get(sid) or quotes.get(packed.underlying) or ""
        base = ""
        if rules.has_base:
            base, quote = _pair(packed.ticker, quote)
        elif not quote:
            quote = _of_family(packed, quotes) or facts.currency
        found[sid] = Described(
            packed, ticker, quote, base, modes.get(sid, UNKNOWN_MODE), sid not in broken
        )
    return found


def _said(
    facts: LeanFacts,
) -> tuple[dict[str, str], dict[str, str], dict[str, str], set[str]]:
    """By Symbol ID: the ticker, the quote currency, the mode; and what trades in fractions."""
    tickers: dict[str, str] = {}
    quotes: dict[str, str] = {}
    modes: dict[str, str] = {}
    broken: set[str] = set()
    for order in facts.orders.values():
        tickers.setdefault(order.sid, order.ticker)
        if order.currency:
            quotes.setdefault(order.sid, order.currency)
        if order.mode:
            modes.setdefault(order.sid, order.mode)
    for event in facts.events:
        tickers.setdefault(event.sid, event.ticker)
        if event.currency:
            quotes.setdefault(event.sid, event.currency)
        if event.quantity % 1:
            broken.add(event.sid)
    return tickers, quotes, modes, broken


def _pair(ticker: str, quote: str) -> tuple[str, str]:
    """The base and the quote currency of a pair's ticker."""
    if quote and ticker.endswith(quote) and len(ticker) > len(quote):
        return ticker.removesuffix(quote), quote
    length = next(each for each in (*COIN_LENGTHS, 0) if len(ticker) - each >= 2)
    at = len(ticker) - length
    return ticker[:at], quote or ticker[at:] or ticker


def _of_family(packed: SidFacts, quotes: Mapping[str, str]) -> str:
    """The quote currency of an option on what is traded, or of what is traded under it."""
    for sid, quote in quotes.items():
        own, _, underlying = sid.partition("|")
        if packed.ticker in (own.partition(" ")[0], underlying.partition(" ")[0]):
            return quote
    return ""


def traded_sids(events: Iterable[LeanEvent]) -> list[str]:
    """What was ordered, by Symbol ID, in the order of the first event; underlyings too."""
    return list(dict.fromkeys(event.sid for event in events))

"""How structures become records, closed or open at the last mark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.errors import StateError
from models.events.instruments import Instrument
from models.ledger.books import Books
from models.structures.forming import OpenFigures, figures_of, last_day, structure_value
from models.structures.record import CREDIT, DEBIT, StructureLeg, StructureRecord
from models.structures.structure import LegSums, Structure
from models.trades.record import LONG, SHORT

_DAY = timedelta(days=1)

Prices = Mapping[str, float]  # underlying's Symbol ID -> its price


def structure_id(number: int) -> str:
    """The id of a structure; empty for 0, which is none."""
    return f"s{number}" if number else ""


def closed_record(structure: Structure, books: Books, chain_pnl: float) -> StructureRecord:
    """The record of a structure of which nothing is open; `chain_pnl` has its own P&L in it."""
    closed = structure.last_exit or books.time or structure.opened
    gross = structure.gross
    return _record(structure, books, closed, gross, _as_formed(structure), chain_pnl, {})


def open_record_of(
    structure: Structure, books: Books, chain_pnl: float, prices: Prices
) -> StructureRecord:
    """The record of an open structure at the last mark.

    Its name and size are as of when it was last formed, or of what it holds where it was not since
    it changed; its risk is that of what it holds.

    Args:
        structure: The structure.
        books: The books.
        chain_pnl: Net P&L of what it was rolled from.
        prices: Underlyings' prices beside those of what is held.
    """
    value, figures = structure_value(structure, books), figures_of(structure, books)
    if not structure.changed:
        risk, profit = figures.max_risk, figures.max_profit
        figures = _as_formed(structure)._replace(max_risk=risk, max_profit=profit)
    chain = chain_pnl + value - structure.fees
    return _record(structure, books, None, value, figures, chain, prices)


def _as_formed(structure: Structure) -> OpenFigures:
    """The figures as of when it was last formed."""
    return OpenFigures(*(getattr(structure, name) for name in OpenFigures._fields))


def _record(
    structure: Structure,
    books: Books,
    closed: datetime | None,
    gross: float,
    figures: OpenFigures,
    chain_pnl: float,
    prices: Prices,
) -> StructureRecord:
    """The record of a structure that made so much before fees until `closed`, or is open."""
    credit = structure.net_entry > 0.0
    size = figures.quantity * figures.multiplier
    spot = _spot(structure, books, prices)
    now = closed or books.time or structure.opened
    received = structure.exit if not credit else -structure.exit
    return StructureRecord(
        structure_id=structure_id(structure.number),
        name=figures.name,
        side=CREDIT if credit else DEBIT,
        strategy=structure.strategy,
        symbol=books.tickers.get(structure.underlying, structure.underlying.partition(" ")[0]),
        underlying=structure.underlying,
        legs=tuple(_leg(structure, leg, books, spot) for leg in structure.legs),
        opened=structure.opened,
        closed=closed,
        quantity=figures.quantity,
        entry_price=abs(structure.entry) / size if size else 0.0,
        exit_price=received / size if size and closed else None,
        net_entry=structure.net_entry,
        net_exit=None if closed is None else gross - structure.net_entry,
        gross_pnl=gross,
        fees=structure.fees,
        net_pnl=gross - structure.fees,
        mae=min(structure.low, gross),
        mfe=max(structure.high, gross),
        max_risk=figures.max_risk,
        max_profit=figures.max_profit,
        kept=gross / figures.max_profit if figures.max_profit else None,
        days=(now - structure.opened) / _DAY,
        exit_reason="" if closed is None else structure.reason,
        group=structure.group,
        chain=structure_id(structure.chain),
        rolled_from=structure_id(structure.rolled_from),
        chain_pnl=chain_pnl,
        rolls=structure.rolls,
        seeded=structure.seeded,
        multiplier=figures.multiplier,
    )


def _spot(structure: Structure, books: Books, prices: Prices) -> float | None:
    """The underlying's price: what was told, else that of a holding; None where neither is."""
    told = prices.get(structure.underlying)
    if told:
        return told
    if books.held.get(structure.underlying):
        return books.holdings[structure.underlying].price or None
    return None


def described(books: Books, sid: str) -> tuple[Instrument, str]:
    """An instrument and its ticker, of a contract that finished too."""
    known = books.instruments.get(sid)
    if known is None and (contract := books.finished.find(sid)) is not None:
        return contract.instrument, contract.ticker
    return books.instruments[sid], books.tickers[sid]


def check_legs(structure: Structure, books: Books) -> None:
    """Raise `StateError` where a leg was never entered, or of what the books do not know."""
    known = books.instruments
    for leg in structure.legs:
        if not leg.entered > 0.0:
            raise StateError(f"has a leg of {leg.entered:g}", "open")
        if leg.sid not in known and books.finished.find(leg.sid) is None:
            raise StateError(f"has a leg in {leg.sid!r}, which the ledger does not know", "open")
    for stake in structure.stakes:
        if stake.sid not in known:
            raise StateError(f"holds {stake.sid!r}, which the ledger does not know", "open")


def _leg(structure: Structure, leg: LegSums, books: Books, spot: float | None) -> StructureLeg:
    instrument, ticker = described(books, leg.sid)
    stakes = [each for each in structure.stakes if each.sid == leg.sid]
    held = [each for each in stakes if (each.quantity > 0) is leg.long]
    gross = leg.gross
    if held:
        unit, rate = books.holdings[leg.sid].unit_value, books.rates[instrument.currency]
        size = instrument.multiplier * rate
        gross += sum(each.quantity * (unit - each.unit_value) * size for each in held)
    strike = instrument.strike
    return StructureLeg(
        symbol=ticker,
        sid=leg.sid,
        direction=LONG if leg.long else SHORT,
        quantity=leg.entered,
        open_quantity=sum(abs(each.quantity) for each in held),
        entry_price=leg.paid / leg.entered,
        exit_price=leg.received / leg.exited if leg.exited else None,
        gross_pnl=gross,
        fees=leg.fees,
        opened=leg.opened,
        closed=None if held else leg.closed,
        right=instrument.right,
        strike=strike,
        expiry=last_day(instrument),
        exit_reason=leg.reason,
        order_ids=tuple(leg.order_ids),
        distance=spot - strike if held and strike is not None and spot else None,
    )

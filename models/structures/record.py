"""The record of one structure, immutable, with the unit of each field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.codec import Codec, tuple_of
from models.records import Record, Saved, row_codec
from models.trades.record import LONG, SHORT, TradeRecord

STRUCTURES = "structures"  # the book that they are in
CREDIT, DEBIT = "credit", "debit"


@dataclass(frozen=True, slots=True)
class StructureLeg(Record):
    """One instrument of a structure on one side; what was opened and closed of it in all.

    Attributes:
        symbol: The ticker.
        sid: The Symbol's ID.
        direction: "long" or "short".
        quantity: Positive: what was opened, contracts or shares.
        open_quantity: Positive: what is still open.
        entry_price: Mean by quantity, quote currency. Stock that joined later entered at the price
            of the mark at which it did, what was delivered at the strike.
        exit_price: Mean of what was closed, of an index option with what it was paid for; None
            where nothing was.
        gross_pnl: P&L before fees of what was closed, account currency, and of what is open at the
            last mark.
        fees: Fees of entry and exit, account currency.
        opened: UTC of its first entry.
        closed: UTC of its last exit; None while some of it is open.
        right: "CALL" or "PUT"; empty where it is no option.
        strike: An option's, quote currency; None where it is no option.
        expiry: An option's; None where it is no option, or where it is not known.
        exit_reason: Why it was last closed, as of `TradeRecord`; "joined" where it went over to
            another structure.
        order_ids: The orders that opened and closed it, in their order.
        distance: The underlying's price less the strike, quote currency; None where the leg is
            closed or that price is not known.
    """

    symbol: str
    sid: str
    direction: str
    quantity: float
    open_quantity: float
    entry_price: float
    exit_price: float | None
    gross_pnl: float
    fees: float
    opened: datetime
    closed: datetime | None
    right: str
    strike: float | None
    expiry: date | None
    exit_reason: str
    order_ids: tuple[int, ...]
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class StructureRecord(Record):
    """Legs that were opened and closed as one trade.

    Attributes:
        structure_id: Unique within the tracker, in the order of opening.
        name: vertical, calendar, iron condor, ... (`models.structures.shapes`), or custom.
        side: "credit" where its opening brought cash, "debit" where it took some.
        strategy: Whose it is.
        symbol: The underlying's ticker.
        underlying: The underlying's Symbol ID.
        legs: What it was made of, in the order of opening.
        opened: UTC of its first entry.
        closed: UTC of its last exit; None while something is open.
        quantity: How many of the structure: contracts of the leg with the fewest.
        entry_price: Net price of one at entry, for a unit of the underlying, quote currency,
            positive: received where `side` is credit, else paid.
        exit_price: Net price of one at exit: positive where closing took what opening brought, or
            brought what opening took; None while it is open.
        net_entry: Cash of the openings before fees, account currency, positive when received.
            Stock delivered by an exercise or assignment is none of it.
        net_exit: `gross_pnl` less `net_entry` once it is closed: what closing brought, with all
            that was delivered; None while it is open.
        gross_pnl: P&L before fees, account currency; of an open one at the last mark.
        fees: Fees of all fills, account currency, positive when paid.
        net_pnl: `gross_pnl` less `fees`.
        mae: Worst P&L before fees of the whole at any mark and at its end, account currency, 0 or
            negative.
        mfe: Best P&L before fees of the whole, 0 or positive.
        max_risk: What it can lose at most before fees, account currency, positive; None where that
            has no bound, or none that can be told.
        max_profit: What it can make at most before fees; None likewise.
        kept: Share of `max_profit` that `gross_pnl` is; None where that is not known or 0.
        days: Days held, of 24 hours.
        exit_reason: Why the last of it was closed; empty while it is open.
        group: The combo's group, as "#7", or the NAME of `group=NAME`; empty where its legs were
            told together by their shape.
        chain: The first structure of the chain of rolls that it belongs to; its own id where it
            was not rolled from another.
        rolled_from: The structure that the combo which opened it closed; empty without one.
        chain_pnl: Net P&L of the chain up to it, its own included.
        rolls: How often a part of it was rolled while the rest stayed.
        seeded: Whether it was held before the tracker started, or opened outside it.
        multiplier: Units of the underlying in a contract.
    """

    structure_id: str
    name: str
    side: str
    strategy: str
    symbol: str
    underlying: str
    legs: tuple[StructureLeg, ...]
    opened: datetime
    closed: datetime | None
    quantity: float
    entry_price: float
    exit_price: float | None
    net_entry: float
    net_exit: float | None
    gross_pnl: float
    fees: float
    net_pnl: float
    mae: float
    mfe: float
    max_risk: float | None
    max_profit: float | None
    kept: float | None
    days: float
    exit_reason: str
    group: str
    chain: str
    rolled_from: str
    chain_pnl: float
    rolls: int
    seeded: bool
    multiplier: float

    @property
    def is_closed(self) -> bool:
        """Whether nothing of it is open."""
        return self.closed is not None

    @property
    def label(self) -> str:
        """Name and side, as "iron condor (credit)": brokers and LEAN mean opposite sides by it."""
        return f"{self.name} ({self.side})"

    def as_trade(self) -> TradeRecord:
        """The structure as a trade, for the statistics of trades: bought where it was a debit."""
        ids = [order for leg in self.legs for order in leg.order_ids] or [0]
        return TradeRecord(
            self.structure_id,
            self.symbol,
            self.strategy,
            SHORT if self.side == CREDIT else LONG,
            self.opened,
            self.closed or self.opened,
            self.entry_price,
            self.exit_price or 0.0,
            self.quantity,
            self.net_pnl,
            commission=self.fees,
            is_closed=self.is_closed,
            sid=self.underlying,
            gross_pnl=self.gross_pnl,
            multiplier=self.multiplier,
            order_ids=(ids[0], ids[-1]),
            tag=self.group,
            exit_reason=self.exit_reason,
            seeded=self.seeded,
            mae=self.mae,
            mfe=self.mfe,
            book=STRUCTURES,
            entry_notional=abs(self.net_entry),
            risk=self.max_risk,
        )


# Where many are kept.
STRUCTURE_ROW: Codec[StructureRecord] = row_codec(
    StructureRecord, Saved(codecs={"legs": tuple_of(row_codec(StructureLeg))})
)

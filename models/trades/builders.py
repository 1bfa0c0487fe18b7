"""How matches, round trips and open lots become trade records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from models.codec import WHOLE
from models.events.orders import OrderType
from models.fields import Field, Table
from models.ledger.lots import Execution, Lot, Match, build, hand_id
from models.ledger.positions import Position
from models.ledger.round_trips import RoundTrip
from models.trades.record import LONG, LOTS, POSITIONS, SHORT, TradeRecord

# The names of the order types; asking a member for its name at every trade is slow.
ORDER_TYPE_NAMES = {kind: kind.name for kind in OrderType}


def trade_record(
    trade_id: str, ticker: str, position: Position, match: Match, execution: Execution, reason: str
) -> TradeRecord:
    """The record of what a match closed of a position.

    It is built from the tuple of its values, in the order of its fields, because building it by
    keyword takes a tenth of the time that a fill takes in all.

    Args:
        trade_id: The trade's number.
        ticker: The instrument's ticker now.
        position: The position that the lot was in.
        match: What `Position.trade` matched.
        execution: What closed it.
        reason: Why it was closed (`TradeRecord.exit_reason`); empty for a lot that is open.
    """
    lot, signed, gross, entry_fee, exit_fee, low, high, slippage, value = match
    time, order_id, _, price, rate = execution[:5]
    instrument, unit_value = position.instrument, lot.unit_value
    multiplier, commission = instrument.multiplier, entry_fee + exit_fee
    gross = gross * rate + 0.0  # without the sign of a 0, here and below
    pnl = gross - commission
    entry_notional = abs(signed * unit_value) * multiplier * lot.rate
    size = signed * multiplier * rate
    long = signed > 0
    values = (
        trade_id,
        ticker,
        position.strategy,
        LONG if long else SHORT,
        lot.time,
        time,
        lot.price,
        price,
        signed if long else -signed,
        pnl,
        100.0 * pnl / entry_notional if entry_notional else None,
        commission,
        1e4 * slippage / value if value else None,
        bool(reason),
        instrument.sid,
        gross,
        slippage if value else None,
        multiplier,
        (lot.order_id, order_id),
        lot.tag,
        reason,
        lot.seeded,
        size * ((low if long else high) - unit_value) + 0.0,
        size * ((high if long else low) - unit_value) + 0.0,
        LOTS,
        entry_notional,
        ORDER_TYPE_NAMES[lot.order_type],
        abs(signed) * lot.risk if lot.risk else None,
    )
    return build(TradeRecord, values)


def round_trip_record(
    trade_id: str, ticker: str, position: Position, held: RoundTrip, closing: Execution, reason: str
) -> TradeRecord:
    """The record of a round trip that ended, built as `trade_record` builds.

    Args:
        trade_id: The trade's number.
        ticker: The instrument's ticker now.
        position: The position that went from flat to flat.
        held: What was traded from flat to flat.
        closing: The execution that closed it.
        reason: Why it was closed (`TradeRecord.exit_reason`).
    """
    pnl = held.gross - held.fees
    known = bool(held.arrival_value)
    values = (
        trade_id,
        ticker,
        position.strategy,
        SHORT if closing.quantity > 0 else LONG,
        held.time,
        closing.time,
        held.paid / held.entered,
        held.received / held.exited,
        held.exited,
        pnl,
        100.0 * pnl / held.entry_notional if held.entry_notional else None,
        held.fees,
        1e4 * held.slippage / held.arrival_value if known else None,
        True,
        position.instrument.sid,
        held.gross,
        held.slippage if known else None,
        position.instrument.multiplier,
        (held.order_id, closing.order_id),
        held.tag,
        reason,
        held.seeded,
        held.low,
        held.high,
        POSITIONS,
        held.entry_notional,
        ORDER_TYPE_NAMES[held.order_type],
        held.risk or None,
    )
    return build(TradeRecord, values)


def _hand_trade_id(number: int, lot: Lot, position: Position) -> str:
    """The id of a closed trade by hand: that of the open trade that it closes.

    A part that leaves some of that trade open has its number behind the id.
    """
    left = any(each is lot for each in position.lots)
    return f"{hand_id(lot.order_id)}.{number}" if left else hand_id(lot.order_id)


class RecordMaker:
    """Makes the records of what executions close, and numbers them in the order of closing."""

    def __init__(self) -> None:
        self._trades = 0
        self._round_trips = 0

    def trades(
        self,
        ticker: str,
        position: Position,
        closed: Sequence[Match],
        execution: Execution,
        reason: str,
    ) -> list[TradeRecord]:
        """A record for each match of an execution.

        Args:
            ticker: The instrument's ticker now.
            position: Whose lots they were.
            closed: What was matched.
            execution: What closed them.
            reason: Why (`TradeRecord.exit_reason`).
        """
        number, made = self._trades, []
        for match in closed:
            number += 1
            by_hand = match[0].order_id < 0
            trade_id = _hand_trade_id(number, match[0], position) if by_hand else str(number)
            made.append(trade_record(trade_id, ticker, position, match, execution, reason))
        self._trades = number
        return made

    def round_trip(
        self, ticker: str, position: Position, ended: RoundTrip, execution: Execution, reason: str
    ) -> TradeRecord:
        """The record of a round trip that an execution ended; arguments as of `trades`."""
        self._round_trips += 1
        trade_id = f"p{self._round_trips}"
        return round_trip_record(trade_id, ticker, position, ended, execution, reason)

    def state(self) -> list[int]:
        """JSON-able and exact."""
        return _RECORD_COUNTS.to_row(self)

    def restore(self, state: Sequence[int]) -> None:
        """Take over what `state` returned; `StateError` where it is not two whole numbers."""
        _RECORD_COUNTS.restore_row(self, state)


_RECORD_COUNTS = Table(
    Field("trades", WHOLE, "_trades"), Field("round trips", WHOLE, "_round_trips")
)


class Quote(NamedTuple):
    """What an instrument is quoted at now.

    Attributes:
        time: UTC of the last mark.
        ticker: The instrument's ticker.
        price: Last price, quote currency.
        unit_value: `Instrument.unit_value` at that price.
        rate: Account currency per unit of P&L currency.
    """

    time: datetime
    ticker: str
    price: float
    unit_value: float
    rate: float


def open_record(
    position: Position, lot: Lot, seen: tuple[float, float], quote: Quote
) -> TradeRecord:
    """An open lot as a trade that would end now, without the fees of an exit.

    Args:
        position: The position that the lot is in.
        lot: The lot.
        seen: The lowest and the highest unit value since the lot's entry (`Extremes.each`).
        quote: What the lot is valued at.
    """
    low, high = seen
    execution = Execution(quote.time, 0, -lot.quantity, quote.price, quote.rate)
    size = lot.quantity * position.instrument.multiplier
    gross = size * (quote.unit_value - lot.unit_value)
    slippage, value = lot.slippage(size, quote.price, quote.rate, 0.0)
    match = Match(lot, lot.quantity, gross, lot.fee, 0.0, low, high, slippage, value)
    record = trade_record(hand_id(lot.order_id), quote.ticker, position, match, execution, "")
    return record._replace(is_closed=False)


def newest_record(position: Position, quote: Quote) -> TradeRecord:
    """The newest lot of a position as a trade that would end now, without fees of an exit."""
    extremes = position.extremes
    seen = (extremes.lows[-1][0], extremes.highs[-1][0])
    return open_record(position, position.lots[-1], seen, quote)

"""Deals: a fill as LEAN's account takes it, before it is allocated to strategies."""

from __future__ import annotations

from typing import NamedTuple

from models.events.instruments import Instrument
from models.events.orders import Fill
from models.ledger.exercises import underlying_price
from models.ledger.lots import Execution


class Deal(NamedTuple):
    """A fill as LEAN's account took it.

    Attributes:
        instrument: What was traded.
        execution: The whole of it.
        reason: Why it closes what it closes (`TradeRecord.exit_reason`).
        each: Value of a unit at the fill's price, account currency.
        fee: Fee in `fee_currency`, positive when paid.
        fee_currency: Its currency.
        fee_rate: Account currency per unit of the fee's currency.
        settled: Cash that LEAN moved beside the price, P&L currency: the term `settlement`.
        landed: Profit that LEAN turned into account currency at once, P&L currency.
    """

    instrument: Instrument
    execution: Execution
    reason: str
    each: float
    fee: float
    fee_currency: str
    fee_rate: float
    settled: float
    landed: float


class PaidFraction(NamedTuple):
    """What a split paid a strategy for a fraction of a foreign share, as a plain number.

    LEAN converts it into account currency from September 2026 on (Lean#9785) and did not before:
    the cash shows which.

    Attributes:
        strategy: The strategy's name.
        sid: The share's Symbol ID.
        converted: What the conversion adds, account currency.
    """

    strategy: str
    sid: str
    converted: float


# The currency and rate of the fee of a fill that has none.
NO_FEE = "", 0.0


def fee_in_cash(fill: Fill, instrument: Instrument) -> tuple[float, str]:
    """What a fill costs in cash, and in which currency.

    LEAN cuts a fee in the coin that is bought from the coins it delivers, and charges the value of
    the fee to the quote currency's cash.
    """
    buys_coin = instrument.rules.fee_in_base and fill.quantity > 0
    if buys_coin and fill.fee_currency == instrument.base:
        return fill.fee * fill.price * instrument.multiplier, instrument.quote
    return fill.fee, fill.fee_currency


def cash_settlement(fill: Fill, instrument: Instrument) -> float | None:
    """The cash that LEAN moves at the exercise of an option that delivers nothing.

    Returns:
        Quote currency; None where the fill's message does not state the underlying's price.
    """
    spot = underlying_price(fill)
    if spot is None:
        return None
    return -instrument.intrinsic(spot) * instrument.multiplier * fill.quantity

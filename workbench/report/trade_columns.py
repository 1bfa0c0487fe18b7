"""Closed trades in columns, each told as its difference to what its orders tell.

A lot's time, price, fee and slippage are those of the orders that opened and closed it nearly
always, and its P&L follows from its prices; what differs stands in the column. `page/tables.js`
expects the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.trades.record import LONG, TradeRecord
from workbench.report.amounts import Floats, cents, known, milliseconds, money

Columns = dict[str, Any]
Places = npt.NDArray[np.int64]

# Sums of products differ in their last bits from one order of adding to another.
LAST = 8
FINEST = 10  # of what is read and not made of products


def value_expected(orders: Columns) -> Floats:
    """The value of each order at arrival, as its fills and its slippage tell it: without a
    multiplier and at a rate of 1.
    """
    traded = np.abs(orders["filled"]) * orders["price"]
    return np.asarray(traded + np.sign(orders["filled"]) * orders["slippage"])


def trade_columns(trades: Sequence[TradeRecord], names: Sequence[str], orders: Columns) -> Columns:
    """The closed trades of a book in the order of closing."""
    ordered = sorted(trades, key=lambda trade: trade.exit_time)
    places = {name: at for at, name in enumerate(names)}
    leaving = np.array([trade.order_ids[1] for trade in ordered], np.int64)
    entering = np.array([trade.order_ids[0] for trade in ordered], np.int64)
    found: Columns = {
        "exit_order": leaving,
        "entry_order": leaving - entering,
        "strategy": np.array([places[trade.strategy] for trade in ordered], np.int64),
        "symbol": [trade.symbol.strip() for trade in ordered],
        "side": np.array([trade.direction == LONG for trade in ordered], np.int64),
        "quantity": money(trade.quantity for trade in ordered),
        "multiplier": np.array([trade.multiplier for trade in ordered], float),
        "seeded": np.array([trade.seeded for trade in ordered], np.int64),
        "risk": cents(known(trade.risk) for trade in ordered),
        "reason": [trade.exit_reason for trade in ordered],
        "tag": [trade.tag for trade in ordered],
    }
    found |= _apart(ordered, found, orders, places_of(entering, orders), places_of(leaving, orders))
    return found


def places_of(ids: Places, orders: Columns) -> Places:
    """The row of each order; -1 where there is none."""
    known_ids = orders["id"]
    if not known_ids.size:
        return np.full(ids.size, -1)
    order = np.argsort(known_ids, kind="stable")
    at = np.minimum(np.searchsorted(known_ids[order], ids), known_ids.size - 1)
    found = order[at]
    return np.where(known_ids[found] == ids, found, -1)


def _apart(
    trades: Sequence[TradeRecord], found: Columns, orders: Columns, entry: Places, exit_: Places
) -> Columns:
    """What differs from what the orders tell."""
    entered = milliseconds(trade.entry_time for trade in trades)
    left = milliseconds(trade.exit_time for trade in trades)
    shares = [_share(found["quantity"], orders, at) for at in (entry, exit_)]
    expected = {
        "entry_price": _of(orders["price"], entry),
        "exit_price": _of(orders["price"], exit_),
        "fees": _shared("fees", orders, entry, exit_, shares),
        "slippage": _shared("slippage", orders, entry, exit_, shares),
    }
    apart: Columns = {
        "entry": entered - _of(orders["time"], entry).astype(np.int64),
        "exit": left - _of(orders["time"], exit_).astype(np.int64),
        "entry_price": _less(trades, "entry_price", expected["entry_price"], FINEST),
        "exit_price": _less(trades, "exit_price", expected["exit_price"], FINEST),
        "fees": _less(trades, "commission", expected["fees"], FINEST),
        "slippage": _less(trades, "slippage", expected["slippage"]),
    }
    # as the page has them: what is left of the others is left of these
    paid, got, fees = (
        expected[name] + apart[name] for name in ("entry_price", "exit_price", "fees")
    )
    gross = _gross(found, paid, got)
    return {
        **apart,
        "pnl": _less(trades, "pnl", gross - fees),
        "mae": _less(trades, "mae", np.minimum(gross, 0.0)),
        "mfe": _less(trades, "mfe", np.maximum(gross, 0.0)),
    }


def _gross(found: Columns, paid: Floats, got: Floats) -> Floats:
    """The P&L before fees at a rate of 1."""
    side = np.where(found["side"] == 1, 1.0, -1.0)
    return np.asarray((got - paid) * found["quantity"] * found["multiplier"] * side)


def _of(values: Floats, at: Places) -> Floats:
    """An order's value; 0 where there is no order or it has none."""
    if not values.size:
        return np.zeros(at.size)
    return np.where(at >= 0, np.nan_to_num(values[np.maximum(at, 0)]), 0.0)


def _share(quantity: Floats, orders: Columns, at: Places) -> Floats:
    """Which part of an order's fills a trade is; 0 of none."""
    filled = np.abs(_of(orders["filled"], at))
    return np.divide(quantity, filled, out=np.zeros_like(quantity), where=filled > 0.0)


def _shared(
    name: str, orders: Columns, entry: Places, exit_: Places, shares: Sequence[Floats]
) -> Floats:
    """A trade's part of what its orders have of something."""
    return np.asarray(_of(orders[name], entry) * shares[0] + _of(orders[name], exit_) * shares[1])


def _less(
    trades: Sequence[TradeRecord], name: str, expected: Floats, decimals: int = LAST
) -> Floats:
    """What is left of a field of the trades; of a missing one nothing is told."""
    values = money(known(getattr(trade, name)) for trade in trades)
    return np.asarray(np.round(values - expected, decimals) + 0.0)

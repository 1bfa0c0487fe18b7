"""What the page of a report computes from: the run's columns, and what they are read with.

What another column all but tells is told as the difference to it: `page/tables.js` adds the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, log10, nan
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from models.equity.scope import ACCOUNT
from models.execution.order_quality import HORIZONS
from models.structures.record import STRUCTURES
from models.trades.record import LOTS, POSITIONS, TradeRecord
from workbench.frames.records import MarkRow
from workbench.frames.told import Told
from workbench.replay.saved_state import zone_named
from workbench.report.amounts import DECIMALS, Times, cents, known, milliseconds, money
from workbench.report.exposure import Exposure, exposure_of
from workbench.report.trade_columns import Columns, trade_columns, value_expected
from workbench.runs.record import RunRecord

Floats = npt.NDArray[np.float64]

DAY = timedelta(days=1)


def tables_of(record: RunRecord) -> dict[str, Columns]:
    """The columns of a run, by table.

    `marks` has the account and the P&L of each strategy, `days` the NAV of each, `lots`,
    `positions` and `structures` the closed trades of each book, `orders` each order and what it
    cost.
    """
    told, names = record.told, tuple(strategies_of(record))
    orders = _orders(told, names)
    books: dict[str, Sequence[TradeRecord]] = {
        LOTS: told.lots,
        POSITIONS: told.positions,
        STRUCTURES: [each.as_trade() for each in told.structures if each.is_closed],
    }
    return {
        "marks": _marks(told, names, exposure_of(told.fills)),
        "days": _days(told, names),
        **{book: trade_columns(trades, names, orders) for book, trades in books.items()},
        "orders": orders,
    }


def strategies_of(record: RunRecord) -> list[str]:
    """The strategies in the order in which the page shows and numbers them."""
    known = dict.fromkeys(record.sheets)
    known |= dict.fromkeys(each.strategy for each in record.told.days if each.strategy != ACCOUNT)
    known |= dict.fromkeys(each.strategy for each in record.told.lots)
    return list(known)


def offsets_of(record: RunRecord) -> list[tuple[int, int]]:
    """From when on the algorithm's zone is so many seconds ahead of UTC: Unix seconds, seconds."""
    zone = zone_named(record.zone) if record.zone else UTC
    begun, ended = record.begun, record.ended
    if begun is None or ended is None:
        return [(0, 0)]
    found = [(int(begun.timestamp()), _offset(begun, zone))]
    if isinstance(zone, ZoneInfo):
        moment = begun
        while moment < ended + DAY:
            moment += DAY
            if _offset(moment, zone) != found[-1][1]:
                found.append(_change(moment - DAY, moment, zone))
    return found


def _change(before: datetime, after: datetime, zone: Any) -> tuple[int, int]:
    """When and to what the zone's offset changes between two times."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return round(after.timestamp()), _offset(after, zone)


def _offset(moment: datetime, zone: Any) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    return round(offset.total_seconds())


# --- tables


def _marks(told: Told, names: Sequence[str], exposure: Exposure) -> Columns:
    """The account at each mark, and each strategy's P&L on the way there."""
    account = [mark for mark in told.marks if mark.strategy == ACCOUNT]
    times = milliseconds(mark.time for mark in account)
    rest = np.array([mark.equity for mark in account], float)
    decimals = _drawn(rest)
    found: Columns = {"time": times, "nav": _navs(account)}
    for at, name in enumerate(names):
        own = [mark for mark in told.marks if mark.strategy == name]
        where = milliseconds(mark.time for mark in own)
        made = np.round(_on(times, where, _pnl(own)), decimals)
        rest -= made
        found[f"pnl{at}"] = made
        found[f"fees{at}"] = np.round(_fees(told, name, times), decimals)
    found["rest"] = np.round(rest, decimals) + 0.0  # what is no strategy's: start, flows, fx
    if exposure.times.size:
        held, net = exposure.at(times, exposure.gross), exposure.at(times, exposure.net)
        coarse = max(decimals - 2, 0)
        found["long"] = np.round((held + net) / 2.0, coarse) + 0.0
        found["short"] = np.round((held - net) / 2.0, coarse) + 0.0
    return found


def _drawn(equity: Floats) -> int:
    """The decimals of amounts that are drawn: cents, or a billionth of an account of few units."""
    most = float(np.abs(equity[np.isfinite(equity)]).max(initial=0.0))
    return min(max(9 - ceil(log10(most)), 2), DECIMALS) if most else DECIMALS


def _navs(account: Sequence[MarkRow]) -> Floats:
    """The NAV of a unit; only where it is no constant part of the equity, else nothing is told."""
    navs, equity = (np.array([getattr(m, name) for m in account], float) for name in _NAV_EQUITY)
    known = np.isfinite(navs) & (navs != 0.0)
    units = equity[known] / navs[known]
    if known.all() and units.size and float(np.ptp(units)) <= 1e-9 * abs(float(units[0])):
        return np.full(navs.size, np.nan)
    return navs


_NAV_EQUITY = ("nav", "equity")


def _pnl(own: Sequence[MarkRow]) -> Floats:
    """What a strategy has made at its marks: told, or its equity less the capital of its NAV."""
    values = []
    for mark in own:
        if mark.net_pnl is not None:
            values.append(mark.net_pnl)
        elif mark.nav:
            values.append(mark.equity - mark.equity / mark.nav)
        else:
            values.append(nan)
    return np.array(values, float)


def _on(times: Times, own: Times, values: Floats) -> Floats:
    """A strategy's values at the account's marks: the last one known, 0 before the first."""
    if not own.size:
        return np.zeros(times.size)
    at = np.searchsorted(own, times, "right") - 1
    return np.where(at >= 0, values[np.maximum(at, 0)], 0.0)


def _fees(told: Told, name: str, times: Times) -> Floats:
    """What a strategy has paid in fees up to each mark."""
    own = [fill for fill in told.fills if fill.strategy == name]
    paid = np.cumsum([0.0, *(fill.fee for fill in own)])
    at = np.searchsorted(milliseconds(fill.time for fill in own), times, "right")
    return np.asarray(paid[at])


def _days(told: Told, names: Sequence[str]) -> Columns:
    account = [day for day in told.days if day.strategy == ACCOUNT]
    places = {day.date: at for at, day in enumerate(account)}
    found: Columns = {
        "day": np.array([day.date.toordinal() for day in account], np.int64),
        "nav": np.array([day.nav for day in account], float),
        "benchmark": np.array(
            [nan if day.benchmark_return is None else day.benchmark_return for day in account]
        ),
    }
    for at, name in enumerate(names):
        navs = np.full(len(account), np.nan)
        for day in told.days:
            if day.strategy == name and day.date in places:
                navs[places[day.date]] = day.nav
        found[f"nav{at}"] = navs
    return found


def _orders(told: Told, names: Sequence[str]) -> Columns:
    """Each order with what it cost, where that is known."""
    orders, places = told.orders, {name: at for at, name in enumerate(names)}
    costs = {each.order_id: each for each in told.executions}
    ended = [costs.get(order.order_id) for order in orders]
    updated = milliseconds(order.updated for order in orders)
    filled = money(order.filled for order in orders)
    found: Columns = {
        "id": np.array([order.order_id for order in orders], np.int64),
        "time": updated,
        "waited": updated - milliseconds(order.submitted for order in orders),
        "strategy": np.array([places.get(order.strategy or "", -1) for order in orders], np.int64),
        "symbol": [order.symbol.strip() for order in orders],
        "type": [order.order_type for order in orders],
        "status": [order.status for order in orders],
        "filled": filled,
        "open": money(order.quantity for order in orders) - filled,
        "price": money(known(order.price) for order in orders),
        "limit": money(known(order.limit_price) for order in orders),
        "stop": money(known(order.stop_price) for order in orders),
        "fees": money(order.fees for order in orders),
        "tag": [order.tag or "" for order in orders],
        "slippage": cents(_part(ended, "slippage")),
    }
    found["value"] = cents(_part(ended, "value")) - value_expected(found)
    found["value"] = np.round(found["value"], 4) + 0.0
    for name, *_ in HORIZONS:
        made = cents(nan if each is None else known(each.markouts.get(name)) for each in ended)
        found[f"after_{name}"] = np.round(made, max(_drawn(made) - 4, 0)) + 0.0
    return found


def _part(ended: Sequence[Any], name: str) -> list[float]:
    return [nan if each is None else known(getattr(each, name)) for each in ended]

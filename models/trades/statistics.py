"""Every closed trade's figures in columns, and their statistics in all or by group."""

from __future__ import annotations

import enum
from array import array
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.codec import packed, unpacked
from models.errors import CallError
from models.events.instruments import SecurityType
from models.trades.metrics import MICRO, Rows, TradeMetrics, measure
from models.trades.record import LONG, TradeRecord

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = 24


class GroupBy(enum.Enum):
    """What trades can be grouped by."""

    SIDE = "side"  # long, short
    STRATEGY = "strategy"
    SYMBOL = "symbol"  # the instrument's last ticker
    UNDERLYING = "underlying"  # ticker
    SECURITY_TYPE = "security type"  # EQUITY, OPTION, ...
    ORDER_TYPE = "order type"  # of the opening order: MARKET, LIMIT, ...
    EXIT_REASON = "exit reason"
    WEEKDAY = "weekday"  # of the exit, in the algorithm's time zone
    HOUR = "hour"  # likewise, 00 to 23


TradeGroup = tuple[GroupBy, str]


class TradeFacts(NamedTuple):
    """What the statistics must know of a trade that its record does not say.

    Attributes:
        security_type: The instrument's kind.
        underlying: The underlying's ticker; the instrument's own where it has none.
    """

    security_type: SecurityType
    underlying: str


class _Cell(NamedTuple):
    """What many trades have in common: they keep its number instead."""

    strategy: str
    sid: str
    direction: str
    exit_reason: str
    order_type: str


_Key = tuple[str, str, str, str, str]  # a cell, before it is called one


class _About(NamedTuple):
    """An instrument in words, as its last trade called it."""

    symbol: str
    underlying: str
    security_type: str


_CELL_LABEL: dict[GroupBy, Callable[[_Cell, _About], str]] = {
    GroupBy.SIDE: lambda cell, _: cell.direction,
    GroupBy.STRATEGY: lambda cell, _: cell.strategy,
    GroupBy.SYMBOL: lambda _, about: about.symbol,
    GroupBy.UNDERLYING: lambda _, about: about.underlying,
    GroupBy.SECURITY_TYPE: lambda _, about: about.security_type,
    GroupBy.ORDER_TYPE: lambda cell, _: cell.order_type,
    GroupBy.EXIT_REASON: lambda cell, _: cell.exit_reason,
}

# Of each hour of a week, Monday's first.
_HOUR_LABEL: dict[GroupBy, list[str]] = {
    GroupBy.WEEKDAY: [day for day in WEEKDAYS for _ in range(HOURS)],
    GroupBy.HOUR: [f"{hour:02}" for _ in WEEKDAYS for hour in range(HOURS)],
}
_FIGURES = 7  # of a trade: net, fees, stake, entry, exit, MAE and MFE, in the order of `Rows`
_TIMES = slice(3, 5)  # of these, in seconds: to the microsecond until the year 2100
_COLUMNS = ("_figures", "_cell", "_hour", "_risky", "_risk")


class TradeStatistics:
    """Every closed trade of one book, in the order of closing.

    Args:
        zone: The algorithm's time zone: whose weekdays and hours the exits are grouped by.
    """

    __slots__ = ("_about", "_cells", "_zone", *_COLUMNS)

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._cells: dict[_Key, int] = {}
        self._about: dict[str, _About] = {}
        self._figures = array("d")  # row after row, `_FIGURES` each
        self._cell = array("I")
        self._hour = array("B")  # of the week
        self._risky = array("I")  # the rows that have a risk
        self._risk = array("d")

    def __len__(self) -> int:
        return len(self._cell)

    def add(self, record: TradeRecord, facts: TradeFacts) -> None:
        """Take a trade that has closed, after those that closed before it.

        Raises:
            CallError: It is still open.
        """
        sid, symbol = record.sid, record.symbol
        if not record.is_closed:
            raise CallError(f"the trade of {symbol} is open: only closed trades are counted")
        key = (record.strategy, sid, record.direction, record.exit_reason, record.order_type)
        cell = self._cells.get(key)
        about = self._about.get(sid)
        if cell is None or about is None or about.symbol != symbol:
            cell = self._cells.setdefault(key, len(self._cells))
            self._about[sid] = _About(symbol, facts.underlying, facts.security_type.value)
        exit_time = record.exit_time
        local = exit_time.astimezone(self._zone)
        if record.risk is not None and record.risk > 0.0:
            self._risky.append(len(self._cell))
            self._risk.append(record.risk)
        self._cell.append(cell)
        self._hour.append(HOURS * local.weekday() + local.hour)
        self._figures.extend(
            (
                record.pnl,
                record.commission,
                record.stake,
                record.entry_time.timestamp(),
                exit_time.timestamp(),
                record.mae,
                record.mfe,
            )
        )

    def metrics(self, *within: TradeGroup, equity: float | None = None) -> TradeMetrics:
        """The figures of all trades, or of those in each of some groups.

        Args:
            within: Such as `(GroupBy.STRATEGY, "trend"), (GroupBy.SIDE, "long")`; a group that
                no trade is in has the figures of no trade.
            equity: Average equity, account currency, for the turnover.
        """
        return measure(self._rows(self._which(within)), equity)

    def groups(
        self, by: GroupBy, *within: TradeGroup, equity: float | None = None
    ) -> dict[str, TradeMetrics]:
        """The figures of each group that has a trade, weekdays and hours in their order.

        Args:
            by: What to group by.
            within: As in `metrics`: only these trades.
            equity: As in `metrics`.
        """
        which = self._which(within)
        labels, codes = self._labels(by), self._codes(by)[which]
        numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
        lookup = np.array([numbers[label] for label in labels], np.uint32)
        group = lookup[codes]
        order = np.argsort(group, kind="stable")
        rows = self._rows(which[order])
        edges = np.searchsorted(group[order], np.arange(len(numbers) + 1)).tolist()
        return {
            label: measure(rows.take(slice(start, end)), equity)
            for label, (start, end) in zip(numbers, pairwise(edges), strict=True)
            if end > start
        }

    def _labels(self, by: GroupBy) -> list[str]:
        """What the group of each code is called."""
        if by in _HOUR_LABEL:
            return _HOUR_LABEL[by]
        label, about = _CELL_LABEL[by], self._about
        return [label(cell, about[cell.sid]) for cell in map(_Cell._make, self._cells)]

    def _codes(self, by: GroupBy) -> NDArray[Any]:
        return np.array(self._hour if by in _HOUR_LABEL else self._cell)

    def _which(self, within: tuple[TradeGroup, ...]) -> NDArray[np.intp]:
        """The numbers of the rows that are in all these groups."""
        inside = np.ones(len(self), np.bool_)
        for by, value in within:
            hits = np.array([label == value for label in self._labels(by)], np.bool_)
            inside &= hits[self._codes(by)]
        return np.flatnonzero(inside)

    def _rows(self, which: NDArray[np.intp]) -> Rows:
        table = np.array(self._figures).reshape(-1, _FIGURES)[which]
        risk = np.full(len(self), np.nan)
        risk[np.array(self._risky)] = np.array(self._risk)
        longs = [1.0 if cell[2] == LONG else -1.0 for cell in self._cells]
        sign = np.array(longs)[np.array(self._cell)[which]]
        columns = np.ascontiguousarray(table.T)
        columns[_TIMES] = np.round(columns[_TIMES] * MICRO)
        return Rows._make((*columns, risk[which], sign))

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; some 82 bytes a trade."""
        return {
            "cells": [list(cell) for cell in self._cells],
            "about": {sid: list(about) for sid, about in self._about.items()},
            **{name.strip("_"): packed(getattr(self, name)) for name in _COLUMNS},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        self._cells = {_Cell._make(cell): number for number, cell in enumerate(state["cells"])}
        self._about = {sid: _About(*about) for sid, about in state["about"].items()}
        for name in _COLUMNS:
            setattr(self, name, unpacked(getattr(self, name).typecode, state[name.strip("_")]))

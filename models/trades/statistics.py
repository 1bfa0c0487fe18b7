"""The figures of every closed trade in columns, and their statistics in total or by group."""

from __future__ import annotations

import enum
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.codec import check_finite, check_lengths, check_times, packed_column
from models.errors import CallError, StateError
from models.events.instruments import Instrument, SecurityType
from models.fields import Field, Restorable, Table
from models.later import LaterColumn
from models.trades.columns import MICROSECONDS, TradeColumns
from models.trades.combinations import Combinations, InstrumentNames
from models.trades.measures import measure
from models.trades.metrics import TradeMetrics
from models.trades.record import LONG, TradeRecord

# What many trades have in common, in the order of `CommonFields`, with the ticker; and the figures
# of each, by their places: asking a record for a field by its name takes longer.
_PLACE_OF = TradeRecord._fields.index
_COMMON_OF = itemgetter(
    *map(_PLACE_OF, ("strategy", "sid", "direction", "exit_reason", "order_type", "symbol"))
)
_FIGURES_OF = itemgetter(
    *map(_PLACE_OF, ("pnl", "commission", "entry_notional", "entry_time", "exit_time")),
    *map(_PLACE_OF, ("mae", "mfe", "risk")),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS_A_DAY = 24
MOST_TOGETHER = 256  # trades that wait to be put into the columns


class GroupBy(enum.Enum):
    """What closed trades can be grouped by."""

    SIDE = "side"  # long or short
    STRATEGY = "strategy"
    SYMBOL = "symbol"  # the instrument's last ticker
    UNDERLYING = "underlying"  # by ticker
    SECURITY_TYPE = "security type"  # EQUITY, OPTION, ...
    ORDER_TYPE = "order type"  # of the opening order: MARKET, LIMIT, ...
    EXIT_REASON = "exit reason"
    WEEKDAY = "weekday"  # of the exit, in the algorithm's time zone
    HOUR = "hour"  # of the exit, in the algorithm's time zone: 00 to 23


TradeGroup = tuple[GroupBy, str]


class TradeFacts(NamedTuple):
    """What the statistics need to know of a trade that its record does not say.

    Attributes:
        security_type: The instrument's security type.
        underlying: The underlying's ticker; the instrument's own where it has no underlying.
    """

    security_type: SecurityType
    underlying: str


def trade_facts(instrument: Instrument, tickers: Mapping[str, str]) -> TradeFacts:
    """The facts of an instrument's trades; its underlying's ticker may change.

    Args:
        instrument: What is traded.
        tickers: Symbol ID -> the ticker now.
    """
    underlying = instrument.underlying or instrument.sid
    ticker = tickers.get(underlying, underlying.partition(" ")[0])
    return TradeFacts(instrument.security_type, ticker)


# The groups that a field of what trades have in common names, and those that the instrument names.
_COMMON_FIELD: dict[GroupBy, str] = {
    GroupBy.SIDE: "direction",
    GroupBy.STRATEGY: "strategy",
    GroupBy.ORDER_TYPE: "order_type",
    GroupBy.EXIT_REASON: "exit_reason",
}
_INSTRUMENT_LABEL: dict[GroupBy, Callable[[InstrumentNames], str]] = {
    GroupBy.SYMBOL: attrgetter("symbol"),
    GroupBy.UNDERLYING: attrgetter("underlying"),
    GroupBy.SECURITY_TYPE: attrgetter("security_type"),
}

# The label of each hour of a week, from Monday's first hour on.
_HOUR_LABEL: dict[GroupBy, list[str]] = {
    GroupBy.WEEKDAY: [day for day in WEEKDAYS for _ in range(HOURS_A_DAY)],
    GroupBy.HOUR: [f"{hour:02}" for _ in WEEKDAYS for hour in range(HOURS_A_DAY)],
}
# The figures kept of each trade are net, fees, entry notional, entry, exit, MAE and MFE, as in
# `TradeColumns`. The times are in seconds, exact to the microsecond until the year 2100.
_FIGURES_EACH = 7
_TIME_FIGURES = slice(3, 5)


def _check_columns(statistics: TradeStatistics) -> None:
    """Raise `StateError` where the columns of trades do not fit each other."""
    figures, cells, risky = statistics._figures, statistics._cell, statistics._risky
    check_finite(figures, statistics._risk)
    check_lengths((cells, statistics._hour))
    check_lengths((risky, statistics._risk))
    check_lengths((figures, range(_FIGURES_EACH * len(cells))))
    for at in range(_TIME_FIGURES.start, _TIME_FIGURES.stop):
        check_times(figures[at::_FIGURES_EACH])
    within = (
        (cells, len(statistics._common)),
        (statistics._hour, len(_HOUR_LABEL[GroupBy.HOUR])),
        (risky, len(cells)),
    )
    if any(numbers and max(numbers) >= most for numbers, most in within):
        raise StateError("counts trades of what is not there")
    statistics._common.check()


class TradeStatistics(Restorable):
    """Every closed trade of one book, in the order of closing; some 82 bytes a trade.

    Args:
        zone: The algorithm's time zone, by whose weekdays and hours the exits are grouped.
    """

    __slots__ = (
        "_cell",
        "_common",
        "_exit",
        "_figures",
        "_hour",
        "_risk",
        "_risky",
        "_waiting",
        "_zone",
    )

    STATE: ClassVar[Table] = Table(
        *Combinations.FIELDS,
        Field("figures", packed_column("d"), "_figures"),
        Field("cell", packed_column("I"), "_cell"),
        Field("hour", packed_column("B"), "_hour"),
        Field("risky", packed_column("I"), "_risky"),
        Field("risk", packed_column("d"), "_risk"),
        Combinations.PACKED,
        check=_check_columns,
    )

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._common = Combinations()
        self._figures = array("d")  # trade after trade, `_FIGURES_EACH` of each
        self._cell = array("I")  # the number of each trade's combination of `CommonFields`
        self._hour = array("B")  # the hour of the week of each trade's exit
        self._risky = array("I")  # the numbers of the trades that have a risk
        self._risk = array("d")  # their risks
        # the last exit with its hour of the week and its timestamp: many trades end at one time,
        # and working it out takes half of what counting a trade takes
        self._exit: tuple[datetime | None, int, float] = (None, 0, 0.0)
        self._waiting: list[tuple[TradeRecord, TradeFacts]] = []  # not in the columns yet

    def __len__(self) -> int:
        return len(self._cell) + len(self._waiting)

    def add(self, record: TradeRecord, facts: TradeFacts) -> None:
        """Add a closed trade, after the trades that closed before it.

        Args:
            record: The trade.
            facts: What its record does not say.

        Raises:
            CallError: The trade is still open.
        """
        if not record.is_closed:
            raise CallError(f"the trade of {record.symbol} is open: only closed trades are counted")
        self.take((record,), facts)

    def take(self, records: Sequence[TradeRecord], facts: TradeFacts) -> None:
        """Add closed trades of one instrument, after the trades that closed before them.

        Args:
            records: At least one.
            facts: What they do not say.
        """
        waiting = self._waiting
        for record in records:
            waiting.append((record, facts))
        if len(waiting) >= MOST_TOGETHER:
            self._settle()

    def _settle(self) -> None:
        """Put the trades that wait into the columns; whoever reads them does so first.

        A fill takes a tenth less time for it: between two fills the columns leave the processor's
        caches, and many trades put at once find them there.
        """
        waiting, self._waiting = self._waiting, []
        figures, hours, cells = list[float](), self._hour, self._cell
        known: dict[tuple[str, ...], int] = {}
        last, hour, stamp = self._exit
        for record, facts in waiting:
            net, fees, notional, began, ended, mae, mfe, risk = _FIGURES_OF(record)
            if ended != last:
                local = ended.astimezone(self._zone)
                last, hour = ended, HOURS_A_DAY * local.weekday() + local.hour
                stamp = ended.timestamp()
            if risk is not None and risk > 0.0:
                self._risky.append(len(cells))
                self._risk.append(risk)
            common = _COMMON_OF(record)
            cell = known.get(common)
            if cell is None:
                cell = self._look_up(common, facts, known)
            cells.append(cell)
            hours.append(hour)
            figures += net, fees, notional, began.timestamp(), stamp, mae, mfe
        self._figures.fromlist(figures)
        self._exit = last, hour, stamp

    def _look_up(
        self, common: tuple[str, ...], facts: TradeFacts, known: dict[tuple[str, ...], int]
    ) -> int:
        """The number of what a trade has in common with others, which is known from now on."""
        *key, symbol = common
        cell = self._common.number(tuple(key), symbol)
        if cell is None:
            known.clear()  # a ticker may have changed
            names = InstrumentNames(symbol, facts.underlying, facts.security_type.value)
            cell = self._common.add(tuple(key), names)
        known[common] = cell
        return cell

    def metrics(self, *within: TradeGroup, equity: float | None = None) -> TradeMetrics:
        """The figures of all trades, or of the trades that are in all of some groups.

        Args:
            within: The groups, such as `(GroupBy.STRATEGY, "trend"), (GroupBy.SIDE, "long")`;
                where no trade is in them, the figures are those of no trade.
            equity: Average equity for the turnover, account currency.
        """
        return measure(self._rows(self._which(within)), equity)

    def groups(
        self, by: GroupBy, *within: TradeGroup, equity: float | None = None
    ) -> dict[str, TradeMetrics]:
        """The figures of each group that has a trade; weekdays and hours are in their order.

        Args:
            by: What to group by.
            within: Only trades that are in all of these groups.
            equity: Average equity for the turnover, account currency.
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
        """The label of each code's group."""
        if by in _HOUR_LABEL:
            return _HOUR_LABEL[by]
        if by in _COMMON_FIELD:
            return self._common.values(_COMMON_FIELD[by])
        return [*map(_INSTRUMENT_LABEL[by], self._common.names())]

    def _codes(self, by: GroupBy) -> NDArray[Any]:
        """The code of each trade, which `_labels` gives the group of."""
        return np.array(self._hour if by in _HOUR_LABEL else self._cell)

    def _which(self, within: tuple[TradeGroup, ...]) -> NDArray[np.intp]:
        """The numbers of the trades that are in all of these groups."""
        self._settle()
        inside = np.ones(len(self), np.bool_)
        for by, value in within:
            hits = np.array([label == value for label in self._labels(by)], np.bool_)
            inside &= hits[self._codes(by)]
        return np.flatnonzero(inside)

    def _rows(self, which: NDArray[np.intp]) -> TradeColumns:
        """The columns of the trades of these numbers."""
        table = np.array(self._figures).reshape(-1, _FIGURES_EACH)[which]
        risk = np.full(len(self), np.nan)
        risk[np.array(self._risky)] = np.array(self._risk)
        longs = [1.0 if side == LONG else -1.0 for side in self._common.values("direction")]
        sign = np.array(longs)[np.array(self._cell)[which]]
        columns = np.ascontiguousarray(table.T)
        columns[_TIME_FIGURES] = np.round(columns[_TIME_FIGURES] * MICROSECONDS)
        return TradeColumns._make((*columns, risk[which], sign))

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        self._settle()
        return super().state()

    def capture(self) -> dict[str, Any]:
        """The state with the columns taken down, to become JSON later."""
        self._settle()
        found: dict[str, Any] = {}
        for each, value in zip(self.STATE.fields, self.STATE.values(self), strict=True):
            column = isinstance(value, array)
            found[each.key] = LaterColumn(value) if column else each.codec.encode(value)
        return found

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: A value is missing or of another type.
        """
        self._waiting.clear()
        super().restore(state)

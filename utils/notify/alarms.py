"""The alarms: what each one watches, how its figure is computed and when it recovers.

`ALARMS` has a row for each `Alarm` of the settings. A row says at which observation the alarm is
looked at, which function computes its figure from that observation, and by which rule it recovers.
A new alarm is a member of `Alarm` and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionMetrics
from models.settings import Alarm

# --- what is observed


@dataclass(frozen=True, slots=True)
class DrawdownMoved:
    """The account or a strategy fell to a new low below its peak, or reached the peak again."""

    strategy: str  # empty for the account
    spell: DrawdownPeriod  # the drawdown period; it has an end once the peak was reached again


@dataclass(frozen=True, slots=True)
class TradeEnded:
    """A trade was closed."""

    strategy: str
    losing_streak: int  # trades of the strategy that lost in a row, this one included
    slippage_cost: float  # mean cost of the last trades against their arrival price, basis points


@dataclass(frozen=True, slots=True)
class MarkBooked:
    """The account was valued."""

    time: datetime  # UTC
    today: SessionMetrics | None  # the account's open day; None before the first event
    unexplained: float  # LEAN's equity less the tracker's, account currency


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """An order was rejected."""

    rejects: int  # orders rejected since the day began


@dataclass(frozen=True, slots=True)
class FlowBooked:
    """A deposit or withdrawal was booked that nobody announced."""

    moved: float  # what such flows moved since the day began, signs apart, account currency


Observation = DrawdownMoved | TradeEnded | MarkBooked | OrderRejected | FlowBooked
ObservationT = TypeVar(
    "ObservationT", DrawdownMoved, TradeEnded, MarkBooked, OrderRejected, FlowBooked
)


# --- how the figures are computed


class AlarmFigure(NamedTuple):
    """What is compared with an alarm's threshold, and the fall that it describes if it is one."""

    value: float  # in the alarm's unit
    strategy: str = ""  # empty for the account
    since: datetime | None = None  # when the fall began, or of a day's loss the mark, UTC
    peak: float | None = None  # NAV, or of a day's loss the equity, that it fell from
    trough: float | None = None  # the lowest value since


def _drawdown_figure(moved: DrawdownMoved) -> AlarmFigure:
    """Return how deep a drawdown period is, as a fraction of its peak; 0 once it has ended."""
    spell = moved.spell
    depth = spell.depth if spell.end is None else 0.0
    return AlarmFigure(depth, moved.strategy, spell.start, spell.peak_nav, spell.trough_nav)


def _account_drawdown(moved: DrawdownMoved) -> AlarmFigure | None:
    """Return the account's drawdown as a fraction of its NAV's peak."""
    return None if moved.strategy else _drawdown_figure(moved)


def _strategy_drawdown(moved: DrawdownMoved) -> AlarmFigure | None:
    """Return a strategy's drawdown as a fraction of its NAV's peak."""
    return _drawdown_figure(moved) if moved.strategy else None


def _day_loss(marked: MarkBooked) -> AlarmFigure | None:
    """Return the loss of the open day as a fraction of its starting equity; negative for a gain."""
    today = marked.today
    if today is None or not today.start_equity > 0.0:
        return None
    loss = -today.net_pnl / today.start_equity
    return AlarmFigure(loss, "", marked.time, today.start_equity, today.low_equity)


def _unexplained_money(marked: MarkBooked) -> AlarmFigure:
    """Return the size of the unexplained money, account currency."""
    return AlarmFigure(abs(marked.unexplained))


def _losing_streak(ended: TradeEnded) -> AlarmFigure:
    """Return how many trades of the strategy lost in a row."""
    return AlarmFigure(float(ended.losing_streak), ended.strategy)


def _rejects_of_the_day(rejected: OrderRejected) -> AlarmFigure:
    """Return how many orders were rejected since the day began."""
    return AlarmFigure(float(rejected.rejects))


def _flows_of_the_day(booked: FlowBooked) -> AlarmFigure:
    """Return how much unannounced flows moved since the day began, account currency."""
    return AlarmFigure(booked.moved)


def _slippage_cost(ended: TradeEnded) -> AlarmFigure:
    """Return the mean cost of the last trades, basis points; negative for a gain."""
    return AlarmFigure(ended.slippage_cost)


# --- when they fire and recover

# How far below its threshold a figure must be to have recovered, where nobody says otherwise.
RECOVERY_MARGIN = 0.5

# How far a figure may be from its threshold by rounding, as a part of the threshold.
THRESHOLD_ROUNDING = 1e-9


def reaches(value: float, threshold: float) -> bool:
    """Tell whether a figure has reached a threshold: but for rounding, for 1 - 0.9 is below 0.1."""
    return value >= threshold - THRESHOLD_ROUNDING * threshold


def at_zero(value: float, threshold: float, margin: float = RECOVERY_MARGIN) -> bool:
    """Recover once nothing is left of the figure: the peak reached, the day's loss made up."""
    return value <= 0.0


def below_threshold(value: float, threshold: float, margin: float = RECOVERY_MARGIN) -> bool:
    """Recover once the figure is that part of the threshold below it."""
    rest = threshold * (1.0 - margin)
    return value < rest or (margin > 0.0 and value <= rest)


# --- the table


class AlertEvents(NamedTuple):
    """The events of the log that tell of an alert."""

    fired: str
    recovered: str


PLAIN_ALERT = AlertEvents("alert", "alert over")
DRAWDOWN_ALERT = AlertEvents("drawdown alert", "drawdown recovery")


@dataclass(frozen=True, slots=True)
class AlarmRule(Generic[ObservationT]):
    """How one alarm is watched.

    Attributes:
        at: The observation at which it is looked at.
        figure: Computes its figure from the observation; None where there is no figure.
        recovers: Tells from the figure, the threshold and the margin of the settings whether an
            alert that fired is over.
        events: The events of the log that tell of it.
        daily: Whether it begins anew, and so recovers, when the account's day ends.
    """

    at: type[ObservationT]
    figure: Callable[[ObservationT], AlarmFigure | None]
    recovers: Callable[[float, float, float], bool]
    events: AlertEvents = PLAIN_ALERT
    daily: bool = False


ALARMS: Mapping[Alarm, AlarmRule[Any]] = {
    Alarm.DRAWDOWN: AlarmRule(DrawdownMoved, _account_drawdown, at_zero, DRAWDOWN_ALERT),
    Alarm.STRATEGY_DRAWDOWN: AlarmRule(DrawdownMoved, _strategy_drawdown, at_zero, DRAWDOWN_ALERT),
    Alarm.DAY_LOSS: AlarmRule(MarkBooked, _day_loss, at_zero, daily=True),
    Alarm.LOSING_STREAK: AlarmRule(TradeEnded, _losing_streak, at_zero),
    Alarm.UNEXPLAINED: AlarmRule(MarkBooked, _unexplained_money, below_threshold),
    Alarm.REJECTS: AlarmRule(OrderRejected, _rejects_of_the_day, at_zero, daily=True),
    Alarm.FLOW: AlarmRule(FlowBooked, _flows_of_the_day, at_zero, daily=True),
    Alarm.SLIPPAGE: AlarmRule(TradeEnded, _slippage_cost, below_threshold),
}

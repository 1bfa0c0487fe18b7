"""What the tracker would hand LEAN's statistics, read from a recording's tape and nothing else.

Samples come from the `day` lines and the `end`, closing fills from the `order` lines and a book of
LEAN's average prices that shares nothing with `models`, the chart of equity from every line that
states equity.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.equity.samples import Samples
from models.statistics.lean_samples import Closings, EquityChart, Exercise, Points, closing

Line = dict[str, Any]

LINEAR_QUOTES = {"USDT", "BUSD", "USDC"}


@dataclass(frozen=True)
class Sampled:
    """What `lean_statistics` takes."""

    samples: Samples
    closings: Closings
    points: Points
    capital: float
    days_a_year: int


@dataclass
class Reader:
    """Reads a tape's lines in order."""

    begin: float = 0.0
    capital: float = 0.0
    equity: float = 0.0
    unpriced: bool = False
    days_a_year: int = 0
    chart: EquityChart = field(default_factory=lambda: EquityChart(0.0))
    samples: Samples = field(default_factory=lambda: Samples(*(array("d") for _ in range(5))))
    closings: Closings = field(default_factory=lambda: Closings(*(array("d") for _ in range(3))))
    securities: dict[str, Line] = field(default_factory=dict)
    held: dict[str, tuple[float, float]] = field(default_factory=dict)

    def read(self, lines: Iterable[Line]) -> Sampled:
        """Read them all."""
        for line in lines:
            time = datetime.fromisoformat(line["utc"]).timestamp()
            # What is earlier than the start is warm-up.
            if time >= self.begin:
                getattr(self, line["type"], self.other)(line, time)
                self.step(line, time)
        points = self.chart.points()
        return Sampled(self.samples, self.closings, points, self.capital, self.days_a_year)

    def other(self, line: Line, time: float) -> None:
        """Take nothing more than the equity from the line."""

    def step(self, line: Line, time: float) -> None:
        """Take the equity of the line's instant; what does not state it leaves it as it was."""
        self.equity = line.get("tpv", self.equity)
        if line["type"] not in {"start", "day", "end"}:
            self.chart.mark(time, self.equity)

    def start(self, line: Line, time: float) -> None:
        """Begin; cash without a rate yet is worth something to LEAN from its first sample on."""
        self.begin, self.capital = time, line["tpv"]
        self.unpriced = any(amount and not rate for amount, rate in line["cash"].values())
        span = (datetime.fromisoformat(line[key]).timestamp() for key in ("start", "end"))
        self.chart = EquityChart(EquityChart.period(*span))

    def security(self, line: Line, time: float) -> None:
        """Remember what a security is."""
        self.securities[line["sid"]] = line

    def day(self, line: Line, time: float) -> None:
        """Take a sample."""
        if self.unpriced:
            self.capital, self.unpriced = line["tpv"], False
        names = "tpv", "benchmark", "risk_free", "sale_volume"
        append(self.samples, (time, *(line[name] for name in names)))
        self.chart.sample(time, line["tpv"])

    def end(self, line: Line, time: float) -> None:
        """Take the last sample, unless midnight was one; its volume counts in any case."""
        self.days_a_year = int(line["trading_days_per_year"])
        if not self.samples.time or time > self.samples.time[-1]:
            self.day(line, time)
        else:
            self.samples.sale_volume[-1] = line["sale_volume"]  # type: ignore[index]

    def split(self, line: Line, time: float) -> None:
        """Split a holding of raw data as LEAN does: whole shares stay."""
        security = self.securities[line["sid"]]
        if line["kind"] == "SPLIT_OCCURRED" and security["normalization"] == "RAW":
            quantity, average = self.held.get(line["sid"], (0.0, 0.0))
            whole = float(int(round(quantity / line["factor"], 9)))
            self.held[line["sid"]] = whole, average * line["factor"]

    def order(self, line: Line, time: float) -> None:
        """Book a fill at LEAN's average price; what it closed is a closing."""
        filled, price = line["fill_qty"], line["fill_price"]
        if line["status"] not in {"FILLED", "PARTIALLY_FILLED"} or not filled:
            return
        security = self.securities[line["sid"]]
        before, average = self.held.get(line["sid"], (0.0, 0.0))
        after = round(before + filled, 12)
        if before * filled >= 0.0:
            average = (average * before + price * filled) / after
        else:
            closed = -filled if abs(filled) < abs(before) else before
            profit = closed * gain(security, line, average) + paid_out(security, line)
            booked = closing(profit, line["fee_account"], filled, exercise(line, security))
            append(self.closings, (time, *booked))
            average = price if before * after < 0.0 else average
        self.held[line["sid"]] = after, average


def first_holdings(lines: Iterable[Line]) -> dict[str, tuple[float, float]]:
    """What LEAN held before its first order: sid -> quantity and average price.

    Nothing, but in a deployment that goes on with the holdings of another.
    """
    for line in lines:
        if line["type"] == "order":
            break
        if line["type"] == "mark":
            return {sid: (figures[0], figures[2]) for sid, figures in line.get("h", {}).items()}
    return {}


def append(columns: Iterable[Any], values: Iterable[float]) -> None:
    """Add a row to columns."""
    for column, value in zip(columns, values, strict=True):
        column.append(value)


def gain(security: Line, line: Line, average: float) -> float:
    """What a fill gained on the average price a unit held, account currency."""
    price, multiplier = line["fill_price"], security["multiplier"]
    if security["kind"] != "CRYPTO_FUTURE" or security["quote"] in LINEAR_QUOTES:
        return float((price - average) * multiplier * line["rate"])
    # A contract settled in its coin, in LEAN's sign.
    coin = security["ticker"].removesuffix(security["quote"])
    return float((1.0 / price - 1.0 / average) * multiplier * line["cash"][coin][1])


def paid_out(security: Line, line: Line) -> float:
    """The cash of an index option's exercise, which LEAN counts as the fill's profit."""
    exercised = exercise(line, security) if security["kind"] == "INDEX_OPTION" else None
    amount = max(exercised.amount, 0.0) if exercised else 0.0
    return -amount if line["fill_qty"] > 0.0 else amount


def exercise(line: Line, security: Line) -> Exercise | None:
    """Whether an order line is an option's own leg of an exercise, and by how much in the money."""
    if line["order_type"] != "OPTION_EXERCISE" or "strike" not in security:
        return None
    stated = re.search(r"Underlying: (\d+\.?\d*)", line["message"])
    assert stated, line["message"]
    payoff = float(stated[1]) - security["strike"]
    worth = abs(line["fill_qty"]) * security["multiplier"] * line["rate"]
    return Exercise(line["itm"], worth * (payoff if security["right"] == "CALL" else -payoff))

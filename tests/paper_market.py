"""A tape that writes itself: what an algorithm sends is filled, and told on the next lines.

It stands where a recorded tape would, for algorithms under `tests.algorithm_imports`. Stocks fill
at their price, options at their bid or ask; each fill costs a dollar. What LEAN does by itself
(assignment, expiry) happens when the test says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.algorithm_imports import GOOG, Contract, QCAlgorithm, Scene, stock
from tests.workbench.engine import tapes
from workbench.engine.engine import RecordedEngine
from workbench.engine.reads import ReadMeter
from workbench.engine.state import SecurityState
from workbench.engine.symbols import Symbol
from workbench.engine.tape import TapeLine

START = datetime(2015, 12, 23, 5, tzinfo=UTC)


def option(right: str, strike: float, expiry: str = "2015-12-24") -> Symbol:
    """An option on GOOG; right is C or P."""
    ticker = f"{right}{strike:g} {expiry[5:]}"
    described = tapes.option(
        ticker=ticker, strike=strike, right={"C": "CALL", "P": "PUT"}[right],
        expiry=f"{expiry}T00:00:00", underlying=GOOG,
    )  # fmt: skip
    described["sid"] = "GOOCV " + "".join(filter(str.isalnum, ticker)) + f"|{GOOG}"
    return Symbol(ReadMeter(), SecurityState(described), stock("GOOG"))


def middle(bid: float, ask: float) -> float:
    """What LEAN takes a quote's price for: the side there is, or the middle of both."""
    return (bid + ask) / 2 if bid and ask else bid or ask


@dataclass
class Step:
    """One slice: its prices by ticker, chain and hourly closes, and what LEAN does before it.

    `ended` names options that end: each with the shares that GOOG's holding changes by.
    """

    utc: datetime
    goog: float
    chain: list[Contract] | None = None
    closes: dict[str, float] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)


class PaperMarket:
    """A `Tape` over steps; `algorithm` must be set before it is played."""

    def __init__(self, steps: list[Step], cash: float = 250_000.0) -> None:
        self.steps = steps
        self.algorithm: Any = None
        self.start = tapes.start(
            utc=START.isoformat(), cash={"USD": [cash, 1.0]}, tpv=cash,
            start="2015-12-23T00:00:00", end="2015-12-28T23:59:59.999999",
        )  # fmt: skip
        self.scene = Scene(
            {step.utc: step.goog for step in steps},
            {step.utc: step.closes for step in steps},
            {step.utc: step.chain for step in steps if step.chain is not None},
        )
        self._cash, self._orders, self._lines = cash, 0, 0
        self._symbols: dict[str, Symbol] = {}
        self._prices: dict[str, float] = {}
        self._sides: dict[str, tuple[float, float]] = {}
        self._held: dict[str, list[float]] = {}  # quantity and average price

    def end(self) -> dict[str, Any]:
        """What LEAN's end line has."""
        return tapes.end(
            utc=(self.steps[-1].utc + timedelta(hours=1)).isoformat(), closed_trades=[]
        )

    def lines(self) -> Iterator[TapeLine]:
        """The tape, each line made when it is asked for."""
        for line in self._written():
            self._lines += 1
            yield TapeLine(self._lines, line, datetime.fromisoformat(line["utc"]))

    def _written(self) -> Iterator[dict[str, Any]]:
        yield self.start
        for step in self.steps:
            yield from self._describe(step)
            for ticker, shares in step.ended.items():
                yield from self._finish(step.utc, ticker, shares)
            yield self._mark(step.utc)
            yield from self._fills(step.utc)
        yield self._mark(self.steps[-1].utc + timedelta(minutes=1))
        yield self.end()

    def _describe(self, step: Step) -> Iterator[dict[str, Any]]:
        """Take the step's prices, and describe what is seen for the first time."""
        quotes = {c.symbol.value: c for c in step.chain or ()}
        prices = {"GOOG": step.goog, **step.closes}
        prices |= {ticker: middle(c.bid_price, c.ask_price) for ticker, c in quotes.items()}
        for ticker, price in prices.items():
            bid, ask = price, price
            symbol = quotes[ticker].symbol if ticker in quotes else stock(ticker)
            if ticker in quotes:
                bid, ask = quotes[ticker].bid_price, quotes[ticker].ask_price
            if ticker not in self._symbols:
                self._symbols[ticker] = symbol
                yield {**symbol._security.facts, "utc": step.utc.isoformat()}
            self._prices[ticker], self._sides[ticker] = price, (bid, ask)

    def _many(self, ticker: str) -> float:
        return 100.0 if self._symbols[ticker].has_underlying else 1.0

    def _worth(self) -> float:
        return self._cash + sum(
            quantity * self._prices[ticker] * self._many(ticker)
            for ticker, (quantity, _) in self._held.items()
        )

    def _mark(self, utc: datetime) -> dict[str, Any]:
        held = {}
        for ticker, (quantity, average) in self._held.items():
            price, many = self._prices[ticker], self._many(ticker)
            profit, value = quantity * (price - average) * many, quantity * price * many
            held[str(self._symbols[ticker].id)] = [quantity, price, average, profit, value]
        cash = {"USD": [self._cash, 1.0]}
        return tapes.mark(utc=utc.isoformat(), tpv=self._worth(), cash=cash, h=held)

    def _fills(self, utc: datetime) -> Iterator[dict[str, Any]]:
        """Fill what was sent since the last step; all legs of a combo are held before any event."""
        for order in self.algorithm.sent[self._orders :]:
            self._orders += 1
            told = [
                self._fill(ticker, float(quantity), self._sides[ticker][quantity > 0], 1.0)
                for ticker, quantity in order.legs.items()
            ]
            for place, fields in enumerate(told):
                tagged = {"tag": order.tag, "order": self._orders * 10 + place, "event": 2}
                yield self._event(utc, fields | tagged)

    def _finish(self, utc: datetime, ticker: str, shares: int) -> Iterator[dict[str, Any]]:
        """Assignment, exercise or expiry: the option ends at 0, the shares come at the strike."""
        number = 10_000 + self._lines
        option = self._fill(ticker, -self._held[ticker][0], 0.0, 0.0)
        terms = {"order_type": "OPTION_EXERCISE", "tag": "", "order": number, "itm": bool(shares)}
        message = "Assigned." if shares else "OTM."
        ended = {"event": 1, "assignment": bool(shares), "message": message}
        yield self._event(utc, option | terms | ended)
        if shares:
            strike = self._symbols[ticker].id.strike_price
            brought = self._fill("GOOG", float(shares), strike, 0.0)
            yield self._event(utc, brought | terms | {"event": 2, "message": "Option Assignment"})

    def _fill(self, ticker: str, quantity: float, price: float, fee: float) -> dict[str, Any]:
        """Book a fill, and tell what an order line says of it."""
        held, average = self._held.pop(ticker, [0.0, 0.0])
        after = held + quantity
        if held * quantity >= 0:
            average = (held * average + quantity * price) / after
        if after:
            self._held[ticker] = [after, average]
        self._cash -= quantity * price * self._many(ticker) + fee
        return {
            "sid": str(self._symbols[ticker].id), "fill_price": price, "fill_qty": quantity,
            "qty": quantity, "order_qty": quantity, "fee": fee, "fee_account": fee,
            "direction": "BUY" if quantity > 0 else "SELL", "price": self._prices[ticker],
            "position": after,
        }  # fmt: skip

    def _event(self, utc: datetime, fields: dict[str, Any]) -> dict[str, Any]:
        now = utc.isoformat()
        account: dict[str, Any] = {"tpv": self._worth(), "cash": {"USD": [self._cash, 1.0]}}
        return tapes.order(utc=now, t=now, created=now, **account) | fields


def engine_of(
    algorithm: type[QCAlgorithm], market: PaperMarket, **parameters: str
) -> RecordedEngine:
    """An engine about to play an algorithm through the market."""
    algorithm.scene = market.scene
    tape: Any = market
    engine = RecordedEngine(tape, algorithm, parameters=parameters)
    market.algorithm = engine.algorithm
    return engine

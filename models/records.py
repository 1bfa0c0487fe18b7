"""Records: what the tracker hands out, immutable, with the unit of each field.

Every record turns into a dict of JSON values with `to_dict` and back with `from_dict`, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from models.events import OrderType
from models.lots import Closed, Execution, Lot, Position, Round, build
from models.settings import Alarm

LONG, SHORT = "long", "short"
FRACTIONS = frozenset({Alarm.DRAWDOWN, Alarm.STRATEGY_DRAWDOWN, Alarm.DAY_LOSS})
LOTS, POSITIONS = "lots", "positions"  # the books a trade may be of
NAMES = {kind: kind.name for kind in OrderType}  # asking an enum's member is slow


class TradeRecord(NamedTuple):
    """One trade of one strategy: a lot, or of the positions book all from flat to flat.

    Attributes:
        trade_id: Unique within the tracker, in the order of closing.
        symbol: The ticker at the close.
        strategy: Whose trade it is.
        direction: "long" or "short".
        entry_time: UTC.
        exit_time: UTC.
        entry_price: Quote currency, split-adjusted; of a position the mean by quantity.
        exit_price: Quote currency, likewise.
        quantity: Positive; contracts, shares or units of base currency.
        pnl: Net of all fees, account currency.
        pnl_pct: `pnl` in percent of the entry value; None where that is 0.
        commission: Fees of entry and exit, account currency, positive when paid.
        slippage_bps: Slippage of entry and exit against the arrival prices, in basis points of the
            arrival value; negative is cost; None where no arrival price is known.
        is_closed: True for a closed trade, False for an open one valued at the last mark.
        sid: The Symbol's ID.
        gross_pnl: Before fees, account currency.
        slippage: The same slippage in account currency.
        multiplier: Units of the underlying in a contract.
        order_ids: The opening order, then the closing one; 0 where no order did it.
        tag: The opening order's tag.
        exit_reason: order, assignment, exercise, expiry, delisting, margin call, liquidation,
            split or outside.
        seeded: Opened before the tracker started, or outside it.
        mae: Maximum adverse excursion: the worst P&L before fees while it was open, of its own
            quantity at the marks and at its fills, account currency, 0 or negative.
        mfe: Maximum favorable excursion: the best, 0 or positive.
        book: "lots" or "positions".
        stake: Value at entry, account currency.
        order_type: The opening order's type, by LEAN's name.
        risk: What it could lose as planned (`risk=AMOUNT` in the opening order's tag, or else the
            distance to the first stop that was set against it), account currency; None if unsaid.
    """

    trade_id: str
    symbol: str
    strategy: str
    direction: str
    entry_time: datetime
    exit_time: datetime
    entry_price: float
    exit_price: float
    quantity: float
    pnl: float
    pnl_pct: float | None
    commission: float
    slippage_bps: float | None
    is_closed: bool
    sid: str
    gross_pnl: float
    slippage: float | None
    multiplier: float
    order_ids: tuple[int, int]
    tag: str
    exit_reason: str
    seeded: bool
    mae: float
    mfe: float
    book: str
    stake: float = 0.0
    order_type: str = OrderType.MARKET.name
    risk: float | None = None

    @property
    def duration(self) -> float:
        """Seconds from entry to exit."""
        return (self.exit_time - self.entry_time).total_seconds()

    def to_dict(self) -> dict[str, Any]:
        """JSON values, `duration` among them; times in ISO 8601."""
        return {
            **self._asdict(),
            "entry_time": self.entry_time.isoformat(),
            "exit_time": self.exit_time.isoformat(),
            "order_ids": list(self.order_ids),
            "duration": self.duration,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TradeRecord:
        """The record that `to_dict` described."""
        given = {name: values[name] for name in cls._fields}
        for name in ("entry_time", "exit_time"):
            given[name] = datetime.fromisoformat(given[name])
        return cls(**{**given, "order_ids": tuple(given["order_ids"])})

    def to_row(self) -> list[Any]:
        """The fields' JSON values alone, in order: for where many trades are kept."""
        row: list[Any] = [*self]
        row[_ENTERED], row[_LEFT] = self.entry_time.isoformat(), self.exit_time.isoformat()
        row[_ORDERS] = list(self.order_ids)
        return row

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> TradeRecord:
        """The record that `to_row` described."""
        values = list(row)
        for at in (_ENTERED, _LEFT):
            values[at] = datetime.fromisoformat(values[at])
        values[_ORDERS] = tuple(values[_ORDERS])
        return cls(*values)


_ENTERED, _LEFT, _ORDERS = map(TradeRecord._fields.index, ("entry_time", "exit_time", "order_ids"))


def trade_record(
    trade_id: str, ticker: str, position: Position, piece: Closed, execution: Execution, reason: str
) -> TradeRecord:
    """The record of a closed piece of a position.

    Args:
        trade_id: Its number.
        ticker: The instrument's ticker now.
        position: Whose lot it was.
        piece: What `Position.trade` matched.
        execution: What closed it.
        reason: Why (`TradeRecord.exit_reason`).
    """
    lot, signed, gross, entry_fee, exit_fee, low, high, slippage, value = piece
    time, order_id, _, price, rate, _, _, _, _, _, _ = execution
    instrument, worth = position.instrument, lot.worth
    multiplier, commission = instrument.multiplier, entry_fee + exit_fee
    gross *= rate
    pnl = gross - commission
    stake = abs(signed * worth) * multiplier * lot.rate
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
        100.0 * pnl / stake if stake else None,
        commission,
        1e4 * slippage / value if value else None,
        True,
        instrument.sid,
        gross,
        slippage if value else None,
        multiplier,
        (lot.order_id, order_id),
        lot.tag,
        reason,
        lot.seeded,
        size * ((low if long else high) - worth),
        size * ((high if long else low) - worth),
        LOTS,
        stake,
        NAMES[lot.order_type],
        abs(signed) * lot.risk if lot.risk else None,
    )
    return build(TradeRecord, values)


def round_record(
    trade_id: str, ticker: str, position: Position, held: Round, closing: Execution, reason: str
) -> TradeRecord:
    """The positions book's record of a round that ended; arguments as in `trade_record`."""
    pnl = held.gross - held.fees
    known = bool(held.arrival_value)
    return TradeRecord(
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
        100.0 * pnl / held.stake if held.stake else None,
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
        held.stake,
        NAMES[held.order_type],
        held.risk or None,
    )


class Quote(NamedTuple):
    """What an instrument is worth now.

    Attributes:
        time: UTC of the last mark.
        ticker: The instrument's.
        price: Last price, quote currency.
        worth: `Instrument.worth` there.
        rate: Account currency per unit of P&L currency.
    """

    time: datetime
    ticker: str
    price: float
    worth: float
    rate: float


def open_record(
    position: Position, lot: Lot, seen: tuple[float, float], quote: Quote
) -> TradeRecord:
    """An open lot as a trade that would end now, at no cost.

    Args:
        position: Whose lot it is.
        lot: The lot.
        seen: The lowest and the highest worth since it came in (`Extremes.each`).
        quote: What it is valued at.
    """
    low, high = seen
    execution = Execution(quote.time, 0, -lot.quantity, quote.price, quote.rate)
    size = lot.quantity * position.instrument.multiplier
    gross = size * (quote.worth - lot.worth)
    slippage, value = lot.slippage(size, quote.price, quote.rate, 0.0)
    piece = Closed(lot, lot.quantity, gross, lot.fee, 0.0, low, high, slippage, value)
    record = trade_record("", quote.ticker, position, piece, execution, "")
    return record._replace(is_closed=False)


def newest_record(position: Position, quote: Quote) -> TradeRecord:
    """The lot that came in last, as `open_record` shows it."""
    extremes = position.extremes
    seen = (extremes.lows[-1][0], extremes.highs[-1][0])
    return open_record(position, position.lots[-1], seen, quote)


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """What a strategy holds of one instrument, or the account: LEAN's net holding.

    Attributes:
        strategy: Whose it is; empty for the account.
        symbol: The ticker now.
        sid: The Symbol's ID.
        quantity: Signed; contracts, shares or units of base currency.
        average_price: Of the open lots by quantity, or LEAN's, quote currency.
        price: At the last mark, quote currency.
        market_value: Signed value of the quantity at that price, account currency; of what is
            held on margin the value it moves with.
        unrealized_pnl: P&L of the open lots at that price, before fees, account currency.
        since: UTC of the entry from flat; None for the account.
    """

    strategy: str
    symbol: str
    sid: str
    quantity: float
    average_price: float
    price: float
    market_value: float
    unrealized_pnl: float
    since: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        return {**asdict(self), "since": self.since.isoformat() if self.since else None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PositionRecord:
        """The record that `to_dict` described."""
        since = values["since"]
        return cls(**{**values, "since": datetime.fromisoformat(since) if since else None})


class Exposure(NamedTuple):
    """What a scope has at stake in the market, account currency.

    Attributes:
        gross: Sum of the market values' sizes.
        net: Their sum, shorts negative.
        leverage: `gross` over equity; None unless the equity is positive.
    """

    gross: float
    net: float
    leverage: float | None


def exposure(records: Sequence[PositionRecord], equity: float) -> Exposure:
    """The exposure of some positions on an equity in account currency."""
    gross = sum(abs(record.market_value) for record in records)
    net = sum(record.market_value for record in records)
    return Exposure(gross, net, gross / equity if equity > 0 else None)


@dataclass(frozen=True, slots=True)
class Positions:
    """Everything that is held.

    Attributes:
        strategies: Strategy -> its positions, as they were opened.
        account: LEAN's net holding of each instrument: long and short strategies cancel out.
        exposures: Strategy -> its exposure on its own equity.
        exposure: The account's, of the net holdings.
    """

    strategies: Mapping[str, tuple[PositionRecord, ...]]
    account: tuple[PositionRecord, ...]
    exposures: Mapping[str, Exposure]
    exposure: Exposure

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "strategies": {
                name: [record.to_dict() for record in records]
                for name, records in self.strategies.items()
            },
            "account": [record.to_dict() for record in self.account],
            "exposures": {name: each._asdict() for name, each in self.exposures.items()},
            "exposure": self.exposure._asdict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Positions:
        """The record that `to_dict` described."""
        return cls(
            {
                name: tuple(map(PositionRecord.from_dict, records))
                for name, records in values["strategies"].items()
            },
            tuple(map(PositionRecord.from_dict, values["account"])),
            {name: Exposure(**each) for name, each in values["exposures"].items()},
            Exposure(**values["exposure"]),
        )


class Flow(NamedTuple):
    """A deposit (positive) or withdrawal.

    Attributes:
        time: UTC of the mark whose cash first showed it.
        currency: Its currency.
        amount: Units of the currency.
        value: Account currency at that mark's rate.
        cause: "announced: NOTE", "unannounced", or "while stopped": before a redeploy.
    """

    time: datetime
    currency: str
    amount: float
    value: float
    cause: str

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**self._asdict(), "time": self.time.isoformat()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Flow:
        """The flow that `to_dict` described."""
        return cls(**{**values, "time": datetime.fromisoformat(values["time"])})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One column of the balance sheet, account currency: a strategy's, or the account's.

    Attributes:
        realized: P&L of closed lots before fees.
        unrealized: P&L of open lots at the last mark.
        fees: Positive when paid.
        dividends: Received less paid.
        financing: Interest, funding and borrow fees received less paid.
        settlement: Cash LEAN moved without a fill: index options, fractions of a split.
        fx: What the rates did to the cash.
    """

    realized: float = 0.0
    unrealized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0
    fx: float = 0.0

    @property
    def net_pnl(self) -> float:
        """Everything but what the rates did to the cash."""
        earned = self.realized + self.unrealized - self.fees
        return earned + self.dividends + self.financing + self.settlement

    def to_dict(self) -> dict[str, float]:
        """The terms and `net_pnl`."""
        return {**asdict(self), "net_pnl": self.net_pnl}


def sum_sheets(sheets: Iterable[Sheet]) -> Sheet:
    """Column by column."""
    columns = zip(*(astuple(sheet) for sheet in sheets), strict=True)
    return Sheet(*(sum(column) for column in columns))


@dataclass(frozen=True, slots=True)
class Spell:
    """A drawdown: from a NAV peak to its trough and, once recovered, back.

    Attributes:
        start: UTC of the peak, the last mark on it.
        trough_time: UTC of the lowest NAV so far.
        end: UTC of the mark that reached the peak again; None while open.
        peak_nav: NAV at the peak.
        trough_nav: Lowest NAV so far.
        depth: The fall from peak to trough, positive, as a fraction of the peak.
        amount: The same in account currency, for the units there were at the trough.
    """

    start: datetime
    trough_time: datetime
    end: datetime | None
    peak_nav: float
    trough_nav: float
    depth: float
    amount: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        values = asdict(self)
        return {**values, **{name: values[name] and values[name].isoformat() for name in _TIMES}}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Spell:
        """The spell that `to_dict` described."""
        times = {name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES}
        return cls(**{**values, **times})


_TIMES = ("start", "trough_time", "end")


class Alert(NamedTuple):
    """A threshold that was crossed, or recovered from.

    Attributes:
        alarm: What is watched; its comment gives the unit of `value` and `threshold`.
        strategy: Whose; empty for the account.
        fired: True when it was crossed, False on recovery.
        time: UTC.
        value: The figure now.
        threshold: From where on it alerts.
        since: Start of the fall or of the day; None where there is no such window.
        peak: NAV, or of a day's loss the equity, that it fell from; None likewise.
        trough: The lowest since; None likewise.
    """

    alarm: Alarm
    strategy: str
    fired: bool
    time: datetime
    value: float
    threshold: float
    since: datetime | None = None
    peak: float | None = None
    trough: float | None = None

    @property
    def text(self) -> str:
        """The alert in one line, with window, peak, trough and value."""
        name = self.alarm.value.replace("_", " ")
        whose = f"strategy {self.strategy}" if self.strategy else "the account"
        value, threshold = (self._shown(figure) for figure in (self.value, self.threshold))
        verb = "reached" if self.fired else "recovered to"
        line = f"{name} of {whose} {verb} {value} (threshold {threshold})"
        if self.since is not None:
            line += f", since {self.since:%Y-%m-%d %H:%M}: {self.peak:.6g} to {self.trough:.6g}"
        return line

    def _shown(self, figure: float) -> str:
        return f"{100 * figure:.2f} %" if self.alarm in FRACTIONS else f"{figure:,.10g}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        since = self.since.isoformat() if self.since else None
        given = {"alarm": self.alarm.value, "time": self.time.isoformat(), "since": since}
        return {**self._asdict(), **given}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Alert:
        """The alert that `to_dict` described."""
        since = values["since"]
        given = {
            "alarm": Alarm(values["alarm"]),
            "time": datetime.fromisoformat(values["time"]),
            "since": datetime.fromisoformat(since) if since else None,
        }
        return cls(**{**values, **given})


@dataclass(frozen=True, slots=True)
class StrategyMetrics:
    """A strategy in figures; money in account currency, None where undefined.

    Attributes:
        strategy_name: Its name.
        trades: Closed trades.
        winning_trades: Trades that made something net of fees.
        losing_trades: Trades that lost something net of fees; the rest broke even.
        net_pnl: Everything it made, open positions included, net of fees; without fx.
        fees: What it paid, positive.
        avg_pnl: Mean net P&L of a closed trade: the expectancy.
        win_rate: Wins over wins and losses, as a fraction.
        profit_factor: Sum of the wins over sum of the losses; None without a loss.
        max_drawdown: Deepest fall of its NAV from a peak at any mark, as a positive fraction.
        sharpe_ratio: Mean over sample deviation of its NAV's trading-day returns, times the root
            of the trading days a year; no risk-free rate is taken off.
        sortino_ratio: The same over the root of the mean square of the returns below 0, all days
            in the mean; None without such a return.
        capital: What its NAV starts from.
        trading_days: Days with a mark, the n of the ratios.
    """

    strategy_name: str
    trades: int
    winning_trades: int
    losing_trades: int
    net_pnl: float
    fees: float
    avg_pnl: float | None
    win_rate: float | None
    profit_factor: float | None
    max_drawdown: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    capital: float
    trading_days: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StrategyMetrics:
        """The record that `to_dict` described."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class DrawdownRecord:
    """How far a scope's NAV is below its peak, at the last mark.

    Attributes:
        depth: The fall now, as a positive fraction of the peak; None without a NAV.
        amount: The same in account currency.
        max_depth: The deepest so far, the open spell included.
        open: The spell that has not recovered, or None.
        spells: The last 100 that have, the oldest first.
    """

    depth: float | None
    amount: float | None
    max_depth: float | None
    open: Spell | None
    spells: tuple[Spell, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "depth": self.depth,
            "amount": self.amount,
            "max_depth": self.max_depth,
            "open": self.open.to_dict() if self.open else None,
            "spells": [spell.to_dict() for spell in self.spells],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DrawdownRecord:
        """The record that `to_dict` described."""
        spell = values["open"]
        return cls(
            values["depth"],
            values["amount"],
            values["max_depth"],
            Spell.from_dict(spell) if spell else None,
            tuple(Spell.from_dict(row) for row in values["spells"]),
        )


class Deployment(NamedTuple):
    """Where the account stood when LEAN was started; money in account currency.

    Attributes:
        number: Counts the deployments of a project from 1.
        name: LEAN's id of it.
        time: UTC of its first event.
        equity: What the account was worth.
        nav: NAV of a unit; None without one.
        net_pnl: Made before it, open positions included, net of fees.
        trades: Closed before it.
    """

    number: int
    name: str
    time: datetime
    equity: float
    nav: float | None
    net_pnl: float
    trades: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the time in ISO 8601."""
        return {**self._asdict(), "time": self.time.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Deployment:
        """The deployment that `to_dict` described."""
        return cls(**{**values, "time": datetime.fromisoformat(values["time"])})


class SinceDeploy(NamedTuple):
    """What the running deployment made; the summary's other figures are since inception.

    Attributes:
        deployment: Its number.
        time: UTC of its first event; None before it.
        net_pnl: Net of fees, open positions included, account currency.
        total_return: Growth of the NAV, as a fraction; None without one.
        trades: Closed trades.
    """

    deployment: int
    time: datetime | None
    net_pnl: float
    total_return: float | None
    trades: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the time in ISO 8601."""
        return {**self._asdict(), "time": self.time.isoformat() if self.time else None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SinceDeploy:
        """The record that `to_dict` described."""
        time = values["time"]
        return cls(**{**values, "time": datetime.fromisoformat(time) if time else None})


@dataclass(frozen=True, slots=True)
class PerformanceSummary:
    """The account at the last mark; money in account currency, None where undefined.

    Attributes:
        time: UTC of the last event; None before the first.
        account_currency: The currency of every amount.
        starting_equity: When the tracker first saw the account.
        equity: Now.
        net_pnl: Everything made since, open positions included, net of fees; without fx and flows.
        total_return: Growth of the NAV since the start, as a fraction.
        nav: Value of a unit of capital that was 1 at the start; flows taken out.
        drawdown: How far the NAV is below its peak, as a positive fraction of it.
        drawdown_amount: The same in money.
        account: The account in the figures that a strategy has; its name is empty.
        strategies: Strategy -> its figures.
        balance: The law: each term by name, with `unexplained` and its largest size so far.
        exposure: Of LEAN's net holdings.
        open_trades: Open lots.
        quality_score: Of the execution, 0 to 100; None without an order that ended.
        fills: Fills booked.
        marks: Marks booked.
        anomalies: Kind -> how often something was seen that should not be.
        errors: Where and what -> how often it failed: hooks, listeners, storage.
        since_deploy: What the running deployment made.
    """

    time: datetime | None
    account_currency: str
    starting_equity: float
    equity: float
    net_pnl: float
    total_return: float | None
    nav: float | None
    drawdown: float | None
    drawdown_amount: float | None
    account: StrategyMetrics
    strategies: Mapping[str, StrategyMetrics]
    balance: Mapping[str, float | None]
    exposure: Exposure
    open_trades: int
    quality_score: float | None
    fills: int
    marks: int
    anomalies: Mapping[str, int]
    errors: Mapping[str, int]
    since_deploy: SinceDeploy

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the time in ISO 8601."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            **values,
            "time": self.time.isoformat() if self.time else None,
            "account": self.account.to_dict(),
            "strategies": {name: each.to_dict() for name, each in self.strategies.items()},
            "exposure": self.exposure._asdict(),
            "since_deploy": self.since_deploy.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PerformanceSummary:
        """The summary that `to_dict` described."""
        strategies = values["strategies"].items()
        given = {
            **values,
            "time": datetime.fromisoformat(values["time"]) if values["time"] else None,
            "account": StrategyMetrics.from_dict(values["account"]),
            "strategies": {name: StrategyMetrics.from_dict(each) for name, each in strategies},
            "exposure": Exposure(**values["exposure"]),
            "since_deploy": SinceDeploy.from_dict(values["since_deploy"]),
        }
        return cls(**given)

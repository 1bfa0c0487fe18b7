"""LEAN's orders, order events, trades and charts, read from their JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from models.events.orders import OrderStatus, OrderType
from workbench.runs.lean.facts import (
    NORMALIZATIONS,
    UNKNOWN_MODE,
    ClosedTrade,
    LeanEvent,
    LeanOrder,
    Sample,
    ShownCash,
    ShownHolding,
)
from workbench.runs.lean.fields import Fields, ResultError, number_of, plain, time_of

E = TypeVar("E", OrderStatus, OrderType)

# The fee currency of an event without a fee, LEAN's null currency.
NO_CURRENCY = frozenset({"", "QCC"})
DIRECTIONS = {"0": "LONG", "1": "SHORT", "long": "LONG", "short": "SHORT"}

CANDLE = 5  # values of a candle: time, open, high, low, close
_MONEY = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def orders_of(result: Fields) -> dict[int, LeanOrder]:
    """The orders of a result by id; ResultError where one cannot be read."""
    found: dict[int, LeanOrder] = {}
    for key, values in _orders(result):
        order = _order(Fields(values, f"order {key}"))
        found[order.order_id] = order
    return found


def _orders(result: Fields) -> list[tuple[str, Any]]:
    """The orders of a result, by their ids as in a file or in a list as in an answer of the API."""
    if isinstance(result.any("orders"), list):
        return [(str(at), values) for at, values in enumerate(result.listed("orders"), 1)]
    return [*result.mapping("orders").items()]


def _order(values: Fields) -> LeanOrder:
    sid, ticker = _symbol(values)
    data, group = values.object("orderSubmissionData"), values.object("groupOrderManager")
    mode = values.any("priceAdjustmentMode")
    created = "createdTime" if "createdTime" in values else "time"
    return LeanOrder(
        order_id=values.whole("id"),
        sid=sid,
        ticker=ticker,
        order_type=_member(OrderType, values.any("type"), f"{values.what}: type"),
        tag=values.text("tag"),
        status=_member(OrderStatus, values.any("status"), f"{values.what}: status"),
        quantity=values.number("quantity"),
        price=values.number("price", 0.0),
        currency=values.text("priceCurrency"),
        created=values.time(created),
        filled=values.time("lastFillTime") if "lastFillTime" in values else None,
        bid=data.number("bidPrice", 0.0),
        ask=data.number("askPrice", 0.0),
        last=data.number("lastPrice", 0.0),
        group=group.whole("id", 0),
        mode=_mode(mode),
    )


def _symbol(values: Fields) -> tuple[str, str]:
    """The Symbol ID and the ticker of what an order or a trade names."""
    symbol = values.object("symbol")
    sid = symbol.text("id")
    if not sid:
        raise ResultError(f"{values.what}: the symbol has no id")
    return sid, symbol.text("value") or sid.partition(" ")[0]


def _mode(value: Any) -> str:
    known = isinstance(value, int) and 0 <= value < len(NORMALIZATIONS)
    return NORMALIZATIONS[value] if known else UNKNOWN_MODE


# The members of LEAN's enums by plain name and by number.
MEMBERS: Mapping[type, Mapping[str | int, Any]] = {
    OrderStatus: {key: each for each in OrderStatus for key in (plain(each.name), each.value)},
    OrderType: {key: each for each in OrderType for key in (plain(each.name), each.value)},
}


def _member(kind: type[E], value: Any, what: str) -> E:
    """A member of one of LEAN's enums by its number or by its name in any case."""
    named = isinstance(value, str) and not value.lstrip("-").isdigit()
    key = plain(value) if named else int(number_of(value, what))
    found: E | None = MEMBERS[kind].get(key)
    if found is None:
        raise ResultError(f"{what} is {str(value)[:40]!r}, which this version does not know")
    return found


def events_of(rows: Sequence[Any]) -> Iterator[LeanEvent]:
    """Order events as LEAN delivered them; ResultError where one cannot be read."""
    for at, row in enumerate(rows):
        yield _event(Fields(row, f"order event {at + 1}"))


def events_in_orders(result: Fields) -> list[Any]:
    """The order events that the orders of a result carry with them, as the cloud gives them."""
    rows: list[Any] = []
    for key, order in _orders(result):
        rows += Fields(order, f"order {key}").listed("events")
    return sorted(rows, key=_moment)


def _moment(row: Any) -> tuple[datetime, int, int]:
    values = Fields(row, "an order event")
    return values.time("time"), values.whole("orderId"), _event_id(values)


def _event_id(values: Fields) -> int:
    return values.whole("orderEventId") if "orderEventId" in values else values.whole("id")


def _event(values: Fields) -> LeanEvent:
    symbol = values.any("symbol")
    sid = symbol if isinstance(symbol, str) else values.object("symbol").text("id")
    if not sid:
        raise ResultError(f"{values.what} names no symbol")
    currency = values.text("orderFeeCurrency") or values.text("fillPriceCurrency")
    fee = 0.0 if currency in NO_CURRENCY else values.number("orderFeeAmount", 0.0)
    return LeanEvent(
        order_id=values.whole("orderId"),
        event_id=_event_id(values),
        sid=sid,
        ticker=values.text("symbolValue") or sid.partition(" ")[0],
        time=values.time("time"),
        status=_member(OrderStatus, values.any("status"), f"{values.what}: status"),
        quantity=values.number("fillQuantity", 0.0),
        price=values.number("fillPrice", 0.0),
        currency=values.text("fillPriceCurrency"),
        fee=fee,
        fee_currency=currency if fee else "",
        ordered=values.number("quantity", 0.0),
        limit=values.maybe("limitPrice"),
        stop=values.maybe("stopPrice"),
        message=values.text("message"),
        assignment=values.flag("isAssignment"),
    )


def trades_of(performance: Fields) -> list[ClosedTrade] | None:
    """LEAN's closed trades; None where a result does not list them."""
    if "closedTrades" not in performance:
        return None
    return [_trade(values) for values in performance.objects("closedTrades")]


def _trade(values: Fields) -> ClosedTrade:
    symbols = values.listed("symbols")
    named = Fields({"symbol": symbols[0]}, values.what) if symbols else values
    direction = plain(str(values.any("direction")))
    if direction not in DIRECTIONS:
        raise ResultError(f"{values.what}: direction is {direction[:40]!r}")
    return ClosedTrade(
        sid=_symbol(named)[0],
        entry_time=values.time("entryTime"),
        entry_price=values.number("entryPrice"),
        direction=DIRECTIONS[direction],
        quantity=values.number("quantity"),
        exit_time=values.time("exitTime"),
        exit_price=values.number("exitPrice"),
        profit_loss=values.number("profitLoss"),
        total_fees=values.number("totalFees", 0.0),
        mae=values.number("mae", 0.0),
        mfe=values.number("mfe", 0.0),
        order_ids=tuple(int(number_of(each, values.what)) for each in values.listed("orderIds")),
    )


def profits_of(result: Fields) -> list[Sample]:
    """What LEAN recorded of closing fills, in order; two at one time are a millisecond apart."""
    found = [
        Sample(time_of(key, "profitLoss"), number_of(value, f"profitLoss of {key}"))
        for key, value in result.mapping("profitLoss").items()
    ]
    return sorted(found, key=lambda sample: sample.time)


def samples_of(result: Fields, chart: str, series: str) -> list[Sample]:
    """The points of a series of a chart; none where there is no such series."""
    return _points(Fields(_series(result, chart).get(series) or {}, f"series {series}"))


def second_open(result: Fields) -> float | None:
    """Where the second candle of the chart of equity opened; None where there is none."""
    series = _series(result, "Strategy Equity").get("Equity")
    values = Fields(series or {}, "series Equity").listed("values")
    if len(values) > 1 and isinstance(values[1], list) and len(values[1]) == CANDLE:
        return number_of(values[1][1], "series Equity")
    return None


def volumes_of(result: Fields) -> dict[str, float]:
    """Series -> what was traded of an instrument up to the end, account currency."""
    found: dict[str, float] = {}
    for name, series in _series(result, "Assets Sales Volume").items():
        points = _points(Fields(series, f"series {name}"))
        if points:
            found[name] = points[-1].value
    return found


def _series(result: Fields, chart: str) -> Mapping[str, Any]:
    found = result.mapping("charts").get(chart)
    return Fields(found or {}, f"chart {chart}").mapping("series")


def _points(series: Fields) -> list[Sample]:
    """A series' points: `[time, value]`, a candle of five, or an object of x and y."""
    found = []
    for value in series.listed("values"):
        if isinstance(value, list) and len(value) >= 2:
            time, figure = value[0], value[-1]
        else:
            point = Fields(value, series.what)
            time, figure = point.any("x"), point.any("y")
        if figure is not None:
            found.append(Sample(time_of(time, series.what), number_of(figure, series.what)))
    return sorted(found, key=lambda sample: sample.time)


def holdings_of(result: Fields) -> dict[str, ShownHolding]:
    """What a live result says is held, by Symbol ID; what it holds none of is left out."""
    found: dict[str, ShownHolding] = {}
    for sid, values in result.mapping("holdings").items():
        holding = Fields(values, f"holding {sid}")
        shown = ShownHolding(
            _either(holding, "q", "quantity"),
            _either(holding, "a", "averagePrice"),
            _either(holding, "p", "marketPrice"),
            _either(holding, "u", "unrealizedPnL"),
        )
        if shown.quantity:
            found[sid] = shown
    return found


def _either(values: Fields, short: str, long: str) -> float:
    return values.number(short if short in values else long, 0.0)


def cash_of(result: Fields) -> dict[str, ShownCash]:
    """The balances of a live result by currency."""
    found: dict[str, ShownCash] = {}
    for currency, values in result.mapping("cash").items():
        if isinstance(values, Mapping):
            cash = Fields(values, f"cash {currency}")
            found[currency] = ShownCash(
                cash.number("amount", 0.0), cash.number("conversionRate", 0.0)
            )
    return found


def money_in(text: str) -> float | None:
    """The number of a text such as `-$1,204.50`; None where it has none."""
    found = _MONEY.search(text.replace("$-", "-"))
    if found is None:
        return None
    value = float(found[0].replace(",", ""))
    return -abs(value) if "-" in text[: found.start() + 1] else value

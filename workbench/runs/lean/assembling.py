"""The facts of a run, put together from the files that state them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.ledger.result_text import LEDGER_STATISTIC
from workbench.runs.lean.documents import Document, Documents
from workbench.runs.lean.facts import ClosedTrade, LeanEvent, LeanFacts, LeanOrder, Sample
from workbench.runs.lean.fields import Fields, ResultError
from workbench.runs.lean.parsing import (
    cash_of,
    events_in_orders,
    events_of,
    holdings_of,
    orders_of,
    profits_of,
    samples_of,
    second_open,
    trades_of,
    volumes_of,
)
from workbench.runs.lean.unheard import events_of_orders
from workbench.runs.secrets import is_secret

USUAL_DAYS = 252.0
MOST_SAMPLES = 50_000  # points of LEAN's equity that are marked; a chart of a backtest has 10,000
_CURRENCY = re.compile(r"[A-Z0-9]{2,10}")
_DAY = re.compile(r"-\d{4}-\d{2}-\d{2}(-\d{2})?")


def facts_of(documents: Documents) -> LeanFacts:
    """The facts of one run, or of one deployment whose days are all there.

    Args:
        documents: Its files.

    Raises:
        ResultError: They state something that cannot be.
    """
    parts = [_fields(each) for each in (*documents.parts, *documents.results)]
    main = parts[-1]
    live = any("holdings" in each or "cash" in each for each in parts)
    orders: dict[int, LeanOrder] = {}
    for part in parts:
        orders |= orders_of(part)
    rows = [row for document in documents.events for row in _rows(document)]
    rows = rows or [row for part in parts for row in part.listed("orderEvents")]
    rows = rows or [row for part in parts for row in events_in_orders(part)]
    trades, config = _trades(parts), _configuration(parts)
    currency = _currency(parts, config)
    events = list(events_of(rows))
    if not rows:
        events = events_of_orders(orders, trades or (), currency)
    return LeanFacts(
        name=_name(documents, rows),
        live=live,
        currency=currency,
        start=_naive(config, "startDate"),
        end=_naive(config, "endDate"),
        days_per_year=config.number("tradingDaysPerYear", USUAL_DAYS) or USUAL_DAYS,
        parameters=_parameters(config),
        orders=orders,
        events=events,
        has_events=bool(rows) or not orders,
        profits=_longest(profits_of(part) for part in parts),
        trades=trades,
        equity=_thinned(_merged(samples_of(part, "Strategy Equity", "Equity") for part in parts)),
        second_open=second_open(main),
        benchmark=_merged(samples_of(part, "Benchmark", "Benchmark") for part in parts),
        volumes={name: value for part in parts for name, value in volumes_of(part).items()},
        statistics=_texts(main, "statistics"),
        runtime=_texts(main, "runtimeStatistics"),
        performance=_performance(parts),
        holdings=holdings_of(main) if live else None,
        cash=cash_of(main) if live else {},
        begun=_begun(parts),
        problems=_problems(documents, rows, orders),
    )


def _fields(document: Document) -> Fields:
    return Fields(document.content, document.file.name)


def _rows(document: Document) -> list[Any]:
    content = document.content
    if isinstance(content, Mapping):
        content = Fields(content, document.file.name).listed("orderEvents")
    if not isinstance(content, list):
        raise ResultError(f"{document.file.name} is no list of order events")
    return content


def _configuration(parts: Sequence[Fields]) -> Fields:
    found = [part.object("algorithmConfiguration") for part in parts]
    return next((each for each in reversed(found) if "startDate" in each), found[-1])


def _name(documents: Documents, rows: Sequence[Any]) -> str:
    """LEAN's id of the run: that of its order events, else the name of its file."""
    for row in rows[:1]:
        named = Fields(row, "order event 1").text("algorithmId")
        if named:
            return named
    if documents.config is not None and isinstance(documents.config.content, Mapping):
        number = Fields(documents.config.content, "config").text("id")
        if number:
            return number
    named = (documents.results or documents.parts)[0].file.name
    return _DAY.split(named.removesuffix(".gz").removesuffix(".json"))[0]


def _currency(parts: Sequence[Fields], config: Fields) -> str:
    """The account's currency."""
    named = [config.text("accountCurrency"), *(part.text("accountCurrency") for part in parts)]
    found = next((each for each in named if each), "USD")
    if not _CURRENCY.fullmatch(found):
        raise ResultError(f"{found[:20]!r} is no currency of an account")
    return found


def _naive(config: Fields, name: str) -> datetime | None:
    """A date as the algorithm's clock has it: LEAN marks it as UTC, which it is not."""
    return config.time(name).replace(tzinfo=None) if name in config else None


def _parameters(config: Fields) -> dict[str, str]:
    """What the algorithm was run with, without what may be a secret."""
    given = config.mapping("parameters")
    return {str(name): str(value) for name, value in given.items() if not is_secret(str(name))}


def _longest(found: Iterable[list[Sample]]) -> list[Sample]:
    return max(found, key=len, default=[])


def _merged(found: Iterable[list[Sample]]) -> list[Sample]:
    """The points of all parts; of one time that of the last part counts."""
    points = {sample.time: sample.value for part in found for sample in part}
    return [Sample(time, points[time]) for time in sorted(points)]


def _thinned(samples: list[Sample]) -> list[Sample]:
    """The points where there are not too many, else every n-th and the last."""
    step = -(-len(samples) // MOST_SAMPLES)
    return samples if step <= 1 else [*samples[:-1:step], samples[-1]]


def _trades(parts: Sequence[Fields]) -> list[ClosedTrade] | None:
    found = [trades_of(part.object("totalPerformance")) for part in parts]
    return max((each for each in found if each is not None), key=len, default=None)


def _texts(part: Fields, name: str) -> dict[str, str]:
    """Statistics by name, without the ledger that is read out of them."""
    given = part.mapping(name).items()
    return {
        str(key): str(value)
        for key, value in given
        if not is_secret(str(key)) and key != LEDGER_STATISTIC
    }


def _performance(parts: Sequence[Fields]) -> dict[str, Any]:
    """LEAN's own statistics, in the shape in which ours stand beside them."""
    best: Fields = max(
        parts, key=lambda part: len(part.object("totalPerformance").listed("closedTrades"))
    )
    total = best.object("totalPerformance")
    windows = best.mapping("rollingWindow")
    return {
        "portfolioStatistics": _clean(total.mapping("portfolioStatistics")) or None,
        "tradeStatistics": _clean(total.mapping("tradeStatistics")) or None,
        "rollingWindow": {
            str(name): {
                block: _clean(Fields(window, f"window {name}").mapping(block))
                for block in ("tradeStatistics", "portfolioStatistics")
            }
            for name, window in windows.items()
        },
    }


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """Figures by name as they are written, names as LEAN writes them now."""
    found = {str(name): value for name, value in values.items()}
    json.dumps(found, allow_nan=False)  # it came from JSON
    return {f"{name[:1].lower()}{name[1:]}": value for name, value in found.items()}


def _begun(parts: Sequence[Fields]) -> datetime | None:
    for part in reversed(parts):
        state = part.object("state")
        if state.text("StartTime"):
            return state.time("StartTime")
    return None


def _problems(
    documents: Documents, rows: Sequence[Any], orders: Mapping[int, LeanOrder]
) -> tuple[str, ...]:
    if rows or not orders:
        return ()
    named = (documents.results or documents.parts)[0].file.name
    stem = named.removesuffix(".gz").removesuffix(".json")
    said = "there are no order events: each order is taken for one fill"
    return (f"{said}; {stem}-order-events.json has them",)


def deployments_in(facts: LeanFacts) -> list[LeanFacts]:
    """The facts of each deployment that the days of one folder are of, the oldest first.

    What is shown of the account is of the last one; so are the orders that have an id of its.
    """
    parts = split_deployments(facts.events)
    if len(parts) == 1:
        return [replace(facts, events=parts[0])]
    found = []
    for at, events in enumerate(parts):
        last = at == len(parts) - 1
        begin = events[0].time if at else None
        end = None if last else parts[at + 1][0].time
        found.append(
            replace(
                facts,
                events=events,
                profits=_within(facts.profits, begin, end),
                equity=_within(facts.equity, begin, end),
                orders=facts.orders if last else _made_by(facts.orders, events),
                holdings=facts.holdings if last else None,
                cash=facts.cash if last else {},
                trades=None,
                statistics=facts.statistics if last or at else {},
            )
        )
    return found


def _within(
    samples: Sequence[Sample], begin: datetime | None, end: datetime | None
) -> list[Sample]:
    return [
        sample
        for sample in samples
        if (begin is None or sample.time >= begin) and (end is None or sample.time < end)
    ]


def _made_by(orders: Mapping[int, LeanOrder], events: Sequence[LeanEvent]) -> dict[int, LeanOrder]:
    """The orders that were made while a deployment ran; another's may have their ids."""
    last = events[-1].time
    return {number: order for number, order in orders.items() if order.created <= last}


def split_deployments(events: Sequence[LeanEvent]) -> list[list[LeanEvent]]:
    """The events of each deployment: LEAN counts its orders from 1 in each.

    A day's file may have events of the next one, which come again there: an event with the id and
    the time of one before is a repeat, and one with its id and another time of a new deployment.
    """
    found: list[list[LeanEvent]] = [[]]
    seen: dict[tuple[int, int], datetime] = {}
    for event in events:
        key = (event.order_id, event.event_id)
        known = seen.get(key)
        if known == event.time:
            continue
        if known is not None:
            found.append([])
            seen = {}
        seen[key] = event.time
        found[-1].append(event)
    return found

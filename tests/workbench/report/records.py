"""The records that reports are made of in tests, each read once, and one with hostile texts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord

# Texts that would be markup, end a script, leave an attribute or be a formula somewhere.
HOSTILE = '</script><img src=x onerror="window.hurt=1">\'"&<!--'
FORMULA = '=HYPERLINK("http://x")'


# What the reports of the tests are made of: a year of shorts and splits, options, and euro.
SOURCES = {"year": "splits-and-shorts", "options": "option-combos", "euro": "euro-futures"}


@lru_cache(maxsize=4)
def recorded(name: str) -> RunRecord:
    """The record of a recording."""
    return read_record(name)


def hostile() -> RunRecord:
    """A record whose names, tags, tickers, messages, parameters and files are hostile texts."""
    record = recorded("option-combos")
    told = record.told
    first = next(iter(record.sheets))

    def renamed(name: str) -> str:
        return HOSTILE if name == first else name

    def named(each: Any) -> Any:
        return each._replace(strategy=renamed(each.strategy or ""))

    told = replace(
        told,
        lots=[named(each)._replace(symbol=HOSTILE, tag=FORMULA) for each in told.lots],
        positions=[named(each)._replace(exit_reason=HOSTILE) for each in told.positions],
        structures=[replace(each, name=HOSTILE, strategy=HOSTILE) for each in told.structures],
        orders=[named(each)._replace(tag=HOSTILE, symbol=HOSTILE) for each in told.orders],
        fills=[*map(named, told.fills)],
        marks=[*map(named, told.marks)],
        days=[*map(named, told.days)],
        problems=(HOSTILE,),
    )
    strategies = {renamed(name): each for name, each in record.statistics["strategies"].items()}
    return replace(
        record,
        algorithm=HOSTILE,
        told=told,
        sheets={renamed(name): each for name, each in record.sheets.items()},
        statistics={**record.statistics, "strategies": strategies},
        parameters={HOSTILE: HOSTILE},
        code=HOSTILE,
        lean={"Sharpe Ratio": HOSTILE},
        sources=tuple(replace(each, name=HOSTILE) for each in record.sources),
    )

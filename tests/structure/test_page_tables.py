"""The tables of the documentation against the tables of the code, name for name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

import pytest

from models import (
    DrawdownPeriod,
    DrawdownRecord,
    Exposure,
    NoticeKind,
    PerformanceSummary,
    PositionRecord,
    SessionMetrics,
    Sheet,
    StrategyMetrics,
    TradeRecord,
    create_performance_tracker,
)
from models.execution.group_metrics import (
    Distribution,
    ExecutionMetrics,
    Markout,
    OrderGroup,
    SuggestedSlippage,
)
from models.execution.order_quality import OrderQuality
from models.execution.score import THRESHOLDS, WEIGHTS
from models.settings import SETTING_PREFIX, Alarm, Settings, read_settings, setting_names
from models.statistics.closes import Closes
from models.statistics.periods import DailyDrawdownPeriod, period_ladder
from models.statistics.portfolio import OWN
from models.tracker.deployments import SinceDeploy
from models.trades.metrics import Durations, TradeMetrics
from models.trades.statistics import GroupBy
from tests.structure.pages import inline, named, read, tables
from tests.structure.source_tree import ROOT
from utils.lean.commands import COMMANDS
from utils.log.events import EVENTS, Level
from utils.store.categories import CATEGORIES
from workbench.statistics.lean_beside import PORTFOLIO_BESIDE, TRADES_BESIDE, Beside

SETTINGS, STATISTICS, LOG, STORE, USING = (
    read(ROOT / "docs" / f"{name}.md")
    for name in ("settings", "statistics", "log-and-alerts", "redeploys", "using")
)
NO_CLOSES = Closes((), ())


def of(record: type) -> list[str]:
    """The fields of a record."""
    found = getattr(record, "_fields", None)
    return list(found) if found else [each.name for each in fields(record)]


# The heading on the page, which of its tables, and what it must list.
FIGURES: list[tuple[str, int, Iterable[str]]] = [
    ("The balance", 0, create_performance_tracker().balance()),
    ("Strategies", 0, of(StrategyMetrics)),
    ("Summary", 0, of(PerformanceSummary)),
    ("Summary", 1, of(SinceDeploy)),
    ("Positions", 0, of(PositionRecord)),
    ("Positions", 1, of(Exposure)),
    ("Trades", 0, [*of(TradeRecord), "duration"]),
    ("Sessions", 0, of(SessionMetrics)),
    ("Drawdown", 0, of(DrawdownRecord)),
    ("Drawdown", 1, of(DrawdownPeriod)),
    ("Trade statistics", 0, of(TradeMetrics)),
    ("Trade statistics", 1, of(Durations)),
    ("Portfolio", 0, OWN),
    ("Periods", 0, period_ladder(NO_CLOSES)),
    ("Drawdowns of daily closes", 0, of(DailyDrawdownPeriod)),
    ("Execution quality", 0, of(ExecutionMetrics)),
    ("Execution quality", 1, of(Distribution)),
    ("Execution quality", 2, of(Markout)),
    ("The quality score", 0, WEIGHTS),
    ("Orders", 0, of(OrderQuality)),
    ("Suggested slippage", 0, of(SuggestedSlippage)),
    ("LEAN's own portfolio statistics", 0, PORTFOLIO_BESIDE),
    ("LEAN's own trade statistics", 0, TRADES_BESIDE),
]


@pytest.mark.parametrize(
    ("heading", "number", "names"), FIGURES, ids=[f"{title} {at}" for title, at, _ in FIGURES]
)
def test_every_figure_has_its_line(heading: str, number: int, names: Iterable[str]) -> None:
    """Each table of the statistics lists every figure of its record in order, and defines it."""
    table = tables(STATISTICS)[heading][number]
    assert [row[0].strip("`") for row in table] == list(names)
    assert [row[0] for row in table if not all(row[1:])] == []


def test_no_table_of_figures_is_unknown() -> None:
    """Every table on the page of statistics is held to the code."""
    found = {(title, at) for title, each in tables(STATISTICS).items() for at in range(len(each))}
    assert found == {(title, at) for title, at, _ in FIGURES}


def test_every_formula_is_the_codes() -> None:
    """The formula of a portfolio figure is the one that `stats` prints."""
    table = tables(STATISTICS)["Portfolio"][0]
    assert {row[0].strip("`"): row[-1] for row in table} == {
        name: metric.formula for name, metric in OWN.items()
    }


@pytest.mark.parametrize(
    ("heading", "beside"),
    [
        ("LEAN's own portfolio statistics", PORTFOLIO_BESIDE),
        ("LEAN's own trade statistics", TRADES_BESIDE),
    ],
)
def test_every_figure_of_ours_stands_beside_the_right_one(
    heading: str, beside: dict[str, Beside]
) -> None:
    """Beside a figure of LEAN's stands the one of ours that `stats` prints there."""
    (table,) = tables(STATISTICS)[heading]
    assert {row[0].strip("`"): row[1].strip("`-") for row in table} == {
        name: each.ours for name, each in beside.items()
    }


def test_the_score_is_the_codes() -> None:
    """Each part of the quality score is shown with its points and its limit."""
    (table,) = tables(STATISTICS)["The quality score"]
    assert {row[0].strip("`"): (float(row[1]), float(row[2])) for row in table} == {
        name: (points, THRESHOLDS[name]) for name, points in WEIGHTS.items()
    }


@pytest.mark.parametrize("kind", [*GroupBy, *OrderGroup], ids=str)
def test_every_kind_of_group_is_named(kind: GroupBy | OrderGroup) -> None:
    """Whatever trades and orders can be grouped by is on the page, but the whole account."""
    assert kind is OrderGroup.ACCOUNT or kind.value in inline(STATISTICS)


def test_the_sheets_are_terms_of_the_balance() -> None:
    """What the page says of a strategy's terms, from `realized` to `fx`, is what a sheet has."""
    names = named(tables(STATISTICS)["The balance"][0])
    assert names[names.index("realized") : names.index("fx") + 1] == of(Sheet)


def rows_of_settings() -> dict[str, str]:
    """The settings on their page, each with its default as it stands there."""
    rows = [row for each in tables(SETTINGS).values() for table in each for row in table]
    return {row[0].strip("`"): row[1].strip("`") for row in rows}


def test_every_setting_has_its_row() -> None:
    """The settings' page lists every setting, and nothing that is none."""
    assert sorted(rows_of_settings()) == sorted(setting_names())


def test_every_default_is_the_codes() -> None:
    """The default on the page, given as a parameter, changes nothing."""
    for name, default in rows_of_settings().items():
        changed = read_settings({name: default}, {})
        assert changed == Settings(), f"{SETTING_PREFIX} {name} {default}"


def test_every_event_stands_beside_its_level() -> None:
    """The log's page lists every ready event with the level that it has."""
    rows = tables(LOG)["Levels of the events"][0]
    shown = {row[0].strip("`"): set(inline(row[1])) for row in rows}
    assert shown == {
        level.name.lower(): {name for name, spec in EVENTS.items() if spec.level is level}
        for level in Level
        if level is not Level.OFF
    }


def test_every_alarm_has_its_row() -> None:
    """The log's page explains everything that an alert can watch."""
    assert named(tables(LOG)["Alerts"][0]) == [alarm.value for alarm in Alarm]


def test_every_command_to_an_algorithm_has_its_row() -> None:
    """The log's page lists every command that a running algorithm answers."""
    shown = [
        name.split('"')[3] for name in named(tables(LOG)["Commands to a running algorithm"][0])
    ]
    assert sorted(shown) == sorted(COMMANDS)


def test_every_category_of_the_store_has_its_row() -> None:
    """The page of redeploys lists the store's categories with their shares."""
    rows = tables(STORE)["When the store fails"][0]
    assert {row[0].strip("`"): row[1] for row in rows} == {
        name: f"{100 * category.share:.0f} %" for name, category in CATEGORIES.items()
    }


@pytest.mark.parametrize("kind", NoticeKind, ids=str)
def test_every_notice_is_named(kind: NoticeKind) -> None:
    """The page of use names every kind of notice that a listener can hear."""
    assert kind.value in inline(USING)

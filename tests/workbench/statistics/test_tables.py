"""The sections of `stats` as a person reads them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from functools import lru_cache

import pytest
from rich.console import Console

from models.performance_tracker import PerformanceTracker
from models.statistics.portfolio import OWN
from tests.recordings.played import NAMES
from tests.workbench.statistics.test_figures import found, replayed
from workbench.statistics.figures import JSON, state_statistics
from workbench.statistics.tables import NUMBERS, ROWS, part, ratio, show_statistics, span

WIDTH = 100
NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def printed(values: JSON, tracker: PerformanceTracker) -> str:
    """What is printed of some statistics, 100 columns wide."""
    file = io.StringIO()
    show_statistics(values, tracker, "a title", Console(file=file, width=WIDTH))
    return file.getvalue()


@lru_cache(maxsize=3)
def shown(name: str) -> str:
    """What is printed of a recording."""
    return printed(found(name), replayed(name).tracker)


def line(name: str, begins: str) -> list[str]:
    """The words of the first line that begins so, without its beginning."""
    match, *_ = re.findall(rf"^ {re.escape(begins)}  +(.*?) *$", shown(name), re.MULTILINE)
    return re.split(r"  +", match)


@pytest.mark.parametrize("name", NAMES)
def test_every_run_is_readable_at_100_columns(name: str) -> None:
    """No line is longer, no cell is cut, and nothing undefined is shown as a number or a word."""
    text = shown(name)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "…" not in text
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|-0\.00\b", text)


@pytest.mark.recording("three-strategies")
def test_every_section_is_there() -> None:
    """From the headline to LEAN's own, in this order."""
    titles = (
        *("a title", "Headline, USD", "Trades, net of fees", "By strategy", "By symbol"),
        *("By order type", "By weekday", "By hour", "Portfolio", "Periods", "Drawdowns"),
        *("Execution, negative is cost", "Execution by strategy", "Execution by order type"),
        *("Execution by symbol", "For LEAN's ConstantSlippageModel"),
        *("LEAN's portfolio statistics", "LEAN's trade statistics", "LEAN's rolling windows: 60"),
    )
    text = shown("three-strategies")
    places = [re.search(rf"^{title}", text, re.MULTILINE) for title in titles]
    assert all(places), dict(zip(titles, places, strict=True))
    assert sorted(places, key=lambda place: place.start() if place else 0) == places


@pytest.mark.recording("three-strategies")
def test_the_headline_has_the_account_and_strategies_side_by_side() -> None:
    """Money is the summary's, ratios are those of the portfolio, the score is the execution's."""
    summary = replayed("three-strategies").tracker.summary()
    assert line("three-strategies", "equity") == [f"{summary.equity:,.2f}"]
    strategies = summary.strategies.values()
    nets = [f"{metrics.net_pnl:,.2f}" for metrics in (summary.account, *strategies)]
    assert line("three-strategies", "net P&L") == nets
    blocks = [found("three-strategies")["own"], *found("three-strategies")["strategies"].values()]
    sharpes = [f"{block['portfolio']['sharpe']['value']:.2f}" for block in blocks]
    assert line("three-strategies", "Sharpe ratio") == sharpes
    assert line("three-strategies", "execution score")[0] == f"{summary.quality_score:.2f}"


def test_strategies_beyond_four_are_counted() -> None:
    """The title says how many columns are not there; other tables list them in rows."""
    names = ["a", "b", "c", "d", "e", "f"]
    tracker = PerformanceTracker()
    for name in names:
        tracker.open_trade("A", 1, 10.0, time=NOON, strategy=name)
    tracker.update_unrealized_pnl({"A": 11.0})
    text = printed(state_statistics(tracker), tracker)
    assert "Headline, USD, without 2 strategies" in text
    for name in names:
        assert re.search(rf"^ {name} +.*%", text, re.MULTILINE), name


@pytest.mark.recording("order-types")
def test_many_groups_are_cut_to_those_that_made_or_lost_the_most() -> None:
    """The title says how many there are; hours are all there and in order."""
    groups = found("order-types")["own"]["trades"]["by"]
    assert len(groups["hour"]) > 1
    hours = re.findall(r"^ (\d\d)  ", shown("order-types"), re.MULTILINE)
    assert hours == sorted(groups["hour"])
    tracker = PerformanceTracker()
    for number in range(ROWS + 3):
        tracker.open_trade(f"S{number:02}", 1, 10.0, time=NOON)
        tracker.close_trade(f"S{number:02}", price=10.0 + (-1) ** number * number)
    text = printed(state_statistics(tracker), tracker)
    assert f"By symbol, {ROWS} of {ROWS + 3}" in text
    made = text[text.index("By symbol") : text.index("Portfolio")]
    assert re.findall(r"^ (S\d\d)", made, re.MULTILINE)[:2] == ["S10", "S09"]


@pytest.mark.recording("no-trades")
def test_without_trades_and_orders_it_says_so() -> None:
    """Dashes for what is undefined, one sentence for each empty section."""
    text = shown("no-trades")
    assert "Trades: none has closed." in text
    assert "Execution: no order has ended" in text
    assert line("no-trades", "win rate") == ["-"]
    assert line("no-trades", "execution score") == ["-"]


@pytest.mark.recording("option-combos")
def test_a_saved_state_says_what_of_leans_is_missing() -> None:
    """Figures of closing fills are dashes, and why there are no trades of LEAN's is said."""
    tracker = replayed("option-combos").tracker
    text = printed(state_statistics(tracker), tracker)
    assert "which no saved" in text
    assert "LEAN's trade statistics\n" not in text
    assert re.search(r"^ averageWinRate  +-  ", text, re.MULTILINE)


def test_a_tracker_that_saw_nothing_is_shown() -> None:
    """Every section is there, without a figure."""
    tracker = PerformanceTracker()
    text = printed(state_statistics(tracker), tracker)
    assert "Headline, USD" in text
    assert "LEAN's portfolio statistics" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((None, "-"), (0.0, "0.00 s"), (59.5, "59.50 s"), (90.0, "1.5 min")),
        *((3_600.0, "1.0 h"), (86_400.0, "1.0 d"), (864_000_000.0, "10,000.0 d")),
    ],
)
def test_times_are_in_the_largest_unit(seconds: float | None, text: str) -> None:
    """Seconds, minutes, hours or days."""
    assert span(seconds) == text


def test_what_rounds_to_nothing_has_no_sign() -> None:
    """A small loss is 0.00, a missing figure a dash."""
    assert (ratio(-0.001), ratio(-0.01), ratio(None)) == ("0.00", "-0.01", "-")
    assert (part(-0.00001), part(-0.0001), part(None)) == ("0.00 %", "-0.01 %", "-")


def test_numbers_that_are_no_fractions_are_figures() -> None:
    """Each is one of the portfolio's."""
    assert set(OWN) > NUMBERS

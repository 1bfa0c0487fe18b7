"""The screen: the figures and charts that LEAN shows."""

from __future__ import annotations

from typing import Any

from models import create_performance_tracker
from tests.utils.notify.desk import Desk
from utils.notify.screen import Screen, screen_figures, shown


class Lean:
    """Takes what LEAN would show."""

    def __init__(self) -> None:
        self.shown: list[tuple[Any, ...]] = []

    def set_runtime_statistic(self, name: str, value: str) -> None:
        """Keep it."""
        self.shown.append(("runtime", name, value))

    def set_summary_statistic(self, name: str, value: str) -> None:
        """Keep it."""
        self.shown.append(("summary", name, value))

    def plot(self, chart: str, series: str, value: float) -> None:
        """Keep it."""
        self.shown.append(("plot", chart, series, value))


def screen(lean: Any) -> Screen:
    """The screen of an algorithm."""
    return Screen(lean)


def test_the_banner_and_lean_result_have_a_handful_of_figures() -> None:
    """Both show the same figures as text, also before anything happened."""
    lean, empty = Lean(), create_performance_tracker().summary()
    screen(lean).banner(empty)
    screen(lean).statistics(empty)
    names = [name for _, name, _ in lean.shown]
    assert names[:5] == names[5:] == list(screen_figures(empty))
    desk = Desk()
    desk.mark(90.0)
    found = screen_figures(desk.tracker.summary())
    assert found["Tracker net P&L"] == "-100.00 USD"
    assert found["Tracker drawdown"] == "10.00 %"


def test_the_banner_sets_the_figures_that_changed() -> None:
    """LEAN keeps the others."""
    lean, desk = Lean(), Desk()
    shown = screen(lean)
    shown.banner(desk.tracker.summary())
    first = len(lean.shown)
    shown.banner(desk.tracker.summary())
    assert len(lean.shown) == first == 5
    desk.mark(90.0)
    shown.banner(desk.tracker.summary())
    assert {name for _, name, _ in lean.shown[first:]} == {
        "Tracker net P&L", "Tracker drawdown", "Tracker deepest drawdown",
    }  # fmt: skip


def test_charts_have_four_series_and_no_reserved_name() -> None:
    """LEAN raises on its own names and drops series beyond its limit."""
    lean, desk = Lean(), Desk()
    desk.mark(90.0)
    screen(lean).charts(desk.tracker.summary())
    assert {chart for _, chart, _, _ in lean.shown} == {"Performance tracker"}
    assert [(series, round(value, 6)) for _, _, series, value in lean.shown] == [
        ("NAV", 0.9),
        ("Drawdown %", 10.0),
        ("Leverage", 1.0),
        ("Unexplained", 0.0),
    ]


def test_no_negative_zero_is_shown() -> None:
    """What rounds to zero from below has no sign."""
    assert [shown(value) for value in (-0.001, -0.0, -0.006, -1234.5)] == [
        "0.00", "0.00", "-0.01", "-1,234.50",
    ]  # fmt: skip


def test_a_banner_without_a_hook_is_incomplete() -> None:
    """Where a hook never came, no figure of unexplained money is shown."""
    found = screen_figures(create_performance_tracker().summary(), ["on_data"])
    assert found["Tracker unexplained"] == "incomplete: no on_data"

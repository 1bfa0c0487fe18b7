"""The screen: the tracker's figures in LEAN's banner, in LEAN's statistics and in charts."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from models.ledger.result_text import LEDGER_STATISTIC
from models.tracker.summary import PerformanceSummary

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm


CHART = "Performance tracker"


class Screen:
    """What LEAN shows beside its own figures. It calls LEAN: call it where no lock is held.

    Args:
        algorithm: The running algorithm.
    """

    def __init__(self, algorithm: QCAlgorithm) -> None:
        self._algorithm = algorithm
        self._shown: dict[str, str] = {}

    def banner(self, summary: PerformanceSummary, missing: Collection[str] = ()) -> None:
        """Show the figures in LEAN's banner while the run goes on, those that changed."""
        for name, value in screen_figures(summary, missing).items():
            if self._shown.get(name) != value:
                self._algorithm.set_runtime_statistic(name, value)
                self._shown[name] = value

    def statistics(self, summary: PerformanceSummary, missing: Collection[str] = ()) -> None:
        """Put the figures into LEAN's own result, at the end of the run."""
        for name, value in screen_figures(summary, missing).items():
            self._algorithm.set_summary_statistic(name, value)

    def ledger(self, text: str) -> None:
        """Put the whole ledger into LEAN's own result, as the text that `ledger_text` made."""
        self._algorithm.set_summary_statistic(LEDGER_STATISTIC, text)

    def charts(self, summary: PerformanceSummary) -> None:
        """Plot a point of four series, for LEAN allows few series over all charts."""
        drawdown = 100.0 * (summary.drawdown or 0.0)
        leverage = summary.exposure.leverage or 0.0
        unexplained = summary.balance["unexplained"] or 0.0
        series = {"NAV": summary.nav or 0.0, "Drawdown %": drawdown, "Leverage": leverage}
        for name, value in {**series, "Unexplained": unexplained}.items():
            self._algorithm.plot(CHART, name, value)


def shown(value: float, decimals: int = 2) -> str:
    """Return a number with its decimals and commas; what rounds to zero has no sign."""
    return f"{value:z,.{decimals}f}"


def screen_figures(summary: PerformanceSummary, missing: Collection[str] = ()) -> dict[str, str]:
    """Return the figures that LEAN shows, as text by name.

    Args:
        summary: The figures.
        missing: The hooks that never reached the tracker; without them nothing is explained.
    """
    drawdown = "-" if summary.drawdown is None else f"{shown(100 * summary.drawdown)} %"
    unexplained = shown(summary.balance["unexplained"] or 0.0)
    if missing:
        unexplained = f"incomplete: no {', '.join(missing)}"
    deepest = summary.account.max_drawdown
    return {
        "Tracker net P&L": f"{shown(summary.net_pnl)} {summary.account_currency}",
        "Tracker drawdown": drawdown,
        "Tracker deepest drawdown": "-" if deepest is None else f"{shown(100 * deepest)} %",
        "Tracker trades": f"{summary.account.trades:,}",
        "Tracker unexplained": unexplained,
    }

"""A tracker that computes its figures anew from all trades at each close: why ours does not."""

from __future__ import annotations

from math import sqrt

from benchmarks.matcher import Matcher
from models.events.orders import Fill
from models.trades.record import TradeRecord


class NaiveTracker:
    """The bare matcher, with the headline figures computed again whenever a trade closes."""

    def __init__(self, matcher: Matcher) -> None:
        self.figures: dict[str, float] = {}
        self._matcher = matcher

    def fill(self, fill: Fill) -> None:
        """Match a fill, and compute everything again when it closed something."""
        before = len(self._matcher.trades)
        self._matcher.fill(fill)
        if len(self._matcher.trades) > before:
            self.figures = figures(self._matcher.trades)


def figures(trades: list[TradeRecord]) -> dict[str, float]:
    """Win rate, profit factor, deepest drawdown and a ratio of some trades."""
    results = [trade.pnl for trade in trades]
    won = sum(result for result in results if result > 0)
    lost = -sum(result for result in results if result < 0)
    mean = sum(results) / len(results)
    deviation = sqrt(sum((result - mean) ** 2 for result in results) / len(results))
    equity = peak = deepest = 0.0
    for result in results:
        equity += result
        peak = max(peak, equity)
        deepest = max(deepest, peak - equity)
    return {
        "win_rate": sum(result > 0 for result in results) / len(results),
        "profit_factor": won / lost if lost else 0.0,
        "max_drawdown": deepest,
        "ratio": mean / deviation if deviation else 0.0,
    }

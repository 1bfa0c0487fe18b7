"""The screen: figures in LEAN's banner, statistics and charts, and alerts by mail or web hook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from models.tracker.alerts import Alert
from models.tracker.summary import PerformanceSummary
from utils.structured_logger import unguarded

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm


CHART = "Performance tracker"
EMAIL_SUBJECT = "Performance tracker"


class Screen:
    """What LEAN shows beside its own figures. Nothing here may be called under a lock.

    Args:
        algorithm: The running algorithm.
        notify: "email", "telegram" or "web" -> the address; empty outside live trading.
        daily: Most notifications a day.
        attempt: The guard around each address (`Guard.attempt`): one that fails costs no other.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        notify: Mapping[str, str],
        daily: int,
        attempt: Callable[..., bool] = unguarded,
    ) -> None:
        self._algorithm = algorithm
        self._notify = notify
        self._daily = daily
        self._attempt = attempt
        self._sent: Counter[date] = Counter()

    def banner(self, summary: PerformanceSummary) -> None:
        """Show a handful of figures while the run goes on."""
        for name, value in figures(summary).items():
            self._algorithm.set_runtime_statistic(name, value)

    def statistics(self, summary: PerformanceSummary) -> None:
        """Put the figures into LEAN's own result, at the end."""
        for name, value in figures(summary).items():
            self._algorithm.set_summary_statistic(name, value)

    def charts(self, summary: PerformanceSummary) -> None:
        """Plot four series; LEAN counts series over all charts, and takes few."""
        drawdown = 100.0 * (summary.drawdown or 0.0)
        leverage = summary.exposure.leverage or 0.0
        unexplained = summary.balance["unexplained"] or 0.0
        series = {"NAV": summary.nav or 0.0, "Drawdown %": drawdown, "Leverage": leverage}
        for name, value in {**series, "Unexplained": unexplained}.items():
            self._algorithm.plot(CHART, name, value)

    def send(self, alert: Alert) -> bool:
        """Notify the user of an alert; False where the day's number is used up or nobody asked."""
        day = alert.time.date()
        if not self._notify or self._sent[day] >= self._daily:
            return False
        self._sent = Counter({day: self._sent[day] + 1})
        for channel, address in self._notify.items():
            self._attempt(f"notify by {channel}", self._tell, channel, address, alert.text)
        return True

    def _tell(self, channel: str, address: str, text: str) -> None:
        notify = self._algorithm.notify
        if channel == "email":
            notify.email(address, EMAIL_SUBJECT, text)
        elif channel == "web":
            notify.web(address, text)
        else:
            chat, _, token = address.partition(":")
            if token:
                notify.telegram(chat, text, token)
            else:
                notify.telegram(chat, text)


def figures(summary: PerformanceSummary) -> dict[str, str]:
    """The figures that LEAN shows, as text."""
    drawdown = "-" if summary.drawdown is None else f"{100 * summary.drawdown:.2f} %"
    deepest = summary.account.max_drawdown
    return {
        "Tracker net P&L": f"{summary.net_pnl:,.2f} {summary.account_currency}",
        "Tracker drawdown": drawdown,
        "Tracker deepest drawdown": "-" if deepest is None else f"{100 * deepest:.2f} %",
        "Tracker trades": f"{summary.account.trades:,}",
        "Tracker unexplained": f"{summary.balance['unexplained'] or 0.0:,.2f}",
    }

"""The tracker wired into an algorithm: buy SPY once, hold it, and let the tracker explain it."""

from __future__ import annotations

from AlgorithmImports import *

from utils.tracking import track


class BuyAndHold(QCAlgorithm):
    """One strategy, named by the tag of its orders."""

    def initialize(self) -> None:
        """Choose a year of LEAN's sample data and make the tracker."""
        self.set_start_date(2013, 1, 1)
        self.set_end_date(2013, 12, 31)
        self.set_cash(100_000)
        self._symbol = self.add_equity("SPY", Resolution.DAILY).symbol
        self.tracker = track(self)

    def on_order_event(self, order_event: OrderEvent) -> None:
        """Tell the tracker first: an order sent from here would fire the next event inside it."""
        self.tracker.on_order_event(order_event)

    def on_data(self, data: Slice) -> None:
        """Let the tracker mark the slice, then trade."""
        self.tracker.on_data(data)
        if not self.portfolio.invested:
            self.set_holdings(self._symbol, 0.95, tag="strategy=hold")

    def on_end_of_algorithm(self) -> None:
        """Log the balance and what each strategy made."""
        self.tracker.finish()

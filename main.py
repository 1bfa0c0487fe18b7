"""The tracker wired into an algorithm that trades three strategies at once on LEAN's sample data.

The lines that name the tracker are all it needs; everything else is an ordinary algorithm. The
strategies are as plain as can be: they show what the tracker tells apart, not how to earn money.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from AlgorithmImports import *

from models import Alarm, Notice
from utils.tracking import track

STOCKS = ("SPY", "IBM", "AAPL", "BAC", "AIG")
CONDOR_OPENS, CONDOR_CLOSES = (10, 30), (12, 0)  # hour and minute
# LEAN's simulated holders exercise early what is more than 5 % in the money.
DEEP = 1.06
DRAWDOWNS = (Alarm.DRAWDOWN, Alarm.STRATEGY_DRAWDOWN)


class HybridOptionsBot(QCAlgorithm):
    """`trend` follows stocks, `condor` sells iron condors, `income` writes puts and calls.

    Each order names its strategy in its tag; everything the tracker reports is told apart by it.
    """

    def initialize(self) -> None:
        """Subscribe, read the settings of config.json and make the tracker."""
        self.set_start_date(2015, 12, 23)
        self.set_end_date(2015, 12, 28)
        self.set_cash(250_000)
        self._add_stocks(self.get_parameter("trend_hours", 14))
        self._add_options()
        self.set_warm_up(timedelta(days=5))
        self._trend_value = self.get_parameter("trend_value", 20_000)
        self._condors = self.get_parameter("condor_quantity", 2)
        self._puts = self.get_parameter("income_puts", 1)
        self._call_written = False
        self._careful: set[str] = set()
        self.tracker = track(self)
        self.tracker.add_listener(self._hear_trade, "trade closed")
        self.tracker.add_listener(self._hear_alert, "alert")

    def _add_stocks(self, hours: int) -> None:
        """Hourly bars and their mean; not filled forward, or the mean would count a bar often."""
        self._means = {}
        for ticker in STOCKS:
            symbol = self.add_equity(ticker, Resolution.HOUR, fill_forward=False).symbol
            self._means[symbol] = self.sma(symbol, hours, Resolution.HOUR)

    def _add_options(self) -> None:
        """GOOG and its options of the next days; not filled forward: every quote is of now."""
        raw = DataNormalizationMode.RAW
        goog = self.add_equity("GOOG", Resolution.MINUTE, data_normalization_mode=raw)
        option = self.add_option(goog.symbol, Resolution.MINUTE, fill_forward=False)
        option.set_filter(lambda universe: universe.expiration(0, 8).strikes(-10, 25))
        self._goog, self._option = goog.symbol, option.symbol

    def on_order_event(self, order_event: OrderEvent) -> None:
        """Tell the tracker first: an order sent from here would fire the next event inside it."""
        self.tracker.on_order_event(order_event)

    def on_data(self, data: Slice) -> None:
        """Let the tracker mark the slice, then trade while the market is open."""
        self.tracker.on_data(data)
        if self.is_warming_up or not self.is_market_open(self._goog):
            return
        quotes = self._quotes(data)
        self._trade_trend(data)
        self._trade_condor(quotes)
        self._trade_income(quotes)

    def on_command(self, data: Any) -> bool | None:
        """Let the tracker answer commands in live trading, such as {"tracker": "summary"}."""
        return self.tracker.on_command(data)

    def on_end_of_algorithm(self) -> None:
        """Log the balance, and put each strategy's P&L into LEAN's statistics."""
        self.tracker.finish()
        summary = self.tracker.summary()
        for name, figures in summary.strategies.items():
            self.set_summary_statistic(f"{name} net P&L", f"{figures.net_pnl:,.2f}")
        self.log(f"{summary.account.trades} trades closed in {summary.fills} fills")

    def _hear_trade(self, notice: Notice) -> None:
        """Log what a trade made, whether an order, an assignment or an expiry ended it."""
        trade: Any = notice.record
        self.log(f"{trade.strategy}: {trade.symbol} made {trade.pnl:,.2f}, {trade.exit_reason}")

    def _hear_alert(self, notice: Notice) -> None:
        """Open half the size until the drawdown is over; the account's names no strategy."""
        alert: Any = notice.record
        if alert.alarm in DRAWDOWNS and alert.fired:
            self._careful.add(alert.strategy)
        elif alert.alarm in DRAWDOWNS:
            self._careful.discard(alert.strategy)

    def _size(self, strategy: str, quantity: float) -> int:
        """The quantity to open with now: 1 contract halved is none."""
        return int(quantity / 2 if self._careful & {"", strategy} else quantity)

    def _held(self, strategy: str) -> dict[str, int]:
        """Symbol ID -> quantity of the strategy's own; LEAN only knows all strategies' net."""
        positions = self.tracker.positions().strategies.get(strategy, ())
        return {position.sid: int(position.quantity) for position in positions}

    def _trade_trend(self, data: Slice) -> None:
        """Hold each stock while its hourly close is above the mean of the last hours."""
        for symbol, mean in self._means.items():
            bar = data.bars.get(symbol)
            if bar is None or not mean.is_ready:
                continue
            held, above = self.portfolio[symbol].quantity, bar.close > mean.current.value
            if above != bool(held):
                quantity = -held if held else self._size("trend", self._trend_value / bar.close)
                self.market_order(symbol, quantity, tag="strategy=trend")

    def _quotes(self, data: Slice) -> list[OptionContract]:
        """What has a bid and an ask, of the first expiry after today, by strike."""
        chain = data.option_chains.get(self._option)
        if chain is None:
            return []
        today = self.time.date()
        quoted = [c for c in chain if c.bid_price and c.ask_price and c.expiry.date() > today]
        first = min((c.expiry for c in quoted), default=None)
        return sorted((c for c in quoted if c.expiry == first), key=lambda c: c.strike)

    def _trade_condor(self, quotes: list[OptionContract]) -> None:
        """Sell an iron condor at half past ten and buy it back from noon on."""
        held, now = self._held("condor"), (self.time.hour, self.time.minute)
        if held and now >= CONDOR_CLOSES:
            self._close_condor(held, quotes)
        elif not held and now == CONDOR_OPENS:
            self._open_condor(quotes)

    def _open_condor(self, quotes: list[OptionContract]) -> None:
        """Sell the second strike out of the money on either side, buy the fourth, in one order."""
        price, quantity = self.securities[self._goog].price, self._size("condor", self._condors)
        puts = [c.symbol for c in quotes if c.right == OptionRight.PUT and c.strike < price]
        calls = [c.symbol for c in quotes if c.right == OptionRight.CALL and c.strike > price]
        if quantity and len(puts) >= 4 and len(calls) >= 4:
            short = [Leg.create(symbol, -1) for symbol in (puts[-2], calls[1])]
            long = [Leg.create(symbol, 1) for symbol in (puts[-4], calls[3])]
            self.combo_market_order(short + long, quantity, tag="strategy=condor")

    def _close_condor(self, held: dict[str, int], quotes: list[OptionContract]) -> None:
        """The same legs the other way round, as soon as each of them has a quote."""
        legs = [(c.symbol, held[str(c.symbol.id)]) for c in quotes if str(c.symbol.id) in held]
        if len(legs) == len(held):
            combo = [Leg.create(symbol, -1 if quantity > 0 else 1) for symbol, quantity in legs]
            self.combo_market_order(combo, abs(legs[0][1]), tag="strategy=condor")

    def _trade_income(self, quotes: list[OptionContract]) -> None:
        """Write a put; write calls on the shares it brings; sell them when the calls are gone."""
        held, price = self._held("income"), self.securities[self._goog].price
        shares = held.pop(str(self._goog.id), 0)
        if held:
            return  # what was written is still open: assignment or expiry ends it
        if not shares:
            self._call_written = False
            self._write(OptionRight.PUT, quotes, DEEP * price, self._size("income", self._puts))
        elif not self._call_written:
            self._call_written = self._write(OptionRight.CALL, quotes, price, shares // 100)
        else:
            self.market_order(self._goog, -shares, tag="strategy=income")

    def _write(
        self, right: OptionRight, quotes: list[OptionContract], above: float, quantity: int
    ) -> bool:
        """Sell the first option struck above a price; False where there is none to sell."""
        symbol = next((c.symbol for c in quotes if c.right == right and c.strike > above), None)
        if symbol is None or not quantity:
            return False
        self.market_order(symbol, -quantity, tag="strategy=income")
        return True

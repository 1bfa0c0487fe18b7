"""The account as a tape tells it: what the recorded LEAN objects show, moved line by line.

One mutable record holds clock, equity, balances and instruments; `apply` moves it as one line of
the tape says and touches nothing the line does not contain. Only the player writes here, on its own
thread; every LEAN object reads from here, so one that user code keeps shows present values.

Between a fill and the next mark line the tape tells a holding's quantity and price but neither
LEAN's average price nor its unrealized profit: these stay as last marked, and are zero once flat.
A mark line tells what differs from the mark line before it, so what it omits is as last marked,
whatever order and day lines have told in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from workbench.engine.tape_fields import utc_of

Line = Mapping[str, Any]

# An option's ticker is its underlying's, in six columns, and the contract.
_OSI_ROOT: Final = 6

# What a mark line tells, each field only where it has changed.
_MARKED: Final = ("tpv", "cash", "unsettled", "h")


class CashState:
    """One currency: its balance and its rate to the account currency, 0 until LEAN has one."""

    __slots__ = ("currency", "amount", "rate")

    def __init__(self, currency: str, rate: float) -> None:
        self.currency = currency
        self.amount = 0.0
        self.rate = rate


class SecurityState:
    """One instrument: what its security line described, its latest prices, what is held of it."""

    __slots__ = (
        "facts",
        "ticker",
        "price",
        "bid",
        "ask",
        "quantity",
        "average_price",
        "unrealized_profit",
        "holdings_value",
        "settled_profit",
    )

    def __init__(self, facts: Line) -> None:
        self.facts = facts
        self.ticker: str = facts["ticker"]
        self.price = 0.0
        self.bid = 0.0
        self.ask = 0.0
        self.flatten()

    def flatten(self) -> None:
        """Hold nothing; the prices stay."""
        self.quantity = 0.0
        self.average_price = 0.0
        self.unrealized_profit = 0.0
        self.holdings_value = 0.0
        self.settled_profit = 0.0

    def mark(self, figures: list[float]) -> None:
        """Take the five or six figures a mark line has for a holding."""
        self.quantity = float(figures[0])
        self.price = float(figures[1])
        self.average_price = float(figures[2])
        self.unrealized_profit = float(figures[3])
        self.holdings_value = float(figures[4])
        self.settled_profit = float(figures[5]) if len(figures) > 5 else 0.0

    def fill(self, line: Line) -> None:
        """Take price, quote and position from an order line."""
        self.price = float(line["price"])
        if line["bid"] is not None:
            self.bid = float(line["bid"])
        if line["ask"] is not None:
            self.ask = float(line["ask"])
        position = float(line["position"])
        if position == 0.0:
            self.flatten()
        elif position != self.quantity:
            self.quantity = position
            worth = position * self.price * float(self.facts["multiplier"])
            self.holdings_value = worth * float(line["rate"])

    def rename(self, old: str, new: str) -> None:
        """Take the new ticker; an option has its underlying's in front of its own."""
        if self.ticker == old or "underlying" not in self.facts:
            self.ticker = new
        else:
            self.ticker = new.ljust(_OSI_ROOT) + self.ticker[_OSI_ROOT:]


class AccountState:
    """The account at one moment of the tape, beginning with its start line."""

    def __init__(self, start: Line) -> None:
        self.start = start
        self.zone: tzinfo = ZoneInfo(start["time_zone"])
        self.live: bool = start["live"]
        self.currency: str = start["account_currency"]
        self.start_utc = utc_of(start["utc"])
        self.utc = self.start_utc
        self.is_warming_up = True
        self.total_value = float(start["tpv"])
        self.sale_volume = 0.0
        self.benchmark = 0.0
        self.risk_free = 0.0
        self.securities: dict[str, SecurityState] = {}
        self._held: set[str] = set()  # every instrument that may be other than flat
        self._marked: dict[str, Any] = {"tpv": start["tpv"], "cash": start["cash"]}
        self._was_marked = False
        self._moved = False  # since the last mark, by an order or a day line
        self._filled = False  # since the last mark
        self.cash: dict[str, CashState] = {}
        self.unsettled: dict[str, CashState] = {}
        self._open_currency(self.currency, 1.0)
        self._take_cash(start["cash"])
        self._steps = {
            "security": self._security,
            "order": self._order,
            "mark": self._mark,
            "day": self._day,
            "symbol_changed": self._symbol_changed,
            "end": self._end,
        }

    def apply(self, line: Line) -> None:
        """Move to what the line says; its instruments must have been described before."""
        step = self._steps.get(line["type"])
        if step is not None:
            step(line)

    def show_last_mark(self) -> None:
        """Show what the last mark line showed: a slice that has no mark line differs in nothing.

        A fill since then makes it differ, though the tape has no figures of it: the fill's stay.
        """
        if self._moved and not self._filled:
            self._show(self._marked)
            self._moved = False

    def wander(self) -> None:
        """Take note that prices are no more what the tape told: the next mark tells all of them."""
        self._moved = True

    def shows_early(self, coming: Line, missing: float, same: float) -> bool:
        """Show what the next mark line tells, or its cash alone, where that is worth the equity.

        Args:
            coming: The next mark line.
            missing: The equity less what is shown, account currency.
            same: Equities that differ by no more are the same.

        Returns:
            Whether it was shown; it is told again with its own line.
        """
        if abs(coming.get("tpv", self._marked["tpv"]) - self.total_value) <= same:
            self._show({**self._marked, **coming, "tpv": self.total_value})
            return True
        cash = {
            currency: pair for currency, pair in coming.get("cash", {}).items()
            if currency in self.cash
        }  # fmt: skip
        moved = sum(
            (pair[0] - self.cash[currency].amount) * self.cash[currency].rate
            for currency, pair in cash.items()
        )
        if abs(moved - missing) > same:
            return False
        for currency, pair in cash.items():
            self.cash[currency].amount = float(pair[0])
        return True

    def _security(self, line: Line) -> None:
        if line["sid"] not in self.securities:
            self.securities[line["sid"]] = SecurityState(line)
        for currency in (line["quote"], base_currency(line)):
            if currency is not None and currency not in self.cash:
                self._open_currency(currency, 0.0)

    def _order(self, line: Line) -> None:
        security = self.securities[line["sid"]]
        self.total_value = float(line["tpv"])
        self._take_cash(line["cash"])
        self.cash[security.facts["quote"]].rate = float(line["rate"])
        security.fill(line)
        traded = abs(line["fill_qty"] * line["fill_price"]) * security.facts["multiplier"]
        self.sale_volume += traded * float(line["rate"])
        self._held.add(line["sid"])
        self._moved = True
        self._filled = self._filled or line["fill_qty"] != 0
        if not self._was_marked:
            self._remember(line)

    def _mark(self, line: Line) -> None:
        self._remember(line)
        self._show(self._marked if self._moved else line)
        self._was_marked = True
        self._moved = self._filled = False

    def _remember(self, line: Line) -> None:
        """Take the line's figures for marked: a mark's and, before the first one, an order's."""
        told = {field: line[field] for field in _MARKED if field in line}
        if "cash" in told:
            told["cash"] = {**self._marked["cash"], **told["cash"]}
        self._marked.update(told)

    def _show(self, line: Line) -> None:
        if "tpv" in line:
            self.total_value = float(line["tpv"])
        if "cash" in line:
            self._take_cash(line["cash"])
        if "unsettled" in line:
            self._take_unsettled(line["unsettled"])
        if "h" in line:
            self._take_holdings(line["h"])

    def _day(self, line: Line) -> None:
        self._moved = True
        self.total_value = float(line["tpv"])
        self.benchmark = float(line["benchmark"])
        self.risk_free = float(line["risk_free"])
        self.sale_volume = float(line["sale_volume"])

    def _symbol_changed(self, line: Line) -> None:
        self.securities[line["sid"]].rename(line["old"], line["new"])

    def _end(self, line: Line) -> None:
        # the rest of the end line is LEAN's result, which no algorithm may see
        self.benchmark = float(line["benchmark"])
        self.risk_free = float(line["risk_free"])

    def _open_currency(self, currency: str, rate: float) -> None:
        self.cash[currency] = CashState(currency, rate)
        self.unsettled[currency] = CashState(currency, rate)

    def _take_cash(self, cash: Mapping[str, list[float]]) -> None:
        for currency, (amount, rate) in cash.items():
            if currency not in self.cash:
                self._open_currency(currency, float(rate))
            balance = self.cash[currency]
            balance.amount = float(amount)
            balance.rate = self.unsettled[currency].rate = float(rate)

    def _take_unsettled(self, amounts: Mapping[str, float]) -> None:
        for currency in amounts:
            if currency not in self.cash:
                self._open_currency(currency, 0.0)
        for currency, balance in self.unsettled.items():
            balance.amount = float(amounts.get(currency, 0.0))

    def _take_holdings(self, holdings: Mapping[str, list[float]]) -> None:
        for sid in self._held - holdings.keys():
            self.securities[sid].flatten()
        for sid, figures in holdings.items():
            self.securities[sid].mark(figures)
        self._held = set(holdings)


# Only these kinds have a base currency in LEAN; a CFD has none.
_HAS_BASE: Final = frozenset({"FOREX", "CRYPTO", "CRYPTO_FUTURE"})


def base_currency(facts: Line) -> str | None:
    """Return the base currency of a pair: its ticker less the quote; None for other kinds."""
    if facts["kind"] not in _HAS_BASE:
        return None
    return str(facts["ticker"]).removesuffix(facts["quote"])

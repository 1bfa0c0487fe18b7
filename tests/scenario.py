"""Scenarios of the ledger written as text, and how they are played.

A scenario is a title and then lines, each a minute after the one before: first what there is, then
what happens, with what must hold after it on lines that start with `=>`. `#` starts a comment.

    ACCOUNT USD 10000 EUR 500       the account currency, then cash; live yes, matching lifo
    STOCK AAPL in USD               also OPTION, INDEX_OPTION, FUTURE_OPTION, FUTURE, CFD, PERP,
                                    INVERSE, COIN, FOREX, INDEX: see DEFINED for what they may say
    BUY 10 AAPL @ 100 fee 1         an order; by NAME, order ID, event ID, done no, in EUR (the
                                    fee), at 14:31 (its time), combo ID, group NAME, and last of
                                    all: tag ANY TEXT
    FIRST BUY 10 AAPL @ 100         the same as the very first hook: the account opens before it
    LEAN SELL 5 AAPL @ 110          an order that LEAN makes itself, tagged Liquidated
    LIQUIDATE AAPL @ 110            LEAN sells or buys back all that it holds, if it holds any
    EXERCISE C150 spot 160          of all, or `q 1`: the option at 0 and the underlying's leg
    LATE BUY 10 AAPL @ 100          LEAN has it, its event comes with ARRIVE
    OUTSIDE BUY 10 AAPL @ 100       LEAN has it, no event ever comes; OUTSIDE SPLIT AAPL 0.5 too
    STOPPED                         LEAN stops, and goes on with what was saved: the next mark is
                                    the first one after it
    COINS BTCUSD                    LEAN shows them as cash alone from now on, with a holding of 0
    AVERAGE ES 100                  LEAN's average price is another from now on
    HOLDS AAPL 20 @ 95              LEAN shows that quantity; before any event: from the start
    AGAIN                           the last order event once more
    SUBMIT order 7 by trend         an order's event that fills nothing; status, bid, ask, price,
                                    and with sid and fee what it charges
    MARK AAPL 105                   prices change, and a mark; equity +5 falsifies LEAN's.
                                    `MARK?` is a mark that need not balance
    RATE EUR 1.1                    heard of with the next event
    SPLIT AAPL 0.5 / DIVIDEND AAPL 0.24 / DELIST AAPL / RENAME AAPL META
    DEPOSIT USD 100 / ANNOUNCE USD 100 a note / INTEREST USD -3
    SETTLE ES 4010 / SETTLE cash    futures' daily settlement, sales' cash
    AT 15:00 / DAY                  the time of the next line, the next day

Every mark that does not say otherwise must keep all the laws of `tests.laws` against the account of
`tests.lean_account`; at the end every closed trade, anomaly and flow must have been told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from models.events.account import CashFlow, Mark, Opening
from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.events.event import Event
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from models.ledger.lots import Matching
from models.ledger.opening import opening_before
from models.trades.record import TradeRecord
from tests.booking import book
from tests.expectations import expect, number, pairs
from tests.laws import check_books, check_law
from tests.lean_account import ZERO, LeanAccount, Security, Way

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EARLY_ASSIGNMENT = "Simulated option assignment before expiration"
SETTLES_IN_ACCOUNT = "AccountCurrencyImmediateSettlementModel"

DEFINED: dict[str, tuple[SecurityType, Way]] = {
    "STOCK": (SecurityType.EQUITY, Way.PAID),
    "INDEX": (SecurityType.INDEX, Way.PAID),
    "OPTION": (SecurityType.OPTION, Way.PAID),
    "INDEX_OPTION": (SecurityType.INDEX_OPTION, Way.PAID),
    "FUTURE_OPTION": (SecurityType.FUTURE_OPTION, Way.PAID),
    "FUTURE": (SecurityType.FUTURE, Way.MARGINED),
    "CFD": (SecurityType.CFD, Way.MARGINED),
    "PERP": (SecurityType.CRYPTO_FUTURE, Way.MARGINED),
    "INVERSE": (SecurityType.CRYPTO_FUTURE, Way.MARGINED),
    "COIN": (SecurityType.CRYPTO, Way.SWAPPED),
    "FOREX": (SecurityType.FOREX, Way.SWAPPED),
}
# The words that only set the stage: the account is opened at the first other line, or by FIRST.
STAGE = frozenset({*DEFINED, "ACCOUNT", "RATE", "HOLDS", "AT", "DAY", "FIRST"})


class Scenario(NamedTuple):
    """A title and its lines."""

    title: str
    lines: list[str]


def scenarios(text: str) -> list[Any]:
    """The scenarios of a text, one after each empty line, as parameters of a test."""
    found: list[Any] = []
    for block in text.strip().split("\n\n"):
        lines = [line.partition("#")[0].strip() for line in block.splitlines()]
        title, *rest = [line for line in lines if line]
        found.append(pytest.param(Scenario(title, rest), id=title))
    return found


def play(lines: Iterable[str], *, partial: bool = False, twice: bool = False) -> Player:
    """Play the lines to their end.

    Args:
        lines: Those of a scenario.
        partial: Whether marks come without holdings first, and whole only when that is asked for.
        twice: Whether every order event is delivered twice.
    """
    player = Player(partial=partial, twice=twice)
    for line in lines:
        player.play(line)
    player.finish()
    return player


class Player:
    """Plays lines to a ledger and to the account that LEAN would keep.

    Attributes:
        ledger: Made by the line ACCOUNT.
        account: LEAN's.
        trades: All that closed.
        events: All that was applied, in order.
        told_trades: How many of the trades the scenario has told of.
        told_anomalies: The same of the anomalies.
        told_flows: The same of the flows.
    """

    ledger: Ledger
    account: LeanAccount

    def __init__(self, *, partial: bool = False, twice: bool = False) -> None:
        self.trades: list[TradeRecord] = []
        self.events: list[Event | Instrument] = []
        self._partial = partial
        self._twice = twice
        self._now = START
        self._next: datetime | None = None
        self._known: dict[int, int] = {}  # order id -> its last event id
        self._late: list[Fill] = []
        self._settings: dict[str, Any] = {}
        self._stopped = False
        self._beside: dict[str, Decimal] = {}  # pair -> what LEAN's holding has less than is held
        self.told_trades = 0
        self.told_anomalies = 0
        self.told_flows = 0

    def play(self, line: str) -> None:
        """Play one line."""
        text, _, tag = line.partition(" tag ")
        word, *words = text.split()
        if word == "=>":
            expect(self, words)
            return
        if word not in STAGE and not self.ledger.books.opened:
            self._open()
        if word not in STAGE:
            self._now = self._next or self._now + MINUTE
            self._next = None
        tagged = ["tag", tag] if tag else []
        if word in DEFINED:
            self._define(word, words)
        else:
            _PLAY[word](self, words + tagged)

    def apply(self, event: Event | Instrument) -> bool:
        """Give the ledger an event and take the trades it closed."""
        effects = book(self.ledger, event)
        self.events.append(event)
        if self._twice and isinstance(event, Fill | OrderUpdate):
            assert not book(self.ledger, event)
        for effect in effects or ():
            self.trades += effect.trades
        return effects is not None

    def reload(self) -> None:
        """Go on with a fresh ledger that restores what this one saved."""
        saved = json.loads(json.dumps(self.ledger.state()))
        self.ledger = Ledger(Books(self.account.currency, **self._settings))
        self.ledger.restore(saved)
        assert self.ledger.state() == saved

    def finish(self) -> None:
        """Assert that nothing was left untold and that the state is whole."""
        untold = self.trades[self.told_trades :]
        assert not untold, f"untold trades: {untold}"
        anomalies = self.ledger.books.anomalies[self.told_anomalies :]
        assert not anomalies, f"untold anomalies: {anomalies}"
        flows = self.ledger.flows[self.told_flows :]
        assert not flows, f"untold flows: {flows}"
        self.reload()

    # --- what there is

    def _account(self, words: list[str]) -> None:
        said = pairs(words)
        live = said.pop("live", "no") == "yes"
        matching = Matching(said.pop("matching", "fifo"))
        self._settings = {"live": live, "matching": matching}
        self.account = LeanAccount(words[0], live)
        for currency, amount in said.items():
            self.account.pay(currency, Decimal(amount))
            self.account.rates.setdefault(currency, ZERO)
        self.ledger = Ledger(Books(words[0], **self._settings))

    def _define(self, word: str, words: list[str]) -> None:
        kind, way = DEFINED[word]
        sid, said = words[0], pairs(words[1:])
        right = next((right for right in ("call", "put") if right in said), "")
        strike = said.get(right)
        quote, base, data = said.get("in", "USD"), said.get("base", ""), said.get("data", "RAW")
        self.account.securities[sid] = Security(
            way,
            quote,
            base,
            Decimal(said.get("x", "1")),
            inverse=word == "INVERSE",
            splits=word == "STOCK" and data == "RAW",
            dividends=data in {"RAW", "SPLIT_ADJUSTED"},
            delayed=said.get("cash") == "delayed",
            lands=said.get("settles") == "account",
            converts=said.get("fraction") == "converted",
            strike=Decimal(strike or 0),
            call=right == "call",
            exit_fee=Decimal(said.get("exit", "0")),
        )
        for currency in filter(None, (quote, base)):
            self.account.rates.setdefault(currency, ZERO)
            self.account.cash.setdefault(currency, ZERO)
        instrument = Instrument(
            sid=sid,
            ticker=sid,
            security_type=kind,
            quote=quote,
            multiplier=number(said.get("x", "1")),
            lot=number(said.get("lot", "1")),
            base=base,
            normalization=data,
            interest_model=said.get("interest", "NullMarginInterestRateModel"),
            settlement_model=SETTLES_IN_ACCOUNT if said.get("settles") == "account" else "",
            underlying=said.get("on", ""),
            strike=number(strike) if strike else None,
            right=right.upper(),
            expiry=_midnight(said["expires"]) if "expires" in said else None,
        )
        self.apply(instrument)

    def _rate(self, words: list[str]) -> None:
        self.account.rates[words[0]] = Decimal(words[1])

    def _holds(self, words: list[str]) -> None:
        security = self.account.securities[words[0]]
        security.quantity, security.average = Decimal(words[1]), Decimal(words[3])
        security.price = security.price or security.average

    def _open(self) -> None:
        self.apply(self._opening())

    def _opening(self) -> Opening:
        account = self.account
        cash = {currency: float(amount) for currency, amount in account.cash.items()}
        return Opening(self._now, cash, self._rates(account.rates), self._holdings())

    def _first(self, words: list[str]) -> None:
        fill = self._trade(words)
        self.apply(opening_before(self.ledger.books, self._opening(), fill))
        self.apply(fill)

    # --- orders

    def _trade(self, words: list[str], *, lean: bool = False) -> Fill:
        """Let LEAN trade, and say what event it sends."""
        sign = 1 if words[0] == "BUY" else -1
        quantity, sid, said = sign * Decimal(words[1]), words[2], pairs(words[3:])
        if lean:
            said.setdefault("tag", "Liquidated")
        return self._filled(sid, quantity, Decimal(said["@"]), said)

    def _filled(self, sid: str, quantity: Decimal, price: Decimal, said: dict[str, str]) -> Fill:
        security = self.account.securities[sid]
        fee, currency = Decimal(said.get("fee", "0")), said.get("in", self.account.currency)
        self.account.fill(sid, quantity, price)
        coin = self.ledger.books.instruments[sid].rules.fee_in_base
        if fee and coin and quantity > 0 and currency == security.base:
            self.account.pay(security.quote, -fee * price * security.multiplier)
        elif fee:
            self.account.pay(currency, -fee)
        order_id, event_id, tag, order_type = self._order(said)
        return Fill(
            self._time(said),
            order_id,
            event_id,
            sid,
            float(quantity),
            float(price),
            float(fee),
            currency if fee else "",
            self._rates({security.quote, security.currency, currency} - {self.account.currency}),
            tag,
            order_type,
            said.get("message", ""),
            said.get("done") != "no",
            group=int(said.get("combo", "0")),
        )

    def _order(self, said: dict[str, str]) -> tuple[int, int, str | None, OrderType | None]:
        """An order event's ids, and the tag and type, which only the order's first event has."""
        order_id = int(said.get("order", max(self._known, default=0) + 1))
        event_id = int(said.get("event", self._known.get(order_id, 0) + 1))
        first = order_id not in self._known
        self._known[order_id] = event_id
        if not first and not said.keys() & {"by", "tag"}:
            return order_id, event_id, None, None
        tag = said.get("tag") or (f"strategy={said['by']}" if "by" in said else "")
        if "group" in said:
            tag = f"{tag} group={said['group']}"
        kind = said.get("type", "COMBO_MARKET" if "combo" in said else "MARKET")
        return order_id, event_id, tag, OrderType[kind]

    def _lean(self, words: list[str]) -> None:
        self.apply(self._trade(words, lean=True))

    def _liquidate(self, words: list[str]) -> None:
        sid, said = words[0], {"tag": "Liquidated", **pairs(words[1:])}
        quantity = -self.account.securities[sid].quantity
        if quantity:
            self.apply(self._filled(sid, quantity, Decimal(said["@"]), said))

    def _exercise(self, words: list[str]) -> None:
        """Both legs of an exercise, an assignment or an expiry, with LEAN's own words."""
        sid, said = words[0], pairs(words[1:])
        option = self.account.securities[sid]
        instrument = self.ledger.books.instruments[sid]
        exercised = Decimal(said.get("q", option.quantity))
        if not exercised:
            return
        spot = Decimal(said["spot"])
        gain = option.intrinsic(spot)
        verb = "OTM" if not gain else "Automatic Exercise" if exercised > 0 else "Assigned"
        said["message"] = f"{verb}. Underlying: {spot:.4f}. Profit: +1"
        said["type"] = "OPTION_EXERCISE"
        if "early" in said:
            said["tag"] = EARLY_ASSIGNMENT
        leg = self._filled(sid, -exercised, ZERO, said)
        if instrument.rules.settles_in_cash:
            self.account.settle_option(sid, -exercised, spot)
        self.apply(leg)
        if not gain or instrument.rules.settles_in_cash:
            return
        size = 1 if instrument.security_type is SecurityType.FUTURE_OPTION else option.multiplier
        quantity = exercised * size * (1 if option.call else -1)
        again = {"order": str(leg.order_id), "message": "Option Exercise"}
        self.apply(self._filled(instrument.underlying, quantity, option.strike, again))

    def _submit(self, words: list[str]) -> None:
        said = pairs(words)
        order_id, event_id, tag, order_type = self._order(said)
        bid, ask, price = (number(said.get(name, "0")) for name in ("bid", "ask", "price"))
        status = OrderStatus[said.get("status", "SUBMITTED")]
        fee, currency = Decimal(said.get("fee", "0")), said.get("in", self.account.currency)
        if fee:
            self.account.pay(currency, -fee)
        update = OrderUpdate(
            self._time(said),
            order_id,
            event_id,
            said.get("sid", ""),
            status,
            tag,
            order_type,
            bid=bid,
            ask=ask,
            price=price,
            fee=float(fee),
            fee_currency=currency if fee else "",
            rates=self._rates({currency} - {self.account.currency}),
        )
        self.apply(update)

    def _outside(self, words: list[str]) -> None:
        if words[0] == "SPLIT":
            self._split_account(words[1:])
            return
        sign = 1 if words[0] == "BUY" else -1
        self.account.fill(words[2], sign * Decimal(words[1]), Decimal(words[4]))

    def _late_fill(self, words: list[str]) -> None:
        self._late.append(self._trade(words))

    def _arrive(self, _: list[str]) -> None:
        for event in self._late:  # its rates are read when it comes
            self.apply(replace(event, rates=self._rates(event.rates)))
        self._late.clear()

    def _again(self, _: list[str]) -> None:
        self.apply(next(e for e in reversed(self.events) if isinstance(e, Fill | OrderUpdate)))

    # --- marks

    def _mark(self, words: list[str], check: bool = True) -> None:
        said = pairs(words)
        false = said.pop("equity", "")
        for sid, price in said.items():
            self.account.securities[sid].price = Decimal(price)
        equity = float(self.account.equity())
        if false:
            equity = equity + number(false) if false[0] in "+-" else number(false)
        if self._stopped:
            self._stopped = False
            for effect in self.ledger.resume(self._mark_event(equity, whole=True)) or ():
                self.trades += effect.trades
        elif not self._partial or not self.apply(self._mark_event(equity, whole=False)):
            assert self.apply(self._mark_event(equity, whole=True))
        if check and not false:
            check_books(self.ledger, self.account, self.trades)
        elif check:
            check_law(self.ledger)

    def _mark_event(self, equity: float, whole: bool) -> Mark:
        prices: dict[str, float] = {}
        profits: dict[str, tuple[float, float]] = {}
        account = self.account
        for sid, security in account.securities.items():
            if sid not in self.ledger.books.held and not (whole and security.quantity):
                continue
            if security.way is Way.MARGINED and security.quantity:
                profits[sid] = float(account.close_profit(sid)), float(security.settled)
            else:
                prices[sid] = float(security.price)
        return Mark(
            self._now,
            equity,
            prices,
            profits,
            {currency: float(amount) for currency, amount in account.cash.items()},
            {currency: float(amount) for currency, amount in account.unsettled.items()},
            self._rates(account.rates),
            self._holdings() if whole else None,
            not whole,
        )

    def _holdings(self) -> dict[str, tuple[float, float]]:
        shown: dict[str, tuple[float, float]] = {}
        for sid, security in self.account.securities.items():
            quantity = security.quantity - self._beside.get(sid, ZERO)
            if quantity:
                shown[sid] = float(quantity), float(security.average)
        return shown

    def _rates(self, currencies: Iterable[str]) -> dict[str, float]:
        return {currency: float(self.account.rates[currency]) for currency in currencies}

    # --- what happens without an order

    def _split_account(self, words: list[str]) -> None:
        """Split what LEAN holds by a factor that may be a fraction, such as 1/3."""
        security, ratio = self.account.securities[words[0]], Fraction(words[1])
        factor = Decimal(ratio.numerator) / Decimal(ratio.denominator)
        self.account.split(words[0], factor, security.price * factor)

    def _stop(self, _: list[str]) -> None:
        self.reload()
        self.ledger.books.orders.forget()
        self._known.clear()
        self._stopped = True

    def _as_coins(self, words: list[str]) -> None:
        self._beside[words[0]] = self.account.securities[words[0]].quantity

    def _average(self, words: list[str]) -> None:
        self.account.securities[words[0]].average = Decimal(words[1])

    def _split(self, words: list[str]) -> None:
        sid, factor, said = words[0], Decimal(words[1]), pairs(words[2:])
        kind = SplitKind(said.get("kind", "SPLIT_OCCURRED"))
        reference = self.account.securities[sid].price
        price = Decimal(said.get("price", "0"))
        if kind is SplitKind.SPLIT_OCCURRED:
            self.account.split(sid, factor, price or reference * factor)
        self.apply(Split(self._now, sid, kind, float(factor), float(reference), float(price)))

    def _dividend(self, words: list[str]) -> None:
        self.account.dividend(words[0], Decimal(words[1]))
        self.apply(Dividend(self._now, words[0], number(words[1])))

    def _delist(self, words: list[str]) -> None:
        kind = DelistingKind(words[1] if len(words) > 1 else "DELISTED")
        self.apply(Delisting(self._now, words[0], kind))

    def _rename(self, words: list[str]) -> None:
        self.apply(SymbolChange(self._now, words[0], words[0], words[1]))

    def _move_cash(self, words: list[str]) -> None:
        self.account.pay(words[0], Decimal(words[1]))
        self.account.rates.setdefault(words[0], ZERO)

    def _announce(self, words: list[str]) -> None:
        self.apply(CashFlow(self._now, words[0], number(words[1]), " ".join(words[2:])))

    def _settle(self, words: list[str]) -> None:
        if words[0] == "cash":
            self.account.settle_cash()
        else:
            self.account.settle_future(words[0], Decimal(words[1]))

    def _at(self, words: list[str]) -> None:
        hour, minute = map(int, words[0].split(":"))
        self._next = self._now.replace(hour=hour, minute=minute)

    def _day(self, _: list[str]) -> None:
        self._next = self._now.replace(hour=14, minute=30) + timedelta(days=1)

    def _time(self, said: dict[str, str]) -> datetime:
        if "at" not in said:
            return self._now
        hour, minute = map(int, said["at"].split(":"))
        return self._now.replace(hour=hour, minute=minute)


def _midnight(date: str) -> datetime:
    """UTC midnight of a date."""
    return datetime.fromisoformat(date).replace(tzinfo=UTC)


_PLAY: dict[str, Callable[[Player, list[str]], object]] = {
    "ACCOUNT": Player._account,
    "RATE": Player._rate,
    "HOLDS": Player._holds,
    "BUY": lambda player, words: player.apply(player._trade(["BUY", *words])),
    "SELL": lambda player, words: player.apply(player._trade(["SELL", *words])),
    "LEAN": Player._lean,
    "FIRST": Player._first,
    "LIQUIDATE": Player._liquidate,
    "EXERCISE": Player._exercise,
    "SUBMIT": Player._submit,
    "LATE": Player._late_fill,
    "OUTSIDE": Player._outside,
    "STOPPED": Player._stop,
    "COINS": Player._as_coins,
    "AVERAGE": Player._average,
    "ARRIVE": Player._arrive,
    "AGAIN": Player._again,
    "MARK": Player._mark,
    "MARK?": lambda player, words: player._mark(words, check=False),
    "SPLIT": Player._split,
    "DIVIDEND": Player._dividend,
    "DELIST": Player._delist,
    "RENAME": Player._rename,
    "DEPOSIT": Player._move_cash,
    "INTEREST": Player._move_cash,
    "ANNOUNCE": Player._announce,
    "SETTLE": Player._settle,
    "AT": Player._at,
    "DAY": Player._day,
}

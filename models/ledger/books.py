"""The books: what every fill does to the strategies' accounts and to the shadow of LEAN's.

One event moves three things that must stay in step: LEAN's cash and net holding as LEAN moves
them, the lots of whoever the event belongs to, and the terms it earned them. Nothing here judges;
the `Ledger` compares the books with what LEAN shows at marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from models.events.account import Opening
from models.events.anomalies import Anomaly
from models.events.instruments import Instrument, Valuation
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.accounts import Account
from models.ledger.allocation import share_fill
from models.ledger.exercises import exit_reason, underlying_price
from models.ledger.lean_account import Holding, LeanCash, mirror
from models.ledger.lots import NEXT_LOT, Closed, Execution, Matching, build
from models.ledger.orders import Order, Orders
from models.ledger.positions import Position
from models.ledger.tags import UNASSIGNED, Resolver, strategy_in_tag
from models.trades.builders import round_record, trade_record
from models.trades.record import LOTS, TradeRecord

# A fill older than the last event by more is out of time.
LATE = timedelta(minutes=1)

# Anomalies kept whole; later ones are only counted.
ANOMALIES_KEPT = 1_000

# Looked for at every fill: a name of this module is found faster than a member of its enum.
EXERCISE = OrderType.OPTION_EXERCISE
ENDED = frozenset({OrderStatus.CANCELED, OrderStatus.INVALID, OrderStatus.FILLED})
Parts = Sequence[tuple[str, float]]  # (strategy, signed quantity) of each part of a fill

# What a strategy's part of a fill was: strategy, UTC, fee and value traded in account currency, and
# what each trade it closed made net of fees. What closes without a fill pays and trades nothing.
Payment = tuple[str, datetime, float, float, Sequence[float]]


class Books:
    """The strategies' accounts, LEAN's mirror, the orders and the trades closed.

    Args:
        account_currency: The currency of every term.
        live: Whether LEAN trades live: it books no dividends then, and its events may lag behind
            its portfolio, so a difference in quantity is adopted only when two marks show it.
        default_strategy: Whose an order is that names no strategy.
        resolver: Reads the strategy of an order from its ticker, tag and type.
        matching: Which lot a closing quantity takes first.
    """

    def __init__(
        self,
        account_currency: str = "USD",
        *,
        live: bool = False,
        default_strategy: str = "main",
        resolver: Resolver = strategy_in_tag,
        matching: Matching = Matching.FIFO,
    ) -> None:
        self.account_currency = account_currency
        self.live = live
        self.instruments: dict[str, Instrument] = {}
        self.tickers: dict[str, str] = {}
        self.rates: dict[str, float] = {account_currency: 1.0}
        self.accounts = {UNASSIGNED: Account(UNASSIGNED, account_currency)}
        self.holdings: dict[str, Holding] = {}
        self.held: dict[str, int] = {}  # sid -> strategies that hold it, LEAN's net 0 or not
        self.orders = Orders(default_strategy, resolver)
        self.cash = LeanCash()
        self.anomalies: list[Anomaly] = []
        self.anomaly_counts: Counter[str] = Counter()
        self.starting_equity = 0.0
        self.fills = 0
        self.time: datetime | None = None
        self.opened = False
        self._next_lot = NEXT_LOT[matching]
        self._waiting: dict[str, float] = {}  # opening cash that has no rate yet
        self.closed: list[TradeRecord] = []
        self.rounds: list[TradeRecord] = []
        self.entered: list[Position] = []  # those that opened a lot; all four until taken
        self.paid: list[Payment] = []
        self._trades = self._rounds = 0  # so far

    def add_instrument(self, instrument: Instrument) -> None:
        """Describe an instrument before its first event; a second description is ignored."""
        sid = instrument.sid
        if sid in self.instruments:
            return
        self.instruments[sid] = instrument
        self.tickers[sid] = instrument.ticker
        self.holdings[sid] = Holding(instrument)
        for currency in (instrument.quote, instrument.currency, instrument.base):
            if currency:
                self.rates.setdefault(currency, 0.0)

    def open_account(self, opening: Opening) -> None:
        """Take the account as it stands: its cash, and its holdings at their average price.

        Holdings found are `unassigned`, flagged as seeded. The starting equity counts them at
        cost, so what they had gained before stands in `unrealized` from the first mark on.
        """
        self.opened = True
        self.time = opening.time
        self.rates.update(opening.rates)
        own = dict(opening.cash)
        for currency, amount in opening.cash.items():
            self.cash.move(currency, amount)
        for sid, (quantity, average) in opening.holdings.items():
            if sid not in self.instruments:
                self.anomaly(opening.time, "unknown instrument", f"{quantity!r} held of {sid}", sid)
                continue
            self._seed(opening.time, sid, quantity, average, own)
        for currency, amount in own.items():
            if self.rates.setdefault(currency, 0.0):
                self._start(currency, amount)
            elif amount:
                self._waiting[currency] = amount

    def _seed(
        self, time: datetime, sid: str, quantity: float, average: float, own: dict[str, float]
    ) -> None:
        instrument = self.instruments[sid]
        holding = self.holdings[sid]
        holding.fill(quantity, average)
        if instrument.valuation is not Valuation.MARGIN:
            cost = quantity * average * instrument.multiplier
            own[instrument.quote] = own.get(instrument.quote, 0.0) + cost
        if instrument.valuation is Valuation.PAIR:
            own[instrument.base] = own.get(instrument.base, 0.0) - quantity
        execution = Execution(
            time, 0, quantity, average, self.rates[instrument.currency], seeded=True
        )
        self.trade(self.account(UNASSIGNED), instrument, execution, "outside")

    def _start(self, currency: str, amount: float) -> None:
        rate = self.rates[currency]
        self.starting_equity += amount * rate
        self.account(UNASSIGNED).balance(currency, rate).add(amount, rate)

    def update_order(self, update: OrderUpdate) -> None:
        """Note an order's event that fills nothing; its first one fixes the strategy."""
        if not self.orders.seen.add(update.order_id, update.event_id):
            return
        order = self.orders.order_of(update, self.tickers.get(update.sid, update.sid))
        if update.stop_price:
            self._protect(update, order)
        if update.status in ENDED:
            self.orders.finish(update.order_id)
        self.time = update.time if self.time is None else max(self.time, update.time)

    def _protect(self, update: OrderUpdate, order: Order) -> None:
        """A stop against what its strategy holds says what that could lose."""
        account = self.accounts.get(order.strategy or UNASSIGNED)
        position = account.open.get(update.sid) if account else None
        if position is not None and position.quantity * update.quantity < 0:
            rate = self.rates[position.instrument.currency]
            position.protect(update.stop_price or 0.0, rate)

    def fill(self, fill: Fill) -> bool:
        """Book a fill: LEAN's mirror first, then the strategy's lots, or every holder's.

        Returns:
            False when it was booked before or cannot be.
        """
        orders, order_id, sid = self.orders, fill.order_id, fill.sid
        if not orders.seen.add(order_id, fill.event_id):
            return False
        holding = self.holdings.get(sid)
        if holding is None:
            self.anomaly(fill.time, "unknown instrument", f"{fill}", sid)
            return False
        if fill.time != self.time or fill.price < 0:
            self._check(fill, holding.instrument)
        if fill.rates:
            self.set_rates(fill.rates)
        self.fills += 1
        order = orders.known.get(order_id) or orders.order_of(fill, self.tickers[sid])
        strategy = order.strategy
        if strategy is not None:
            self._execute(fill, holding, order, ((strategy, fill.quantity),))
        else:
            self._execute(fill, holding, order, self._shared(order, fill, holding))
        if fill.final:
            orders.finish(order_id)
        return True

    def _check(self, fill: Fill, instrument: Instrument) -> None:
        if self.time is None or fill.time > self.time:
            self.time = fill.time
        elif fill.time < self.time - LATE:
            self.anomaly(fill.time, "fill out of time", f"{fill}", fill.sid)
        if fill.price < 0 and instrument.valuation is not Valuation.MARGIN:
            self.anomaly(fill.time, "negative price", f"{fill}", fill.sid)

    def _shared(self, order: Order, fill: Fill, holding: Holding) -> Parts:
        if order.order_type is EXERCISE and order.shares and holding.instrument.strike is None:
            shares = order.shares.items()
            return [(name, fill.quantity * share) for name, share in shares]
        holders = [(account.name, held.quantity) for account, held in self.holders(fill.sid)]
        flattens = abs(holding.quantity + fill.quantity) < holding.instrument.lot / 2
        parts = share_fill(fill.quantity, holders, flattens, holding.instrument.lot)
        order.shares = {name: part / fill.quantity for name, part in parts}
        return parts

    def _execute(self, fill: Fill, holding: Holding, order: Order, parts: Parts) -> None:
        """Trade in LEAN's mirror, then each part in its strategy's lots."""
        instrument, rates, time = holding.instrument, self.rates, fill.time
        whole, price, order_id = fill.quantity, fill.price, fill.order_id
        lands = self.lands(instrument) if instrument.settles_in_account else None
        landed, settled = mirror(self.cash, holding, whole, price, lands)
        rate, reason, currency = rates[instrument.currency], order.reason, fill.fee_currency
        kind, tag, risk = order.order_type, order.tag, order.risk
        # a price difference says nothing of an inverse contract's money
        arrival = 0.0 if instrument.inverse else order.arrival
        fee, fee_rate = fill.fee, 0.0
        if fee:
            if instrument.rules.fee_in_base or currency not in rates:
                fee, currency = self.fee(fill, instrument)
            fee_rate = rates[currency]
            self.cash.move(currency, -fee)
        if kind is EXERCISE:
            reason = exit_reason(order, fill, instrument)
            if instrument.rules.settles_in_cash and not price:
                settled += self._cash_settlement(fill, instrument)
        worth = instrument.worth(price) if instrument.inverse else price
        each = abs(worth) * instrument.multiplier * rate
        traded = abs(whole) if len(parts) == 1 else sum(abs(quantity) for _, quantity in parts)
        for name, quantity in parts:
            size = abs(quantity)
            paid = fee * (size / traded)
            cost = paid * fee_rate
            account = self.accounts.get(name) or self.account(name)
            values = (time, order_id, quantity, price, rate, cost, arrival, tag, False, kind, risk)
            execution = build(Execution, values)
            position, nets = self._match(account, instrument, execution, reason)
            self.paid.append((name, time, cost, size * each, nets))
            if fee:
                account.terms.fees += cost
                position.terms.fees += cost
                account.move(position, -paid, currency, fee_rate)
            if settled:
                amount = settled * quantity / whole
                account.book(position, "settlement", amount, instrument.currency, rate)
            if landed:
                self.land(account, position, landed * quantity / whole)

    def fee(self, fill: Fill, instrument: Instrument) -> tuple[float, str]:
        """What a fill costs in cash, and in which currency."""
        buys_coin = instrument.rules.fee_in_base and fill.quantity > 0
        if buys_coin and fill.fee_currency == instrument.base:
            # LEAN cut the fee from the coins filled and charges its value to the quote cash
            return fill.fee * fill.price * instrument.multiplier, instrument.quote
        self.rates.setdefault(fill.fee_currency, 0.0)
        return fill.fee, fill.fee_currency

    def _cash_settlement(self, fill: Fill, instrument: Instrument) -> float:
        """Cash LEAN moves with an index option's exercise, quote currency."""
        spot = underlying_price(fill)
        if spot is None:
            self.anomaly(fill.time, "no settlement price", f"{fill}", fill.sid)
            return 0.0
        amount = -instrument.intrinsic(spot) * instrument.multiplier * fill.quantity
        self.cash.move(instrument.quote, amount)
        return amount

    def land(self, account: Account, position: Position, profit: float) -> None:
        """Turn LEAN's profit into account currency where LEAN does so at the fill.

        It is LEAN's, at its average price; what the lots made beyond it stays in their currency.
        """
        instrument = position.instrument
        if profit and instrument.settles_in_account:
            currency, rate = instrument.currency, self.rates[instrument.currency]
            other = self.account_currency
            account.swap(position, profit, currency, rate, other, self.rates[other])

    def lands(self, instrument: Instrument) -> tuple[str, float] | None:
        """Account currency and rate where an instrument's profit is turned into it, else None."""
        if not instrument.settles_in_account:
            return None
        return self.account_currency, self.rates[instrument.currency]

    def account(self, name: str) -> Account:
        """A strategy's account, made at its first use."""
        found = self.accounts.get(name)
        if found is None:
            found = self.accounts[name] = Account(name, self.account_currency)
        return found

    def holders(self, sid: str) -> list[tuple[Account, Position]]:
        """Every strategy that holds an instrument, with its position."""
        return [(a, a.open[sid]) for a in self.accounts.values() if sid in a.open]

    def trade(
        self, account: Account, instrument: Instrument, execution: Execution, reason: str | None
    ) -> Position:
        """Trade without a fill: match an execution in a strategy's lots, book what it realized.

        With no reason given, what it closes makes no record of a trade.
        """
        position, nets = self._match(account, instrument, execution, reason)
        if nets:
            self.paid.append((account.name, execution.time, 0.0, 0.0, nets))
        return position

    def _match(
        self, account: Account, instrument: Instrument, execution: Execution, reason: str | None
    ) -> tuple[Position, Sequence[float]]:
        """Match an execution: the position, and what each trade it closed made net of fees."""
        position = account.positions.get(instrument.sid) or account.position(instrument)
        before, rate = position.quantity, execution.rate
        closed = position.trade(execution, self._next_lot, reason is not None)
        nets: Sequence[float] = ()
        if closed:
            gross = 0.0
            for piece in closed:
                gross += piece.gross
            value = gross * rate
            account.terms.realized += value
            position.terms.realized += value
            account.move(position, gross, instrument.currency, rate)
            if reason is not None:
                nets = self._record(position, closed, execution, reason)
        if position.entered is not None and reason is not None:
            self.entered.append(position)
        if (not before) != (not position.quantity):
            self.set_open(account, position)
        return position, nets

    def set_open(self, account: Account, position: Position) -> None:
        """Keep the lists of what is held in step with a position that opened or closed."""
        sid = position.instrument.sid
        if position.quantity:
            account.open[sid] = position
            self.held[sid] = self.held.get(sid, 0) + 1
            return
        del account.open[sid]
        self.held[sid] -= 1
        if not self.held[sid]:
            del self.held[sid]

    def _record(
        self, position: Position, closed: list[Closed], execution: Execution, reason: str
    ) -> list[float]:
        """Make the records of what closed; returns what each trade made net of fees."""
        ticker, ended = self.tickers[position.instrument.sid], position.ended
        nets: list[float] = []
        for number, piece in enumerate(closed, self._trades + 1):
            trade = trade_record(str(number), ticker, position, piece, execution, reason)
            self.closed.append(trade)
            nets.append(trade.pnl)
        self._trades += len(closed)
        if ended is not None and ended.exited:
            self._rounds += 1
            trade_id = f"p{self._rounds}"
            self.rounds.append(round_record(trade_id, ticker, position, ended, execution, reason))
        return nets

    def forget(self) -> None:
        """What was closed, opened and paid was taken."""
        if self.closed:
            self.closed.clear()
            self.rounds.clear()
        self.entered.clear()
        self.paid.clear()

    def anomaly(
        self, time: datetime, kind: str, detail: str, sid: str = "", amount: float = 0.0
    ) -> None:
        """Record what should not have been seen."""
        self.anomaly_counts[kind] += 1
        if len(self.anomalies) < ANOMALIES_KEPT:
            self.anomalies.append(Anomaly(time, kind, detail, sid, amount))

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Take new rates; opening cash that had none until now joins the starting equity."""
        self.rates.update(rates)
        if self._waiting:
            for currency in [name for name in self._waiting if self.rates[name]]:
                self._start(currency, self._waiting.pop(currency))

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; closed trades not yet taken are part of it."""
        return {
            "instruments": [instrument.to_dict() for instrument in self.instruments.values()],
            "tickers": dict(self.tickers),
            "rates": dict(self.rates),
            "accounts": [account.state() for account in self.accounts.values()],
            "holdings": [holding.state() for holding in self.holdings.values()],
            "held": dict(self.held),
            "orders": self.orders.state(),
            "cash": self.cash.state(),
            "anomalies": [anomaly.to_dict() for anomaly in self.anomalies],
            "anomaly_counts": dict(self.anomaly_counts),
            "starting_equity": self.starting_equity,
            "fills": self.fills,
            "time": self.time.isoformat() if self.time else None,
            "opened": self.opened,
            "waiting": dict(self._waiting),
            "closed": [trade.to_dict() for trade in (*self.closed, *self.rounds)],
            "counts": [self._trades, self._rounds],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        for values in state["instruments"]:
            self.add_instrument(Instrument.from_dict(values))
        self.tickers = dict(state["tickers"])
        self.rates = dict(state["rates"])
        for values in state["accounts"]:
            self.account(values["name"]).restore(values, self.instruments)
        for values in state["holdings"]:
            self.holdings[values[0]].restore(values)
        self.held = dict(state["held"])
        self.orders.restore(state["orders"])
        self.cash.restore(state["cash"])
        self.anomalies = [Anomaly.from_dict(values) for values in state["anomalies"]]
        self.anomaly_counts = Counter(state["anomaly_counts"])
        self.starting_equity = state["starting_equity"]
        self.fills = state["fills"]
        self.time = datetime.fromisoformat(state["time"]) if state["time"] else None
        self.opened = state["opened"]
        self._waiting = dict(state["waiting"])
        taken = [TradeRecord.from_dict(values) for values in state["closed"]]
        self.closed = [trade for trade in taken if trade.book == LOTS]
        self.rounds = [trade for trade in taken if trade.book != LOTS]
        self._trades, self._rounds = state["counts"]

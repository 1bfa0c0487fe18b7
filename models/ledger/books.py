"""The books: what every fill does to the strategies' accounts and to the shadow of LEAN's account.

One fill moves three things that must stay in step: LEAN's cash and net holding as LEAN moves them,
the lots of the strategies that the fill is allocated to, and the terms that they earn by it.
Nothing here judges: `models.ledger.reconciliation` compares the books with what LEAN shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from models.events.anomalies import Anomaly
from models.events.instruments import Instrument, Valuation
from models.events.orders import Fill, OrderUpdate
from models.ledger.accounts import Account
from models.ledger.allocation import Allocation, allocate, close_found
from models.ledger.deals import NO_FEE, Deal, PaidFraction, cash_settlement, fee_in_cash
from models.ledger.effects import NO_EFFECTS, Effect, Effects, ended_early, kind_of
from models.ledger.exercises import EXERCISE, exit_reason
from models.ledger.finished import Finished
from models.ledger.lean_account import Holding, ShadowCash, fill_shadow
from models.ledger.lots import NEXT_LOT, Execution, Matching, build
from models.ledger.orders import ENDED, Order, Orders
from models.ledger.plain_fills import is_plain, trade_plainly
from models.ledger.positions import Position
from models.ledger.tags import UNASSIGNED, Resolver, strategy_in_tag
from models.trades.builders import RecordMaker
from models.trades.record import TradeRecord

# A fill older than the last event by more is out of time.
LATE = timedelta(minutes=1)

# Anomalies kept whole; later ones are only counted, but the first of each kind is kept.
ANOMALIES_KEPT = 1_000


class Books:
    """The strategies' accounts, the shadow of LEAN's account, and the orders.

    Args:
        account_currency: The currency of every term.
        live: Whether LEAN trades live: it books no dividends, and its events may lag behind.
        default_strategy: Whose an order is that names no strategy.
        resolver: Reads the strategy of an order from its ticker, tag and type.
        matching: Which lot a closing quantity takes first.
        seed_strategy: Whose the holdings are that the account opens with.

    Attributes:
        instruments: Symbol ID -> what was described.
        tickers: Symbol ID -> the ticker now.
        rates: Currency -> account currency per unit; 0 where LEAN has no price yet.
        accounts: Strategy -> what it made and holds, `unassigned` among them.
        found: That of `unassigned`, which holds what no order explains.
        holdings: Symbol ID -> LEAN's net holding.
        held: Symbol ID -> how many strategies hold it, whether LEAN's net is 0 or not.
        orders: The orders seen, and whose they are.
        cash: LEAN's cash as the events seen make it.
        anomalies: The first that were recorded.
        anomaly_counts: All that were recorded, by kind.
        starting_equity: What the account opened with, account currency.
        fractions: Fractions of shares that splits paid since cash was last judged.
        fills: How many were booked.
        time: UTC of the last event; None before the first.
        opened: Whether the account was opened.
        joined: What the first prices of holdings from before the start made of them.
        waiting: Opening cash that has no rate yet, by currency.
        aside: Sid of what was held before the start and has no price yet -> its cost.
        records: Makes the records of the trades that close.
        finished: The contracts that were flat and left the rest.
        finish_above: How many instruments gather before flat contracts leave.
    """

    def __init__(
        self,
        account_currency: str = "USD",
        *,
        live: bool = False,
        default_strategy: str = "main",
        resolver: Resolver = strategy_in_tag,
        matching: Matching = Matching.FIFO,
        seed_strategy: str = UNASSIGNED,
    ) -> None:
        self.account_currency = account_currency
        self.live = live
        self.instruments: dict[str, Instrument] = {}
        self.tickers: dict[str, str] = {}
        self.rates: dict[str, float] = {account_currency: 1.0}
        self.found = Account(UNASSIGNED, account_currency)
        self.accounts = {UNASSIGNED: self.found}
        self.seed_strategy = seed_strategy
        self.holdings: dict[str, Holding] = {}
        self.held: dict[str, int] = {}
        self.orders = Orders(default_strategy, resolver)
        self.cash = ShadowCash()
        self.anomalies: list[Anomaly] = []
        self.anomaly_counts: Counter[str] = Counter()
        self.starting_equity = 0.0
        self.fractions: list[PaidFraction] = []
        self.fills = 0
        self.time: datetime | None = None
        self.opened = False
        self._next_lot = NEXT_LOT[matching]
        self.joined = 0.0
        self.waiting: dict[str, float] = {}
        self.aside: dict[str, float] = {}
        self.records = RecordMaker()
        self.finished = Finished()
        self.finish_above = 1_024

    def add_instrument(self, instrument: Instrument) -> Effects:
        """Describe an instrument before its first event; a second description is ignored."""
        sid = instrument.sid
        if sid in self.instruments:
            return NO_EFFECTS
        self.instruments[sid] = instrument
        self.tickers[sid] = instrument.ticker
        self.holdings[sid] = Holding(instrument)
        self.orders.legs |= instrument.strike is not None
        for currency in (instrument.quote, instrument.currency, instrument.base):
            if currency:
                self.rates.setdefault(currency, 0.0)
        return NO_EFFECTS

    # --- rates and the opening cash

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Take new rates; opening cash that had none until now joins the starting equity.

        A rate of 0 says that LEAN has no price yet: it replaces none that is known.
        """
        if 0.0 in rates.values():
            rates = {name: rate for name, rate in rates.items() if rate or name not in self.rates}
        self.rates.update(rates)
        if self.waiting:
            for currency in [name for name in self.waiting if self.rates[name]]:
                self.start_with(currency, self.waiting.pop(currency))

    def start_with(self, currency: str, amount: float) -> None:
        """Count opening cash in the starting equity, as soon as its currency has a rate."""
        rate = self.rates.setdefault(currency, 0.0)
        if rate:
            self.starting_equity += amount * rate
            self.account(UNASSIGNED).balance(currency, rate).add(amount, rate)
        elif amount:
            self.waiting[currency] = self.waiting.get(currency, 0.0) + amount

    # --- orders

    def update_order(self, update: OrderUpdate) -> Order | None:
        """Note an order's event that fills nothing; its first one fixes the strategy.

        Returns the order; None when the event was seen before.
        """
        orders, order_id, sid, time = self.orders, update.order_id, update.sid, update.time
        if not orders.seen.add(order_id, update.event_id):
            return None
        order = orders.known.get(order_id) or orders.begin(update, self.tickers.get(sid, sid))
        if update.stop_price:
            self._protect(update, order, update.stop_price)
        if update.status in ENDED:
            orders.finish(order_id, order)
        if self.time is None or time > self.time:
            self.time = time
        return order

    def _protect(self, update: OrderUpdate, order: Order, stop: float) -> None:
        """Take a stop against what its strategy holds as what that could lose."""
        account = self.accounts.get(order.strategy or UNASSIGNED)
        position = account.open.get(update.sid) if account else None
        if position is not None and position.quantity * update.quantity < 0:
            position.protect(stop, self.rates[position.instrument.currency])

    # --- fills

    def fill(self, fill: Fill, *, apart: bool = False) -> Effects | None:
        """Book a fill: in the shadow account, then in lots; `apart`, in none of `unassigned`.

        Returns:
            What it did, an effect for each strategy; None when it was booked before or cannot be.
        """
        orders, order_id, sid = self.orders, fill.order_id, fill.sid
        if not orders.seen.add(order_id, fill.event_id):
            return None
        holding = self.holdings.get(sid)
        if holding is None:
            self.anomaly(fill.time, "unknown instrument", f"{fill}", sid)
            return None
        if fill.time != self.time or fill.price < 0:
            self._check(fill, holding.instrument)
        if fill.rates:
            self.set_rates(fill.rates)
        self.fills += 1
        order = orders.known.get(order_id) or orders.begin(fill, self.tickers[sid])
        strategy = order.strategy
        if strategy is None:
            effects = self._allocate(fill, holding, order)
        elif sid in self.found.open and not apart:
            effects = self._close_found(self._deal(fill, holding, order), strategy)
        elif is_plain(fill, holding, order, self.account_currency):
            what = fill.time, order_id, fill.quantity, fill.price, fill.fee
            effects = (trade_plainly(self, holding, order, *what),)
        else:
            deal = self._deal(fill, holding, order)
            effects = (self._execute(deal, strategy, deal.execution, deal.fee),)
        if fill.final:
            orders.finish(order_id, order)
        if fill.time != self.time and ended_early(effects):
            self.anomaly(fill.time, "fill before its entry", f"{fill}", sid)
        return effects

    def _check(self, fill: Fill, instrument: Instrument) -> None:
        """Move the time on, and record a fill out of time or at a price that cannot be."""
        if self.time is None or fill.time > self.time:
            self.time = fill.time
        elif fill.time < self.time - LATE:
            self.anomaly(fill.time, "fill out of time", f"{fill}", fill.sid)
        if fill.price < 0 and instrument.valuation is not Valuation.MARGIN:
            self.anomaly(fill.time, "negative price", f"{fill}", fill.sid)

    def _allocate(self, fill: Fill, holding: Holding, order: Order) -> Effects:
        """Execute a fill of LEAN's own order for everybody whom it hits."""
        parts = allocate(fill, order, holding, self.holders(fill.sid))
        return self._execute_parts(self._deal(fill, holding, order), parts)

    def _close_found(self, deal: Deal, strategy: str) -> Effects:
        """Execute a strategy's fill where `unassigned` holds some of the instrument too."""
        sid, quantity = deal.instrument.sid, deal.execution.quantity
        own, found = (a.open.get(sid) for a in (self.account(strategy), self.found))
        parts = close_found(strategy, quantity, *(p.quantity if p else 0.0 for p in (own, found)))
        return self._execute_parts(deal, parts, f"{deal.reason} of {strategy}")

    def _execute_parts(self, deal: Deal, parts: Allocation, found: str = "") -> Effects:
        """Execute the parts of a deal; `found` is why it closes lots of `unassigned`, if it is."""
        traded = sum(abs(part) for _, part in parts)
        effects: list[Effect] = []
        for name, quantity in parts:
            fee = deal.fee * (abs(quantity) / traded)
            part = deal.execution._replace(quantity=quantity, fee=fee * deal.fee_rate)
            told = deal._replace(reason=found) if found and name == UNASSIGNED else deal
            effects.append(self._execute(told, name, part, fee))
        return effects

    def _deal(self, fill: Fill, holding: Holding, order: Order) -> Deal:
        """Trade a fill in the shadow account: LEAN's holding and cash, the fee among it."""
        instrument, size, price = holding.instrument, fill.quantity, fill.price
        lands = self.account_settlement(instrument) if instrument.settles_in_account else None
        landed, settled = fill_shadow(self.cash, holding, size, price, lands)
        rate, unit_value, arrival = self.rates[instrument.currency], price, order.arrival
        if instrument.inverse:
            # a difference in price says nothing of an inverse contract's money
            unit_value, arrival = instrument.unit_value(price), 0.0
        fee, currency, fee_rate = fill.fee, fill.fee_currency, 1.0
        if not fee:
            currency, fee_rate = NO_FEE
        elif currency == self.account_currency and not instrument.rules.fee_in_base:
            self.cash.expected[currency] = self.cash.expected.get(currency, 0.0) - fee
        else:
            fee, currency, fee_rate = self._charge(fill, instrument)
        cost, kind, tag, risk = fee * fee_rate, order.order_type, order.tag, order.risk
        time, order_id, reason = fill.time, self.orders.numbered(fill.order_id), order.reason
        if kind is EXERCISE:
            reason = exit_reason(order, fill, instrument)
            if instrument.rules.settles_in_cash and not price:
                settled += self._settle_exercise(fill, instrument)
        each = abs(unit_value) * instrument.multiplier * rate
        values = (time, order_id, size, price, rate, cost, arrival, tag, False, kind, risk)
        whole = build(Execution, values)
        parts = (instrument, whole, reason, each, fee, currency, fee_rate, settled, landed)
        return build(Deal, parts)

    def _charge(self, fill: Fill, instrument: Instrument) -> tuple[float, str, float]:
        """Take a fill's fee from LEAN's cash: its amount, currency and rate."""
        fee, currency = fill.fee, fill.fee_currency
        if instrument.rules.fee_in_base or currency not in self.rates:
            fee, currency = fee_in_cash(fill, instrument)
            self.rates.setdefault(currency, 0.0)
        self.cash.move(currency, -fee)
        return fee, currency, self.rates[currency]

    def _settle_exercise(self, fill: Fill, instrument: Instrument) -> float:
        """Move the cash of an exercise that delivers nothing, as LEAN does; in quote currency."""
        amount = cash_settlement(fill, instrument)
        if amount is None:
            self.anomaly(fill.time, "no settlement price", f"{fill}", fill.sid)
            return 0.0
        self.cash.move(instrument.quote, amount)
        return amount

    def _execute(self, deal: Deal, name: str, execution: Execution, fee: float) -> Effect:
        """Trade a strategy's part of a deal, and book its part of the fee and of LEAN's cash.

        Args:
            deal: The fill.
            name: The strategy.
            execution: Its part.
            fee: The part's fee in the fee's currency.
        """
        instrument, whole, reason, each, charged, currency, fee_rate, settled, landed = deal
        account = self.accounts.get(name) or self.account(name)
        quantity = execution.quantity
        effect = self.trade(account, instrument, execution, reason, abs(quantity) * each)
        if charged:
            account.charge(effect.position, fee, execution.fee, currency, fee_rate)
        if settled:
            amount, rate = settled * quantity / whole.quantity, execution.rate
            account.book(effect.position, "settlement", amount, instrument.currency, rate)
        if landed:
            self.settle_in_account(account, effect.position, landed * quantity / whole.quantity)
        return effect

    def settle_in_account(self, account: Account, position: Position, profit: float) -> None:
        """Turn LEAN's profit into account currency where LEAN does so at the fill.

        It is LEAN's, at its average price; what the lots made beyond it stays in their currency.
        """
        instrument = position.instrument
        if profit and instrument.settles_in_account:
            currency, rate = instrument.currency, self.rates[instrument.currency]
            other = self.account_currency
            account.swap(position, profit, currency, rate, other, self.rates[other])

    def account_settlement(self, instrument: Instrument) -> tuple[str, float] | None:
        """Account currency and rate where an instrument's profit is turned into it, else None."""
        settles, rate = instrument.settles_in_account, self.rates[instrument.currency]
        return (self.account_currency, rate) if settles else None

    # --- positions

    def trade(
        self,
        account: Account,
        instrument: Instrument,
        execution: Execution,
        reason: str | None,
        value: float = 0.0,
        excursion: float | None = None,
    ) -> Effect:
        """Match an execution in a strategy's lots and book what it realized.

        Args:
            account: The strategy's.
            instrument: What is traded.
            execution: What is traded of it.
            reason: Why it closes what it closes; None makes no record of a trade.
            value: Value traded, account currency; 0 of an adjustment.
            excursion: The price that MAE and MFE see where it is not the execution's.

        Returns:
            What it did.
        """
        position = account.positions.get(instrument.sid) or account.position(instrument)
        before = position.quantity
        next_lot = 0 if account is self.found else self._next_lot
        closed, lot, ended = position.trade(execution, next_lot, reason is not None, excursion)
        trades: Sequence[TradeRecord] = ()
        round_trip = None
        if closed:
            account.realize(position, closed, execution.rate)
            if reason is not None:
                ticker = self.tickers[instrument.sid]
                trades = self.records.trades(ticker, position, closed, execution, reason)
                if ended is not None and ended.exited:
                    round_trip = self.records.round_trip(ticker, position, ended, execution, reason)
        after = position.quantity
        if (not before) != (not after):
            self.set_open(account, position)
        kind = kind_of(before, after, lot)
        return build(Effect, (kind, position, execution, lot, trades, round_trip, value))

    def account(self, name: str) -> Account:
        """A strategy's account, made at its first use."""
        known, home = self.accounts, self.account_currency
        return known.get(name) or known.setdefault(name, Account(name, home))

    def holders(self, sid: str) -> list[tuple[Account, Position]]:
        """Every strategy that holds an instrument, with its position."""
        return [(a, a.open[sid]) for a in self.accounts.values() if sid in a.open]

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

    def anomaly(
        self, time: datetime, kind: str, detail: str, sid: str = "", amount: float = 0.0
    ) -> None:
        """Record what should not have been seen."""
        self.anomaly_counts[kind] += 1
        if len(self.anomalies) < ANOMALIES_KEPT or self.anomaly_counts[kind] == 1:
            self.anomalies.append(Anomaly(time, kind, detail, sid, amount))

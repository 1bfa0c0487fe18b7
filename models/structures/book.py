"""The structures book: which fills were one trade to the person who made them.

It is derived from what the ledger says that executions did (`models.ledger.effects`) and from the
group of each order, so that an account without options or groups pays nothing for it. A structure
holds stakes in lots. A closing takes the stakes in the lot that it closes, but one that is for a
structure, by its group or by an exercise, takes that structure's. What is in no structure is the
rest, and the two make the P&L of all lots.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from math import inf
from typing import Any, ClassVar

import numpy as np

from models.codec import COUNT, NUMBER, TEXT, WHOLE, list_of
from models.fields import PART, Field, Restorable, Table
from models.ledger.books import Books
from models.ledger.effects import Effect, Effects
from models.ledger.exercises import EXERCISE
from models.ledger.lots import Lot
from models.ledger.mark_columns import MarkColumns
from models.ledger.positions import Position
from models.rows import row_of
from models.structures.chains import Chains
from models.structures.closings import Part, close_lots, closing_of, deliver
from models.structures.forming import form, is_option, structure_value, structure_values
from models.structures.grouping import TOGETHER, join_stock, merge_by_shape, settle_roll
from models.structures.open_structures import ORDER_KEY, OpenStructures
from models.structures.record import STRUCTURE_ROW, StructureRecord
from models.structures.records import Prices, check_legs, closed_record, described, open_record_of
from models.structures.structure import STRUCTURE, LegStake, Structure
from models.trades.statistics import TradeStatistics, trade_facts

# How long the legs of one trade may be on their way in live trading.
SETTLING = timedelta(seconds=10)

# Why an option closes that delivers its underlying.
DELIVERING = frozenset({"assignment", "exercise"})


class StructureBook(Restorable):
    """Every structure that is open, and the last that closed.

    Args:
        books: The books whose executions it is told of.
        keep: How many closed structures are kept.
        zone: The time zone of the statistics.

    Attributes:
        structures: The open ones.
        open: The same by number.
        closed: The last that closed, the oldest first.
        statistics: All that closed, in columns.
        ended: Those that closed since somebody last took them from here to tell of them.
    """

    STATE: ClassVar[Table] = Table(
        Field("count", COUNT, "structures.count"),
        Field("open", list_of(STRUCTURE), "_open"),
        Field("recent", list_of(WHOLE), "_recent"),
        Field("exercise", WHOLE, "_exercise"),
        Field("exercised", list_of(row_of(TEXT, WHOLE, NUMBER)), "_exercised"),
        Field("chains", PART, "_chains"),
        Field("closed", list_of(STRUCTURE_ROW), "_kept"),
        Field("statistics", PART),
    )

    def __init__(self, books: Books, keep: int, zone: tzinfo = UTC) -> None:
        self._books = books
        self.structures = OpenStructures(books)
        self.open = self.structures.by_number
        self.closed: deque[StructureRecord] = deque(maxlen=keep)
        self.statistics = TradeStatistics(zone)
        self.ended: list[StructureRecord] = []
        self._chains = Chains()
        self._recent: list[int] = []  # the numbers of those that a mark may still merge or join
        self._exercise = 0  # the order whose options were exercised last
        self._exercised: list[tuple[str, int, float]] = []  # strategy, number, contracts
        # what had been paid for index options before what is held was exercised
        self._settled: dict[tuple[str, str], float] = {}

    # --- what happens

    def take(self, effects: Effects) -> None:
        """Take what executions did."""
        for effect in effects:
            order_id = effect.execution.order_id
            if self._exercised and order_id != self._exercise:
                self._end_exercise()
            if self._exercised and self._deliver(effect):
                continue
            if effect.trades or effect.lot is None:
                self._close(effect)
            if effect.lot is not None:
                self._open_lot(effect.position, effect.lot)
            elif effect.execution.fee and not effect.execution.quantity:
                self._charge(effect)

    def _close(self, effect: Effect) -> None:
        """Close what an execution closes."""
        position, execution = effect.position, effect.execution
        strategy, sid = position.strategy, position.instrument.sid
        stakes = self.structures.stakes.of((strategy, sid))
        if not stakes:
            return
        if not effect.trades:
            self.structures.stakes.anchor(position)
            self._end_empty({stake.owner for stake in stakes})
            return
        if any(stake.owner.changed for stake in stakes):
            self._settle_recent(execution.time)
        order = self._books.orders.traded(execution.order_id)
        group = order.group if order else ""
        own = self.structures.grouped(strategy, group)
        settled = self._settlement(position)
        closing = closing_of(self.structures, effect, settled)
        given = close_lots(self.structures, effect, closing, [(own, inf)] if own else ())
        delivers = not position.instrument.rules.settles_in_cash and is_option(position.instrument)
        if delivers and execution.order_type is EXERCISE and closing.reason in DELIVERING:
            self._exercise = execution.order_id
            self._exercised += [(strategy, each.number, size) for each, size in given]
            return
        if group:
            for each, _ in given:
                self._chains.close(group, each, own, execution.time)
        self._end_empty(each for each, _ in given)

    def _settlement(self, position: Position) -> float:
        """What LEAN has paid for an index option since the last exercise, account currency."""
        if not position.instrument.rules.settles_in_cash:
            return 0.0
        key, paid = (position.strategy, position.instrument.sid), position.terms.settlement
        before = self._settled.pop(key, 0.0)
        if position.quantity:
            self._settled[key] = paid
        return paid - before

    def _open_lot(self, position: Position, lot: Lot) -> None:
        """Take a lot that was opened, where it is an option's or of a group."""
        instrument, strategy = position.instrument, position.strategy
        order = self._books.orders.traded(lot.order_id) if lot.order_id else None
        group = order.group if order else ""
        if not group and not is_option(instrument):
            return
        key = group or (f"{ORDER_KEY}{lot.order_id}" if lot.order_id else "")
        found = self.structures.grouped(strategy, key)
        if found is None:
            place = strategy, instrument.underlying or instrument.sid, group, lot.time
            found = self.structures.begin(*place, key=key, seeded=lot.seeded)
            self._chains.open(group, found)
        if instrument.rules.settles_in_cash:
            self._settled.setdefault((strategy, instrument.sid), position.terms.settlement)
        place_in = instrument.sid, lot.order_id, lot.time
        stake = LegStake(*place_in, lot.quantity, lot.unit_value, lot.fee, lot.rate)
        self.structures.enter(found, stake)
        if found.number not in self._recent:
            self._recent.append(found.number)

    def _charge(self, effect: Effect) -> None:
        """Take a fee that came after its fill to what its order holds open."""
        execution, position = effect.execution, effect.position
        order_id, key = execution.order_id, (position.strategy, position.instrument.sid)
        own = [each for each in self.structures.stakes.of(key) if each.order_id == order_id]
        held = sum(abs(lot.quantity) for lot in position.lots if lot.order_id == order_id)
        for stake in own:
            stake.owner.charge(stake, execution.fee * abs(stake.quantity) / held)

    # --- exercises

    def _deliver(self, effect: Effect) -> bool:
        """Take what an exercise delivers to the structures whose options it was.

        Returns:
            False where it delivers nothing, or not to a structure.
        """
        if is_option(effect.position.instrument):
            return False
        by_number = self.structures.by_number
        exercised: list[Part] = [
            (by_number[number], size)
            for strategy, number, size in self._exercised
            if strategy == effect.position.strategy and number in by_number
        ]
        self._exercised = [each for each in self._exercised if each[0] != effect.position.strategy]
        if exercised:
            self._end_empty(deliver(self.structures, effect, exercised))
        return bool(exercised)

    def _end_exercise(self) -> None:
        """End what was exercised and has nothing delivered."""
        numbers, self._exercised = [each[1] for each in self._exercised], []
        by_number = self.structures.by_number
        self._end_empty(by_number[number] for number in numbers if number in by_number)

    def _end_empty(self, structures: Iterable[Structure]) -> None:
        """Make records of those of some structures that hold nothing any more."""
        waiting = {each[1] for each in self._exercised}
        for structure in list(structures):
            number = structure.number
            if structure.stakes or number in waiting or number not in self.structures.by_number:
                continue
            self.structures.drop(structure)
            chain_pnl = self._chains.end(structure, self.structures.by_number.values())
            record = closed_record(structure, self._books, chain_pnl)
            self.closed.append(record)
            self.ended.append(record)
            instrument, _ = described(self._books, structure.legs[0].sid)
            self.statistics.add(record.as_trade(), trade_facts(instrument, self._books.tickers))

    # --- marks

    def mark(self, time: datetime) -> None:
        """Form what was opened since the last mark, and see what everything open is worth.

        Live, the legs of one trade come one by one: what was opened just now waits.
        """
        self._settle(time)
        for structure in self.structures.by_number.values():
            structure.see(structure_value(structure, self._books))

    def mark_all(self, marks: MarkColumns) -> None:
        """Form what was opened, and see what it was worth at marks on which nothing else moved."""
        self._settle(marks.times[0])
        self._settle(marks.times[-1])  # by then it may be too late for what was opened to change
        columns = np.array(marks.prices).reshape(len(marks.times), -1).T
        prices = dict(zip(marks.sids, columns, strict=True))
        for structure in self.structures.by_number.values():
            if all(stake.sid in prices for stake in structure.stakes):
                values = structure_values(structure, self._books.rates, prices)
                structure.see(float(np.min(values)))
                structure.see(float(np.max(values)))

    def _settle(self, time: datetime) -> None:
        """Take note of a mark: an exercise is over, and what was opened is known."""
        if self._exercised:
            self._end_exercise()
        if self._recent:
            self._settle_recent(time, time - SETTLING if self._books.live else None)

    def _settle_recent(self, time: datetime, until: datetime | None = None) -> None:
        """Merge what is one trade, join what is against stock, and form what changed.

        Args:
            time: UTC; what was opened long before then will not be looked at again.
            until: Only of what was opened until then, UTC; by default of all.
        """
        structures = self.structures
        for number in list(self._recent):
            structure = structures.by_number.get(number)
            if structure is None or not structure.stakes:
                continue
            if until is not None and structure.opened > until:
                continue
            if structure.changed:
                structure = settle_roll(structures, structure)
                if not structure.group and structure.untouched:
                    structure = merge_by_shape(structures, structure)
            join_stock(structures, structure)
        for structure in structures.by_number.values():
            if until is not None and structure.opened > until:
                continue
            if structure.changed and structure.stakes:
                form(structure, self._books)
        by_number = structures.by_number
        self._recent = [
            number
            for number in self._recent
            if number in by_number and time - by_number[number].opened <= TOGETHER
        ]

    def split(self, sid: str, factor: float) -> None:
        """Apply a split, before the ledger does."""
        self.structures.stakes.scale(sid, factor)

    def deploy(self) -> None:
        """LEAN counts its orders and combos anew."""
        self._end_exercise()
        self.structures.forget_orders()
        self._chains.forget_combos()

    def find(self) -> None:
        """Take all lots that are open, of a state that knew no structures."""
        lots = [
            (lot, position)
            for account in self._books.accounts.values()
            for position in account.open.values()
            for lot in position.lots
        ]
        for lot, position in sorted(lots, key=lambda each: each[0].time):
            self._open_lot(position, lot)
        self._note_settled()

    # --- what it knows

    def open_records(self, prices: Prices) -> list[StructureRecord]:
        """Those that are open at the last mark, the oldest first.

        What was opened since is told as it came: its legs are put together at the next mark.
        """
        return [
            open_record_of(each, self._books, self._chains.so_far(each), prices)
            for each in self.structures.by_number.values()
        ]

    def open_options(self) -> list[str]:
        """The Symbol IDs of the options that are open in structures."""
        found = {
            stake.sid
            for structure in self.structures.by_number.values()
            for stake in structure.stakes
            if is_option(stake.instrument)
        }
        return [*found]

    # --- state

    @property
    def _open(self) -> list[Structure]:
        return [*self.structures.by_number.values()]

    @_open.setter
    def _open(self, saved: list[Structure]) -> None:
        for structure in saved:
            self.structures.take_over(structure)

    @property
    def _kept(self) -> list[StructureRecord]:
        return [*self.closed]

    @_kept.setter
    def _kept(self, saved: list[StructureRecord]) -> None:
        self.closed.extend(saved)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: A value is missing or of another type, or names what the books do not know.
        """
        super().restore(state)
        for structure in self.open.values():
            check_legs(structure, self._books)
        self._note_settled()

    def _note_settled(self) -> None:
        """Note what the index options that are known were paid so far."""
        for account in self._books.accounts.values():
            for sid, position in account.open.items():
                if position.instrument.rules.settles_in_cash:
                    self._settled[account.name, sid] = position.terms.settlement

"""Everything that is heard of a tracker on the way, and that it does not keep to its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.equity.scope import ACCOUNT
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.execution.orders import FollowedOrder
from models.ledger.effects import Effect
from models.performance_tracker import PerformanceTracker
from models.structures.record import StructureRecord
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import TradeRecord
from workbench.engine.tape_fields import utc_of
from workbench.frames.records import FillRow, MarkRow, OrderRow, OwnedRow
from workbench.frames.told import scopes_of, sessions_of

HEARD = (
    NoticeKind.TRADE_OPENED,
    NoticeKind.TRADE_CLOSED,
    NoticeKind.POSITION_CLOSED,
    NoticeKind.STRUCTURE_CLOSED,
    NoticeKind.SESSION_CLOSED,
    NoticeKind.RECOVERY,
)


class Hearing:
    """Keeps each order, fill, mark, trade, position, session and drawdown of a tracker.

    Args:
        tracker: The tracker, before its first event.
    """

    def __init__(self, tracker: PerformanceTracker) -> None:
        self._tracker = tracker
        self._orders: dict[int, OrderRow] = {}
        self._fills: list[FillRow] = []
        self._marks: list[MarkRow] = []
        self._lots: list[TradeRecord] = []
        self._positions: list[TradeRecord] = []
        self._structures: list[StructureRecord] = []
        self._closed: list[OwnedRow] = []
        self._recovered: list[OwnedRow] = []
        self._ended: list[FollowedOrder] = []
        self._last_effect: Effect | None = None
        tracker.add_listener(self._keep, *HEARD)

    def parts(self) -> dict[str, Any]:
        """The parts of a `Told` that were heard, by name."""
        return {
            "positions": self._positions,
            "lots": self._lots,
            "structures": [*self._structures, *self._tracker.structures()],
            "orders": self._charged_orders(),
            "fills": self._fills,
            "marks": self._marks,
            "sessions": self._all_sessions(),
            "drawdowns": self._all_drawdowns(),
            "executions": [each.quality() for each in self._ended],
        }

    # --- what is heard

    def _keep(self, notice: Notice) -> None:
        record, effect = notice.record, notice.effect
        if isinstance(record, StructureRecord):
            self._structures.append(record)
        elif notice.kind is NoticeKind.POSITION_CLOSED and isinstance(record, TradeRecord):
            self._positions.append(record)
        elif notice.kind is NoticeKind.SESSION_CLOSED:
            self._closed.append(OwnedRow(notice.strategy, record))
        elif notice.kind is NoticeKind.RECOVERY:
            self._recovered.append(OwnedRow(notice.strategy, record))
        else:
            if notice.kind is NoticeKind.TRADE_CLOSED and isinstance(record, TradeRecord):
                self._lots.append(record)
            if effect is not None and effect is not self._last_effect:
                self._fill(effect)

    def _fill(self, effect: Effect) -> None:
        """Take a strategy's part of a fill; the notices of one share it and come in a row."""
        execution, position = effect.execution, effect.position
        self._last_effect = effect
        if not execution.order_id:  # a holding that was found, or a fraction that a split paid
            return
        instrument = position.instrument
        self._fills.append(
            FillRow(
                time=execution.time,
                order_id=execution.order_id,
                strategy=position.strategy,
                sid=instrument.sid,
                symbol=self._tracker.ledger.books.tickers.get(instrument.sid, instrument.ticker),
                order_type=execution.order_type.name,
                tag=execution.tag,
                quantity=execution.quantity,
                price=execution.price,
                multiplier=instrument.multiplier,
                rate=execution.rate,
                value=effect.value,
                fee=execution.fee,
                kind=effect.kind.value,
            )
        )

    def mark(
        self,
        time: datetime,
        strategies: Mapping[str, float],
        lean_equity: float | None,
        unexplained: float | None,
    ) -> None:
        """Take a mark of the account and of each strategy that was just booked.

        Args:
            time: UTC.
            strategies: Strategy -> its net P&L.
            lean_equity: LEAN's equity; None where it is not known.
            unexplained: LEAN's less ours; likewise.
        """
        tracker = self._tracker
        for scope in scopes_of(tracker):
            track = tracker.scopes.find(scope).track
            own = (sum(strategies.values()), lean_equity, unexplained)
            values = own if scope is None else (strategies.get(scope, 0.0), None, None)
            self._marks.append(
                MarkRow(time, scope or ACCOUNT, track.equity, track.nav, track.depth, *values)
            )

    # --- orders

    def order(self, line: Mapping[str, Any]) -> None:
        """Bring an order up to date with one of its events, by the names of a tape's line."""
        books = self._tracker.ledger.books
        number = books.orders.numbered(line["order"])
        known = self._orders.get(number)
        if known is None:
            known = self._new_order(line, number)
        own = line["sid"] == known.sid and line["status"] in ("FILLED", "PARTIALLY_FILLED")
        quantity = line["fill_qty"] if own else 0.0
        charged = 0.0 if line["fill_qty"] else line["fee_account"]
        filled, paid = known.filled + quantity, (known.price or 0.0) * known.filled
        paid += quantity * line["fill_price"]
        order = books.orders.find(line["order"])
        self._orders[number] = known._replace(
            strategy=known.strategy if order is None else order.strategy,
            updated=utc_of(line["t"]),
            status=line["status"],
            quantity=line["qty"] if line["sid"] == known.sid and line["qty"] else known.quantity,
            filled=filled,
            fills=known.fills + bool(quantity),
            price=paid / filled + 0.0 if filled else known.price,  # without the sign of a 0
            limit_price=known.limit_price if line["limit"] is None else line["limit"],
            stop_price=known.stop_price if line["stop"] is None else line["stop"],
            fees=known.fees + charged,
            message=line["message"] or known.message,
        )
        self._follow()

    def _new_order(self, line: Mapping[str, Any], number: int) -> OrderRow:
        books, time = self._tracker.ledger.books, utc_of(line["t"])
        return OrderRow(
            order_id=number,
            strategy=None,
            sid=line["sid"],
            symbol=books.tickers.get(line["sid"], line["sid"]),
            order_type=line["order_type"],
            tag=line["tag"],
            group=line["group"] or 0,
            submitted=utc_of(line["created"]) if line["created"] else time,
            updated=time,
            status=line["status"],
            quantity=line["order_qty"],
            filled=0.0,
            fills=0,
            price=None,
            limit_price=None,
            stop_price=None,
            fees=0.0,
            message="",
        )

    def _charged_orders(self) -> list[OrderRow]:
        """The orders with the fees of their fills, as they were booked: a fee may be in coins."""
        fees: defaultdict[int, float] = defaultdict(float)
        for fill in self._fills:
            fees[fill.order_id] += fill.fee
        return [
            order._replace(fees=order.fees + fees[order_id])
            for order_id, order in self._orders.items()
        ]

    def _follow(self) -> None:
        """Keep the orders that ended since: the tracker keeps the last 200."""
        execution = self._tracker.core.execution
        ended = execution.ended() if execution else ()
        last = self._ended[-1] if self._ended else None
        new = []
        for followed in reversed(ended):
            if followed is last:
                break
            new.append(followed)
        self._ended += reversed(new)

    # --- at the end

    def _all_sessions(self) -> list[OwnedRow]:
        """Every session; of old days and weeks what was told when they closed."""
        found: dict[tuple[str, SessionKind, Any], OwnedRow] = {}
        for row in self._closed:
            found[_key(row)] = row
        for row in sessions_of(self._tracker):
            session: SessionMetrics = row.record
            if session.is_open or session.kind is not SessionKind.WEEKLY or _key(row) not in found:
                found[_key(row)] = row  # the oldest week that is kept may lack its first days
        order = {scope or ACCOUNT: at for at, scope in enumerate(scopes_of(self._tracker))}
        kinds = {kind: at for at, kind in enumerate(SessionKind)}
        return sorted(
            found.values(),
            key=lambda row: (
                order[row.strategy], kinds[row.record.kind], row.record.session_date,
            ),
        )  # fmt: skip

    def _all_drawdowns(self) -> list[OwnedRow]:
        """Every drawdown, those that recovered long ago too."""
        found: list[OwnedRow] = []
        for scope in scopes_of(self._tracker):
            name, opened = scope or ACCOUNT, self._tracker.drawdown(scope).open
            found += [row for row in self._recovered if row.strategy == name]
            found += [OwnedRow(name, opened)] if opened else []
        return found


def _key(row: OwnedRow) -> tuple[str, SessionKind, Any]:
    return row.strategy, row.record.kind, row.record.session_date

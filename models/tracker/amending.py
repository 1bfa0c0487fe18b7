"""What a user amends of the books and asks of what they could not explain."""

from __future__ import annotations

from math import copysign

from models.equity.session_book import BEGINNING
from models.errors import CallError
from models.events.anomalies import Anomaly
from models.ledger.assignments import assign_lots
from models.ledger.assumptions import Explanation
from models.ledger.statement import Flow
from models.ledger.tags import UNASSIGNED
from models.tracker.core import Core
from models.tracker.explaining import count_anew, explain
from models.tracker.hand_calls import a_ticker, above_zero
from models.trades.record import LOTS


class Amendments:
    """The calls about the books of a core that a tracker offers: what is odd, and what amends it.

    Attributes:
        core: Whose books they are.
    """

    core: Core

    def flows(self) -> tuple[Flow, ...]:
        """The deposits and withdrawals so far, the oldest first, with what announced them."""
        with self.core.lock:
            return tuple(self.core.ledger.flows)

    def anomalies(self) -> tuple[Anomaly, ...]:
        """What should not have been seen so far; of a kind that came often only the first."""
        with self.core.lock:
            return tuple(self.core.ledger.books.anomalies)

    def explain(
        self,
        symbol: str,
        kind: Explanation | str,
        *,
        price: float | None = None,
        into: str | None = None,
    ) -> None:
        """Say what a change of a holding was that no order explains, and was taken for a trade.

        Terms, costs and flows move, and the trade's record is amended; the equity, the curve and
        closed sessions stay. A flow says what was moved between profit and flows.

        Args:
            symbol: The ticker or Symbol ID of what changed; of a merger or spin-off what was given
                up or divided.
            kind: "trade" at a price; "transfer", of what came or went without one; "split";
                "merger" and "spin-off", which gave what `into` names.
            price: What each was traded at; of a transfer its value, and of a spin-off what a share
                that was got had cost, where that is not the price it was taken for.
            into: The ticker or Symbol ID of what a merger or spin-off gave.

        Raises:
            CallError: There is nothing to explain, what was adopted has been traded since, of what
                was split or divided something has been closed since, or an argument is not allowed.
        """
        core = self.core
        log = core.logs[LOTS]
        older = list(core.archiving.read(LOTS, log.forgotten, log.archived))  # no lock is held
        with core.lock:
            explain(core, symbol, kind, price, into, older)
            count_anew(core, older)
        core.settle()

    def assign(self, symbol: str, strategy: str, quantity: float | None = None) -> None:
        """Hand a holding that the tracker found, or adopted, to a strategy.

        It changes hands at the last mark's price: what it made until then stays with `unassigned`,
        and nobody's NAV moves.

        Args:
            symbol: Its ticker or Symbol ID.
            strategy: Who gets it.
            quantity: Above 0, and no more than `unassigned` holds; None is all of it.

        Raises:
            CallError: `unassigned` does not hold that much, or an argument is not allowed.
        """
        core = self.core
        if not isinstance(strategy, str) or not strategy or strategy == UNASSIGNED:
            raise CallError(f"the strategy is {strategy!r}; it must be a name, not {UNASSIGNED}")
        a_ticker(symbol)
        with core.lock:
            books = core.ledger.books
            found = {
                name: (sid, position.quantity)
                for sid, position in books.accounts[UNASSIGNED].open.items()
                for name in (sid, books.tickers[sid])
            }
            if symbol not in found:
                known = ", ".join(sorted(found)) or "nothing"
                raise CallError(f"{UNASSIGNED} holds no {symbol!r}; it holds {known}")
            sid, held = found[symbol]
            part = abs(held) if quantity is None else above_zero(quantity, "quantity")
            if part > abs(held):
                allowed = f"above 0 and at most {abs(held):g}"
                raise CallError(f"the quantity is {part:g}; it must be {allowed}")
            if not books.holdings[sid].unit_value:
                raise CallError(f"{symbol!r} has no price yet; assign it after its first mark")
            signed, time = copysign(part, held), books.time or BEGINNING
            core.count(assign_lots(books, time, sid, strategy, signed))
        core.settle()

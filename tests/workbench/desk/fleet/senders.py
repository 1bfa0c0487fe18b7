"""Live runs that never were, and the digests that they send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from workbench.desk.digest import Digest, digest_sha
from workbench.desk.fleet.gaps import REPEATED

BEGUN = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
EVERY = 360.0
LATER = timedelta(seconds=2)  # between a digest's sending and its coming

Row = dict[str, Any]


def boot_id(number: int) -> str:
    """The UUID of a process."""
    return str(UUID(int=number + 1))


def fill_row(order: int, time: datetime, event: int = 1, **changed: Any) -> Row:
    """A fill; any value can be another."""
    return {
        "id": f"L-1:1:{order}:{event}",
        "order": order,
        "event": event,
        "time": time.isoformat(),
        "symbol": "SPY",
        "sid": "SPY R735QTJ8XC9X",
        "strategy": "trend",
        "quantity": 10.0,
        "price": 100.0 + order,
        "fee": 1.0,
        "fee_currency": "USD",
        "slippage": -0.5,
        "slippage_bps": -5.0,
        "tag": "strategy=trend",
        **changed,
    }


def trade_row(number: int, time: datetime, **changed: Any) -> Row:
    """A closed trade of the orders `number` and the next."""
    return {
        "id": f"1:{number}",
        "time": time.isoformat(),
        "entry_time": (time - timedelta(minutes=5)).isoformat(),
        "symbol": "SPY",
        "sid": "SPY R735QTJ8XC9X",
        "strategy": "trend",
        "direction": "long",
        "quantity": 10.0,
        "entry_price": 100.0,
        "exit_price": 101.0,
        "pnl": 8.0,
        "fees": 2.0,
        "slippage_bps": -5.0,
        "reason": "order",
        "orders": [number, number + 1],
        "tag": "strategy=trend",
        **changed,
    }


def event_row(name: str, time: datetime, kind: str = "alert") -> Row:
    """An alert, or another event."""
    return {
        "id": name,
        "kind": kind,
        "time": time.isoformat(),
        "strategy": "",
        "text": f"{kind} {name}",
        "data": {"alarm": "drawdown", "fired": True},
    }


def state_row(as_of: datetime, equity: float, **changed: Any) -> Row:
    """A state of which little is told."""
    return {
        "as_of": as_of.isoformat(),
        "marked_at": as_of.isoformat(),
        "currency": "USD",
        "algorithm": "Rotation",
        "live": True,
        "equity": equity,
        "balance": {"equity": equity},
        "account": {"today": equity - 1_000.0, "total_return": 0.01, "drawdown": 0.0},
        "strategies": {},
        "positions": {"account": [], "strategies": {}},
        "deployments": [{"number": 1, "name": "L-1", "time": BEGUN.isoformat()}],
        "alerts": [],
        **changed,
    }


def digest_of(seq: int = 1, boot: int = 0, **changed: Any) -> Digest:
    """A digest; any member can be another.

    Args:
        seq: Its number.
        boot: Which process sends it: each begins a day after the one before.
        changed: Members of the digest.
    """
    sent = BEGUN + timedelta(days=boot, seconds=EVERY * seq)
    members: dict[str, Any] = {
        "deployment": "rotation",
        "project": "Rotation",
        "boot": boot_id(boot),
        "seq": seq,
        "sent": sent,
        "every": EVERY,
        "state": state_row(sent, 1_000.0 + 100.0 * boot + seq),
        "fills": (),
        "closed": (),
        "events": (),
        "left_out": 0,
        "sha": "",
        **changed,
    }
    made = Digest(**members)
    return Digest(**{**members, "sha": digest_sha(made.to_dict())})


def came(digest: Digest) -> datetime:
    """When a digest comes that is not late."""
    return digest.sent + LATER


@dataclass(slots=True)
class Sender:
    """A process that sends digests; each has the fills since the fifth before it.

    Attributes:
        boot: Which process.
        deployment: Whose.
        filled: What was filled before each digest that it sent, the oldest first.
    """

    boot: int = 0
    deployment: str = "rotation"
    filled: list[tuple[Row, ...]] = field(default_factory=list)

    def send(self, fills: int) -> Digest:
        """The next digest, after so many more fills."""
        seq = len(self.filled) + 1
        time = BEGUN + timedelta(days=self.boot, seconds=EVERY * (seq - 0.5))
        first = 10_000 * self.boot + 100 * seq
        self.filled.append(tuple(fill_row(first + each, time) for each in range(fills)))
        rows = [row for each in self.filled[-1 - REPEATED :] for row in each]
        return digest_of(seq, self.boot, fills=tuple(rows), deployment=self.deployment)


def orders(rows: Iterable[Row]) -> list[int]:
    """The orders of some fills, sorted."""
    return sorted(row["order"] for row in rows)


def sent_by(counts: Sequence[Sequence[int]], deployment: str) -> list[Digest]:
    """All digests of some processes, one after the other, with so many fills before each."""
    found = []
    for boot, fills in enumerate(counts):
        sender = Sender(boot, deployment)
        found += [sender.send(count) for count in fills]
    return found

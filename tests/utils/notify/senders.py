"""Runs that tell a desk of themselves, and a desk that keeps what reaches it, for the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from models.performance_tracker import PerformanceTracker
from models.settings import Alarm, Settings
from models.tracker.alerts import Alert
from utils.notify.digests import Digests
from utils.notify.notifier import Notifier
from workbench.desk.digest import Digest, read_digest

START = datetime(2024, 1, 2, tzinfo=UTC)
TOKEN = "Zq7-" + "x" * 39
ALGORITHM = "SimpleNamespace"  # the class of what stands for the algorithm
ALERT = Alert(Alarm.DRAWDOWN, "", True, START, 0.1, 0.05)


@dataclass
class Posted:
    """What LEAN was given to post.

    Attributes:
        at: When, Unix time.
        address: Where to.
        text: The body.
        headers: Of the request.
    """

    at: float
    address: str
    text: str
    headers: dict[str, str]

    @property
    def digest(self) -> Digest:
        """What the desk makes of it."""
        return read_digest(self.text.encode())


class Sender:
    """A process that trades by hand and posts digests; another may go on with its state.

    Attributes:
        now: The wall clock, Unix time.
        posted: What LEAN was given.
        answer: What LEAN says; an exception is raised.
    """

    def __init__(self, state: dict[str, Any] | None = None, now: float = 1.7e9) -> None:
        self.now = now
        self.posted: list[Posted] = []
        self.mails: list[float] = []
        self.answer: Any = True
        settings = Settings(desk="https://desk.example.com", desk_token=TOKEN)
        self.tracker = PerformanceTracker(10_000.0, settings=settings)
        manager = SimpleNamespace(web=self._web, email=self._mail)
        self.algorithm = cast("Any", SimpleNamespace(notify=manager, project_id=4711))
        attempt = self.tracker.core.guard.attempt
        self.notifier = Notifier(self.algorithm, {"email": "a@b.c"}, 1_000, attempt)
        self.digests = Digests(
            self.algorithm, self.tracker, self.notifier, lambda: (), lambda: self.now
        )
        if state is not None:
            self.tracker.restore(state["tracker"])
            self.digests.restore(state["desk"])

    def _web(self, address: str, text: str, headers: dict[str, str]) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.posted.append(Posted(self.now, address, text, headers))
        return self.answer

    def _mail(self, *_: str) -> bool:
        self.mails.append(self.now)
        return True

    @property
    def time(self) -> datetime:
        """The wall clock as a time."""
        return datetime.fromtimestamp(self.now, UTC)

    def trade(self, price: float = 11.0) -> None:
        """Buy one of A at 10 and sell it."""
        self.tracker.open_trade("A", 1, 10.0, time=self.time, strategy="trend")
        self.tracker.close_trade("A", price=price, time=self.time, strategy="trend")

    def alert(self, count: int = 1) -> None:
        """Send so many alerts."""
        for _ in range(count):
            self.notifier.put(ALERT)
        self.notifier.deliver()

    def wait(self, seconds: float = 360.0, step: float = 10.0) -> None:
        """Let time pass, with the timer of LEAN's that the tracker has."""
        until = self.now + seconds
        while self.now < until:
            self.now += step
            self.tracker.core.guard.attempt("desk", self.digests.post_if_due)

    def state(self) -> dict[str, Any]:
        """What is saved of it."""
        beside = {"tracker": self.tracker.state(), "desk": self.digests.state()}
        saved: dict[str, Any] = json.loads(json.dumps(beside))
        return saved


@dataclass
class Reader:
    """A desk that keeps what reaches it, whatever is lost, doubled or out of order."""

    boots: dict[str, datetime] = field(default_factory=dict)
    newest: tuple[datetime, int] = (datetime.min.replace(tzinfo=UTC), 0)
    state: Any = None
    rows: dict[tuple[str, str], Any] = field(default_factory=dict)

    def take(self, digest: Digest) -> None:
        """Take a digest; a row with another content is an error of the sender's."""
        begun = digest.sent - timedelta(seconds=digest.every * digest.seq)
        first = self.boots.setdefault(digest.boot, begun)
        self.boots[digest.boot] = min(first, begun)
        key = digest.sent, digest.seq
        if key > self.newest:
            self.newest, self.state = key, digest.state
        lists = {"fills": digest.fills, "closed": digest.closed, "events": digest.events}
        for name, rows in lists.items():
            for row in rows:
                assert self.rows.setdefault((name, row["id"]), row) == row

    def ids(self, name: str) -> set[str]:
        """The ids of a list's rows."""
        return {row for kind, row in self.rows if kind == name}

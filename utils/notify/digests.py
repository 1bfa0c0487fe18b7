"""The digests that a live run posts to the desk by LEAN's web hooks.

Nobody answers a web hook, and none is sent twice. So a digest has the whole state, and each of its
rows comes again in the digests after it: what is lost costs detail for a while and no total.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from models.codec import COUNT, JSON_OBJECT, TEXT, list_of
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.events.orders import Fill, OrderUpdate
from models.fields import Field, Restorable, Table
from models.performance_tracker import PerformanceTracker
from models.rows import row_of
from models.tracker.alerts import Alert
from models.tracker.desk_rows import EVENT_KINDS, event_row, fill_row, trade_row
from models.tracker.desk_state import desk_state
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import TradeRecord
from utils.notify.digest_text import ROW_LISTS, TaggedRow, digest_text
from utils.notify.notifier import Notifier, RefusedError
from utils.store.keeping import NO_PROJECT
from utils.store.keys import key_segment

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

EVERY = 360.0  # seconds from one digest to the next
HOUR_SECONDS = 3600.0
HOURLY_MESSAGES = 20  # that LEAN sends on the cheapest tier, of all kinds
HOURLY_DIGESTS = 10
REPEATS = 5  # digests after its first that have a row
MOST_ROWS = 2_000  # that wait to be told, or told again

# Of what the desk is told.
DESK_NOTICES = (
    NoticeKind.TRADE_CLOSED,
    NoticeKind.STRUCTURE_CLOSED,
    NoticeKind.SESSION_CLOSED,
    NoticeKind.ANOMALY,
    NoticeKind.FLOW,
    NoticeKind.ALERT,
)


@dataclass(slots=True, eq=False)
class KeptRow:
    """A row that the desk may not have.

    Attributes:
        list_name: The list of a digest that it belongs to.
        told: How many digests had it.
        row: The row.
    """

    list_name: str
    told: int
    row: Mapping[str, Any]


class Hourly:
    """Counts what was sent within the last hour, by a clock that may be set back.

    Args:
        clock: Unix time, seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def add(self, count: int = 1) -> None:
        """Count what was sent now."""
        self._times.extend([self._clock()] * count)

    def count(self) -> int:
        """How much was sent; what seems to come from the future counts as sent now."""
        now = self._clock()
        if self._times and self._times[-1] > now:
            self._times = deque(min(time, now) for time in self._times)
        while self._times and self._times[0] <= now - HOUR_SECONDS:
            self._times.popleft()
        return len(self._times)


class Digests(Restorable):
    """Posts what the live desk shows: the state at most every six minutes, and what happened since.

    The first comes six minutes after the start, so that no row of restarts posts more than that.
    Alerts come first: no digest is posted while one waits, nor where LEAN's messages of the hour
    would not suffice. It calls LEAN: call `post_if_due` where no lock is held.

    Args:
        algorithm: The running algorithm.
        tracker: Whose state.
        notifier: What sends the alerts.
        firing: Returns the alerts that are firing.
        clock: Unix time, seconds.
    """

    STATE: ClassVar[Table] = Table(
        Field("rows", list_of(row_of(TEXT, COUNT, JSON_OBJECT)), "_saved_rows")
    )

    def __init__(
        self,
        algorithm: QCAlgorithm,
        tracker: PerformanceTracker,
        notifier: Notifier,
        firing: Callable[[], Iterable[Alert]],
        clock: Callable[[], float],
    ) -> None:
        self._algorithm, self._tracker, self._core = algorithm, tracker, tracker.core
        self._notifier, self._firing, self._clock = notifier, firing, clock
        self._project = type(algorithm).__name__
        self._deployment = desk_name(str(algorithm.project_id), self._project)
        address = tracker.settings.desk
        self._address = f"{address}/ingest/v1/{self._deployment}"
        self._boot, self._seq = str(uuid4()), 0
        self._last = clock()
        self._digests, self._messages = Hourly(clock), Hourly(clock)
        self._messages_seen = notifier.messages
        self._lock = threading.Lock()  # held for the rows only, never for a call outside
        self._rows: deque[KeptRow] = deque()
        self._dropped = 0  # rows that were never told, for there were too many
        self._deployments_told = 0
        tracker.core.listeners.add(self._hear, DESK_NOTICES, own=True)

    # --- what happens

    def hear_order(self, event: Fill | OrderUpdate) -> None:
        """Take note of a fill that was booked; other events of orders are in the state."""
        if isinstance(event, Fill):
            self._keep("fills", fill_row(self._core, event))

    def _hear(self, notice: Notice) -> None:
        """Take note of what happened beside fills; of sessions only the account's closed days."""
        record = notice.record
        if isinstance(record, TradeRecord):
            self._keep("closed", trade_row(self._core, record))
        elif isinstance(record, SessionMetrics) and (
            record.kind is not SessionKind.DAILY or notice.strategy
        ):
            return
        elif type(record) in EVENT_KINDS:
            row = event_row(self._core, notice.time, notice.strategy, record)  # type: ignore[arg-type]
            self._keep("events", row)

    def _hear_deployments(self) -> None:
        """Take note of deployments that began, of which no notice tells."""
        begun = self._core.deployments
        if len(begun) < self._deployments_told:  # the books began anew
            self._deployments_told = 0
        for each in begun[self._deployments_told :]:
            self._keep("events", event_row(self._core, each.time, "", each))
        self._deployments_told = len(begun)

    def _keep(self, list_name: str, row: Mapping[str, Any]) -> None:
        with self._lock:
            self._rows.append(KeptRow(list_name, 0, row))
            if len(self._rows) > MOST_ROWS:
                self._dropped += not self._rows.popleft().told

    # --- what is posted

    def _is_due(self) -> bool:
        """Whether a digest may be posted now; it is asked often, and counts the alerts sent."""
        now = self._clock()
        if now < self._last:  # a clock that was set back hides nothing for long
            self._last = now
        seen, self._messages_seen = self._messages_seen, self._notifier.messages
        self._messages.add(self._messages_seen - seen)
        if now - self._last < EVERY or self._notifier.pending or not self._core.ledger.books.opened:
            return False
        digests = self._digests.count()
        return digests < HOURLY_DIGESTS and digests + self._messages.count() < HOURLY_MESSAGES

    def post_if_due(self) -> None:
        """Post a digest where one is due; one that LEAN does not take is not tried again.

        Raises:
            RefusedError: LEAN does not send it.
        """
        if not self._is_due():
            return
        self._last = self._clock()
        self._digests.add()
        text, rows, dropped = self._make()
        headers = {"Authorization": f"Bearer {self._tracker.settings.desk_token}"}
        if self._algorithm.notify.web(self._address, text, headers) is False:
            raise RefusedError("LEAN does not send it")
        self._note(rows, dropped)

    def _make(self) -> tuple[str, list[KeptRow], int]:
        """The text of the next digest, the rows that may be in it, and how many were dropped."""
        self._hear_deployments()
        with self._lock:
            # the newest first, and those that no digest had before the others
            newest = [*self._rows][::-1]
            rows = sorted(newest, key=lambda each: each.told)
            dropped = self._dropped
        self._seq += 1
        head = {
            "deployment": self._deployment,
            "project": self._project,
            "boot": self._boot,
            "seq": self._seq,
            "sent": datetime.fromtimestamp(self._clock(), UTC).isoformat(),
            "every": EVERY,
        }
        state = desk_state(self._tracker, self._firing(), self._project)
        tagged = [TaggedRow(each.list_name, each.row) for each in rows]
        text, fitted = digest_text(head, state, tagged, dropped)
        return text, [each for each, fits in zip(rows, fitted, strict=True) if fits], dropped

    def _note(self, rows: Iterable[KeptRow], dropped: int) -> None:
        """Count a digest to the rows that were in it; those of enough digests are let go."""
        with self._lock:
            self._dropped -= dropped
            for each in rows:
                each.told += 1
            self._rows = deque(each for each in self._rows if each.told <= REPEATS)

    # --- what is saved

    @property
    def _saved_rows(self) -> list[tuple[str, int, Mapping[str, Any]]]:
        return [(each.list_name, each.told, each.row) for each in self._rows]

    @_saved_rows.setter
    def _saved_rows(self, rows: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
        self._rows = deque((KeptRow(*each) for each in rows if _is_row(*each)), maxlen=MOST_ROWS)

    def state(self) -> dict[str, Any]:
        """Return the rows that the desk may not have, as JSON values."""
        self._hear_deployments()
        with self._lock:
            return super().state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned, once the books are taken over: it comes again.

        Raises:
            StateError: A value is missing or of another type.
        """
        with self._lock:
            super().restore(state)
            self._deployments_told = len(self._core.deployments)


def desk_name(project: str, algorithm: str) -> str:
    """What a project in live trading is called at the desk: as its folder in LEAN's store.

    Args:
        project: LEAN's project id.
        algorithm: The name of the algorithm's class.
    """
    return key_segment(f"{project}-{algorithm}" if project == NO_PROJECT else project)


def _is_row(list_name: str, _: int, row: Mapping[str, Any]) -> bool:
    """Whether what was saved is a row of a digest."""
    return list_name in ROW_LISTS and all(isinstance(row.get(key), str) for key in ("id", "time"))

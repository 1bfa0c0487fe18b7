"""The fleet: every deployment that the desk has heard of, kept in the library's database.

    fleet = Fleet(library.database, stream.publish)
    fleet.accept("21453687", digest, received=clock())
    fleet.deployment("21453687", clock())

What a call takes is kept whole or not at all, and only then told to the stream. Any number of
threads and processes may call at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from workbench.desk.fleet.accepting import Come, Done, Outcome, fill_in, take
from workbench.desk.fleet.boots import WATCHED
from workbench.desk.fleet.details import DetailKind, Row, details_of
from workbench.desk.fleet.equity import curve
from workbench.desk.fleet.errors import (
    AstrayError,
    ClockError,
    ConflictError,
    UnknownDeploymentError,
)
from workbench.desk.fleet.gaps import gaps_of, open_gaps
from workbench.desk.fleet.healing import healed_by, known_of
from workbench.desk.fleet.news import ALL, News, Publish, news_of, topic_of
from workbench.desk.fleet.retention import prune
from workbench.desk.fleet.showing import (
    Part,
    details_part,
    head_of,
    heads,
    line_of,
    silences_of,
    whole_of,
)
from workbench.desk.fleet.staleness import Pulse
from workbench.library.database import Database
from workbench.library.shapes import to_microseconds
from workbench.runs.record import RunRecord

if TYPE_CHECKING:  # what reads a digest needs more than what an import heals
    from workbench.desk.digest import Digest

JSON = dict[str, Any]

# Deployments that are taken at once: what comes of one is kept and told in turn, in this process.
TURNS = tuple(threading.Lock() for _ in range(64))
AHEAD = timedelta(days=1)  # by which a sender's clock may be wrong
WATCHED_EVERY = 60.0  # seconds between two looks at what is on this machine


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of what came.

    Attributes:
        outcome: Whether it was taken.
        new: How many fills, trades, alerts and events were not known.
        counts: Whether its state is the one that counts now.
        revision: Of the deployment; 0 where it is too old to be taken.
    """

    outcome: Outcome
    new: int
    counts: bool
    revision: int

    def to_dict(self) -> JSON:
        """JSON values by name."""
        return {
            "outcome": self.outcome.value,
            "new": self.new,
            "counts": self.counts,
            "revision": self.revision,
        }


def _keep_silent(topic: str, kind: str, data: Mapping[str, Any], time: datetime) -> None:
    """Tell nobody."""


def _turn(deployment: str) -> AbstractContextManager[Any]:
    return TURNS[hash(deployment) % len(TURNS)]


class Fleet:
    """The deployments.

    Args:
        database: That of the library.
        publish: Told what was kept; where a stream is not there, nobody is.
    """

    def __init__(self, database: Database, publish: Publish = _keep_silent) -> None:
        self._database = database
        self._publish = publish

    # --- what comes

    def accept(self, deployment: str, digest: Digest, received: datetime) -> Accepted:
        """Take a digest; the same again changes nothing, whatever came in between.

        Args:
            deployment: Whom it was posted for.
            digest: What a live run posted.
            received: When it came.

        Raises:
            ConflictError: It, or a detail of it, is known with other content. Of a detail the first
                is kept, and the rest of the digest is taken.
            AstrayError: It is another deployment's.
            ClockError: It says that it is of a time to come.
            LibraryError: It cannot be written; nothing of it is kept.
        """
        if digest.deployment != deployment:
            raise AstrayError(deployment, digest.deployment)
        if digest.sent > received + AHEAD:
            raise ClockError(digest.sent, received)
        done = self._take(
            Come(
                deployment=digest.deployment,
                project=digest.project,
                boot=digest.boot,
                seq=digest.seq,
                sent=digest.sent,
                received=received,
                every=digest.every,
                state=digest.state,
                details=details_of(digest.fills, digest.closed, digest.events),
                sha=digest.sha,
                left_out=digest.left_out,
            )
        )
        if done.conflicts:
            raise ConflictError(digest.deployment, done.conflicts)
        return Accepted(done.outcome, len(done.kept.new), done.counts, done.revision)

    def observe(
        self,
        deployment: str,
        state: Mapping[str, Any],
        fills: Iterable[Row],
        closed: Iterable[Row],
        events: Iterable[Row],
        time: datetime,
        *,
        received: datetime | None = None,
        project: str = "",
        every: float = WATCHED_EVERY,
    ) -> Accepted:
        """Take what is seen of a run on this machine; it may be told again and again.

        What is known with other content stays as it was, and is counted on the deployment's page.

        Args:
            deployment: Its id: that of the folder in LEAN's store.
            state: As `models.tracker.desk_state` has it.
            fills: Rows as `models.tracker.desk_rows` has them, old ones too.
            closed: Likewise.
            events: Likewise.
            time: When the state was saved.
            received: When it was seen; None for when it was saved.
            project: The algorithm's name.
            every: Seconds until the next state is due.

        Raises:
            LibraryError: It cannot be written; nothing of it is kept.
        """
        done = self._take(
            Come(
                deployment=deployment,
                project=project,
                boot=WATCHED,
                seq=to_microseconds(time),
                sent=time,
                received=received or time,
                every=every,
                state=state,
                details=details_of(fills, closed, events),
            )
        )
        return Accepted(done.outcome, len(done.kept.new), done.counts, done.revision)

    def heal(self, record: RunRecord, now: datetime, deployment: str | None = None) -> list[str]:
        """Take what an import tells of deployments: fills, closed trades, points of the curve.

        Args:
            record: What was imported.
            now: When.
            deployment: The one that it is of; None for those that its project or LEAN's ids name.

        Returns:
            The ids of the deployments that it told something of.

        Raises:
            LibraryError: It cannot be written; nothing of it is kept.
        """
        known = known_of(record) if record.live else None
        if known is None:
            return []
        with self._database.reading() as connection:
            found = [deployment] if deployment else healed_by(connection, record)
        for each in found:
            self._write(each, now, partial(fill_in, deployment=each, known=known))
        return found

    def _take(self, come: Come) -> Done:
        done = self._write(come.deployment, come.received, partial(take, come=come))
        if done.over:
            with _turn(come.deployment), self._database.writing() as connection:
                prune(connection, come.deployment, to_microseconds(come.received))
        return done

    def _write(self, deployment: str, now: datetime, change: Callable[[Any], Done]) -> Done:
        """Change a deployment, and tell the stream once that is kept, in the same order."""

        def made(connection: Connection) -> tuple[Done, list[News]]:
            done = change(connection)
            if done.outcome is not Outcome.TAKEN:
                return done, []
            head = head_of(connection, deployment)
            return done, [*news_of(head, gaps_of(connection, head.key), done, now)]

        with _turn(deployment):
            done, news = self._database.change(made)
            for each in news:
                self._publish(*each)
        return done

    # --- what is asked

    def deployments(self, now: datetime) -> list[JSON]:
        """Each deployment in a line.

        Raises:
            LibraryError: It cannot be read.
        """
        with self._database.reading() as connection:
            gaps = open_gaps(connection)
            return [line_of(head, gaps[head.key], now) for head in heads(connection)]

    def deployment(self, deployment: str, now: datetime) -> JSON:
        """Everything that is shown of one deployment.

        Raises:
            UnknownDeploymentError: It was never heard.
            LibraryError: It cannot be read.
        """
        with self._database.reading() as connection:
            return whole_of(connection, head_of(connection, deployment), now)

    def snapshot(self, topics: Sequence[str], now: datetime) -> dict[str, Any]:
        """What the topics of the stream are like; null for those that are of no deployment.

        Raises:
            LibraryError: It cannot be read.
        """
        return {topic: self._shown(topic, now) for topic in topics}

    def _shown(self, topic: str, now: datetime) -> Any:
        if topic == ALL:
            return self.deployments(now)
        name = topic.removeprefix(topic_of(""))
        try:
            return self.deployment(name, now) if name != topic else None
        except UnknownDeploymentError:
            return None

    def pulses(self) -> list[Pulse]:
        """When each deployment was heard last; errors as of `deployments`."""
        with self._database.reading() as connection:
            return [head.pulse for head in heads(connection)]

    def details(
        self,
        kinds: Iterable[DetailKind],
        limit: int,
        *,
        deployment: str | None = None,
        cursor: str | None = None,
        order: int | None = None,
    ) -> Part:
        """A part of the fills, trades, alerts or events, the newest first.

        Args:
            kinds: Which.
            limit: How many at most.
            deployment: Whose; None for those of all.
            cursor: That of the part before; None for the first.
            order: Only those of this order.

        Raises:
            UnknownDeploymentError: It was never heard.
            CursorError: The cursor is none.
            LibraryError: It cannot be read.
        """
        with self._database.reading() as connection:
            head = None if deployment is None else head_of(connection, deployment)
            return details_part(
                connection, list(kinds), limit, deployment=head, cursor=cursor, order=order
            )

    def equity(self, deployment: str, since: datetime | None, now: datetime, points: int) -> JSON:
        """The equity curve of a deployment, with what is missing in it.

        Args:
            deployment: Its id.
            since: From when on; None for all of it.
            now: Until when.
            points: How many at most.

        Raises:
            UnknownDeploymentError: It was never heard.
            LibraryError: It cannot be read.
        """
        with self._database.reading() as connection:
            head = head_of(connection, deployment)
            first = None if since is None else to_microseconds(since)
            found = curve(connection, head.key, first, to_microseconds(now), points)
            gaps = gaps_of(connection, head.key, since=first)
            silences = silences_of(connection, head)
        begun = since or (found[0].time if found else now)
        return {
            "id": deployment,
            "currency": head.state.get("currency"),
            "since": begun.isoformat(),
            "until": now.isoformat(),
            "points": [point.to_dict() for point in found],
            "gaps": [gap.to_dict() for gap in gaps],
            "silences": [
                {"begun": one.isoformat(), "ended": other.isoformat()}
                for one, other in silences
                if other >= begun
            ],
            "deployments": list(head.state.get("deployments") or ()),
        }

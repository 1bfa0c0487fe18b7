"""Why the fleet does not take what came, or does not have what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.errors import TrackerError


class ConflictError(TrackerError):
    """Something came again with other content; what came first is kept.

    Args:
        deployment: Whose.
        conflicts: Each, in words.
    """

    def __init__(self, deployment: str, conflicts: Sequence[str]) -> None:
        more = f" and {len(conflicts) - 1} more" if len(conflicts) > 1 else ""
        super().__init__(f"deployment {deployment}: {conflicts[0]}{more}; the first is kept")
        self.conflicts = tuple(conflicts)


class AstrayError(TrackerError):
    """A digest was posted for another deployment than its own."""

    def __init__(self, posted: str, own: str) -> None:
        super().__init__(f"the digest is of deployment {own}, and was posted for {posted}")


class ClockError(TrackerError):
    """A digest says that it was sent long after it came: a clock is wrong."""

    def __init__(self, sent: datetime, received: datetime) -> None:
        super().__init__(
            f"the digest was sent at {sent.isoformat()} and came at {received.isoformat()}: "
            "set the clock of the sender or of the desk"
        )


class UnknownDeploymentError(LookupError):
    """The desk has heard of no deployment of that id."""

    def __init__(self, given: str) -> None:
        super().__init__(f"there is no deployment {given!r}: /api/v1/deployments lists them")


class CursorError(TrackerError):
    """A cursor is none that a list of details gave."""

    def __init__(self, given: str) -> None:
        super().__init__(f"{given!r} is no cursor: take that of the part before")

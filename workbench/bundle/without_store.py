"""The door to the Object Store where there is none: it stands in for `utils/store/keeping.py`.

The free tier of LEAN's cloud has no Object Store. There nothing is saved and nothing goes on from
an earlier run; who asks for it is told so, in `track` where a setting asks for it and in the call
where the algorithm does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from models.errors import CallError, TrackerError
from models.settings import Settings, SettingsError, Switch
from models.tracker.ports import Storage, storage_in
from models.trades.log import Archive

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

NO_STORE = (
    "this form of the tracker was exported for LEAN's free tier and has no Object Store; "
    "`tracker export --tier researcher` makes one that has"
)


class SlowSaveError(TrackerError):
    """A state was saved, but the algorithm had to wait for it."""


class NoStates:
    """Stands where saved states would be.

    Attributes:
        loaded: The id of the run that saved what was loaded last: nothing was.
    """

    loaded: str | None = None

    def check_prefix(self, prefix: str) -> NoReturn:
        """Raise `CallError`: no state is kept, under this name or another."""
        raise CallError(NO_STORE)

    def save_state(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str = "", *, force: bool
    ) -> NoReturn:
        """Raise `CallError`: no state is kept."""
        raise CallError(NO_STORE)

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, Sequence[str]]:
        """Raise `CallError`: no state is kept."""
        raise CallError(NO_STORE)


class NoObjects:
    """Stands where the Object Store would be; whatever is asked of it is a `CallError`."""

    def __getattr__(self, name: str) -> NoReturn:
        raise CallError(NO_STORE)


class Keeping:
    """What is kept of one run: nothing.

    Args:
        algorithm: The algorithm.
        settings: What the user chose to keep.
        clock: Unix time, seconds.

    Attributes:
        persists: Whether the state is saved: never.
        resumes: Whether the run goes on from the project's last state: never.
        objects: Stands where the Object Store would be.
        states: Stands where saved states would be.
        notice: What the user is told at the start; empty for nothing.

    Raises:
        SettingsError: A setting asks for what has to be kept.
    """

    persists = resumes = False

    def __init__(
        self, algorithm: QCAlgorithm, settings: Settings, clock: Callable[[], float]
    ) -> None:
        asked = {
            "tracker_persist": settings.persist is Switch.ON,
            "tracker_resume": settings.resume is Switch.ON,
            "tracker_log_store": settings.log_store,
        }
        if wrong := [name for name, on in asked.items() if on]:
            raise SettingsError(f"{', '.join(wrong)} cannot be on: {NO_STORE}")
        self.objects, self.states = NoObjects(), NoStates()
        live = bool(algorithm.live_mode)
        self.notice = f"nothing is saved, a redeploy starts anew: {NO_STORE}" if live else ""

    def storage(self, archive: Archive | str | None) -> Storage:
        """Where closed trades go: to the user's own archive, or nowhere."""
        place = storage_in(archive)
        return Storage(self.states, place.archive, place.older)

    def keep_log(self, lines: str) -> NoReturn:
        """Raise `CallError`: no log is kept."""
        raise CallError(NO_STORE)

"""The door to the Object Store where there is none: it stands in for `utils/store/keeping.py`.

The free tier of LEAN's cloud has no Object Store. There nothing is saved and nothing goes on from
an earlier run; who asks for it is told so, in `track` where a setting asks for it and in the call
where the algorithm does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from models.errors import CallError, TrackerError
from models.settings import Settings, SettingsError, Switch
from models.trades.record import TradeRecord

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

NO_STORE = (
    "this form of the tracker was exported for LEAN's free tier and has no Object Store; "
    "`tracker export --tier researcher` makes one that has"
)


class SlowSaveError(TrackerError):
    """A state was saved, but the algorithm had to wait for it."""


class NoStore:
    """Stands where the Object Store would; to keep or load anything is a `CallError`."""

    loaded: str | None = None

    def check_prefix(self, prefix: str) -> NoReturn:
        """Say that no state is kept, under this name or another."""
        raise CallError(NO_STORE)

    def save_state(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str = "", *, force: bool
    ) -> bool:
        """Say that no state is kept."""
        raise CallError(NO_STORE)

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, Sequence[str]]:
        """Say that no state is kept."""
        raise CallError(NO_STORE)

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Say that no trade is kept beyond those in memory."""
        raise CallError(NO_STORE)

    def stored(self) -> Iterator[TradeRecord]:
        """No trades: none was ever kept beyond those in memory."""
        return iter(())

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
        archives: Whether closed trades that leave memory are kept: never.
        objects: Stands where the Object Store would.
        states: Stands where saved states would.
        notice: What the user is told at the start; empty for nothing.

    Raises:
        SettingsError: A setting asks for what has to be kept.
    """

    persists = resumes = archives = False

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
        self.objects = self.states = NoStore()
        live = bool(algorithm.live_mode)
        self.notice = f"nothing is saved, a redeploy starts anew: {NO_STORE}" if live else ""

    def keep_log(self, lines: str) -> None:
        """Say that no log is kept."""
        raise CallError(NO_STORE)

"""Commands that LEAN's `on_command` passes on to a running tracker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.errors import CallError
from models.events.causes import FlowCause
from models.performance_tracker import PerformanceTracker
from utils.lean.saving import Saving
from utils.notify.reporting import Reporting


class Commands:
    """Answers the commands that name the tracker, such as `{"tracker": "snapshot"}`.

    Args:
        tracker: What is saved, and told of deposits.
        reporting: Where the balance is told, and whose level can be set.
        saving: It says whether there is a state that must be left alone.
    """

    def __init__(self, tracker: PerformanceTracker, reporting: Reporting, saving: Saving) -> None:
        self._tracker = tracker
        self._saving = saving
        self._reporting = reporting

    def answer(self, data: Any) -> bool | None:
        """Do what a command asks for.

        Args:
            data: LEAN's dynamic object: what the command was not given is None.

        Returns:
            Whether it was done; None when the command is not the tracker's.

        Raises:
            CallError: There is no such command; the text names those there are.
        """
        name = getattr(data, "tracker", None)
        if name is None:
            return None
        command = COMMANDS.get(str(name))
        if command is None:
            raise CallError(f"there is no command {name!r}; there are {', '.join(COMMANDS)}")
        return command(self, data)

    def snapshot(self, _: Any) -> bool:
        """Have the state saved now; returns whether the thread that saves has it.

        Raises:
            CallError: There is a state that this run could not go on with.
        """
        if self._saving.refused:
            raise CallError("what is saved is left alone; tracker_resume=off starts beside it")
        return self._tracker.save_to_object_store()

    def summary(self, _: Any) -> bool:
        """Log the balance."""
        self._reporting.tell_balance()
        return True

    def flow(self, data: Any) -> bool:
        """Announce an `amount` in `currency`, with a `note`, a `cause` and a `strategy`."""
        said = ("currency", "note", "cause", "strategy")
        currency, note, cause, strategy = (str(getattr(data, name, None) or "") for name in said)
        self._tracker.record_flow(
            float(data.amount),
            currency or None,
            note,
            cause=cause or FlowCause.OTHER,
            strategy=strategy or None,
        )
        return True

    def log(self, data: Any) -> bool:
        """Set the log's `level`."""
        self._reporting.log.set_level(str(data.level))
        self._reporting.listen()
        return True


# What is answered, by the name that the command gives.
COMMANDS: dict[str, Callable[[Commands, Any], bool]] = {
    "snapshot": Commands.snapshot,
    "summary": Commands.summary,
    "flow": Commands.flow,
    "log": Commands.log,
}

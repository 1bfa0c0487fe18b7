"""A scene: a tape and what is wired into the algorithm that it is played to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from utils.tracking import track

Wire = Callable[..., "Wired"]


class Wired(Protocol):
    """What an algorithm passes its hooks on to: a tracker, or a reader to compare it with."""

    def on_order_event(self, event: Any) -> None:
        """At every event of an order."""

    def on_data(self, data: Any) -> None:
        """At every slice."""

    def finish(self) -> None:
        """At the end."""


def tracked(algorithm: Any, **settings: Any) -> Wired:
    """A tracker; its wall clock stands still, so that it saves nothing but at the end."""
    return track(algorithm, clock=lambda: 0.0, **settings)


@dataclass(frozen=True, slots=True)
class Scene:
    """One run to be measured.

    Attributes:
        path: The folder of its tape.
        settings: The tracker's.
        wire: What is wired into the algorithm, made from it and the settings.
    """

    path: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    wire: Wire = tracked

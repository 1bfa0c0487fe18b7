"""How far a figure of a run can be trusted, which depends on what the run was read from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Exactness(StrEnum):
    """How a figure came about, the best first."""

    EXACT = "exact"
    DERIVED = "derived"
    UNSEPARATED = "unseparated"
    SAMPLED = "sampled"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Label:
    """What is said beside a figure.

    Attributes:
        exactness: How it came about.
        bound: How far it may be off, in the figure's unit; None where there is no bound, and where
            it is exact.
        note: Why it is not better, and which file would lift it; empty where it is exact.
    """

    exactness: Exactness
    bound: float | None = None
    note: str = ""


ORDER = {each: place for place, each in enumerate(Exactness)}


def worst(labels: list[Label]) -> Exactness:
    """The least that can be said of several figures; exact where there are none."""
    return max((each.exactness for each in labels), key=ORDER.__getitem__, default=Exactness.EXACT)

"""The runs of an algorithm in the library: each was a trial, whichever was picked in the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from workbench.comparison.trials import Tried
from workbench.library.library import Library, open_library
from workbench.library.places import exists, library_url


class Known(Protocol):
    """What tells which runs are known already: a run as it is compared, or its record."""

    @property
    def algorithm(self) -> str:
        """The class's name; empty where it is not known."""
        ...

    @property
    def traded(self) -> str:
        """What tells it from runs that traded something else; empty where it traded nothing."""
        ...


def tried_in(url: str | None, runs: Sequence[Known]) -> Tried:
    """The other runs of the same algorithms in a library; none where there is no library.

    Args:
        url: The library; None for the user's own.
        runs: Those that are compared.

    Raises:
        LibraryError: It cannot be read.
    """
    if not exists(library_url(url)):
        return Tried()
    with open_library(url) as library:
        return tried_beside(library, runs)


def tried_beside(library: Library, runs: Sequence[Known]) -> Tried:
    """The runs of the same algorithms in a library that are none of those given.

    Those in the trash count: they were tried. Runs that traded the same are one trial.
    """
    given = {run.traded for run in runs if run.traded}
    found = library.trials({run.algorithm for run in runs if run.algorithm})
    others = {each.traded or each.id: each.sharpe for each in found if each.traded not in given}
    return Tried(len(others), tuple(_known(others.values())))


def _known(values: Iterable[float | None]) -> Iterable[float]:
    return (value for value in values if value is not None)

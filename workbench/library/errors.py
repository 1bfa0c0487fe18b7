"""What can be wrong with a library or with what is asked of it, each in one line."""

from __future__ import annotations

from collections.abc import Sequence


class LibraryError(Exception):
    """The library cannot be opened, read or written."""


class QueryError(LookupError):
    """A query cannot be understood; the text says what is allowed."""


class UnknownRunError(LookupError):
    """The library has no run of that id."""

    def __init__(self, given: str, where: str = "in the library") -> None:
        super().__init__(f"there is no run {given!r} {where}; `runs` lists those there are")


class ChangedRunError(LookupError):
    """The run is of another version than the one that was to be changed."""

    def __init__(self, run: str) -> None:
        super().__init__(f"the run {run} was changed meanwhile: read it again, then change it")


class AmbiguousRunError(LookupError):
    """An abbreviated id is that of several runs."""

    def __init__(self, given: str, found: Sequence[str]) -> None:
        super().__init__(f"{given!r} is short for several runs: {', '.join(found)}")

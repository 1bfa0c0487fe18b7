"""What the desk takes note of stays there, in each database."""

from __future__ import annotations

from tests.workbench.library.conftest import schema, server, url
from workbench.desk.notes import NoteKind, Notes
from workbench.library.library import open_library

__all__ = ["schema", "server", "url"]


def test_a_note_stays_until_another_takes_its_place(url: str) -> None:
    """Kinds are apart, the last text counts, and what was never noted is dropped without error."""
    with open_library(url) as library:
        notes = Notes(library.database)
        notes.put(NoteKind.RUN, "a", "1")
        notes.put(NoteKind.RUN, "a", "2")
        notes.put(NoteKind.TOLD, "a", "late")
        notes.put(NoteKind.TOLD, "b\0\udcff", "x")
        notes.drop(NoteKind.TOLD, "c")
    with open_library(url) as library:
        notes = Notes(library.database)
        assert notes.all(NoteKind.RUN) == {"a": "2"}
        assert notes.all(NoteKind.TOLD) == {"a": "late", "b\ufffd?": "x"}
        notes.drop(NoteKind.TOLD, "b\0\udcff")
        assert notes.all(NoteKind.TOLD) == {"a": "late"}
        assert notes.all(NoteKind.IMPORTED) == {}
